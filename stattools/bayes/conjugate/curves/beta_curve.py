"""The beta density as a curve of the log odds, with one peak inside (0, 1): what its highest-density interval needs;
and where it is highest, with the refusal where that is no single point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, log_expit

from stattools.bayes.conjugate.arms import place, plain
from stattools.bayes.conjugate.curves.highest_density import Peaked, highest_density
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.numerics.distributions.beta import log_density_of_logit, logit_quantile, lower_tail, quantile

EDGE = 745.0
"""Beyond these log odds a probability is 0 or 1 in double precision."""


def beta_ends(prob: float, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Highest-density intervals of probability `prob` for vectors a, b, not both below 1; the flat one is central.

    >>> low, high = beta_ends(0.9, np.array([5.0, 1.0]), np.array([3.0, 1.0]))
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([0.36832, 0.05], [0.892395, 0.95])
    """
    lower, upper = np.zeros_like(a), np.ones_like(a)
    spare = 1.0 - prob
    flat = (a == 1.0) & (b == 1.0)
    lower[flat], upper[flat] = 0.5 * spare, 1.0 - 0.5 * spare
    at_zero, at_one = (a <= 1.0) & (b >= 1.0) & ~flat, (b <= 1.0) & (a >= 1.0) & ~flat
    upper[at_zero] = quantile(prob, spare, a[at_zero], b[at_zero])
    lower[at_one] = quantile(spare, prob, a[at_one], b[at_one])
    inside = (a > 1.0) & (b > 1.0)
    if inside.any():
        low, high = highest_density(prob, PEAKED, a[inside], b[inside])
        lower[inside], upper[inside] = expit(low), expit(high)
    return lower, upper


def mode(belief: Any) -> float | Floats:
    """(a - 1) / (a + b - 2) inside, else the end that the density rises to. Raises DomainError where it is flat."""
    a, b = np.asarray(belief.a), np.asarray(belief.b)
    _refuse(belief, (a == 1.0) & (b == 1.0), "is flat and has no mode. Use the mean or the median.")
    require_one_peak(belief, "no single mode", "Use the mean or the median.")
    top, rest = np.maximum(a - 1.0, 0.0), np.maximum(b - 1.0, 0.0)
    return plain(np.where(top + rest > 0.0, top / np.where(top + rest > 0.0, top + rest, 1.0), a == 1.0))


def require_one_peak(belief: Any, lack: str, remedy: str) -> None:
    """DomainError for densities that are unbounded at both ends."""
    shape = "is U-shaped, unbounded at 0 and at 1: it has"
    _refuse(belief, (np.asarray(belief.a) < 1.0) & (np.asarray(belief.b) < 1.0), f"{shape} {lack}. {remedy}")


def _refuse(belief: Any, bad: Any, reason: str) -> None:
    if np.any(bad):
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        one = type(belief)(np.asarray(belief.a)[where], np.asarray(belief.b)[where])
        raise DomainError(f"{one!r}{f' {place(where, belief.arms)}' if where else ''} {reason}")


def _start(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    return np.log(a / b), np.sqrt(1.0 / a + 1.0 / b)


def _mode(a: Floats, b: Floats) -> Floats:
    return np.log((a - 1.0) / (b - 1.0))


def _density(t: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    t = np.clip(t, -EDGE, EDGE)
    x, y = expit(t), expit(-t)
    of_logit = log_density_of_logit(x, y, a, b)
    return of_logit - log_expit(t) - log_expit(-t), of_logit, (a - 1.0) * y - (b - 1.0) * x


def _outside(low: Floats, high: Floats, a: Floats, b: Floats) -> Floats:
    return lower_tail(expit(low), expit(-low), a, b) + lower_tail(expit(-high), expit(high), b, a)


PEAKED = Peaked(_start, _mode, _density, _outside, logit_quantile)
