"""Powers of a gamma variable as curves of t = log(G / shape), G ~ Gamma(shape, 1): a rate (power 1), a variance (-1), a
standard deviation (-1/2). What highest-density intervals need, and tails and quantiles of variances.

    log f(x) = log f(t) - power t + constant,   x = constant G^power
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.curves.highest_density import Peaked, highest_density
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.numerics.distributions.counts import log_of_ratio
from stattools.numerics.distributions.gamma import log_density_of_log, log_quantile, tail

LARGEST = 300.0 * np.log(10.0)
"""The logarithm of the largest variance."""


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
        low, high = highest_density(prob, PEAKED, a, np.ones_like(a))
        lower[~falls], upper[~falls] = a * np.exp(low), a * np.exp(high)
    return lower, upper


def inverse_gamma_ends(prob: float, shape: Any, scale: Any, root: float = 1.0) -> tuple[Floats, Floats]:
    """Highest-density intervals of probability `prob` for the r-th root of the variance, in the shape of `shape`.

    >>> low, high = inverse_gamma_ends(0.9, 3.0, 4.0)
    >>> round(float(low), 6), round(float(high), 6)
    (0.402538, 3.678084)
    """
    a = np.ravel(np.asarray(shape, dtype=float))
    last, first = highest_density(prob, PEAKED, a, np.full_like(a, -1.0 / root))
    low, high = (_variance(-end.reshape(np.shape(shape)), shape, scale) for end in (first, last))
    return low ** (1.0 / root), high ** (1.0 / root)


def tails(variance: Floats, shape: Any, scale: Any) -> tuple[Floats, Floats]:
    """P(V <= variance) and P(V > variance) for variances >= 0, the smaller one to full relative accuracy."""
    variance, a, b = np.broadcast_arrays(variance, shape, scale)
    inside = (variance > 0) & np.isfinite(variance)
    t = log_of_ratio(b, a) - np.log(np.where(inside, variance, 1.0))
    below, above = tail(t, a, False), tail(t, a, True)
    edge = (variance > 0).astype(float)  # 0 or infinity
    return np.where(inside, below, edge), np.where(inside, above, 1.0 - edge)


def quantile(p: ArrayLike, q: ArrayLike, shape: Any, scale: object) -> Floats:
    """The variance with P(V <= it) = p and P(V > it) = q, given apart so that neither tail loses digits; 0 at p = 0,
    infinite at q = 0.
    """
    p, q, a = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(q, dtype=float), shape)
    inside = (p > 0) & (q > 0)
    t = log_quantile(np.where(inside, q, 0.5), np.where(inside, p, 0.5), a)
    return np.where(inside, _variance(np.where(inside, -t, 0.0), a, scale), np.where(p > 0, np.inf, 0.0))


def _variance(s: Floats, shape: Any, scale: Any) -> Floats:
    """The variance of s = log(variance shape / scale); DomainError where it is beyond float64."""
    log = s + np.log(scale) - np.log(shape)
    if (log > LARGEST).any():
        raise DomainError(
            f"an inverse gamma distribution of shape {np.min(shape):.3g} reaches beyond float64: this quantile of the "
            "variance is above 1e300. Give a larger shape."
        )
    return np.where(np.abs(s) < 600.0, np.exp(np.clip(s, -600.0, 600.0)) * scale / shape, np.exp(log))


def _start(a: Floats, power: Floats) -> tuple[Floats, Floats]:
    return np.zeros_like(a), 1.0 / np.sqrt(a)


def _mode(a: Floats, power: Floats) -> Floats:
    return np.log1p(-power / a)


def _density(t: Floats, a: Floats, power: Floats) -> tuple[Floats, Floats, Floats]:
    t = np.minimum(t, 700.0)
    of_log = log_density_of_log(t, a)
    return of_log - power * t, of_log, -power - a * np.expm1(t)


def _outside(low: Floats, high: Floats, a: Floats, power: Floats) -> Floats:
    return tail(low, a, True) + tail(high, a, False)


def _quantile(p: Floats, q: Floats, a: Floats, power: Floats) -> Floats:
    return log_quantile(p, q, a)


PEAKED = Peaked(_start, _mode, _density, _outside, _quantile)
