"""How far a point is from the maximum of a likelihood, in standard errors.

The likelihood of a mixed model at somebody's numbers: fixed effects, covariances of effects, residual variance.

Of a linear mixed model -2 log L is profiled at T with Sigma = s^2 (N T)(N T)'. At another residual variance s^2 and
other fixed effects beta it is higher by

    d (log rho - 1) + (|beta - b|^2 + r^2) / s^2,   rho = s^2 over its best value at T,   |.| in the metric of X'V^-1 X

What the numbers of a fit are a point of: coefficients alone, or fixed effects with what varies between groups.

A point has names, is read off a fit of ours, and is judged by the likelihood where that can be evaluated at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.latent_terms import RandomTerm
from stattools.errors import IdentificationError, StattoolsError
from stattools.interface.arrays import Floats
from stattools.interface.record import nearest, record
from stattools.latent.deviance import Profile, hessian
from stattools.models.mixed.mixed_model import LinearMixed, MixedModel, MixedRegression
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.models.survival.cox import CoxRegression
from stattools.numerics.small_matrices import lower
from stattools.solvers.metric import Metric
from stattools.solvers.mixed.maximum import MixedMaximum

type Regression = Model | CoxRegression | MixedModel
"""Models whose numbers are told apart by their rows and columns."""


def decrement(model: Model, theta: Floats) -> float:
    """Newton's decrement at theta, sqrt(g^T H^-1 g) over the scale; infinite where it cannot be measured.

    >>> import stattools as st
    >>> model = st.ols([1.0, 2.0, 4.0], [[1.0], [1.0], [1.0]], intercept=False)
    >>> decrement(model, np.array([7.0 / 3.0])) < 1e-12
    True
    """
    if not np.isfinite(theta).all():
        return float("inf")
    work, T = model.standardized()
    phi = T.solve(theta)
    now = work.evaluate(phi)
    if not now.is_finite:
        return float("inf")
    try:
        return Metric(now.information).norm(now.score) / float(np.sqrt(work.dispersion(phi)))
    except IdentificationError:
        return float("inf")


STEP = 1e-6
"""Of differences by the entries of factors, as in `latent.deviance`."""

FLAT = 1e-10
"""A curvature below this share of the largest is none."""


def factors_of(covariances: Sequence[Floats], to_effects: Sequence[Floats], s2: float = 1.0) -> tuple[Floats, ...]:
    """The lower triangles T with Sigma = s2 (N T)(N T)'."""
    found = []
    for cov, back in zip(covariances, to_effects, strict=True):
        values, vectors = np.linalg.eigh(0.5 * (cov + cov.T))
        found.append(lower(np.linalg.solve(back, vectors * np.sqrt(np.maximum(values, 0.0) / s2))))
    return tuple(found)


def profile_at(found: MixedMaximum, covariances: Sequence[Floats], s2: float) -> Profile | None:
    """The profiled likelihood of `found`, the maximum of a linear mixed model, at these variances; None where there is
    none.
    """
    if not (np.isfinite(s2) and s2 > 0.0 and all(np.isfinite(cov).all() for cov in covariances)):
        return None
    return found.deviance.at(found.deviance.theta(factors_of(covariances, found.coordinates.to_effects, s2)))


def decrement_of(at: Profile) -> float:
    """Standard errors of the variances from the maximum; infinite where the likelihood is not curved as at one."""
    free = _free(at)
    H, score = 0.5 * hessian(at)[np.ix_(free, free)], -0.5 * at.gradient[free]
    values, vectors = np.linalg.eigh(H)
    if len(values) and values[0] <= FLAT * abs(values[-1]):
        return float("inf") if np.abs(score).max() > 1e-6 else 0.0
    return float(np.sqrt(np.sum((vectors.T @ score) ** 2 / values)))


def _free(at: Profile) -> NDArray[np.intp]:
    """The entries of theta that are not held at 0 by the edge of their range."""
    return np.flatnonzero((at.theta != 0.0) | (at.gradient != 0.0))


def _squares(found: MixedMaximum, at: Profile, beta: Floats) -> float:
    """The weighted sum of squares at the variances of `at` and fixed effects beta, in its coordinates."""
    own = found.coordinates
    away = np.append(np.linalg.solve(own.to_beta, own.beta - beta) / own.unit, 1.0)
    return float(away @ at.evaluated.cross @ away)


def linear_loglik(found: MixedMaximum, at: Profile, beta: Floats, s2: float) -> float:
    """The log-likelihood, restricted where that of `found` is, at fixed effects beta and residual variance s2."""
    size, d = s2 / found.coordinates.unit**2, at.of.d
    return -0.5 * float(at.value + d * (np.log(size / at.s2) - 1.0) + _squares(found, at, beta) / size)


