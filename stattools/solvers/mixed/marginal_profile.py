"""Profiles of standard deviations and correlations of effects that are integrated out by quadrature or by Laplace.

    fall(c) = 2 [log L(theta_hat) - max of log L over all else where the parameter is c]

A parameter is made an entry of a triangle: with N_k the coordinates of the columns of a term, its effects have the root
N_k T_k. The sd of effect i is the first entry of the triangle of O'T, where O turns N_k' e_i to the first place, and
the correlation of i and j is that of the first two rows of the triangle of the effects in that order. Everything else
is in standard errors from the maximum, so that BFGS needs few steps.
Source: Bates, Maechler, Bolker & Walker (2015), 5.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.latent.lower import lower
from stattools.solvers.mixed.variance_profile import BETTER, BEYOND, LIFTED, VarianceParameter

NEAR = 30.0
"""A point that has fallen no farther is where the next search starts."""
FLAT = 1e-10
"""The least second derivative, as a share of the largest, with which a search begins."""
STEP = 1e-6
"""Of differences of one triangle by the entries of another, which are of order 1."""


class MarginalProfile:
    """The fall of 2 log L at its least where one parameter has a value; each search starts where the last one ended."""

    def __init__(self, found: Any, of: VarianceParameter) -> None:
        self.found, self.of, self.marginal = found, of, found.marginal.coarser
        self.top = self.marginal.evaluate(found.at, 0).loglik
        self.factors = tuple(found.marginal.factors(found.at))
        sizes = [len(T) * (len(T) + 1) // 2 for T in self.factors]
        self.first = len(found.at) - sum(sizes) - len(found.taus)
        start = self.first + sum(sizes[: of.k])
        self.own = slice(start, start + sizes[of.k])
        self.is_correlation = of.i != of.j
        N = found.marginal.to_effects[of.k]
        if self.is_correlation:
            order = [of.i, of.j, *(m for m in range(len(N)) if m not in (of.i, of.j))]
            self.way, self.unit = np.linalg.inv(N[order]), 1.0
        else:
            self.way, _ = np.linalg.qr(np.column_stack([N[of.i], np.eye(len(N))]))
            self.unit = float(np.linalg.norm(N[of.i]))
        self.place = 1 if self.is_correlation else 0
        others = np.delete(np.arange(len(found.at)), np.arange(self.own.start, self.own.stop))
        self.others = others
        self.spread = np.sqrt(np.maximum(found.inverse.diagonal(), 0.0))[others]
        self.spread = np.where(self.spread > 0.0, self.spread, 1.0)
        self.start = self.coordinates_of_maximum()
        self.bend, self.tangent = self._bend()

    def _bend(self) -> tuple[Floats | None, Floats]:
        """The inverse of the second derivatives of the fall in all that is free at the maximum, None where they are not
        positive, and how all that is free moves with the coordinate that is held.
        """
        m, free = self.own.stop - self.own.start, np.arange(len(self.start)) != self.place
        J = np.zeros((len(self.start),) * 2)
        J[self.own, :m] = self._change(self.start[:m])
        J[self.others, np.arange(m, len(self.start))] = self.spread
        H = 2.0 * J.T @ self.found.information @ J
        within, across = H[np.ix_(free, free)], H[free, self.place]
        values = np.linalg.eigvalsh(within) if len(within) else np.ones(1)
        if values[0] <= FLAT * values[-1]:
            return None, np.zeros(len(across))
        inverse = np.linalg.inv(within)
        return 0.5 * (inverse + inverse.T), -inverse @ across

    @property
    def size(self) -> float:
        """About how large the parameter may be, where it is 0."""
        return self.unit

    def coordinates_of_maximum(self) -> Floats:
        """The entries of the triangle with the one that is held, then all else in standard errors from the maximum."""
        L = lower(np.linalg.solve(self.way, self.factors[self.of.k]))
        rows, size = np.arange(len(L)), LIFTED / np.linalg.norm(self.way, axis=0)
        L[rows, rows] = np.where(np.abs(L.diagonal()) < size, size, L.diagonal())
        return np.concatenate([L[np.tril_indices(len(L))], np.zeros(len(self.others))])

    def _own(self, entries: Floats) -> Floats:
        """The entries of T of those of the triangle in which the parameter is one."""
        q = len(self.way)
        L = np.zeros((q, q))
        L[np.tril_indices(q)] = entries
        if self.is_correlation:
            r, b = L[1, 0], abs(L[1, 1])  # standard deviations are positive, whatever sign the search tries
            L[0, 0], L[1, 0], L[1, 1] = abs(L[0, 0]), b * r, b * np.sqrt(max(1.0 - r * r, 0.0))
        return L[:1, 0] if q == 1 else lower(self.way @ L)[np.tril_indices(q)]

    def theta(self, x: Floats) -> Floats:
        """The coordinates of the marginal likelihood."""
        m = self.own.stop - self.own.start
        theta = self.found.at.copy()
        theta[self.others] += self.spread * x[m:]
        theta[self.own] = self._own(x[:m])
        return theta

    def at(self, x: Floats) -> tuple[float, Floats]:
        """The fall of 2 log L, and its gradient."""
        m = self.own.stop - self.own.start
        now = self.marginal.evaluate(self.theta(x), 1)
        change = self._change(x[:m])
        gradient = np.concatenate([change.T @ now.score[self.own], self.spread * now.score[self.others]])
        return 2.0 * (self.top - now.loglik), -2.0 * gradient

    def _change(self, entries: Floats) -> Floats:
        """How the entries of T move with those of the triangle."""
        m = len(entries)
        change = np.empty((m, m))
        for k in range(m):
            step = np.zeros(m)
            step[k] = STEP
            change[:, k] = (self._own(entries + step) - self._own(entries - step)) / (2.0 * STEP)
        return change

    def height(self, value: float) -> float:
        """The least fall where the parameter has this value."""
        free = np.arange(len(self.start)) != self.place
        held = value if self.is_correlation else value / self.unit

        def least(some: Floats) -> tuple[float, Floats]:
            x = np.empty(len(free))
            x[free], x[self.place] = some, held
            try:
                now, gradient = self.at(x)
            except (np.linalg.LinAlgError, ArithmeticError):  # a step beyond float64
                return BEYOND, np.zeros(len(some))
            return (now, gradient[free]) if np.isfinite(now) else (BEYOND, np.zeros(len(some)))

        options: dict[str, Any] = {"gtol": 1e-3, "maxiter": 200}
        if self.bend is not None:
            options["hess_inv0"] = self.bend
        first = self.start[free] + self.tangent * (held - self.start[self.place])
        with np.errstate(all="ignore"):  # a step too far is not finite, and is taken back
            best: Any = optimize.minimize(least, first, jac=True, method="BFGS", options=options)
        if best.fun < -BETTER:
            raise ConvergenceError(
                "a profile interval met a higher likelihood than that of the fit: its maximum is a local one. Take a "
                "simpler random part, or look for rows that are far from all others"
            )
        if best.fun < NEAR:
            self.start[free], self.start[self.place] = best.x, held
        return float(best.fun)
