"""The likelihood of a mixed regression of one grouping again, by brute force: the trapezoidal rule over effects.

    log L = sum over groups of log of the sum over a grid of exp(sum_i w_i log p(y_i | eta_i + z_i'R u) - |u|^2 / 2)

The grid of each group is about the mean of its effects and in units of their standard deviations, which a few rounds of
the rule itself find. A point lies sinh(a t) / a standard deviations away, t on a regular grid: dense where most of the
integral is, and out to hundreds of standard deviations, where the density of the outcome may have come to a level and
only that of the effects falls. Nodes where no group has anything are left out. Of analytic integrands the error is
exp(-c / step); steps are divided until the value stays, and what the last division changed is the error that is known.
Densities are those of `densities.py`. They take complex numbers, so that slopes are complex steps without round-off;
curvatures are differences of them. Source: Trefethen & Weideman, SIAM Review 56 (2014), 385-458.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.validation.references.densities import DENSITIES, named, predictors

BEND = 0.4
"""The a of sinh(a t) / a."""
REACH = {1: 1000.0, 2: 200.0, 3: 60.0}
"""How far the grid goes, in standard deviations of the effects of a group, by how many effects there are."""
STEPS = {1: 0.25, 2: 0.5, 3: 0.7}
"""The first step of t; each following one is that over the square root of 2."""
LARGEST = 1e7
"""Nodes times rows, those that are left out among them, that are in memory together."""
SETTLED = 1e-10
"""Relative to the log-likelihood, what a division of the step changes where it was fine enough."""
NOTHING = 35.0
"""Nodes where the logarithm of the integrand of every group is this far below its top are left out."""
FAR = 9.0
"""The density of the effects is nothing from so many of their standard deviations on."""
ROUNDS = 7
"""In which means and standard deviations of effects are found."""
LEAST = 0.15
"""Standard deviations shrink to this in a round at most: one grid may not see what lies between its points."""
TINY = 1e-40
"""The complex step."""
DIFFERENCE = 1e-3
"""Of slopes, in units of the standard errors."""


@record
class GroupIntegrals:
    """The rows of a `model` in the order of their groups, which begin at `first`; u (J, G, q) are the nodes of each
    group and `log_size` (J, G) the logarithms of what they stand for.
    """

    model: Any
    order: Any
    first: Any
    u: Floats
    log_size: Floats

    @property
    def widths(self) -> list[int]:
        """How many effects each term has."""
        return [len(term.columns) for term in self.model.random]

    def root(self, theta: Any) -> Any:
        """R (q, q) of all terms, from theta: the parameters, then its entries below the diagonal, term by term."""
        p, q = len(self.model.names), sum(self.widths)
        found = np.zeros((q, q), dtype=theta.dtype)
        k = p
        for low, high in pairwise(np.cumsum([0, *self.widths]).tolist()):
            a, b = np.tril_indices(high - low)
            found[low + a, low + b] = theta[k : k + len(a)]
            k += len(a)
        return found

    def logs(self, theta: Any) -> Any:
        """The logarithm of the integrand at each node and of what that stands for, (J, G)."""
        fixed = self.model.fixed
        rows, order = fixed.rows, self.order
        z = np.concatenate([term.z for term in self.model.random], axis=1)[order]
        sizes = np.diff(np.append(self.first, len(order)))
        moves = np.repeat(self.u, sizes, axis=0) @ self.root(theta).T  # (n, G, q)
        eta, *others = predictors(fixed.predictor, np.asarray(rows.X)[order], theta[: len(self.model.names)])
        eta = eta if rows.offset is None else eta + rows.offset[order]
        whole = (eta[:, None] + (moves * z[:, None, :]).sum(axis=2)).ravel()
        G = self.u.shape[1]
        beside = [one if np.ndim(one) == 0 else np.repeat(one, G) for one in others]
        with np.errstate(all="ignore"):  # far out an outcome is impossible
            logs = DENSITIES[named(fixed)](np.repeat(rows.y[order], G, axis=0), whole, *beside).reshape(-1, G)
            logs = logs if rows.weight is None else logs * rows.weight[order, None]
            sums = np.add.reduceat(logs, self.first, axis=0)
        square = (self.u**2).sum(axis=2)
        sums = np.where(np.isnan(sums) & (square > FAR**2), -np.inf, sums)  # beyond float64, where no effect is
        return sums - 0.5 * square + self.log_size

    def value(self, theta: Any) -> Any:
        """log L, of complex numbers too."""
        logs = self.logs(theta)
        top = np.real(logs).max(axis=1)
        if np.isneginf(top).any():  # the rows of a group are impossible together
            return -np.inf
        if np.isnan(top).any():  # a linear predictor whose exponential is beyond float64
            return np.nan
        sums = np.log(np.exp(logs - top[:, None]).sum(axis=1)) + top
        return sums.sum() - 0.5 * self.u.shape[2] * len(sums) * np.log(2.0 * np.pi)

    def slopes(self, theta: Floats) -> Floats:
        """The gradient."""
        steps = 1j * TINY * np.eye(len(theta))
        return np.array([np.imag(self.value(theta + step)) / TINY for step in steps])

    def information(self, theta: Floats, unit: Floats) -> Floats:
        """Minus the second derivatives, by differences over a small part of each unit."""
        h = DIFFERENCE * unit
        found = np.array([
            (self.slopes(theta - step) - self.slopes(theta + step)) / (2.0 * size)
            for size, step in zip(h, np.diag(h), strict=True)
        ])  # fmt: skip
        return 0.5 * (found + found.T)


def nodes_of(q: int, step: float | None = None) -> tuple[Floats, Floats]:
    """The grid (G, q) in standard deviations, and the logarithm of what a node stands for (G,)."""
    step = STEPS[q] if step is None else step
    last = np.arcsinh(BEND * REACH[q]) / BEND
    axis = step * np.arange(-np.ceil(last / step), np.ceil(last / step) + 1.0)
    t = np.stack([g.ravel() for g in np.meshgrid(*[axis] * q, indexing="ij")], axis=1)
    return np.sinh(BEND * t) / BEND, np.log(step * np.cosh(BEND * t)).sum(axis=1)


def usual_nodes(q: int) -> int:
    """How many nodes an integrand like a normal density needs."""
    s, size = nodes_of(q)
    return int((size - 0.5 * (s**2).sum(axis=1) > -NOTHING).sum())


def group_integrals(model: Any, theta: Floats, most: float = np.inf) -> tuple[GroupIntegrals, GroupIntegrals]:
    """With the grids that suit theta: the finest, of `most` nodes at most, and the one before, from which it differs by
    about its error or more.
    """
    codes = model.random[0].codes
    order = np.argsort(codes, kind="stable")
    first = np.flatnonzero(np.diff(codes[order], prepend=-1))
    q, J = sum(len(term.columns) for term in model.random), len(first)
    step, mean, root = STEPS[q], np.zeros((J, q)), np.tile(np.eye(q), (J, 1, 1))
    for _ in range(ROUNDS):
        made, logs = _placed(model, order, first, nodes_of(q, step), mean, root, theta)
        mass = np.exp(logs - logs.max(axis=1, keepdims=True))
        mass /= mass.sum(axis=1, keepdims=True)
        mean = (mass[:, :, None] * made.u).sum(axis=1)
        away = made.u - mean[:, None, :]
        spread = (mass[:, :, None, None] * away[:, :, :, None] * away[:, :, None, :]).sum(axis=1)
        root = np.linalg.cholesky(spread + LEAST**2 * root @ root.transpose(0, 2, 1) * STEPS[q] ** 2)
    before, _ = _placed(model, order, first, nodes_of(q, step), mean, root, theta)
    while True:
        step /= np.sqrt(2.0)
        made, _ = _placed(model, order, first, nodes_of(q, step), mean, root, theta)
        values = np.array([before.value(theta), made.value(theta)])
        settled = not abs(values[1] - values[0]) > SETTLED * (1.0 + abs(values[1]))  # or not finite
        grown = np.sqrt(2.0) ** q
        if settled or grown * made.u.shape[1] > most or grown * len(order) * len(nodes_of(q, step)[0]) > LARGEST:
            return made, before
        before = made


def _placed(
    model: Any, order: Any, first: Any, nodes: tuple[Floats, Floats], mean: Floats, root: Floats, theta: Floats
) -> tuple[GroupIntegrals, Floats]:
    """The integrals on nodes about a mean in units of a root, and the logarithms of the terms of their sums (J, G)."""
    s, size = nodes
    u = mean[:, None, :] + s @ root.transpose(0, 2, 1)
    log_size = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)[:, None] + size
    whole = GroupIntegrals(model, order, first, u, log_size)
    logs = whole.logs(theta)
    kept = np.flatnonzero(~(logs <= logs.max(axis=1, keepdims=True) - NOTHING).all(axis=0))
    return GroupIntegrals(model, order, first, u[:, kept], log_size[:, kept]), logs[:, kept]
