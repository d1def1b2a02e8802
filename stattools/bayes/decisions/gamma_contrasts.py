"""Difference and ratio of two gamma arms, Y - X and Y / X: the ratio in closed form, the difference by quadrature.

For d >= 0 and u = log(x), y = x + d,

    P(Y - X > d) = integral of f_X(x) P(Y > y) dx,    P(Y - X <= d) = P(Y <= d) + integral of f_Y(y) P(X > x) dx;

negative differences exchange the arms. rate_y Y / (rate_y Y + rate_x X) is Beta(shape_y, shape_x).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from stattools.bayes.decisions.arms import GammaArm, log_gamma_tails
from stattools.bayes.decisions.solving import ContrastRows, both_tails, moved
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.distributions import beta as beta
from stattools.numerics.distributions.gamma import log_density_of_log
from stattools.numerics.quadrature import log_integral

Rows = NDArray[np.intp]
Four = tuple[Floats, Floats, Floats, Floats]


@record
class GammaDifference(ContrastRows):
    """Y - X for X ~ Gamma(a, r), Y ~ Gamma(c, s), one per row. It has one peak: a log-concave arm and one with one
    peak, or two mixtures of exponentials.
    """

    a: Floats
    r: Floats
    c: Floats
    s: Floats
    support = (-np.inf, np.inf)
    log_scale = False

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation."""
        mean = (self.c * self.r - self.a * self.s) / (self.r * self.s)
        return mean, np.hypot(np.sqrt(self.c) / self.s, np.sqrt(self.a) / self.r)

    def tails(self, z: Floats) -> tuple[Floats, Floats]:
        """P(Y - X <= z) and P(Y - X > z)."""
        (a, r, c, s), size, mirrored, _ = self._sides(z)
        same = size == 0.0
        size = np.where(same, 1.0, size)
        marks = _marks(size, a, r, c, s)

        def above(u: Floats, row: Rows) -> Floats:
            return _log_density(u, a[row], r[row]) + _log_tails(_after(u, size[row]), c[row], s[row])[1]

        def below(u: Floats, row: Rows) -> Floats:
            later = _after(u, size[row])
            return _log_density(later, c[row], s[row]) + u - later + _log_tails(u, a[row], r[row])[1]

        at = np.exp(_log_tails(np.log(size), c, s)[0])
        p, q = at + np.exp(log_integral(below, marks)), np.exp(log_integral(above, marks))
        p, q = both_tails(p, q, mirrored, "Y - X")
        x, y = 1.0 / (1.0 + self.s / self.r), 1.0 / (1.0 + self.r / self.s)
        q0, p0 = beta.tails(x, y, self.a, self.c)  # P(X < Y)
        return np.where(same, p0, p), np.where(same, q0, q)

    def log_density(self, z: Floats) -> Floats:
        """log density of Y - X; inf at 0 where the shapes add to 1 or less."""
        (a, r, c, s), size, _, unit = self._sides(z)
        infinite = (size == 0.0) & (a + c <= 1.0)
        size = np.where(infinite, 1.0, size)

        def product(u: Floats, row: Rows) -> Floats:
            later = _after(u, size[row])
            return _log_density(u, a[row], r[row]) + _log_density(later, c[row], s[row]) - later

        value = log_integral(product, _marks(size, a, r, c, s)) - np.log(unit)
        return np.where(infinite, np.inf, value)

    def _sides(self, z: Floats) -> tuple[Four, Floats, NDArray[np.bool_], Floats]:
        """Parameters and size in units of a power of two near the larger mean, and that unit."""
        (x, y), unit = GammaArm.together([(self.a, self.r), (self.c, self.s)])
        mirrored = z < 0.0
        with np.errstate(over="ignore"):  # so far that nothing is beyond
            size = np.minimum(np.abs(z) / unit, 1e300)
        return moved(mirrored, (x.shape, x.rate), (y.shape, y.rate)), size, mirrored, np.asarray(unit)


def _after(u: Floats, size: Floats) -> Floats:
    """log(exp(u) + size)."""
    with np.errstate(divide="ignore"):  # size 0 has log 0
        return np.logaddexp(u, np.log(size))


def _standard(u: Floats, shape: Floats, rate: Floats) -> Floats:
    return np.minimum(u + np.log(rate / shape), 600.0)


def _log_density(u: Floats, shape: Floats, rate: Floats) -> Floats:
    """log density of the log at u."""
    return log_density_of_log(_standard(u, shape, rate), shape)


def _log_tails(u: Floats, shape: Floats, rate: Floats) -> tuple[Floats, Floats]:
    return log_gamma_tails(_standard(u, shape, rate), shape)


def _marks(size: Floats, a: Floats, r: Floats, c: Floats, s: Floats) -> Floats:
    steps = np.array([-800.0, -200.0, -50.0, -15.0, -5.0, -1.5, 0.0, 1.5, 5.0])
    near = np.where(size > 0.0, np.log(np.where(size > 0.0, size, 1.0)), 0.0)[:, None] + steps
    y = GammaArm(c, s).landmarks()
    behind = np.exp(y) - size[:, None]
    from_y = np.where(behind > 0.0, np.log(np.where(behind > 0.0, behind, 1.0)), np.nan)
    return np.concatenate([GammaArm(a, r).landmarks(), from_y, near], axis=1)


@record
class GammaRatio(ContrastRows):
    """Y / X for X ~ Gamma(a, r), Y ~ Gamma(c, s), one per row: s/r Y/X is beta prime (c, a). It has one peak:
    the logs of both arms have log-concave densities.
    """

    a: Floats
    r: Floats
    c: Floats
    s: Floats
    support = (0.0, np.inf)
    log_scale = True

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation; inf where they are: for a <= 1 and a <= 2."""
        a, c, scale = self.a, self.c, self.r / self.s
        mean = np.where(a > 1.0, scale * c / np.where(a > 1.0, a - 1.0, 1.0), np.inf)
        safe = np.where(a > 2.0, a, 3.0)
        sd = scale * np.sqrt(c / (safe - 1.0) * ((c + safe - 1.0) / (safe - 1.0)) / (safe - 2.0))
        return mean, np.where(a > 2.0, sd, np.inf)

    def start(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of log(Y / X)."""
        mean = digamma(self.c) - digamma(self.a) + np.log(self.r / self.s)
        return mean, np.sqrt(polygamma(1, self.a) + polygamma(1, self.c))

    def falls_from_lower_end(self) -> NDArray[np.bool_]:
        """Where the density is highest at 0."""
        return self.c <= 1.0

    def tails(self, z: Floats) -> tuple[Floats, Floats]:
        """P(Y / X <= z) and P(Y / X > z)."""
        with np.errstate(over="ignore"):  # an odds of inf is a share of 1
            odds = z * (self.s / self.r)
            return beta.tails(1.0 / (1.0 + 1.0 / odds), 1.0 / (1.0 + odds), self.c, self.a)

    def log_density(self, z: Floats) -> Floats:
        """log density of Y / X."""
        odds = z * (self.s / self.r)
        return beta.log_density_of_logit(odds / (1.0 + odds), 1.0 / (1.0 + odds), self.c, self.a) - np.log(z)

    def log_density_at_zero(self) -> Floats:
        """log of E[X] f_Y(0): finite where Y has shape 1."""
        at_one = np.log(self.a / self.r) + np.log(self.s)
        return np.where(self.c < 1.0, np.inf, np.where(self.c == 1.0, at_one, -np.inf))
