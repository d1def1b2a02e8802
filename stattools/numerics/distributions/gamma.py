"""The gamma distribution of shape a and rate 1 to full accuracy: density, both tails, quantiles.

    f(z) = z^(a-1) exp(-z) / Gamma(a),    z = a exp(t)

Everything is a function of t = log(z / a), which has digits both where z underflows (a = 0.01) and where z is next to a
(a = 1e9). SciPy's lower tail stops its series early for large shapes (40 % off at a = 1e8, five standard deviations
below), so there Temme's uniform expansion takes over; its inverse is only a start here. Source: Temme, "The asymptotic
expansion of the incomplete gamma functions", SIAM J. Math. Anal. 10 (1979). Cost: a tenth of a microsecond a tail, a
microsecond or two a quantile.

    G = digamma(r + y) - digamma(r) - log(1 + y / r)

of which derivatives of Gamma(r + y) / Gamma(r) in r are made, would be lost as a difference for large r; beyond r = 15
it is summed from the asymptotic series of the digamma function (DLMF 5.11.2).
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, erfcx, gammainc, gammaincc, gammainccinv, gammaincinv, gammaln, zeta

from stattools.interface.arrays import Floats
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, stirling_error

SERIES = [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362880, 1 / 3628800]
"""Coefficients of (exp(t) - 1 - t) / t^2 in powers of t."""

LARGE = 2e4
"""Shapes beyond which SciPy's series for the lower tail is cut short."""

SHORT = 0.1
"""The size of t from which on differences of exp(t) have their digits, so that one exponential makes all of them."""

TINY = 1e-9
"""Below, P(Z <= z) = z^a / Gamma(a + 1) (1 - a z / (a + 1)) to the last digit."""

C0 = (-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835, -139 / 777600, 1 / 25515, -571 / 261273600, -281 / 151559100)

C1 = (-1 / 540, -1 / 288, 1 / 378, -77 / 77760, 7 / 34992)

REACH = 0.35

C2 = (25 / 6048, -139 / 51840, 101 / 16329.6)
"""Temme's coefficients as series in eta."""


def log_density_of_log(t: ArrayLike, a: ArrayLike) -> Floats:
    """log of z^a exp(-z) / Gamma(a) at z = a exp(t), the density of t; log-concave in t."""
    a = np.asarray(a, dtype=float)
    return log_density_of_deviance(deviance(t, a), a)


def log_density_of_deviance(part: Floats, a: Floats) -> Floats:
    """The same from `deviance(t, a)`, where that is at hand."""
    return 0.5 * np.log(a) - stirling_error(a) - part - HALF_LOG_TWO_PI


@np.errstate(over="ignore")  # beyond float64 it is infinite
def deviance(t: ArrayLike, a: ArrayLike) -> Floats:
    """a (exp(t) - 1 - t), half the deviance of an observation exp(t) times its mean, of shape a.

    >>> f"{deviance(1e-9, 2.0):.9e}"  # 2 (t^2 / 2 + t^3 / 6)
    '1.000000000e-18'
    """
    t, a = np.asarray(t, dtype=float), np.asarray(a, dtype=float)
    value = np.asarray(np.expm1(t) - np.minimum(t, 1e300))
    near = np.abs(t) < SHORT
    if near.any():
        s = t[near]
        value[near] = s * s * polyval(s, SERIES)
    return a * value


@np.errstate(over="ignore")  # as above
def differences(t: Floats) -> tuple[Floats, Floats, Floats]:
    """exp(t), exp(t) - 1 and exp(t) - 1 - t, each to full accuracy, of one exponential.

    >>> print(*(f"{part[0]:.12g}" for part in differences(np.array([1e-9]))))
    1.000000001 1.0000000005e-09 5.00000000167e-19
    """
    power = np.exp(t)
    less = power - 1.0
    rest = less - t
    near = np.nonzero(np.abs(t) < SHORT)
    if near[0].size:
        s = t[near]
        short = s * s * polyval(s, SERIES)
        rest[near] = short
        less[near] = s + short
    return power, less, rest


