"""stattools: every problem is stated as a likelihood; from it come the fit, its uncertainty, the posterior, the check
against an independent reference, and the report.

    import stattools as st

    fit = st.fit(st.logistic("admit ~ gre + gpa", admissions))
    print(fit)                       # estimates, intervals, certificate
    print(st.validate(fit))          # the same numbers from statsmodels?
    st.report(fit, to="reports/admissions")

Names are loaded when they are first used, so that `import stattools` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stattools.bayes import posterior as posterior
    from stattools.comparison import Comparison as Comparison
    from stattools.comparison import compare as compare
    from stattools.conjugate.beta_binomial import Beta as Beta
    from stattools.conjugate.inverse_gamma import InverseGamma as InverseGamma
    from stattools.conjugate.normal import Normal as Normal
    from stattools.conjugate.normal_inverse_gamma import NormalInverseGamma as NormalInverseGamma
    from stattools.conjugate.student_t import StudentT as StudentT
    from stattools.covariance import HAC as HAC
    from stattools.covariance import Cluster as Cluster
    from stattools.errors import ConvergenceError as ConvergenceError
    from stattools.errors import DomainError as DomainError
    from stattools.errors import IdentificationError as IdentificationError
    from stattools.errors import IncompatibleError as IncompatibleError
    from stattools.errors import StattoolsError as StattoolsError
    from stattools.existence import Separation as Separation
    from stattools.existence import SeparationError as SeparationError
    from stattools.existence import separation as separation
    from stattools.export.asymptotic import to_arviz as to_arviz
    from stattools.fitted import Fit as Fit
    from stattools.fitting import fit as fit
    from stattools.hypotheses import TestResult as TestResult
    from stattools.hypotheses import likelihood_ratio as likelihood_ratio
    from stattools.hypotheses import score_test as score_test
    from stattools.interval import Interval as Interval
    from stattools.likelihoods import Bernoulli as Bernoulli
    from stattools.likelihoods import Binomial as Binomial
    from stattools.likelihoods import Categorical as Categorical
    from stattools.likelihoods import Gaussian as Gaussian
    from stattools.likelihoods import NegativeBinomial as NegativeBinomial
    from stattools.likelihoods import Poisson as Poisson
    from stattools.likelihoods import Probit as Probit
    from stattools.model import Evaluation as Evaluation
    from stattools.model import Model as Model
    from stattools.models.count_regression import negative_binomial as negative_binomial
    from stattools.models.count_regression import poisson as poisson
    from stattools.models.counts import binomial as binomial
    from stattools.models.counts import coin as coin
    from stattools.models.custom import custom as custom
    from stattools.models.normal import normal as normal
    from stattools.models.one_vs_rest import one_vs_rest as one_vs_rest
    from stattools.models.regression import logistic as logistic
    from stattools.models.regression import ols as ols
    from stattools.models.regression import probit as probit
    from stattools.models.regression import softmax as softmax
    from stattools.models.waiting import geometric as geometric
    from stattools.models.waiting import pascal as pascal
    from stattools.penalties import Jeffreys as Jeffreys
    from stattools.penalties import Ridge as Ridge
    from stattools.priors.flat import Flat as Flat
    from stattools.priors.flat import Uniform as Uniform
    from stattools.priors.positive import Exponential as Exponential
    from stattools.priors.positive import HalfCauchy as HalfCauchy
    from stattools.priors.positive import HalfNormal as HalfNormal
    from stattools.priors.symmetric import Cauchy as Cauchy
    from stattools.priors.symmetric import Laplace as Laplace
    from stattools.reporting.report import report as report
    from stattools.sampling.draws import Posterior as Posterior
    from stattools.solvers import LBFGS as LBFGS
    from stattools.solvers import ClosedForm as ClosedForm
    from stattools.solvers import GradientDescent as GradientDescent
    from stattools.solvers import LeastSquares as LeastSquares
    from stattools.solvers import Newton as Newton
    from stattools.solvers import Solution as Solution
    from stattools.storage import load as load
    from stattools.validation.agreement import Agreement as Agreement
    from stattools.validation.validate import validate as validate

__version__ = "0.1.0"

_HOME = {
    "comparison": ("Comparison", "compare"),
    "covariance": ("HAC", "Cluster"),
    "existence": ("Separation", "SeparationError", "separation"),
    "penalties": ("Jeffreys", "Ridge"),
    "conjugate.beta_binomial": ("Beta",),
    "conjugate.inverse_gamma": ("InverseGamma",),
    "conjugate.normal": ("Normal",),
    "conjugate.normal_inverse_gamma": ("NormalInverseGamma",),
    "conjugate.student_t": ("StudentT",),
    "errors": (
        "ConvergenceError",
        "DomainError",
        "IdentificationError",
        "IncompatibleError",
        "StattoolsError",
    ),
    "fitted": ("Fit",),
    "fitting": ("fit",),
    "hypotheses": ("TestResult", "likelihood_ratio", "score_test"),
    "interval": ("Interval",),
    "likelihoods": ("Bernoulli", "Binomial", "Categorical", "Gaussian", "NegativeBinomial", "Poisson", "Probit"),
    "model": ("Evaluation", "Model"),
    "models.counts": ("binomial", "coin"),
    "models.count_regression": ("negative_binomial", "poisson"),
    "models.custom": ("custom",),
    "models.normal": ("normal",),
    "models.one_vs_rest": ("one_vs_rest",),
    "models.regression": ("logistic", "ols", "probit", "softmax"),
    "priors.symmetric": (
        "Cauchy",
        "Laplace",
    ),
    "priors.positive": (
        "Exponential",
        "HalfCauchy",
        "HalfNormal",
    ),
    "priors.flat": (
        "Flat",
        "Uniform",
    ),
    "sampling.draws": ("Posterior",),
    "export.asymptotic": ("to_arviz",),
    "models.waiting": ("geometric", "pascal"),
    "bayes": ("posterior",),
    "reporting.report": ("report",),
    "storage": ("load",),
    "solvers": ("LBFGS", "ClosedForm", "GradientDescent", "LeastSquares", "Newton", "Solution"),
    "validation.agreement": ("Agreement",),
    "validation.validate": ("validate",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted([*_MODULE_OF, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'stattools' has no attribute {name!r}")
    value = getattr(import_module(f"stattools.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
