"""Degrees of freedom of t and F of the fixed effects of a linear mixed model, made when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.record import record
from stattools.latent.deviance import VarianceDirections, variance_directions
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.fixed_effects import (
    ApproximateF,
    Curvatures,
    KenwardRoger,
    are_determined,
    kenward_roger,
    satterthwaite,
    satterthwaite_test,
    variance_covariance,
    variance_differences,
)
from stattools.solvers.mixed.maximum import MixedMaximum

DEGREES_KINDS = {
    "satterthwaite": "Satterthwaite",
    "kenward-roger": "Kenward and Roger",
    "residual": "",
    "normal": "normal",
}

EXACT_EFFECTS = 600
"""Crossed or nested effects up to which second derivatives are exact by default: beyond they are differences of the
exact gradient, which take no matrix of all effects.
"""


@record
class MixedDegrees(ABC):
    """The degrees of freedom of combinations of the fixed effects, of which each `kind` has a class."""

    found: MixedMaximum
    kind: ClassVar[str]

    @cached_property
    def curvatures(self) -> Curvatures:
        """The second derivatives of the likelihood in the variances."""
        with one_blas_thread():
            return self.directions

    @cached_property
    def directions(self) -> VarianceDirections:
        """The second derivatives of the likelihood in the variances, exact whatever the size of the model."""
        return variance_directions(self.found.profile, self.found.coordinates.columns)

    @cached_property
    def are_normal(self) -> bool:
        """Are the degrees of freedom not known, so that tests are normal?"""
        return False

    @property
    def covariance(self) -> Floats:
        """The covariance (p, p) of the fixed effects that goes with the degrees of freedom."""
        return self.found.covariance

    @abstractmethod
    def of_combinations(self, L: Floats) -> Floats:
        """Degrees of freedom of t for combinations (k, p) of orthonormal columns, none of which is 0."""

    @abstractmethod
    def test(self, L: Floats) -> ApproximateF:
        """What makes Wald's statistic of these combinations together an F."""

    @property
    def without(self) -> tuple[str, ...]:
        """The random terms in which an effect has the variance 0: the degrees of freedom are those without it."""
        return tuple(self.found.model.random[k].name for k in self.curvatures.without)

    def df(self, gradient: Floats) -> Floats:
        """Degrees of freedom of t for combinations of the coefficients, (..., p); infinite where they are of none."""
        L = gradient.reshape(-1, gradient.shape[-1]) @ self.found.coordinates.to_beta
        found, there = np.full(len(L), np.inf), L.any(axis=1)
        if there.any() and not self.are_normal:
            found[there] = self.of_combinations(_of_size_one(L[there]))
        return found.reshape(gradient.shape[:-1])

    @cached_property
    def of_coefficients(self) -> Floats:
        """Degrees of freedom (p,) of each fixed effect."""
        found = self.df(np.eye(len(self.found.beta)))
        found.setflags(write=False)
        return found

    def several(self, R: Floats, statistic: float) -> tuple[float, float]:
        """F of Wald's `statistic` of combinations (k, p) tested together, and its denominator's degrees of freedom."""
        if self.are_normal:
            return statistic / len(R), np.inf
        test = self.test(_of_size_one(R @ self.found.coordinates.to_beta))
        return test.scale * statistic / test.rank, test.df

    @property
    def by(self) -> str:
        """How tests of several coefficients are made."""
        if self.are_normal:
            return "Wald's"
        return f"Wald's with the degrees of freedom of {DEGREES_KINDS[self.kind]}"


class SatterthwaiteDegrees(MixedDegrees):
    """Satterthwaite's, from how uncertain the variances are.

    Where the likelihood is so flat in the variances that they are not known, tests are normal; asked for by name, these
    degrees of freedom are refused.
    """

    kind = "satterthwaite"

    @cached_property
    def curvatures(self) -> Curvatures:
        found = self.found
        effects = sum(size * q for size, q in zip(found.coordinates.columns.sizes, found.structure.widths, strict=True))
        with one_blas_thread():
            if len(found.structure.widths) == 1 or effects <= EXACT_EFFECTS:
                return self.directions
            return variance_differences(found.profile)

    @cached_property
    def are_normal(self) -> bool:
        return not are_determined(self.curvatures.hessian)

    def of_combinations(self, L: Floats) -> Floats:
        return satterthwaite(self.curvatures, L)

    def test(self, L: Floats) -> ApproximateF:
        return satterthwaite_test(self.curvatures, L)


