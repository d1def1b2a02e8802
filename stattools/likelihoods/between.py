"""The probability between two cuts, log(F(b) - F(a)) for a < b, with its score and information, exact in the tails.

    logit     log expit(b) + log expit(-a) + log(1 - exp(-w)),                        w = b - a
    cloglog   -exp(a) + log(1 - exp(-E)),                               E = exp(b) - exp(a) = exp(b) (1 - exp(-w))
    probit    log Phi(b) + log(1 - Phi(a) / Phi(b)) on the side where both are small; a series in w where that is short

The log-log is the mirror image of the complementary one. The width w is given beside the cuts, since thresholds know it
without the difference of two linear predictors; the sums of derivatives, which are those of a shift of both cuts, are
formed without cancellation too. b may be inf and a -inf. Each is concave in (a, b), as F has a log-concave density.
Source: Pratt, JASA 76 (1981), 103-106; Burridge, JRSS B 43 (1981), 41-45.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit, log_ndtr

from stattools.interface.arrays import Floats
from stattools.likelihoods.links import LARGEST, LINKS, held_exp
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI

NARROW = 0.05
"""A normal probability of a width that is this short beside 1 / |middle| is summed as a series, to 1e-13 of it."""
DISTANT = 1e4
"""A normal tail beyond this falls like its density over the distance, to the last digit."""
FEW = 0.1
"""E below which E / (exp(E) - 1) is summed as a series where 1 or 1 - E / 2 is taken from it."""


class Between(NamedTuple):
    """log P, its derivatives by the upper cut, by the lower one and by a shift of both; the information about each, and
    the sums of its rows: of `upper` and `lower` with a shift of both.
    """

    log: Floats
    upper: Floats
    lower: Floats
    shift: Floats
    of_upper: Floats
    of_lower: Floats
    upper_shift: Floats
    lower_shift: Floats

    @property
    def mixed(self) -> Floats:
        """The information about both cuts, off the diagonal."""
        return self.upper_shift - self.of_upper


def between(link: str, a: Floats, b: Floats, w: Floats) -> Between:
    """log(F(b) - F(a)) of each row with its derivatives; -inf, and numbers that say nothing, where w <= 0.

    >>> found = between("logit", np.array([-1.0]), np.array([1.0]), np.array([2.0]))
    >>> np.exp(found.log).round(9).tolist(), found.shift.tolist()
    ([0.462117157], [0.0])
    """
    ordered = w > 0.0
    if not ordered.all():
        a, b, w = np.where(ordered, a, -1.0), np.where(ordered, b, 1.0), np.where(ordered, w, 2.0)
    found = BETWEEN[link](a, b, w)
    return found if ordered.all() else found._replace(log=np.where(ordered, found.log, -np.inf))


def _logit(a: Floats, b: Floats, w: Floats) -> Between:
    above, below = expit(-b), expit(a)
    q = 1.0 / np.expm1(np.minimum(w, 2.0 * LARGEST))
    v_b, v_a, r = above * expit(b), below * expit(-a), q * (1.0 + q)
    log = log_expit(b) + log_expit(-a) + np.log(-np.expm1(-w))
    return Between(log, above + q, -below - q, above - below, v_b + r, v_a + r, v_b, v_a)


def _cloglog(a: Floats, b: Floats, w: Floats) -> Between:
    A, v = held_exp(a), 1.0 / np.expm1(np.minimum(w, 2.0 * LARGEST))
    u = -1.0 / np.expm1(-w)  # exp(b) / E, and v is exp(a) / E
    log_E = b - np.log(u)
    E = np.exp(np.minimum(log_E, np.log(2.0 * LARGEST)))
    Eq = np.where(E > 0.0, E / np.expm1(np.maximum(E, 1e-300)), 1.0)  # E / (exp(E) - 1)
    small = E < FEW
    s = np.where(small, E * E, 0.0)
    rest = s * (1.0 / 12.0 - s * (1.0 / 720.0 - s * (1.0 / 30240.0 - s / 1209600.0)))
    above = np.where(small, 0.5 * E + rest, E + Eq - 1.0)
    below = np.where(small, 0.5 * E - rest, 1.0 - Eq)
    near = np.where(E < 1e-12, log_E - 0.5 * E, np.log(-np.expm1(-np.maximum(E, 1e-300))))
    log = np.where(E > 0.7, np.log1p(-np.exp(-np.maximum(E, 0.5))), near) - A
    up, down = Eq * u, A + Eq * v
    return Between(log, up, -down, Eq - A, up * (above + down), down * (1.0 + Eq * v), up * above, down * below)


def _mirrored(found: Between) -> Between:
    """What is known of the cuts -b and -a, of a and b."""
    log, upper, lower, shift, of_upper, of_lower, upper_shift, lower_shift = found
    return Between(log, -lower, -upper, -shift, of_lower, of_upper, lower_shift, upper_shift)


def _probit(a: Floats, b: Floats, w: Floats) -> Between:
    """Where one cut is infinite, the link knows the logarithm of what is beyond the other."""
    first, last, link = a == -np.inf, b == np.inf, LINKS["probit"]
    ends, found = first | last, np.zeros((len(Between._fields), *a.shape))
    found[:, ~ends] = _two_normal_cuts(a[~ends], b[~ends], w[~ends])
    for rows, cut, curve, own in ((first, b, link.log_mean, (1, 4, 6)), (last, a, link.log_rest, (2, 5, 7))):
        log, slope, bend = curve(cut[rows])
        found[np.ix_((0, 3, *own), rows)] = log, slope, slope, -bend, -bend
    return Between._make(found)


def _two_normal_cuts(a: Floats, b: Floats, w: Floats) -> Between:
    right = a + b > 0.0  # both cuts are mirrored into the left tail
    lo, hi = np.where(right, -b, a), np.where(right, -a, b)
    m, log_hi = 0.5 * (lo + hi), log_ndtr(hi)
    series = w * np.maximum(np.abs(m), 1.0) < NARROW
    s, u = np.where(series, w * w, 0.0), np.where(series, w * m, 0.0) ** 2
    short = 1.0 + (u - s) / 24.0 + (u * u - 6.0 * u * s + 3.0 * s * s) / 1920.0
    near = np.log(w * short) - 0.5 * np.where(series, m, 0.0) ** 2 - HALF_LOG_TWO_PI
    distant = m < -DISTANT  # where the difference of the logarithms has lost its digits
    gap = np.where(distant, w * -m + np.log1p(w / np.maximum(-hi, 1.0)), log_hi - log_ndtr(lo))
    log = np.where(series, near, log_hi + np.log(-np.expm1(-np.where(series, 1.0, gap))))
    top, most = -HALF_LOG_TWO_PI - log, 2.0 * (np.abs(hi) + 1.0 + 1.0 / w)  # beyond, far out, squares are round-off
    up, down = (np.minimum(held_exp(top - 0.5 * cut * cut), most) for cut in (hi, lo))
    down, shift = -down, -up * np.expm1(w * m)  # the density is larger at hi
    found = Between(log, up, down, shift, up * (hi + up), down * (lo + down), up * (hi + shift), down * (lo + shift))
    return Between(*(np.where(right, other, one) for one, other in zip(found, _mirrored(found), strict=True)))


BETWEEN: dict[str, Callable[[Floats, Floats, Floats], Between]] = {
    "logit": _logit,
    "probit": _probit,
    "cloglog": _cloglog,
    "loglog": lambda a, b, w: _mirrored(_cloglog(-b, -a, w)),
}
"""By the names of links, whose mean is F."""
