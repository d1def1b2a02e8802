"""The beta distribution to full accuracy: density, both tails, quantiles.

    f(theta) = theta^(a-1) (1-theta)^(b-1) / B(a, b),    a, b > 0

The density is a saddle-point expansion (Loader 2000), so parameters of 1e9 lose nothing. SciPy's incomplete beta
function may lose digits in the tail that exceeds one half (2e-8 at a = 4, b = 1e9), so here the larger tail is one
minus the smaller; its inverse may fail (1.9e-6 for the median of a = 1000, b = 1e9, which is 1.0e-6), so here it is
only a start. Cost: about a microsecond a tail, a few tails a quantile.

Integrals over betas, such as P(X < Y), are on the logit scale: there the log density and the logs of both tails are
concave, and nothing underflows where a parameter of 0.01 puts its mass, at theta = exp(-100) and below. Cost, many
pairs at once: 2 to 5 milliseconds a pair up to 1e6 trials, 10 to 20 at 1e9, where SciPy's incomplete beta is slow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincc, betaincinv, expit, log_expit, logit, xlogy

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, deviance_part, stirling_error
from stattools.numerics.quadrature import log_integral

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


CHUNK = 4096
"""Pairs integrated at a time: keeps the work in memory small."""

LEAST = np.log(1e-290)
"""Below this, SciPy's tails underflow."""

ROUNDING = np.log(1e-18)
"""An upper tail below this leaves the lower one at 1, in double precision."""


def log_tails(log_x: ArrayLike, log_y: ArrayLike, a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    """log P(theta <= x) and log P(theta > x), with log x and log y, y = 1 - x, so that neither end is lost.

    Next to an end, where theta itself may underflow, the tail is x^a / (a B(a, b)); a tail below 1e-290 is the density
    over its slope, to 1e-6.

    >>> round(float(log_tails(-1e4, 0.0, 0.01, 3.0)[0]), 6)
    -99.985062
    """
    log_x, log_y, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (log_x, log_y, a, b)))
    with np.errstate(under="ignore"):
        x, y = np.exp(log_x), np.exp(log_y)
    left, right = (a + b) * x < 1e-17, (a + b) * y < 1e-17
    middle = ~(left | right)
    below, above = np.empty(x.shape), np.empty(x.shape)
    p, q = tails(x[middle], y[middle], a[middle], b[middle])
    with np.errstate(divide="ignore"):  # a tail that underflows is replaced below
        below[middle], above[middle] = log_of_pair(p, q)
    if np.any(lost := (np.minimum(below, above) < LEAST) & middle):
        density = log_density_of_logit(*(v[lost] for v in (x, y, a, b, log_x, log_y)))
        pull = np.abs(a * y - b * x)[lost]  # the slope of the log density, far out
        tail = density - np.log(pull) - np.log1p(((a + b) * x * y)[lost] / pull**2)
        is_below = (below < above)[lost]
        below[lost], above[lost] = np.where(is_below, tail, 0.0), np.where(is_below, 0.0, tail)
    for end, inner, outer, own in ((left, below, above, a), (right, above, below, b)):
        if end.any():
            density = log_density_of_logit(*(v[end] for v in (x, y, a, b, log_x, log_y)))
            inner[end] = np.minimum(density - np.log(own[end]), 0.0)
            outer[end] = log_complement(inner[end])
    return below, above


