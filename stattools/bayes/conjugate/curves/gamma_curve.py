"""The gamma density as a curve of t = log(rate theta / shape): what its highest-density interval needs."""

from __future__ import annotations

import numpy as np

from stattools.bayes.conjugate.curves.highest_density import Peaked, highest_density
from stattools.interface.arrays import Floats
from stattools.numerics.gamma_distribution import log_density_of_log, log_quantile, lower_tail, upper_tail


def gamma_ends(prob: float, shape: Floats) -> tuple[Floats, Floats]:
    """Highest-density intervals of probability `prob` at rate 1 for a vector of shapes; from 0 where the density falls.

    >>> low, high = gamma_ends(0.9, np.array([1.0, 5.0]))
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([0.0, 1.508664], [2.302585, 8.355398])
    """
    lower, upper = np.zeros_like(shape), np.empty_like(shape)
    falls = shape <= 1.0
    upper[falls] = shape[falls] * np.exp(log_quantile(prob, 1.0 - prob, shape[falls]))
    a = shape[~falls]
    if len(a):
        low, high = highest_density(prob, PEAKED, a)
        lower[~falls], upper[~falls] = a * np.exp(low), a * np.exp(high)
    return lower, upper


def _start(a: Floats) -> tuple[Floats, Floats]:
    return np.zeros_like(a), 1.0 / np.sqrt(a)


def _mode(a: Floats) -> Floats:
    return np.log1p(-1.0 / a)


def _density(t: Floats, a: Floats) -> tuple[Floats, Floats, Floats]:
    t = np.minimum(t, 700.0)
    of_log = log_density_of_log(t, a)
    return of_log - t, of_log, -1.0 - a * np.expm1(t)


def _outside(low: Floats, high: Floats, a: Floats) -> Floats:
    return lower_tail(low, a) + upper_tail(high, a)


PEAKED = Peaked(_start, _mode, _density, _outside, log_quantile)