def tail(t: ArrayLike, a: ArrayLike, lower: bool) -> Floats:
    """P(Z <= a exp(t)), or P(Z > a exp(t)), to full relative accuracy where it is below one half.

    >>> float(tail(np.log(2.0), 1.0, lower=True).round(12))  # 1 - exp(-2)
    0.864664716763
    """
    t, a = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (t, a)))
    with np.errstate(over="ignore"):  # so far up that the probability is 1, or 0
        z = a * np.exp(t)
    value = np.asarray((gammainc if lower else gammaincc)(a, z))
    tiny, far = (z < TINY) & lower, a > LARGE
    if tiny.any():
        log_z = t[tiny] + np.log(a[tiny])
        value[tiny] = np.exp(a[tiny] * log_z - gammaln(a[tiny] + 1.0)) * (1.0 - z[tiny] * a[tiny] / (a[tiny] + 1.0))
    if far.any():
        value[far] = _temme(t[far], a[far])[0 if lower else 1]
    return value


def tails(t: ArrayLike, a: ArrayLike) -> tuple[Floats, Floats]:
    """P(Z <= a exp(t)) and P(Z > a exp(t)); the larger is one minus the smaller."""
    below, above = tail(t, a, True), tail(t, a, False)
    return np.where(above < 0.5, 1.0 - above, below), np.where(below < 0.5, 1.0 - below, above)


def log_quantile(p: ArrayLike, q: ArrayLike, a: ArrayLike) -> Floats:
    """The t with P(Z <= a exp(t)) = p and P(Z > a exp(t)) = q; p + q = 1 given apart so that neither tail loses digits.

    Newton steps on the log of the smaller tail, which is concave in t; a step that leaves the bracket is replaced by
    bisection. Converged entries are not computed again. -inf for p = 0, inf for q = 0.

    >>> float(np.exp(log_quantile(0.5, 0.5, 1.0)).round(12))  # log 2
    0.69314718056
    """
    p, q, a = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (p, q, a)))
    shape = p.shape
    p, q, a = (v.ravel() for v in (p, q, a))
    left = p <= q
    aim = np.where(left, p, q)
    t = _start(aim, left, a)
    answer = np.empty_like(t)
    low, high = np.full_like(t, -np.inf), np.full_like(t, 700.0)
    active = np.arange(len(t))
    for _ in range(100):
        reached = np.where(left, tail(t, a, True), tail(t, a, False))
        rightward = (reached < aim) == left
        low, high = np.where(rightward, t, low), np.where(rightward, high, t)
        # Where a tail or a density underflows there is no Newton step: bisection follows.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            step = np.where(left, 1.0, -1.0) * np.log(aim / reached) * reached / np.exp(log_density_of_log(t, a))
            middle = np.where(low == -np.inf, t - 1.0 - np.abs(t), 0.5 * (low + high)) - t
        step = np.where((t + step >= low) & (t + step <= high), step, middle)
        t = t + step
        rest = np.abs(step) > 1e-10 * np.maximum(np.abs(t), 1.0 / np.sqrt(a))  # a Newton step errs by its square
        answer[active[~rest]] = t[~rest]
        if not rest.any():
            break
        t, low, high, active = t[rest], low[rest], high[rest], active[rest]
        aim, left, a = aim[rest], left[rest], a[rest]
    else:
        answer[active] = t
    return np.where(p == 0.0, -np.inf, np.where(q == 0.0, np.inf, answer)).reshape(shape)


def _start(aim: Floats, left: NDArray[np.bool_], a: Floats) -> Floats:
    z = np.where(left, gammaincinv(a, aim), gammainccinv(a, aim))
    with np.errstate(divide="ignore", invalid="ignore"):  # z = 0: it underflows, and has a formula of its own
        t = np.log(z / a)
        leading = (np.log(aim) + gammaln(a + 1.0)) / a - np.log(a)
    leading = np.where(np.isfinite(leading), leading, 0.0)
    return np.where(np.isfinite(t) & (z > 1e-290), t, np.where(left, leading, 0.0))


