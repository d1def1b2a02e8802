"""The beta distribution to full accuracy: density, both tails, quantiles.

    f(theta) = theta^(a-1) (1-theta)^(b-1) / B(a, b),    a, b > 0

The density is a saddle-point expansion (Loader 2000), so parameters of 1e9 lose nothing. SciPy's incomplete beta
function may lose digits in the tail that exceeds one half (2e-8 at a = 4, b = 1e9), so here the larger tail is one
minus the smaller; its inverse may fail (1.9e-6 for the median of a = 1000, b = 1e9, which is 1.0e-6), so here it is
only a start. Cost: about a microsecond a tail, a few tails a quantile.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincc, betaincinv, expit, logit, xlogy

from stattools.interface.arrays import Floats
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI, deviance_part, stirling_error

LOGITS = (-745.0, 40.0)
"""Beyond these logits theta is 0 or 1 in double precision."""


def log_density_of_logit(
    x: ArrayLike,
    y: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    log_x: ArrayLike | None = None,
    log_y: ArrayLike | None = None,
) -> Floats:
    """log of x^a y^b / B(a, b), the density of the logit at 0 < x < 1, y = 1 - x; log-concave in the logit.

    Pass `log_x` and `log_y` where x or y may underflow.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    n = a + b
    ratios = [None if log is None else np.log(c / n) - log for c, log in ((a, log_x), (b, log_y))]
    errors = stirling_error(n) - stirling_error(a) - stirling_error(b)
    deviance = deviance_part(a, n * x, ratios[0]) + deviance_part(b, n * y, ratios[1])
    return errors - deviance + 0.5 * (np.log(a / n) + np.log(b)) - HALF_LOG_TWO_PI


def log_density(x: ArrayLike, y: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """log f at 0 <= x <= 1, with y = 1 - x given apart so that neither end loses digits.

    >>> float(log_density(0.0, 1.0, 1, 3))  # log of 3 (1 - x)^2 at 0
    1.0986122886681098
    """
    x, y, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, y, a, b)))
    inside = (x > 0) & (y > 0)
    p, q = np.where(inside, x, 0.5), np.where(inside, y, 0.5)
    value = log_density_of_logit(p, q, a, b) - np.log(p) - np.log(q)
    edge = xlogy(a - 1.0, x) + xlogy(b - 1.0, y) + np.log(np.where(x > 0, a, b))
    return np.where(inside, value, edge)


def tails(x: ArrayLike, y: ArrayLike, a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    """P(theta <= x) and P(theta > x) with y = 1 - x given apart, the smaller tail to full relative accuracy.

    >>> below, above = tails(0.25, 0.75, 1, 1)
    >>> float(below), float(above)
    (0.25, 0.75)
    """
    x, y, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, y, a, b)))
    near = x <= y  # work from the nearer end
    end, first, second = np.where(near, x, y), np.where(near, a, b), np.where(near, b, a)
    inner, outer = betainc(first, second, end), betaincc(first, second, end)
    inner, outer = np.where(outer < 0.5, 1.0 - outer, inner), np.where(inner < 0.5, 1.0 - inner, outer)
    return np.where(near, inner, outer), np.where(near, outer, inner)


def lower_tail(x: ArrayLike, y: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """P(theta <= x) alone, with y = 1 - x given apart: `tails` at a third of its cost. P(theta > x) is
    `lower_tail(y, x, b, a)`.
    """
    x, y, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, y, a, b)))
    value = np.asarray(betainc(a, b, x))
    for wrong in (value > 0.5, y < 0.05):  # a larger tail is one minus the smaller; near 1, y has the digits
        if wrong.any():
            value[wrong] = tails(x[wrong], y[wrong], a[wrong], b[wrong])[0]
    return value


def quantile(p: ArrayLike, q: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """The x with P(theta <= x) = p and P(theta > x) = q; p + q = 1 given apart so that neither tail loses digits.

    >>> float(quantile(0.5, 0.5, 7, 7))
    0.5
    """
    t = logit_quantile(p, q, a, b)
    return np.where(np.asarray(p) == 0.0, 0.0, np.where(np.asarray(q) == 0.0, 1.0, expit(t)))


def logit_quantile(p: ArrayLike, q: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """The log odds of `quantile`, which have digits where theta is next to 0 or 1.

    Newton steps on the log of the smaller tail as a function of the logit, where it is concave; a step that leaves the
    bracket is replaced by bisection. Converged entries are not computed again.
    """
    p, q, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (p, q, a, b)))
    shape = p.shape
    p, q, a, b = (v.ravel() for v in (p, q, a, b))
    left = p <= q
    # From the smaller tail; mirrored, the smaller tail is the lower one.
    aim, first, second = np.where(left, p, q), np.where(left, a, b), np.where(left, b, a)
    start = betaincinv(first, second, aim)
    t = np.clip(logit(np.where(np.isnan(start), 0.5, start)), -LOGITS[1], LOGITS[1])
    answer = np.empty_like(t)
    low, high = np.full_like(t, LOGITS[0]), np.full_like(t, -LOGITS[0])
    active = np.arange(len(t))
    for _ in range(100):
        x, y = expit(t), expit(-t)
        tail = lower_tail(x, y, first, second)
        short = tail < aim
        low, high = np.where(short, t, low), np.where(short, high, t)
        # Where a tail or a density underflows there is no Newton step: bisection follows.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            step = np.log(aim / tail) * tail / np.exp(log_density_of_logit(x, y, first, second))
        within = (t + step >= low) & (t + step <= high)
        step = np.where(within, step, 0.5 * (low + high) - t)
        t = t + step
        rest = np.abs(step) > 1e-11 * np.maximum(np.abs(t), 1.0)  # a Newton step errs by its square
        answer[active[~rest]] = t[~rest]
        if not rest.any():
            break
        t, low, high, active = t[rest], low[rest], high[rest], active[rest]
        aim, first, second = aim[rest], first[rest], second[rest]
    else:
        answer[active] = t
    return np.where(left, answer, -answer).reshape(shape)
