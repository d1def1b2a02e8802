"""Profiles of standard deviations and correlations of effects that are integrated out by quadrature or by Laplace.

    fall(c) = 2 [log L(theta_hat) - max of log L over all else where the parameter is c]

A parameter is made an entry of a triangle: with N_k the coordinates of the columns of a term, its effects have the root
N_k T_k. The sd of effect i is the first entry of the triangle of O'T, where O turns N_k' e_i to the first place, and
the correlation of i and j is that of the first two rows of the triangle of the effects in that order, whose standard
deviations are searched as logarithms. Everything else is in standard errors from the maximum, so that BFGS needs few
steps.
Source: Bates, Maechler, Bolker & Walker (2015), 5.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.lower import lower
from stattools.solvers.mixed.variance_profile import LIFTED, VarianceParameter

FLAT = 1e-10
"""The least second derivative, as a share of the largest, with which a search begins."""
STEP = 1e-6
"""Of differences of one triangle by the entries of another, which are of order 1."""


class MarginalProfile:
    """The fall of 2 log L where one parameter is a coordinate (see `ProfileSearch`)."""

    def __init__(self, found: Any, of: VarianceParameter) -> None:
        self.found, self.of, self.marginal = found, of, found.marginal.coarser
        self.top = self.marginal.evaluate(found.at, 0).loglik
        self.factors = tuple(found.marginal.factors(found.at))
        sizes = [len(T) * (len(T) + 1) // 2 for T in self.factors]
        self.first = len(found.at) - sum(sizes) - len(found.taus)
        start = self.first + sum(sizes[: of.k])
        self.own = slice(start, start + sizes[of.k])
        N = found.marginal.to_effects[of.k]
        if self.of.is_correlation:
            order = [of.i, of.j, *(m for m in range(len(N)) if m not in (of.i, of.j))]
            self.way, self.size = np.linalg.inv(N[order]), 1.0
        else:
            self.way, _ = np.linalg.qr(np.column_stack([N[of.i], np.eye(len(N))]))
            self.size = float(np.linalg.norm(N[of.i]))
        self.scattered_starts = 2 if sum(sizes) > 1 else 0  # a single variance has one profile
        self.place = 1 if self.of.is_correlation else 0
        others = np.delete(np.arange(len(found.at)), np.arange(self.own.start, self.own.stop))
        self.others = others
        self.spread = np.sqrt(np.maximum(found.inverse.diagonal(), 0.0))[others]
        self.spread = np.where(self.spread > 0.0, self.spread, 1.0)
        self.maximum = self._coordinates_of_maximum()
        bend, self.tangent = self._bend()
        self.options: dict[str, Any] = {"gtol": 1e-3, "maxiter": 200} | ({} if bend is None else {"hess_inv0": bend})

    def _bend(self) -> tuple[Floats | None, Floats]:
        """The inverse of the second derivatives of the fall in all that is free at the maximum, None where they are not
        positive, and how all that is free moves with the coordinate that is held.
        """
        m, free = self.own.stop - self.own.start, np.arange(len(self.maximum)) != self.place
        J = np.zeros((len(self.maximum),) * 2)
        J[self.own, :m] = self._change(self.maximum[:m])
        J[self.others, np.arange(m, len(self.maximum))] = self.spread
        H = 2.0 * J.T @ self.found.information @ J
        within, across = H[np.ix_(free, free)], H[free, self.place]
        values = np.linalg.eigvalsh(within) if len(within) else np.ones(1)
        if values[0] <= FLAT * values[-1]:
            return None, np.zeros(len(across))
        inverse = np.linalg.inv(within)
        return 0.5 * (inverse + inverse.T), -inverse @ across

    def _coordinates_of_maximum(self) -> Floats:
        """The entries of the triangle with the one that is held, then all else in standard errors from the maximum."""
        L = lower(np.linalg.solve(self.way, self.factors[self.of.k]))
        rows, size = np.arange(len(L)), LIFTED / np.linalg.norm(self.way, axis=0)
        L[rows, rows] = np.where(np.abs(L.diagonal()) < size, size, L.diagonal())
        if self.of.is_correlation:
            whole = np.hypot(L[1, 0], L[1, 1])
            L[0, 0], L[1, 0], L[1, 1] = np.log(L[0, 0]), L[1, 0] / whole, np.log(whole)
        return np.concatenate([L[np.tril_indices(len(L))], np.zeros(len(self.others))])

    def coordinate(self, value: float) -> float:
        """What the held coordinate is at a value of the parameter."""
        return value if self.of.is_correlation else value / self.size

    def toward(self, x: Floats, held: float) -> Floats:
        """All else moves as it does at the maximum."""
        moved = x.copy()
        moved[np.arange(len(x)) != self.place] += self.tangent * (held - x[self.place])
        return moved

    def scattered(self, random: np.random.Generator) -> Floats:
        """A point about the maximum: standard errors from it, sizes of several times and parts of those there."""
        m, draw = self.own.stop - self.own.start, random.normal(size=(2, len(self.maximum)))
        made = self.maximum + draw[0]
        if not self.of.is_correlation:
            made[:m] = np.exp(draw[0, :m]) * np.maximum(np.abs(self.maximum[:m]), LIFTED) * np.sign(draw[1, :m])
        return made

    def _own(self, entries: Floats) -> Floats:
        """The entries of T of those of the triangle in which the parameter is one."""
        q = len(self.way)
        L = np.zeros((q, q))
        L[np.tril_indices(q)] = entries
        if self.of.is_correlation:
            r, b = L[1, 0], np.exp(L[1, 1])
            L[0, 0], L[1, 0], L[1, 1] = np.exp(L[0, 0]), b * r, b * np.sqrt(max(1.0 - r * r, 0.0))
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
