"""The maximum of a linear mixed model in the units of its data.

beta = beta_0 + M (s b),   Cov(beta) = sigma^2 M (Q'V^-1 Q)^-1 M',   Sigma_k = sigma^2 (N_k T_k)(N_k T_k)'
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import finite_variances
from stattools.latent.coordinates import Coordinates
from stattools.latent.curves import CurveEffects
from stattools.latent.deviance import Deviance, Profile, Reached
from stattools.latent.effects import modes, pulls, spreads
from stattools.latent.large_ratios import LARGE
from stattools.latent.one_factor import OneFactor
from stattools.latent.structure import Structure
from stattools.latent.told_apart import dependent_variances, not_told_apart_by, require_told_apart
from stattools.latent.variance_directions import variance_directions
from stattools.models.mixed.linear_mixed import TITLE, LinearMixed
from stattools.solvers.mixed.fitted_curves import FittedCurve, fitted_curves
from stattools.solvers.mixed.global_proof import GlobalProof, proven_maximum
from stattools.solvers.mixed.known_maximum import Maximum
from stattools.solvers.mixed.maximum import maximum
from stattools.solvers.mixed.profile_search import ProfileSearch, ceiling, falls_at_zero
from stattools.solvers.mixed.variance_profile import VarianceParameter, VarianceProfile

ROUND_OFF = 1e-14
"""A residual this small beside y is round-off."""
VANISHED = 1e-26
"""A residual variance below this share of the mean square of y is round-off of its values."""
TURNS = 4
"""So often at most is y made anew, less the fixed effects that were found."""
MUCH = 100.0
"""Fixed effects left in y whose square is this many times the residual variance cost it two digits."""


@record
class MixedMaximum:
    """The model, its `maximum` in `coordinates`, whether the likelihood is the restricted one, and what is proven."""

    model: LinearMixed
    coordinates: Coordinates
    deviance: Deviance
    maximum: Maximum
    reml: bool
    proof: GlobalProof | None = None

    @property
    def structure(self) -> Structure:
        """What knows the random terms."""
        return self.deviance.structure

    @property
    def profile(self) -> Profile:
        """Everything that is known at the maximum, in the coordinates."""
        return self.maximum.profile

    @property
    def at(self) -> Profile | Reached:
        """What is reported of the maximum, in the coordinates."""
        return self.maximum.at

    @property
    def loglik(self) -> float:
        """The log-likelihood, or the restricted one."""
        return -0.5 * self.at.value

    @property
    def s2(self) -> float:
        """The residual variance sigma^2, of rows of precision 1."""
        return self.at.s2 * self.coordinates.unit**2

    @cached_property
    def beta(self) -> Floats:
        """The fixed effects (p,)."""
        return self.coordinates.beta + self.coordinates.to_beta @ self.at.b * self.coordinates.unit

    @cached_property
    def covariance(self) -> Floats:
        """The covariance of the fixed effects (p, p), the variances taken as known."""
        with np.errstate(over="ignore", invalid="ignore"):
            root = self.coordinates.to_beta @ self.at.root * np.sqrt(self.s2)
            return finite_variances(root @ root.T, TITLE)

    @cached_property
    def roots(self) -> tuple[Floats, ...]:
        """A square root R (q, q) of the covariance of each term's effects: Sigma_k = R R'; the curves' come last."""
        sigma = np.sqrt(self.s2)
        return tuple(sigma * back @ T for back, T in zip(self.to_effects, self.at.factors, strict=True))

    @cached_property
    def to_effects(self) -> tuple[Floats, ...]:
        """The way from the effects of the structure's columns to those of the data, over the unit of y: of random terms
        (q, q), of curves the size (1, 1).
        """
        sizes = tuple(np.full((1, 1), 1.0 / unit) for unit in self.model.curves.units) if self.model.smooths else ()
        return (*self.coordinates.to_effects, *sizes)

    @cached_property
    def curve_effects(self) -> CurveEffects:
        """What the maximum says of the curves, in the structure's columns."""
        return self.model.curves.effects(self.profile)

    @property
    def curve_products(self) -> tuple[Floats, tuple[Floats, ...]]:
        """[Z W]'V^-1 [Z W] of the columns of all curves and of X and y, and for each curve N with b = N u."""
        made = self.model.curves
        return made.whole(self.profile), tuple(self.coordinates.unit * back for back in made.back)

    @cached_property
    def of_curves(self) -> tuple[FittedCurve, ...]:
        """The curves in the units of the data."""
        return fitted_curves(self)

    @cached_property
    def covariances(self) -> tuple[Floats, ...]:
        """The covariance Sigma_k (q, q) of the effects of a level of each term."""
        return tuple(root @ root.T for root in self.roots)

    @property
    def modes(self) -> tuple[Floats, ...]:
        """The effects (q, J) of each term that are most probable given the data, in the units of the data."""
        unit, pairs = self.coordinates.unit, zip(self.coordinates.to_effects, modes(self.profile), strict=False)
        return tuple(unit * back @ mode for back, mode in pairs)

    def errors(self, fixed: str) -> tuple[Floats, ...]:
        """The standard errors (q, J) of each term's effects in the units of the data, with the fixed effects "known" or
        "estimated".
        """
        at, each = self.profile, []
        for back, spread, pull in zip(self.coordinates.to_effects, spreads(at), pulls(at), strict=False):
            if fixed == "estimated":
                spread = spread + np.einsum("apj,pr,brj->abj", pull, at.inverse_gram, pull, optimize=True)
            variances = np.einsum("ab,bcj,ac->aj", back, spread, back, optimize=True)
            each.append(np.sqrt(self.s2 * np.maximum(variances, 0.0)))  # below 0 by round-off where one is known
        return tuple(each)

    @cached_property
    def falls_at_zero(self) -> tuple[Floats, ...]:
        """How far the highest 2 log L falls where the sd of each effect of each term is 0."""
        return falls_at_zero(self)

    def profile_of(self, of: VarianceParameter) -> ProfileSearch:
        """The likelihood at its highest where a standard deviation or a correlation has a value."""
        return ProfileSearch(VarianceProfile(self, of), of.estimate, ceiling(self, of))

    @property
    def n_parameters(self) -> int:
        """Fixed effects, entries of the covariances, and the residual variance."""
        return len(self.beta) + len(self.at.theta) + 1