def linear_decrement(found: MixedMaximum, at: Profile, beta: Floats, s2: float) -> float:
    """Standard errors of all parameters from the maximum."""
    size, total = s2 / found.coordinates.unit**2, _squares(found, at, beta)
    scaled = total / size
    of_scale = (scaled - at.of.d) ** 2 / (2.0 * scaled)
    return float(np.sqrt(decrement_of(at) ** 2 + max(total - at.r2, 0.0) / size + of_scale))


def fixed_errors(found: MixedMaximum, at: Profile, joint: bool = False) -> Floats:
    """Standard errors of the fixed effects where the variances are those of `at`, known numbers, or `joint` with their
    uncertainty, by the observed information of both: Cov(beta) + J H^-1 J' with J the change of beta with the
    variances, H their information.
    """
    own = found.coordinates
    C = own.to_beta @ at.inverse_gram @ own.to_beta.T * at.s2 * own.unit**2
    free = np.flatnonzero(at.theta != 0.0)
    if joint and len(free):
        J = np.empty((len(at.b), len(free)))
        for place, k in enumerate(free):
            step = np.zeros(len(at.theta))
            step[k] = STEP * max(1.0, abs(at.theta[k]))
            ahead, behind = at.of.at(at.theta + step).b, at.of.at(at.theta - step).b
            J[:, place] = own.to_beta @ (ahead - behind) / (2.0 * step[k]) * own.unit
        try:
            C = C + J @ Metric(0.5 * hessian(at)[np.ix_(free, free)]).covariance() @ J.T
        except IdentificationError:  # not curved as at a maximum
            return np.full(len(C), np.nan)
    return np.sqrt(np.diagonal(C))


UNKNOWN = float("nan")

EDGE = 1e-6
"""A correlation this near to -1 or 1 is that."""


@record
class PointOfModel:
    """The parameters of a model by themselves; `fit` is its maximum, or None where it has none."""

    model: Any
    fit: Any

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is of."""
        return tuple(self.model.names)

    @cached_property
    def estimate(self) -> Floats:
        """The numbers of the maximum."""
        return np.asarray(self.fit.estimate, dtype=float).ravel()

    @cached_property
    def se(self) -> Floats:
        """Standard errors of the estimates; NaN where there are none."""
        return np.asarray(self.fit.se, dtype=float).ravel()

    @property
    def on_edge(self) -> tuple[str, ...]:
        """Names of the parameters that the maximum has at the end of their range."""
        return self.model.on_bounds if self.model.facts.is_function else ()

    def loglik(self, theta: Floats) -> float:
        """The log-likelihood at somebody's numbers."""
        return float(np.sum(self.model.loglik(theta)))  # of arms, each has its own

    def decrement(self, theta: Floats) -> float:
        """Newton's decrement there; NaN where it says nothing: on a bound, and without derivatives."""
        inside = self.model.facts.is_unconstrained and np.isfinite(self.se).all()
        return decrement(self.model, theta) if inside else UNKNOWN

    def errors(self, theta: Floats) -> Floats:
        """Standard errors of the information there."""
        work, T = self.model.standardized()
        C = Metric(work.evaluate(np.linalg.solve(T, theta)).information).covariance()
        return np.sqrt(np.diagonal(T @ C @ T.T))


@record
class PointBesideCurves(PointOfModel):
    """The coefficients of a model with curves, whose wiggles are chosen beside them: judged against the maximum."""

    def loglik(self, theta: Floats) -> float:
        return float(self.fit.loglik) if np.array_equal(theta, self.estimate) else UNKNOWN

    def decrement(self, theta: Floats) -> float:
        return UNKNOWN

    def errors(self, theta: Floats) -> Floats:
        return np.full(len(theta), np.nan)


