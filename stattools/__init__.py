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
    from stattools.conjugate.beta_binomial import Beta as Beta
    from stattools.conjugate.dirichlet import Dirichlet as Dirichlet
    from stattools.conjugate.gamma_poisson import Gamma as Gamma
    from stattools.conjugate.inverse_gamma import InverseGamma as InverseGamma
    from stattools.conjugate.ledger import Ledger as Ledger
    from stattools.conjugate.ledger import ledger as ledger
    from stattools.conjugate.normal import Normal as Normal
    from stattools.conjugate.normal_inverse_gamma import NormalInverseGamma as NormalInverseGamma
    from stattools.conjugate.normal_inverse_gamma_regression import (
        NormalInverseGammaRegression as NormalInverseGammaRegression,
    )
    from stattools.conjugate.normal_inverse_wishart import NormalInverseWishart as NormalInverseWishart
    from stattools.conjugate.sensitivity import PriorSensitivity as PriorSensitivity
    from stattools.conjugate.sensitivity import TippingPrior as TippingPrior
    from stattools.conjugate.sensitivity import prior_sensitivity as prior_sensitivity
    from stattools.conjugate.sensitivity import tipping_prior as tipping_prior
    from stattools.conjugate.shrinkage import EmpiricalBayes as EmpiricalBayes
    from stattools.conjugate.shrinkage import empirical_bayes as empirical_bayes
    from stattools.conjugate.student_t import StudentT as StudentT
    from stattools.conjugate.surprise import Surprise as Surprise
    from stattools.conjugate.surprise import surprise as surprise
    from stattools.covariance import HAC as HAC
    from stattools.covariance import Cluster as Cluster
    from stattools.data.idx import read_idx as read_idx
    from stattools.data.scan import Scan as Scan
    from stattools.data.scan import scan as scan
    from stattools.decisions.contrasts import difference as difference
    from stattools.decisions.contrasts import ratio as ratio
    from stattools.decisions.contrasts import rope_probability as rope_probability
    from stattools.decisions.losses import expected_loss as expected_loss
    from stattools.decisions.probabilities import probability_best as probability_best
    from stattools.decisions.probabilities import probability_greater as probability_greater
    from stattools.errors import ConvergenceError as ConvergenceError
    from stattools.errors import DomainError as DomainError
    from stattools.errors import FileError as FileError
    from stattools.errors import IdentificationError as IdentificationError
    from stattools.errors import IncompatibleError as IncompatibleError
    from stattools.errors import StattoolsError as StattoolsError
    from stattools.existence import Separation as Separation
    from stattools.existence import SeparationError as SeparationError
    from stattools.existence import separation as separation
    from stattools.export.asymptotic import to_arviz as to_arviz
    from stattools.filters.adjoint import FilterGradient as FilterGradient
    from stattools.filters.adjoint import RecurrenceGradient as RecurrenceGradient
    from stattools.filters.adjoint import exponential_filter_adjoint as exponential_filter_adjoint
    from stattools.filters.adjoint import linear_recurrence_adjoint as linear_recurrence_adjoint
    from stattools.filters.decay import ExponentialMoments as ExponentialMoments
    from stattools.filters.decay import decay_weights as decay_weights
    from stattools.filters.decay import exponential_moments as exponential_moments
    from stattools.filters.exponential import exponential_filter as exponential_filter
    from stattools.filters.graduation import hodrick_prescott as hodrick_prescott
    from stattools.filters.graduation import whittaker as whittaker
    from stattools.filters.recurrence import linear_recurrence as linear_recurrence
    from stattools.filters.smoothing import ExponentialSmoothing as ExponentialSmoothing
    from stattools.filters.smoothing import exponential_smoothing as exponential_smoothing
    from stattools.filters.streaming import ExponentialFilterState as ExponentialFilterState
    from stattools.filters.streaming import exponential_filter_state as exponential_filter_state
    from stattools.fitted import Fit as Fit
    from stattools.fitting import fit as fit
    from stattools.held_out_scores import confusion as confusion
    from stattools.held_out_scores import held_out as held_out
    from stattools.hypotheses import TestResult as TestResult
    from stattools.hypotheses import likelihood_ratio as likelihood_ratio
    from stattools.hypotheses import score_test as score_test
    from stattools.interval import Interval as Interval
    from stattools.likelihoods import Bernoulli as Bernoulli
    from stattools.likelihoods import BetaBinomial as BetaBinomial
    from stattools.likelihoods import Binomial as Binomial
    from stattools.likelihoods import Categorical as Categorical
    from stattools.likelihoods import Gaussian as Gaussian
    from stattools.likelihoods import NegativeBinomial as NegativeBinomial
    from stattools.likelihoods import Poisson as Poisson
    from stattools.likelihoods import Probit as Probit
    from stattools.many_fits import ManyFits as ManyFits
    from stattools.many_fits import fit_many as fit_many
    from stattools.model import Evaluation as Evaluation
    from stattools.model import Model as Model
    from stattools.model_comparison import PosteriorComparison as PosteriorComparison
    from stattools.model_comparison import compare as compare
    from stattools.models.count_regression import negative_binomial as negative_binomial
    from stattools.models.count_regression import poisson as poisson
    from stattools.models.counts import binomial as binomial
    from stattools.models.counts import coin as coin
    from stattools.models.custom import custom as custom
    from stattools.models.event_rates import exponential_rate as exponential_rate
    from stattools.models.event_rates import poisson_rate as poisson_rate
    from stattools.models.multinomial import categories as categories
    from stattools.models.multinomial import multinomial as multinomial
    from stattools.models.multivariate_normal import multivariate_normal as multivariate_normal
    from stattools.models.normal import normal as normal
    from stattools.models.one_vs_rest import one_vs_rest as one_vs_rest
    from stattools.models.overdispersed import beta_binomial as beta_binomial
    from stattools.models.regression import logistic as logistic
    from stattools.models.regression import ols as ols
    from stattools.models.regression import probit as probit
    from stattools.models.regression import softmax as softmax
    from stattools.models.waiting import geometric as geometric
    from stattools.models.waiting import pascal as pascal
    from stattools.networks.construction import network as network
    from stattools.networks.network_ensemble import NetworkEnsemble as NetworkEnsemble
    from stattools.networks.network_fit import NetworkFit as NetworkFit
    from stattools.networks.network_model import Network as Network
    from stattools.penalties import Jeffreys as Jeffreys
    from stattools.penalties import Ridge as Ridge
    from stattools.priors.flat import Flat as Flat
    from stattools.priors.flat import Uniform as Uniform
    from stattools.priors.positive import Exponential as Exponential
    from stattools.priors.positive import HalfCauchy as HalfCauchy
    from stattools.priors.positive import HalfNormal as HalfNormal
    from stattools.priors.symmetric import Cauchy as Cauchy
    from stattools.priors.symmetric import Laplace as Laplace
    from stattools.reporting.model_table import report_table as report_table
    from stattools.reporting.quotations import sentences as sentences
    from stattools.reporting.report import report as report
    from stattools.resampling import Bootstrap as Bootstrap
    from stattools.resampling import bootstrap as bootstrap
    from stattools.sampling.draws import Posterior as Posterior
    from stattools.sampling.predictive_check import PredictiveCheck as PredictiveCheck
    from stattools.sampling.predictive_check import predictive_check as predictive_check
    from stattools.solvers import LBFGS as LBFGS
    from stattools.solvers import Adam as Adam
    from stattools.solvers import ClosedForm as ClosedForm
    from stattools.solvers import GradientDescent as GradientDescent
    from stattools.solvers import LeastSquares as LeastSquares
    from stattools.solvers import Newton as Newton
    from stattools.solvers import Solution as Solution
    from stattools.state_paths import simulate_states as simulate_states
    from stattools.statespace.conventions import loglik_conventions as loglik_conventions
    from stattools.statespace.series import local_level as local_level
    from stattools.statespace.series import local_linear_trend as local_linear_trend
    from stattools.statespace.series import smooth_trend as smooth_trend
    from stattools.statespace.state_table import states as states
    from stattools.storage import load as load
    from stattools.validation.agreement import Agreement as Agreement
    from stattools.validation.audit import Audit as Audit
    from stattools.validation.audit import audit as audit
    from stattools.validation.explain import Explanation as Explanation
    from stattools.validation.explain import explain as explain
    from stattools.validation.finding import Finding as Finding
    from stattools.validation.validate import validate as validate

