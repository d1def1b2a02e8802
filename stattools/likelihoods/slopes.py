"""How fast the mean moves with the linear predictor: the slopes of the inverse links, for the delta method."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import IncompatibleError
from stattools.likelihoods.bernoulli import Bernoulli
from stattools.likelihoods.beta_binomial import BetaBinomial
from stattools.likelihoods.binomial import Binomial
from stattools.likelihoods.categorical import Categorical
from stattools.likelihoods.gaussian import Gaussian
from stattools.likelihoods.negative_binomial import NegativeBinomial
from stattools.likelihoods.poisson import Poisson
from stattools.likelihoods.probit import Probit

Floats = NDArray[np.float64]


def mean_slope(likelihood: Any, eta: Floats) -> Floats:
    """d mean / d eta, shape (m, K, width): K means (categories, else one), width linear predictors.

    >>> mean_slope(Poisson(), np.log([2.0])).round(6).tolist()
    [[[2.0]]]
    """
    match likelihood:
        case Gaussian():
            return np.ones((len(eta), 1, 1))
        case Bernoulli() | Binomial():
            return (special.expit(eta) * special.expit(-eta))[:, None, None]
        case Probit():
            return (np.exp(-0.5 * eta * eta) / np.sqrt(2.0 * np.pi))[:, None, None]
        case Poisson():
            return likelihood.mean(eta)[:, None, None]
        case NegativeBinomial():
            mean = likelihood.mean(eta)
            return np.stack([mean, np.zeros_like(mean)], axis=-1)[:, None, :]
        case BetaBinomial():
            slope = special.expit(eta[:, 0]) * special.expit(-eta[:, 0])
            return np.stack([slope, np.zeros_like(slope)], axis=-1)[:, None, :]
        case Categorical():
            p = likelihood.mean(eta)
            return p[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])[:, :, 1:]
    raise IncompatibleError(f"the slope of the mean is not known for {type(likelihood).__name__}.")