@record
class PointWithEffects(PointOfModel):
    """Fixed effects, then standard deviations and correlations of the effects of each term, and the residual's."""

    joint: bool = False

    @property
    def p(self) -> int:
        """How many fixed effects there are."""
        return len(self.model.names)

    @property
    def names(self) -> tuple[str, ...]:
        rest = ("sd(Residual)",) if self.model.has_scale else ()
        return (*self.model.names, *effect_names(self.model.random), *rest)

    @cached_property
    def estimate(self) -> Floats:
        rest = [np.sqrt(self.fit.found.s2)] if self.model.has_scale else []
        return np.concatenate([self.fit.estimate, effect_sizes(self.fit.found.covariances), rest])

    @property
    def on_edge(self) -> tuple[str, ...]:
        sizes = list(zip(self.names, self.estimate, strict=True))[self.p :]
        return tuple(
            name for name, size in sizes if (abs(size) >= 1.0 - EDGE if name.startswith("cor(") else size == 0.0)
        )

    @cached_property
    def se(self) -> Floats:
        return self._padded(self.fit.se)

    def _padded(self, se: Floats) -> Floats:
        return np.append(se, np.full(len(self.names) - self.p, np.nan))

    def covariances(self, theta: Floats) -> tuple[Floats, ...]:
        """The covariance of the effects of each term."""
        return covariances_of(theta[self.p :], [len(term.columns) for term in self.model.random])

    def _at(self, theta: Floats) -> Any:
        """The point in the coordinates of the integrated likelihood."""
        by = self.fit.found.marginal
        fixed = np.linalg.solve(by.to_fixed, theta[: self.p])
        return by.theta(fixed, factors_of(self.covariances(theta), by.to_effects), np.empty(0))

    def loglik(self, theta: Floats) -> float:
        if not np.isfinite(theta).all():
            return UNKNOWN
        return float(self.fit.found.marginal.evaluate(self._at(theta), 0).loglik)

    def decrement(self, theta: Floats) -> float:
        now = self.fit.found.marginal.evaluate(self._at(theta), 2)
        try:
            return Metric(now.information).norm(now.score)
        except IdentificationError:
            return float("inf")

    def errors(self, theta: Floats) -> Floats:
        return np.full(len(theta), np.nan)


@record
class PointWithLinearEffects(PointWithEffects):
    """The same of a linear mixed model; standard errors take the variances as known, or are `joint` with them."""

    @cached_property
    def se(self) -> Floats:
        return self._padded(fixed_errors(self.fit.found, self.fit.found.profile, True)) if self.joint else super().se

    def _profile(self, theta: Floats) -> Profile | None:
        return profile_at(self.fit.found, self.covariances(theta), float(theta[-1]) ** 2)

    def loglik(self, theta: Floats) -> float:
        at = self._profile(theta)
        return UNKNOWN if at is None else linear_loglik(self.fit.found, at, theta[: self.p], float(theta[-1]) ** 2)

    def decrement(self, theta: Floats) -> float:
        at = self._profile(theta)
        if at is None:
            return float("inf")
        return linear_decrement(self.fit.found, at, theta[: self.p], float(theta[-1]) ** 2)

    def errors(self, theta: Floats) -> Floats:
        at = self._profile(theta)
        return np.full(len(theta), np.nan) if at is None else self._padded(fixed_errors(self.fit.found, at, self.joint))


POINTS: dict[type, type[PointOfModel]] = {
    AnyModel: PointOfModel,
    LinearMixed: PointWithLinearEffects,
    MixedRegression: PointWithEffects,
}
"""By the class of a model."""


def point_of(model: Any, fit: Any, joint: bool = False) -> PointOfModel:
    """What the numbers of a fit of this model are a point of."""
    if model.facts.is_mixed and model.smooths:
        return PointBesideCurves(model, fit)
    kind = nearest(POINTS, model)
    if kind is None:
        raise StattoolsError(f"nothing is known of the parameters of {type(model).__name__}.")
    return kind(model, fit, joint) if issubclass(kind, PointWithEffects) else kind(model, fit)


def effect_names(terms: Sequence[RandomTerm]) -> list[str]:
    """What each standard deviation and correlation of random terms is called, term by term."""
    named: list[str] = []
    for term in terms:
        columns = list(term.columns)
        named += [f"sd({column} | {term.group})" for column in columns]
        named += [f"cor({columns[j]}, {columns[i]} | {term.group})" for i in range(len(columns)) for j in range(i)]
    return named


def effect_sizes(covariances: Sequence[Floats]) -> Floats:
    """Standard deviations and correlations of covariances, in the order of `effect_names`; of an effect that does not
    vary correlations are 0.
    """
    sizes: list[float] = []
    for cov in covariances:
        sd = np.sqrt(np.maximum(np.diagonal(cov), 0.0))
        sizes += sd.tolist()
        both = np.where(np.outer(sd, sd) > 0.0, np.outer(sd, sd), np.inf)
        sizes += [float(np.clip(cov[i, j] / both[i, j], -1.0, 1.0)) for i in range(len(sd)) for j in range(i)]
    return np.array(sizes)


def covariances_of(sizes: Floats, widths: Sequence[int]) -> tuple[Floats, ...]:
    """The way back."""
    found, first = [], 0
    for q in widths:
        sd, first = sizes[first : first + q], first + q
        cor = np.eye(q)
        for i in range(q):
            for j in range(i):
                cor[i, j] = cor[j, i] = sizes[first]
                first += 1
        found.append(sd[:, None] * cor * sd)
    return tuple(found)
