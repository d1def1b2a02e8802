"""A family whose first linear predictor has normal effects that nobody saw, integrated out: the average over groups.

    s^2 = u_1^2 + ... + u_m^2,   E f = integral of f(eta_0 + s t) phi(t) dt
    mean = E mean(eta_0 + s t),   d mean / d eta = E slope,   d mean / d u_k = u_k E[slope t] / s

The sum of all effects of a row, z'T e with e standard normal, is one normal variable of standard deviation |T'z|: the
linear predictors u = T'z are linear in the columns z and in the entries of T, so that a population-averaged mean, its
derivatives in coefficients and covariances and everything that is made of these are those of an ordinary regression.
The trapezoid rule errs by exp(-2 pi d / step) where the integrand has no pole nearer than d to the real line; the step
is halved until nothing moves. Cost: 20 to 300 values of the family per row. Source: Zeger, Liang & Albert, Biometrics
44 (1988), 1049-1060; Trefethen & Weideman, SIAM Review 56 (2014), 385-458.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import ConvergenceError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.predictive import Tails
from stattools.likelihoods.words import Facts

EFFECT = "effect "
"""What the linear predictors u_k are called, with their numbers."""

CLOSE = 1e-8
"""Halving the step squares the error: where the last two sums agree to this share, the last is right to round-off."""

HALVINGS = 14

AT_A_TIME = 1 << 16
"""Values of the family that are in memory together."""

FAR = 8.4
"""The normal density is below 1e-15 of its top beyond; so far from where the integrand has its own, at most 2 s."""

Rows = NDArray[np.intp]

type Integrand = Callable[[Floats, Floats, Rows], Floats]
"""Values (m, ...) at linear predictors (m, ...), at t (m,) and of the rows with these numbers (m,)."""


def _tails(over: Any, eta: Floats, y: Floats) -> Tails:
    """Both sides of the distribution at each outcome, in one average."""

    def sides(at: Floats, _: Floats, row: Rows) -> Floats:
        below, above = over.family.facts.tails(over.family, at, y[row])
        return np.stack([*below, *above], axis=1)

    before, below, above, beyond = over.over_effects(eta, sides).T
    return (before, below), (above, beyond)


@dataclass(frozen=True)
class OverEffects(Likelihood):
    """`family` over effects: eta has shape (n, width of the family + effects), the u_k last.

    Raises IncompatibleError for links with which some linear predictors have no mean: an average over a normal
    distribution does not exist there.

    >>> from scipy.special import ndtr
    >>> from stattools.likelihoods import Probit
    >>> averaged = OverEffects(Probit(), 1)  # of a probit model Phi(eta / sqrt(1 + s^2))
    >>> float(averaged.mean(np.array([[1.0, 2.0]]))[0] / ndtr(1.0 / np.sqrt(5.0))).hex()[:9]
    '0x1.00000'
    """

    family: Likelihood
    effects: int
    trials: Any = None

    def __post_init__(self) -> None:
        family = self.family
        vars(self).update(
            parameters=dict(family.parameters) | {f"{EFFECT}{k + 1}": "identity" for k in range(self.effects)},
            width=family.width + self.effects,
            outcome=family.outcome,
            facts=Facts(own_words=family.facts.words, is_event=family.facts.is_event, tails=_tails, averaged=family),
        )
        if np.isfinite(family.facts.domain).any():
            low, high = family.facts.domain
            raise IncompatibleError(
                f"with the link {next(iter(family.parameters.values()))} a linear predictor lies between {low:g} and "
                f"{high:g}, and effects of groups that are normal go beyond: there is no average over groups. Ask for "
                'groups="typical", effects of 0.'
            )

    @property
    def parts(self) -> tuple[str, ...]:
        return self.family.parts

    def check(self, y: ArrayLike) -> Floats:
        return self.family.check(y)

    def trials_of(self, y: Floats) -> Any:
        return self.family.trials_of(y)

    def observed(self, y: Floats) -> Floats:
        return self.family.observed(y)

    def mean(self, eta: ArrayLike) -> Floats:
        return self.over_effects(eta, lambda at, *_: self.family.mean(at))

    def slope(self, eta: ArrayLike) -> Floats:
        def both(at: Floats, t: Floats, _: Rows) -> Floats:
            slope = self.family.slope(at)
            return np.concatenate([slope, slope[:, :, :1] * t[:, None, None]], axis=2)

        return self._with_effects(eta, self.over_effects(eta, both))

    def cumulative(self, eta: ArrayLike) -> Floats:
        """P(y <= k) of labels in order, (n, K)."""
        return self.mean(eta).cumsum(axis=1)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The mean of the variances, and the variance of the means."""
        middle = self.mean(eta)

        def square(at: Floats, _: Floats, row: Rows) -> Floats:
            return self.family.variance(at, y[row]) + (self.family.mean(at) - middle[row]) ** 2

        return self.over_effects(eta, square)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        seen = y if self.trials is None else np.column_stack([y, self.trials])
        return self.over_effects(eta, lambda at, _, row: self.family.cdf(at, seen[row]))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        return self.over_effects(eta, lambda at, _, row: self.family.survival(at, y[row]))

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        return self._scored(eta, np.asarray(y, dtype=float))[0]

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        return self._scored(eta, np.asarray(y, dtype=float))[1]

    def _scored(self, eta: ArrayLike, y: Floats) -> tuple[Floats, Floats]:
        """The logarithm of the average density, and its derivatives."""
        own = np.asarray(eta, dtype=float)[..., : self.family.width]
        top = self.family.loglik(own[:, 0] if self.family.width == 1 else own, y)  # a common unit of a row's densities

        def parts(at: Floats, t: Floats, row: Rows) -> Floats:
            density = np.exp(self.family.loglik(at, y[row]) - top[row])[:, None]
            score = density * self.family.score(at, y[row]).reshape(len(at), -1)
            return np.concatenate([density, score, score[:, :1] * t[:, None]], axis=1)

        found = self.over_effects(eta, parts)
        slope = self._with_effects(eta, (found[:, 1:] / found[:, :1])[:, None, :])
        return top + np.log(found[:, 0]), slope[:, 0]

    def _with_effects(self, eta: ArrayLike, slope: Floats) -> Floats:
        """Slopes (n, K, width), from those of the family's own linear predictors and what comes last, E[slope t]."""
        u = np.asarray(eta, dtype=float)[..., self.family.width :]
        s = np.linalg.norm(u, axis=1, keepdims=True)
        along = np.divide(u, s, out=np.zeros_like(u), where=s > 0.0)
        return np.concatenate([slope[:, :, :-1], slope[:, :, -1:] * along[:, None, :]], axis=2)

    def over_effects(self, eta: ArrayLike, integrand: Integrand) -> Floats:
        """The average of an integrand over the effects, (n, ...), of linear predictors (n, width)."""
        eta = np.asarray(eta, dtype=float)
        own, s = eta[:, : self.family.width], np.linalg.norm(eta[:, self.family.width :], axis=1)
        found, start = [], 0
        most = max(1, AT_A_TIME // max(1, int(4 * (FAR + 2.0 * s.max(initial=0.0)) * (1.0 + s.max(initial=0.0)))))
        while start < len(eta) or not found:
            part = slice(start, start + most)
            found.append(self._over(own[part], s[part], integrand, start))
            start += most
        return np.concatenate(found)

    def _over(self, own: Floats, s: Floats, integrand: Integrand, start: int) -> Floats:
        """The trapezoid rule for some rows, with halved steps until nothing moves."""
        far, step = FAR + 2.0 * float(s.max(initial=0.0)), 0.5
        t = np.arange(-np.ceil(far / step), np.ceil(far / step) + 1.0) * step
        total, size = self._added(own, s, integrand, start, t)
        for _ in range(HALVINGS):
            middle = np.arange(t[0] + 0.5 * step, t[-1], step)
            sums = self._added(own, s, integrand, start, middle)
            before, step = step * total, 0.5 * step
            total, size = total + sums[0], size + sums[1]
            if (np.abs(step * total - before) <= CLOSE * step * size).all():
                return step * total
        raise ConvergenceError(
            "an average over effects of groups did not settle: the likelihood changes too fast in the linear predictor "
            f"for effects whose standard deviation is {s.max():.3g}. Look at the units of the outcome."
        )

    def _added(self, own: Floats, s: Floats, integrand: Integrand, start: int, t: Floats) -> tuple[Floats, Floats]:
        """Sums of the integrand, and of its sizes, times the normal density at the nodes t."""
        at = np.repeat(own, len(t), axis=0)
        at[:, 0] += np.multiply.outer(s, t).ravel()
        row = np.repeat(np.arange(start, start + len(own)), len(t))
        values = integrand(at[:, 0] if self.family.width == 1 else at, np.tile(t, len(own)), row)
        values = values.reshape(len(own), len(t), *values.shape[1:])
        density = np.exp(-0.5 * t * t) / np.sqrt(2.0 * np.pi)
        found: Any = np.tensordot(density, values, (0, 1)), np.tensordot(density, np.abs(values), (0, 1))
        return found