def maximized(model: LinearMixed, reml: bool, *, start: Any = None, certify: str = "auto") -> MixedMaximum:
    """The maximum of the likelihood, or of the restricted one, the highest where `certify` asks for a proof.

    Raises IdentificationError where fixed and random effects make y exactly, so that the residual variance is 0, and
    where a combination of variances changes nothing; ConvergenceError where the decrement did not come within 1e-8
    standard errors.
    """
    found = model.coordinates
    size = sqrt(model.fixed.rows.outcome_square / model.n)
    if found.unit <= ROUND_OFF * size or model.n <= len(model.names):
        raise IdentificationError(
            f"{model.title}: the fixed effects make {model.outcome_name} exactly, and nothing is left to vary between "
            "groups or within. Take fewer columns, or give more rows."
        )
    deviance = model.deviance_over(found, reml)
    try:
        best, proof = proven_maximum(deviance, start, certify)
        found, deviance, best = _without_loss(model, found, deviance, best)
    except (np.linalg.LinAlgError, ArithmeticError):  # sums of squares whose digits are gone
        raise ConvergenceError(
            f"{model.title} found no maximum: in float64 the random effects make {model.outcome_name} exactly, or "
            "nearly so, and what is left is round-off. Take a simpler random part, or look at the units of columns."
        ) from None
    left = best.at.s2
    if not best.converged and isinstance(deviance.structure, OneFactor):
        left = min(left, deviance.structure.within.residual / model.n)
    if not left > VANISHED * max(size**2 / found.unit**2, 1.0):
        raise _no_residual(model)
    if (best.is_flat or not best.converged) and not model.smooths:
        _require_told_apart(model, found, deviance)
    if not model.smooths and _is_without_residual(best):
        raise _no_residual(model)
    if not best.converged:
        raise ConvergenceError(
            f"{model.title} stopped {best.decrement:.1e} standard errors from the maximum after {best.steps} steps: "
            "the likelihood is nearly flat in the variances, or its digits are lost in effects that are millions of "
            "times the residual. Take a simpler random part."
        )
    return MixedMaximum(model, found, deviance, best, reml, proof)


def _without_loss(
    model: LinearMixed, found: Coordinates, deviance: Deviance, best: Maximum
) -> tuple[Coordinates, Deviance, Maximum]:
    """The maximum where effects are many times the residual: there the least squares of y leave more of the fixed
    effects in y than of its residual, and what is left is taken out first, so that their sums of squares do not cancel.
    """
    for _ in range(TURNS):
        b, s2 = best.at.b, best.at.s2
        if model.summed is not None or not _is_large(best) or not np.isfinite(b).all() or b @ b <= MUCH * s2:
            break
        found = found.about(b)
        deviance = model.deviance_over(found, deviance.reml)
        again = maximum(deviance, best.at.factors)
        best = replace(again, steps=best.steps + again.steps, trace=best.trace + again.trace)
    return found, deviance, best


def _is_large(best: Maximum) -> bool:
    """Are effects so many times the residual that sums of squares lose their digits?"""
    return max(map(abs, best.at.theta.tolist())) > LARGE


def _require_told_apart(model: LinearMixed, found: Coordinates, deviance: Deviance) -> None:
    """IdentificationError where a combination of variances changes nothing, whatever the outcome is."""
    names, rows = [term.name for term in model.random], found.columns
    if model.summed is None:
        columns = rows.W[:-1] if deviance.reml else None
        require_told_apart(model.title, names, rows.codes, rows.z, residual=True, Q=columns)
    else:
        at = deviance.at(deviance.theta(tuple(np.eye(q) for q in deviance.structure.widths)))
        sums = variance_directions(at, rows)
        if terms := not_told_apart_by(sums.expected if deviance.reml else sums.traces, sums.terms):
            raise dependent_variances(model.title, names, terms)


def _is_without_residual(best: Maximum) -> bool:
    """Does the likelihood not fall as the residual goes to 0 beside effects that are many times as large already?"""
    at = best.at
    if not _is_large(best):
        return False
    return bool(at.of.at(10.0 * at.theta).value <= at.value + 1e-6)


def _no_residual(model: LinearMixed) -> IdentificationError:
    return IdentificationError(
        f"{model.title}: fixed and random effects make {model.outcome_name} exactly, so that the residual variance is "
        "0 and the likelihood has no maximum. Take a simpler random part, or give more rows per group."
    )
