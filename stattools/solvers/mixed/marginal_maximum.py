"""The maximum of a marginal likelihood, in its own coordinates and in the user's columns.

    theta_user = (lift theta_fixed, the lower triangles of N_k T_k),   Cov = J H^-1 J'

with J the change of these with theta, H the information.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import finite_variances
from stattools.latent.lower import lower
from stattools.numerics.few_columns import eigen
from stattools.solvers.mixed.fitted_curves import FittedCurve
from stattools.solvers.mixed.marginal_curves import marginal_curves
from stattools.solvers.mixed.marginal_profile import MarginalProfile
from stattools.solvers.mixed.profile_search import ProfileSearch, ceiling, falls_at_zero
from stattools.solvers.mixed.variance_profile import VarianceParameter
from stattools.solvers.solution import Status, TraceStep

Watch = Callable[[Any, Floats], None]
"""What looks at a marginal likelihood and each theta at which a climb stands, to raise where there is no maximum."""
STEP = 1e-6
"""Of differences of a triangle by the entries of another, as a share of the largest."""
OF_MODES = 1e-4
"""Of differences of modes, in standard errors of what they depend on."""
FLAT = 1e-12
"""A curvature below this share of the largest is of a direction that changes nothing, as turns of a singular T."""


@record
class Integral:
    """How effects were integrated out, "Laplace" or "quadrature" with so many `nodes` along each axis, and how far a
    better integral moves each parameter, in standard errors; None where that was not asked for.
    """

    kind: str
    nodes: int
    error: Floats | None = None

    @property
    def worst(self) -> float:
        """The largest of the errors."""
        return float("nan") if self.error is None else float(np.abs(self.error).max(initial=0.0))


@record
class MarginalMaximum:
    """The `model`, its `marginal` likelihood, the point `at` in its coordinates with the log-likelihood and the
    information there, how the climb ended, and what is `said` of the integral. `maxima` are the
    standard deviation of one curve and the log-likelihood at each local maximum, best first; empty where these were not
    looked for.
    """

    model: Any
    marginal: Any
    at: Floats
    loglik: float
    information: Floats
    decrement: float
    status: Status
    steps: int
    trace: tuple[TraceStep, ...]
    said: Integral
    maxima: tuple[tuple[float, float], ...] = ()

    @cached_property
    def integral(self) -> Integral:
        """How the effects were integrated out, with the error of it, which is measured when it is asked for."""
        if self.said.error is not None:
            return self.said
        return replace(self.said, error=self.marginal.integral_error(self.at, self.inverse))

    @property
    def converged(self) -> bool:
        """Is it within the tolerance, or within round-off?"""
        return self.status in ("converged", "round-off")

    @property
    def n_parameters(self) -> int:
        """Parameters of the fixed part, entries of the T_k, and standard deviations of curves."""
        return len(self.estimate) + len(self.entries) + len(self.taus)

    @cached_property
    def estimate(self) -> Floats:
        """The parameters of the fixed part, in the user's columns."""
        return self.marginal.to_fixed @ self.marginal.fixed_at(self.at)

    @cached_property
    def roots(self) -> tuple[Floats, ...]:
        """The lower triangle of each random term in the user's columns: the covariance of its effects is R R'."""
        return self._roots(self.at)

    def _roots(self, theta: Floats) -> tuple[Floats, ...]:
        pairs = zip(self.marginal.to_effects, self.marginal.factors(theta), strict=True)
        return tuple(lower(back @ T) for back, T in pairs)

    @property
    def covariances(self) -> tuple[Floats, ...]:
        """The covariance of the effects of a level of each term."""
        return tuple(root @ root.T for root in self.roots)

    @cached_property
    def taus(self) -> Floats:
        """The standard deviation of the effects of each curve."""
        return np.abs(self.marginal.taus(self.at)) * self.marginal.to_taus

    @property
    def entries(self) -> Floats:
        """The free entries of the roots, row by row."""
        return _entries(self.roots)

    @property
    def theta(self) -> Floats:
        """Estimate, entries of the roots, and standard deviations of curves."""
        return np.concatenate([self.estimate, self.entries, self.taus])

    @cached_property
    def inverse(self) -> Floats:
        """The inverse of the information, 0 along directions that change nothing."""
        size = np.abs(self.information.diagonal())
        first = len(self.at) - len(self.entries) - len(self.taus)
        # in units of each parameter, but of variances, of which some may be flat, in units of the one best known
        size[first:] = np.maximum(size[first:], FLAT * size[first:].max(initial=0.0))
        unit = np.sqrt(np.where(size > 0.0, size, 1.0))
        values, vectors = eigen(self.information / unit[:, None] / unit)
        some = values > FLAT * abs(values[-1]) if len(values) else values > 0.0
        vectors = vectors[:, some] / unit[:, None]
        return (vectors / values[some]) @ vectors.T

    @cached_property
    def whole_covariance(self) -> Floats:
        """The covariance of `theta`."""
        p, fixed = len(self.estimate), self.marginal.fixed_change(self.at)
        rest = self._rest_change
        change = np.concatenate([self.marginal.to_fixed @ fixed, rest])
        with np.errstate(over="ignore", invalid="ignore"):
            found = change @ self.inverse @ change.T
            found[:p, :p] += self.marginal.to_fixed @ self.marginal.fixed_spread(self.at) @ self.marginal.to_fixed.T
        return finite_variances(found, self.model.title)

    @property
    def covariance(self) -> Floats:
        """The covariance of the estimate."""
        p = len(self.estimate)
        return self.whole_covariance[:p, :p]

    @property
    def _rest_change(self) -> Floats:
        """How the entries of roots and the curves' standard deviations move with theta."""
        columns, sizes = [], [*self.marginal.factors(self.at), self.marginal.taus(self.at)]
        size = max(float(np.abs(one).max(initial=0.0)) for one in sizes) or 1.0
        for k in range(len(self.at)):
            step = np.zeros(len(self.at))
            step[k] = STEP * size
            ahead, behind = (
                np.append(
                    _entries(self._roots(self.at + by)),
                    np.abs(self.marginal.taus(self.at + by)) * self.marginal.to_taus,
                )
                for by in (step, -step)
            )
            columns.append((ahead - behind) / (2.0 * step[k]))
        return np.array(columns).T.reshape(-1, len(self.at))

    @cached_property
    def effects(self) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes (q, J) and covariances given the data (q, q, J) of the effects of each term, in the user's columns."""
        return self.marginal.effects(self.at)

    @cached_property
    def of_curves(self) -> tuple[FittedCurve, ...]:
        """The curves with their coefficients, covariance and effective degrees of freedom."""
        return marginal_curves(self) if self.model.smooths else ()

    @property
    def modes(self) -> tuple[Floats, ...]:
        """The modes of the effects, (q, J) of each term."""
        return self.effects[0]

    @property
    def spreads(self) -> tuple[Floats, ...]:
        """Covariances of the effects given the data, (q, q, J) of each term."""
        return self.effects[1]

    @cached_property
    def mode_slopes(self) -> tuple[Floats, ...]:
        """How the modes of each term move with theta, (q, size of theta, J)."""
        columns = []
        for k, se in enumerate(np.sqrt(self.inverse.diagonal())):
            step = np.zeros(len(self.at))
            step[k] = OF_MODES * (se if se > 0.0 else 1.0)
            ahead, behind = (self.marginal.effects(self.at + by)[0] for by in (step, -step))
            columns.append([(one - other) / (2.0 * step[k]) for one, other in zip(ahead, behind, strict=True)])
        return tuple(np.array(each).transpose(1, 0, 2) for each in zip(*columns, strict=True))

    def errors(self, fixed: str) -> tuple[Floats, ...]:
        """The standard errors (q, J) of each term's effects: those given the data where theta is "known", and with its
        uncertainty where it is "estimated".
        """
        each = []
        for k, spread in enumerate(self.spreads):
            variances = np.einsum("aaj->aj", spread)
            if fixed == "estimated":
                slope = self.mode_slopes[k]
                variances = variances + np.einsum("atj,ts,asj->aj", slope, self.inverse, slope, optimize=True)
            each.append(np.sqrt(np.maximum(variances, 0.0)))
        return tuple(each)

    @cached_property
    def falls_at_zero(self) -> tuple[Floats, ...]:
        """How far the highest 2 log L falls where the sd of each effect of each term is 0."""
        return falls_at_zero(self)

    def profile_of(self, of: VarianceParameter) -> ProfileSearch:
        """The likelihood at its highest where a standard deviation or a correlation has a value."""
        return ProfileSearch(MarginalProfile(self, of), of.estimate, ceiling(self, of))


def _entries(roots: tuple[Floats, ...]) -> Floats:
    return np.concatenate([np.empty(0), *(root[np.tril_indices(len(root))] for root in roots)])