class KenwardRogerDegrees(MixedDegrees):
    """Kenward and Roger's, with their covariance of the fixed effects."""

    kind = "kenward-roger"

    @cached_property
    def adjusted(self) -> KenwardRoger:
        """Kenward and Roger's covariance and tests."""
        return kenward_roger(self.directions)

    @property
    def covariance(self) -> Floats:
        way = self.found.coordinates.to_beta * self.found.coordinates.unit
        return way @ self.adjusted.covariance @ way.T

    def of_combinations(self, L: Floats) -> Floats:
        return self.adjusted.df(L)

    def test(self, L: Floats) -> ApproximateF:
        return self.adjusted.test(L)


OF_GROUPS = {one.kind: one for one in (SatterthwaiteDegrees, KenwardRogerDegrees)}
"""The degrees of freedom of a model without curves, by name."""


def _of_size_one(L: Floats) -> Floats:
    """The combinations (k, p) divided by their largest numbers, as degrees of freedom take their fourth powers."""
    return L / np.abs(L).max(axis=1, keepdims=True)


@record
class ResidualDegrees:
    """The degrees of freedom of a model with curves: the rows less the effective degrees of freedom of all terms, as
    mgcv's; `covariance` is that of the fixed effects.
    """

    covariance: Floats
    residual: float
    kind: str = "residual"
    without: tuple[str, ...] = ()
    are_normal: bool = False
    by: str = "Wald's with the residual degrees of freedom"

    def df(self, gradient: Floats) -> Floats:
        """Degrees of freedom of t for combinations of the coefficients, (..., p)."""
        return np.full(gradient.shape[:-1], self.residual)

    @property
    def of_coefficients(self) -> float:
        """Degrees of freedom of every fixed effect."""
        return self.residual

    def several(self, R: Floats, statistic: float) -> tuple[float, float]:
        """F of Wald's `statistic` of combinations (k, p) tested together, and its denominator's degrees of freedom."""
        return statistic / len(R), self.residual


def effective(found: MixedMaximum) -> float:
    """The effective degrees of freedom of all terms together: the trace of what makes the fitted values of y."""
    at, sizes = found.profile, [float(len(found.beta))]
    for T, blocks, projected in zip(at.factors, at.evaluated.diagonal_blocks, at.evaluated.projected, strict=True):
        sizes.append(float(np.trace(T.T @ (blocks.sum(axis=2) - at.lost(projected)) @ T)))
    return sum(sizes)


def degrees_of(found: MixedMaximum, df: str | None) -> MixedDegrees | ResidualDegrees | None:
    """The degrees of freedom by name, None for normal tests. Without a name Satterthwaite's, and the residual ones of a
    model with curves.

    DomainError for a name that is not there, IncompatibleError for "kenward-roger" of maximum likelihood, and for what
    a model with curves, or one without, has not; IdentificationError for "satterthwaite" by name where the likelihood
    is flat in the variances.
    """
    curved = bool(found.model.smooths)
    usual = "residual" if curved else "satterthwaite"
    kind = usual if df is None else one_of(df, DEGREES_KINDS, "df= of st.fit is {}", got="df=")
    if curved and kind in OF_GROUPS:
        raise IncompatibleError(
            f'df={kind!r} is of groups alone; a model with curves has df="residual", its rows less the effective '
            'degrees of freedom, and df="normal".'
        )
    if kind == "residual":
        if not curved:
            raise IncompatibleError(
                'df="residual" is of models with curves; of groups df="satterthwaite" and "kenward-roger" know how '
                "many there are, which the residual degrees of freedom do not."
            )
        return ResidualDegrees(found.covariance, found.model.n - effective(found))
    if kind == "kenward-roger" and not found.reml:
        raise IncompatibleError(
            'df="kenward-roger" adjusts for the estimation of variances by REML, and the fit is by maximum likelihood. '
            'Fit with reml=True, or use df="satterthwaite".'
        )
    if kind == "normal":
        return None
    degrees = OF_GROUPS[kind](found)
    if df is not None and kind == "satterthwaite":
        variance_covariance(degrees.curvatures)
    return degrees