__version__ = "0.1.0"

_HOME = {
    "comparison": ("Comparison",),
    "model_comparison": ("PosteriorComparison", "compare"),
    "covariance": ("HAC", "Cluster"),
    "existence": ("Separation", "SeparationError", "separation"),
    "penalties": ("Jeffreys", "Ridge"),
    "conjugate.beta_binomial": ("Beta",),
    "conjugate.ledger": ("Ledger", "ledger"),
    "conjugate.sensitivity": ("PriorSensitivity", "TippingPrior", "prior_sensitivity", "tipping_prior"),
    "conjugate.shrinkage": ("EmpiricalBayes", "empirical_bayes"),
    "conjugate.surprise": ("Surprise", "surprise"),
    "conjugate.dirichlet": ("Dirichlet",),
    "conjugate.inverse_gamma": ("InverseGamma",),
    "conjugate.normal": ("Normal",),
    "conjugate.normal_inverse_gamma": ("NormalInverseGamma",),
    "conjugate.normal_inverse_gamma_regression": ("NormalInverseGammaRegression",),
    "conjugate.normal_inverse_wishart": ("NormalInverseWishart",),
    "conjugate.student_t": ("StudentT",),
    "conjugate.gamma_poisson": ("Gamma",),
    "decisions.contrasts": ("difference", "ratio", "rope_probability"),
    "decisions.losses": ("expected_loss",),
    "decisions.probabilities": ("probability_best", "probability_greater"),
    "errors": (
        "ConvergenceError",
        "DomainError",
        "FileError",
        "IdentificationError",
        "IncompatibleError",
        "StattoolsError",
    ),
    "filters.adjoint": (
        "FilterGradient",
        "RecurrenceGradient",
        "exponential_filter_adjoint",
        "linear_recurrence_adjoint",
    ),
    "filters.decay": ("ExponentialMoments", "decay_weights", "exponential_moments"),
    "filters.exponential": ("exponential_filter",),
    "filters.graduation": ("hodrick_prescott", "whittaker"),
    "filters.recurrence": ("linear_recurrence",),
    "filters.smoothing": ("ExponentialSmoothing", "exponential_smoothing"),
    "filters.streaming": ("ExponentialFilterState", "exponential_filter_state"),
    "fitted": ("Fit",),
    "fitting": ("fit",),
    "data.idx": ("read_idx",),
    "data.scan": ("Scan", "scan"),
    "held_out_scores": ("confusion", "held_out"),
    "hypotheses": ("TestResult", "likelihood_ratio", "score_test"),
    "interval": ("Interval",),
    "likelihoods": (
        "Bernoulli",
        "BetaBinomial",
        "Binomial",
        "Categorical",
        "Gaussian",
        "NegativeBinomial",
        "Poisson",
        "Probit",
    ),
    "model": ("Evaluation", "Model"),
    "models.counts": ("binomial", "coin"),
    "models.count_regression": ("negative_binomial", "poisson"),
    "models.custom": ("custom",),
    "models.multinomial": ("categories", "multinomial"),
    "models.multivariate_normal": ("multivariate_normal",),
    "models.normal": ("normal",),
    "models.event_rates": ("exponential_rate", "poisson_rate"),
    "models.one_vs_rest": ("one_vs_rest",),
    "models.overdispersed": ("beta_binomial",),
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
    "sampling.predictive_check": ("PredictiveCheck", "predictive_check"),
    "export.asymptotic": ("to_arviz",),
    "models.waiting": ("geometric", "pascal"),
    "bayes": ("posterior",),
    "reporting.report": ("report",),
    "reporting.model_table": ("report_table",),
    "reporting.quotations": ("sentences",),
    "state_paths": ("simulate_states",),
    "statespace.conventions": ("loglik_conventions",),
    "many_fits": ("ManyFits", "fit_many"),
    "resampling": ("Bootstrap", "bootstrap"),
    "statespace.series": ("local_level", "local_linear_trend", "smooth_trend"),
    "statespace.state_table": ("states",),
    "storage": ("load",),
    "networks.construction": ("network",),
    "networks.network_ensemble": ("NetworkEnsemble",),
    "networks.network_fit": ("NetworkFit",),
    "networks.network_model": ("Network",),
    "solvers": ("LBFGS", "Adam", "ClosedForm", "GradientDescent", "LeastSquares", "Newton", "Solution"),
    "validation.agreement": ("Agreement",),
    "validation.audit": ("Audit", "audit"),
    "validation.explain": ("Explanation", "explain"),
    "validation.finding": ("Finding",),
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