def log_density_and_below(t: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """log density of the logit at t, and log P(logit <= t) as `log_tails` has it, with one incomplete beta function.

    The log density is concave in t, so that the nearer tail is at most the density over its slope, a y - b x: where
    that is negligible, no incomplete beta function is asked for.

    >>> [round(float(value[0]), 6) for value in log_density_and_below(np.log([1 / 3]), np.ones(1), np.ones(1))]
    [-1.673976, -1.386294]
    """
    x, y, log_x, log_y = expit(t), expit(-t), log_expit(t), log_expit(-t)
    density, pull = log_density_of_logit(x, y, a, b, log_x, log_y), a * y - b * x
    is_below = pull > 0.0
    with np.errstate(divide="ignore"):
        bound = density - np.log(np.abs(pull))
    value = np.where(is_below, bound, -np.exp(np.minimum(bound, 0.0)))
    left, right = (a + b) * x < 1e-17, (a + b) * y < 1e-17
    asked = ~(left | right) & (bound > np.where(is_below, LEAST, ROUNDING))
    near = x <= y  # work from the nearer end, as `tails` does
    for function, which in ((betainc, asked & (is_below == near)), (betaincc, asked & (is_below != near))):
        end, first, second = (np.where(near, *pair)[which] for pair in ((x, y), (a, b), (b, a)))
        tail = function(first, second, end)
        with np.errstate(divide="ignore"):  # a tail that underflows is replaced below
            value[which] = np.where(is_below[which], np.log(tail), np.log1p(-tail))
    if np.any(lost := is_below & (value < LEAST)):
        value[lost] = bound[lost] - np.log1p(((a + b) * x * y)[lost] / pull[lost] ** 2)
    value[left] = np.minimum(density - np.log(a), 0.0)[left]
    value[right] = log_complement(np.minimum(density - np.log(b), 0.0)[right])
    return density, value


def log_of_pair(p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """log p and log q, p + q = 1, each from the smaller of the two."""
    return np.where(q < 0.5, np.log1p(-q), np.log(p)), np.where(p < 0.5, np.log1p(-p), np.log(q))


def log_complement(log_p: Floats) -> Floats:
    """log(1 - p) from log p <= 0."""
    with np.errstate(divide="ignore"):  # p = 1 leaves nothing
        return np.where(log_p > -0.7, np.log(-np.expm1(log_p)), np.log1p(-np.exp(log_p)))


def landmarks(a: ArrayLike, b: ArrayLike) -> Floats:
    """Logits, shape (..., 21), at distances from the center that grow from the width of the peak to the last tail.

    Between them the logs of the density and of both tails change scale, beyond them everything is below exp(-750).
    """
    a, b = (np.asarray(v, dtype=float)[..., None] for v in (a, b))
    n, steps = a + b, np.arange(10.0) / 9.0
    center, width = np.log(a / b), np.minimum(1.0, np.sqrt(n / a / b))
    left, right = (
        width * (np.where(c > 120.0, 80.0 * width, 760.0 / c + n / c * np.log1p(c / other) + 1.0) / width) ** steps
        for c, other in ((a, b), (b, a))
    )
    return np.concatenate([center - left, center, center + right], axis=-1)


def probability_less(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Any:
    """P(X < Y) for independent X ~ Beta(a, b), Y ~ Beta(c, d), elementwise, to 1e-10 relative down to P = 1e-300.

    The narrower density times each tail of the other is integrated over the logit, where both are log-concave; the two
    integrals must add to one, and are divided by their sum. Raises ConvergenceError where they do not to 1e-8.

    >>> round(probability_less(1, 1, 2, 1), 12), probability_less(0.01, 1e9, 0.01, 1e9)
    (0.666666666667, 0.5)
    """
    parameters = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (a, b, c, d)))
    shape = parameters[0].shape
    rows = np.stack([v.ravel() for v in parameters])
    parts = [_less(*rows[:, start : start + CHUNK]) for start in range(0, rows.shape[1], CHUNK)]
    return np.concatenate(parts or [rows[0]]).reshape(shape) if shape else float(parts[0][0])


def _less(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """P(X < Y) for one-dimensional arrays."""
    key = [np.log(1.0 / p + 1.0 / q) for p, q in ((a, b), (c, d))]
    first = (key[0] < key[1]) | ((key[0] == key[1]) & (a < c))  # X is the narrower; ties by a, whatever the order
    narrow = np.where(first, a, c)[:, None], np.where(first, b, d)[:, None]
    wide = np.where(first, c, a)[:, None], np.where(first, d, b)[:, None]
    marks = np.concatenate([landmarks(a, b), landmarks(c, d)], axis=-1)

    def integrand(side: int) -> Any:
        def log_product(t: Floats, row: NDArray[np.intp]) -> Floats:
            log_x, log_y = log_expit(t), log_expit(-t)
            (p, q), (r, s) = ((v[row[:, 0]] for v in pair) for pair in (narrow, wide))
            density = log_density_of_logit(expit(t), expit(-t), p, q, log_x, log_y)
            return density + log_tails(log_x, log_y, r, s)[side]

        return log_product

    below, above = (np.exp(log_integral(integrand(side), marks)) for side in (0, 1))
    total = below + above
    if not np.all(np.abs(total - 1.0) < 1e-8):
        raise ConvergenceError(
            f"P(X < Y) + P(X > Y) needs to be 1; got {total[np.argmax(np.abs(total - 1.0))]:.10g}. "
            "Report the parameters of the two beta distributions."
        )
    same = (a == c) & (b == d)
    return np.where(same, 0.5, np.where(first, above, below) / total)
