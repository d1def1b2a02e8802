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

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # type checkers read these lines; when the package runs, they say where each name is loaded from
    from stattools.bayes.conjugate.beta_binomial import Beta as Beta
    from stattools.bayes.conjugate.dirichlet import Dirichlet as Dirichlet
    from stattools.bayes.conjugate.gamma_poisson import Gamma as Gamma
    from stattools.bayes.conjugate.inverse_gamma import InverseGamma as InverseGamma
    from stattools.bayes.conjugate.normal import Normal as Normal
    from stattools.bayes.conjugate.normal_inverse_gamma import NormalInverseGamma as NormalInverseGamma
    from stattools.bayes.conjugate.normal_inverse_gamma_regression import (
        NormalInverseGammaRegression as NormalInverseGammaRegression,
    )
    from stattools.bayes.conjugate.normal_inverse_wishart import NormalInverseWishart as NormalInverseWishart
    from stattools.bayes.conjugate.student_t import StudentT as StudentT
    from stattools.bayes.decisions.contrasts import difference as difference
    from stattools.bayes.decisions.contrasts import ratio as ratio
    from stattools.bayes.decisions.contrasts import rope_probability as rope_probability
    from stattools.bayes.decisions.losses import expected_loss as expected_loss
    from stattools.bayes.decisions.probabilities import probability_best as probability_best
    from stattools.bayes.decisions.probabilities import probability_greater as probability_greater
    from stattools.bayes.empirical_bayes import EmpiricalBayes as EmpiricalBayes
    from stattools.bayes.empirical_bayes import empirical_bayes as empirical_bayes
    from stattools.bayes.model_comparison import PosteriorComparison as PosteriorComparison
    from stattools.bayes.model_comparison import compare as compare
    from stattools.bayes.posterior import posterior as posterior
    from stattools.bayes.prior_checks.ledger import Ledger as Ledger
    from stattools.bayes.prior_checks.ledger import ledger as ledger
    from stattools.bayes.prior_checks.sensitivity import PriorSensitivity as PriorSensitivity
    from stattools.bayes.prior_checks.sensitivity import TippingPrior as TippingPrior
    from stattools.bayes.prior_checks.sensitivity import prior_sensitivity as prior_sensitivity
    from stattools.bayes.prior_checks.sensitivity import tipping_prior as tipping_prior
    from stattools.bayes.prior_checks.surprise import Surprise as Surprise
    from stattools.bayes.prior_checks.surprise import surprise as surprise
    from stattools.bayes.priors.flat import Flat as Flat
    from stattools.bayes.priors.flat import Uniform as Uniform
    from stattools.bayes.priors.scaled import Cauchy as Cauchy
    from stattools.bayes.priors.scaled import Exponential as Exponential
    from stattools.bayes.priors.scaled import HalfCauchy as HalfCauchy
    from stattools.bayes.priors.scaled import HalfNormal as HalfNormal
    from stattools.bayes.priors.scaled import Laplace as Laplace
    from stattools.bayes.sampling.draws import Posterior as Posterior
    from stattools.bayes.sampling.predictive_check import PredictiveCheck as PredictiveCheck
    from stattools.bayes.sampling.predictive_check import predictive_check as predictive_check
    from stattools.data.files.scan import Scan as Scan
    from stattools.data.files.scan import scan as scan
    from stattools.data.tables.arrays import read_idx as read_idx
    from stattools.errors import ConvergenceError as ConvergenceError
    from stattools.errors import DomainError as DomainError
    from stattools.errors import FileError as FileError
    from stattools.errors import FunctionError as FunctionError
    from stattools.errors import IdentificationError as IdentificationError
    from stattools.errors import IncompatibleError as IncompatibleError
    from stattools.errors import StattoolsError as StattoolsError
    from stattools.inference.arviz.datatree import to_arviz as to_arviz
    from stattools.inference.comparison.compare import Comparison as Comparison
    from stattools.inference.comparison.cross_validation import CrossValidation as CrossValidation
    from stattools.inference.comparison.cross_validation import cross_validate as cross_validate
    from stattools.inference.comparison.scores import confusion as confusion
    from stattools.inference.comparison.scores import held_out as held_out
    from stattools.inference.covariance import HAC as HAC
    from stattools.inference.covariance import Cluster as Cluster
    from stattools.inference.existence import Separation as Separation
    from stattools.inference.existence import SeparationError as SeparationError
    from stattools.inference.existence import separation as separation
    from stattools.inference.fits.cox_fit import CoxFit as CoxFit
    from stattools.inference.fits.fit import Fit as Fit
    from stattools.inference.fits.fit import SeriesFit as SeriesFit
    from stattools.inference.fits.loading import load as load
    from stattools.inference.fits.mixed_fit import LinearMixedFit as LinearMixedFit
    from stattools.inference.fits.mixed_fit import MixedRegressionFit as MixedRegressionFit
    from stattools.inference.fitting.many import ManyFits as ManyFits
    from stattools.inference.fitting.many import fit_many as fit_many
    from stattools.inference.fitting.maximum_likelihood import fit as fit
    from stattools.inference.hypotheses import TestResult as TestResult
    from stattools.inference.hypotheses import exact_test as exact_test
    from stattools.inference.hypotheses import independence as independence
    from stattools.inference.hypotheses import likelihood_ratio as likelihood_ratio
    from stattools.inference.hypotheses import p_adjust as p_adjust
    from stattools.inference.hypotheses import permutation_test as permutation_test
    from stattools.inference.hypotheses import score_test as score_test
    from stattools.inference.hypotheses.wild_bootstrap import WildBootstrap as WildBootstrap
    from stattools.inference.penalties import Jeffreys as Jeffreys
    from stattools.inference.penalties import Ridge as Ridge
    from stattools.inference.resampling.bootstrap import Bootstrap as Bootstrap
    from stattools.inference.resampling.bootstrap import bootstrap as bootstrap
    from stattools.inference.resampling.power import Power as Power
    from stattools.inference.resampling.power import power as power
    from stattools.inference.resampling.states import simulate_states as simulate_states
    from stattools.inference.smooths.curves import Smooth as Smooth
    from stattools.inference.survival.product_limit import KaplanMeier as KaplanMeier
    from stattools.inference.survival.product_limit import kaplan_meier as kaplan_meier
    from stattools.interface.interval import Interval as Interval
    from stattools.likelihoods import Bernoulli as Bernoulli
    from stattools.likelihoods import BetaBinomial as BetaBinomial
    from stattools.likelihoods import Binomial as Binomial
    from stattools.likelihoods import Categorical as Categorical
    from stattools.likelihoods import Cumulative as Cumulative
    from stattools.likelihoods import FailureTime as FailureTime
    from stattools.likelihoods import GammaFamily as GammaFamily
    from stattools.likelihoods import Gaussian as Gaussian
    from stattools.likelihoods import Hurdle as Hurdle
    from stattools.likelihoods import NegativeBinomial as NegativeBinomial
    from stattools.likelihoods import Poisson as Poisson
    from stattools.likelihoods import Probit as Probit
    from stattools.likelihoods import ZeroInflated as ZeroInflated
    from stattools.likelihoods import ZeroTruncated as ZeroTruncated
    from stattools.likelihoods.own import likelihood as likelihood
    from stattools.models.custom import custom as custom
    from stattools.models.evaluation import Evaluation as Evaluation
    from stattools.models.model import Model as Model
    from stattools.models.regressions.categories import one_vs_rest as one_vs_rest
    from stattools.models.regressions.categories import ordinal as ordinal
    from stattools.models.regressions.counts import hurdle as hurdle
    from stattools.models.regressions.counts import negative_binomial as negative_binomial
    from stattools.models.regressions.counts import poisson as poisson
    from stattools.models.regressions.counts import zero_inflated as zero_inflated
    from stattools.models.regressions.glm import beta_binomial as beta_binomial
    from stattools.models.regressions.glm import gamma as gamma
    from stattools.models.regressions.glm import glm as glm
    from stattools.models.regressions.glm import logistic as logistic
    from stattools.models.regressions.glm import ols as ols
    from stattools.models.regressions.glm import probit as probit
    from stattools.models.regressions.glm import regression as regression
    from stattools.models.regressions.glm import softmax as softmax
    from stattools.models.regressions.linear_mixed import linear_mixed as linear_mixed
    from stattools.models.regressions.times import aft as aft
    from stattools.models.regressions.times import conditional_logit as conditional_logit
    from stattools.models.regressions.times import cox as cox
    from stattools.models.samples.normal import correlation as correlation
    from stattools.models.samples.normal import multivariate_normal as multivariate_normal
    from stattools.models.samples.normal import normal as normal
    from stattools.models.samples.proportions import binomial as binomial
    from stattools.models.samples.proportions import coin as coin
    from stattools.models.samples.proportions import geometric as geometric
    from stattools.models.samples.proportions import pascal as pascal
    from stattools.models.samples.rates import exponential_rate as exponential_rate
    from stattools.models.samples.rates import poisson_rate as poisson_rate
    from stattools.models.samples.tables import categories as categories
    from stattools.models.samples.tables import multinomial as multinomial
    from stattools.models.samples.tables import odds_ratio as odds_ratio
    from stattools.networks.construction import network as network
    from stattools.networks.network import Network as Network
    from stattools.networks.network_ensemble import NetworkEnsemble as NetworkEnsemble
    from stattools.networks.network_fit import NetworkFit as NetworkFit
    from stattools.reporting.model_table import report_table as report_table
    from stattools.reporting.quotations import sentences as sentences
    from stattools.reporting.report import report as report
    from stattools.series.filters.adjoint import FilterGradient as FilterGradient
    from stattools.series.filters.adjoint import RecurrenceGradient as RecurrenceGradient
    from stattools.series.filters.adjoint import exponential_filter_adjoint as exponential_filter_adjoint
    from stattools.series.filters.adjoint import linear_recurrence_adjoint as linear_recurrence_adjoint
    from stattools.series.filters.decay import ExponentialMoments as ExponentialMoments
    from stattools.series.filters.decay import decay_weights as decay_weights
    from stattools.series.filters.decay import exponential_moments as exponential_moments
    from stattools.series.filters.exponential import exponential_filter as exponential_filter
    from stattools.series.filters.exponential_smoothing import exponential_smoothing as exponential_smoothing
    from stattools.series.filters.graduation import hodrick_prescott as hodrick_prescott
    from stattools.series.filters.graduation import whittaker as whittaker
    from stattools.series.filters.recurrence import linear_recurrence as linear_recurrence
    from stattools.series.filters.smoothing import ExponentialSmoothing as ExponentialSmoothing
    from stattools.series.filters.streaming import ExponentialFilterState as ExponentialFilterState
    from stattools.series.filters.streaming import exponential_filter_state as exponential_filter_state
    from stattools.series.statespace.conventions import loglik_conventions as loglik_conventions
    from stattools.series.statespace.series import local_level as local_level
    from stattools.series.statespace.series import local_linear_trend as local_linear_trend
    from stattools.series.statespace.series import smooth_trend as smooth_trend
    from stattools.series.statespace.state_table import states as states
    from stattools.solvers import LBFGS as LBFGS
    from stattools.solvers import Adam as Adam
    from stattools.solvers import ClosedForm as ClosedForm
    from stattools.solvers import GradientDescent as GradientDescent
    from stattools.solvers import LeastSquares as LeastSquares
    from stattools.solvers import Newton as Newton
    from stattools.solvers import Solution as Solution
    from stattools.validation.explaining.audit import Audit as Audit
    from stattools.validation.explaining.audit import audit as audit
    from stattools.validation.explaining.claim_audit import ClaimAudit as ClaimAudit
    from stattools.validation.explaining.explain import Explanation as Explanation
    from stattools.validation.explaining.explain import explain as explain
    from stattools.validation.explaining.reproduce import Reproduction as Reproduction
    from stattools.validation.explaining.reproduce import reproduce as reproduce
    from stattools.validation.validate import validate as validate
    from stattools.validation.verdict import Agreement as Agreement
    from stattools.validation.verdict import Finding as Finding

__version__ = "0.1.0"

_SOURCE: str = __loader__.get_data(__file__).decode()

_MODULE_OF = {
    name: home for home, name in re.findall(r"^    from stattools\.(\S+) import \(?\s*(\w+) as", _SOURCE, re.M)
}
"""Each public name, and the file that it is in."""

_MODULES = {"sklearn": "inference.scikit_learn"}
"""Names of modules: what is in them needs a package that may not be there."""

__all__ = sorted([*_MODULE_OF, "__version__"])


def __getattr__(name: str) -> Any:
    from stattools.interface.names import guesses

    if name in _MODULES:
        return import_module(f"stattools.{_MODULES[name]}")
    if name not in _MODULE_OF:
        guesses.absent_function(name, tuple(__all__))
    value = guesses.public(getattr(import_module(f"stattools.{_MODULE_OF[name]}"), name), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, *_MODULES]
