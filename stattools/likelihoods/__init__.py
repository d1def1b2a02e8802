"""Likelihoods: what one observation y says about its linear predictor eta.

Each is a frozen dataclass with `parameters` (by name, each with its link), `width` (number of eta per row) and,
vectorised over rows, `check`, `mean`, `loglik`, `score` (d loglik / d eta), `information` (- d2 loglik / d eta2),
`sample`, and the fused `evaluate`, which returns all three at the cost of one set of exponentials. They know nothing of
X, of blocks or of solvers.
"""

from stattools.likelihoods.bernoulli import Bernoulli
from stattools.likelihoods.beta import BetaFamily
from stattools.likelihoods.beta_binomial import BetaBinomial
from stattools.likelihoods.binomial import Binomial
from stattools.likelihoods.categorical import Categorical
from stattools.likelihoods.cumulative import Cumulative
from stattools.likelihoods.failure_time import FailureTime
from stattools.likelihoods.gamma import GammaFamily
from stattools.likelihoods.gaussian import Gaussian
from stattools.likelihoods.hurdle import Hurdle
from stattools.likelihoods.inverse_gaussian import InverseGaussian
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.location_scale import LocationScale
from stattools.likelihoods.negative_binomial import NegativeBinomial
from stattools.likelihoods.poisson import Poisson
from stattools.likelihoods.probit import Probit
from stattools.likelihoods.zero_inflated import ZeroInflated
from stattools.likelihoods.zero_truncated import ZeroTruncated

__all__ = [
    "Bernoulli",
    "BetaBinomial",
    "BetaFamily",
    "Binomial",
    "Categorical",
    "Cumulative",
    "FailureTime",
    "GammaFamily",
    "Gaussian",
    "Hurdle",
    "InverseGaussian",
    "Likelihood",
    "Linked",
    "LocationScale",
    "NegativeBinomial",
    "Poisson",
    "Probit",
    "ZeroInflated",
    "ZeroTruncated",
]