@np.errstate(over="ignore")  # the far tail is 0
def _temme(t: Floats, a: Floats) -> tuple[Floats, Floats]:
    """Both tails for large a, each to full accuracy below one half:

    exp(-D) [erfcx(sqrt D) / 2 -+ (c0 + c1 / a + c2 / a^2) / sqrt(2 pi a)],   D = a eta^2 / 2 = a (exp(t) - 1 - t)
    """
    half = deviance(t, a)
    eta = np.copysign(np.sqrt(2.0 * half / a), t)
    near = np.clip(eta, -REACH, REACH)  # beyond, a tail is below 1e-300
    # The difference of the reciprocals cancels where eta is small, and the series ends too early where it is not.
    far = np.abs(eta) > 0.1
    exact = 1.0 / np.expm1(np.where(far, t, 1.0)) - 1.0 / np.where(far, eta, 1.0)
    rest = np.where(far, exact, polyval(near, C0)) + (polyval(near, C1) + polyval(near, C2) / a) / a
    rest = rest / np.sqrt(2.0 * np.pi * a)
    inner = np.exp(-half) * (0.5 * erfcx(np.sqrt(half)) + np.where(t < 0.0, -rest, rest))
    return np.where(t < 0.0, inner, 1.0 - inner), np.where(t < 0.0, 1.0 - inner, inner)


def gamma_differences(r: Floats, y: Floats) -> tuple[Floats, Floats]:
    """r G and r^2 (trigamma(y + r) - trigamma(r)) + r y / (r + y) for r > 0, y >= 0; both 0 where y = 0.

    >>> slope, curvature = gamma_differences(np.array(1e9), np.array(3.0))  # r G is 3 / (2 r) to first order
    >>> float(slope).__round__(15), float(curvature).__round__(15)
    (1.5e-09, -3e-09)
    """
    share = y / (r + y)
    large = np.maximum(r, 15.0)
    log_t = -np.log1p(np.where(r < 15.0, 0.0, y / large))

    def power(k: int) -> Floats:
        return np.expm1(k * log_t) * (1.0 / large) ** (k - 1)  # (t^k - 1) / r^(k-1), t = r / (r + y)

    far_slope = -power(1) / 2 - power(2) / 12 + power(4) / 120 - power(6) / 252 + power(8) / 240
    far_curvature = large * (power(2) / 2 + power(3) / 6 - power(5) / 30 + power(7) / 42 - power(9) / 30)
    small = np.minimum(r, 15.0)
    near_slope = small * (digamma(y + small) - digamma(small) - (np.log(small + y) - np.log(small)))
    near_curvature = small * small * (zeta(2.0, y + small) - zeta(2.0, small)) + r * share
    return np.where(r < 15.0, near_slope, far_slope), np.where(r < 15.0, near_curvature, far_curvature)


def digamma_gap(k: Floats) -> tuple[Floats, Floats]:
    """G = k (log k - digamma(k)), between 1/2 and 1, and its slope k dG / dk, for k > 0.

    >>> gap, slope = digamma_gap(np.array(1e6))  # 1/2 + 1 / (12 k) to first order
    >>> f"{gap:.12f} {slope:.7e}"
    '0.500000083333 -8.3333333e-08'
    """
    low = k < 15.0
    if low.all():
        return _gap_below(k)
    if not low.any():
        return _gap_beyond(k)
    below, beyond = _gap_below(np.minimum(k, 15.0)), _gap_beyond(np.maximum(k, 15.0))
    return np.where(low, below[0], beyond[0]), np.where(low, below[1], beyond[1])


def _gap_below(k: Floats) -> tuple[Floats, Floats]:
    """The same up to 15, from its definition."""
    gap = k * (np.log(k) - digamma(k))
    return gap, gap + k - k * k * zeta(2.0, k)


def _gap_beyond(k: Floats) -> tuple[Floats, Floats]:
    """The same from 15 on, by the series."""
    s = 1.0 / k
    a, b, c, d, e = s / 12, s**3 / 120, s**5 / 252, s**7 / 240, s**9 / 132
    return 0.5 + (a - b + c - d + e), -(a - 3 * b + 5 * c - 7 * d + 9 * e)
