"""Likelihoods: what one observation y says about its linear predictor eta.

Each is a frozen dataclass with `parameters` (by name, each with its link), `width` (number of eta per row) and,
vectorised over rows, `check`, `mean`, `loglik`, `score` (d loglik / d eta), `information` (- d2 loglik / d eta2),
`sample`, and the fused `evaluate`, which returns all three at the cost of one set of exponentials. They know nothing of
X, of blocks or of solvers.
"""

from stattools.likelihoods.beta import BetaBinomial, BetaFamily
from stattools.likelihoods.binary import Bernoulli, Binomial, Probit
from stattools.likelihoods.counts import NegativeBinomial, Poisson
from stattools.likelihoods.labels import Categorical, Cumulative
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.normal import Gaussian, LocationScale
from stattools.likelihoods.positive import GammaFamily, InverseGaussian
from stattools.likelihoods.times import FailureTime
from stattools.likelihoods.zeros import Hurdle, ZeroInflated, ZeroTruncated

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
