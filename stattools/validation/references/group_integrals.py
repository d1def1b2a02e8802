"""The likelihood of a mixed regression of one grouping again, by brute force: the trapezoidal rule over effects.

    log L = sum over groups of log of the sum over a grid of exp(sum_i w_i log p(y_i | eta_i + z_i'R u) - |u|^2 / 2)

The grid of each group is about the mean of its effects and in units of their standard deviations, which a few rounds of
the rule itself find; of integrands that fall off on both sides its error is exp(-c / step). Densities
are those of `densities.py`. They take complex numbers, so that slopes are complex steps without round-off; curvatures
are differences of them. Source: Trefethen & Weideman, SIAM Review 56 (2014), 385-458.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.validation.references.densities import DENSITIES, named, predictors

REACH = 7.2
STEPS = {1: 0.15, 2: 0.4, 3: 0.6}
"""The grid, in standard deviations of the effects of a group, by how many there are."""
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
    group and `log_size` (J,) the logarithm of what one stands for.
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
        """The logarithm of the integrand at each node, (J, G)."""
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
        return np.add.reduceat(logs, self.first, axis=0) - 0.5 * (self.u**2).sum(axis=2)

    def value(self, theta: Any) -> Any:
        """log L, of complex numbers too."""
        logs = self.logs(theta)
        top = np.real(logs).max(axis=1)
        if np.isneginf(top).any():  # the rows of a group are impossible together
            return -np.inf
        if np.isnan(top).any():  # a linear predictor whose exponential is beyond float64
            return np.nan
        sums = np.log(np.exp(logs - top[:, None]).sum(axis=1)) + top + self.log_size
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


def nodes_of(q: int) -> Floats:
    """The grid (G, q) in standard deviations."""
    axis = np.arange(-REACH, REACH + 0.5 * STEPS[q], STEPS[q])
    return np.stack([g.ravel() for g in np.meshgrid(*[axis] * q, indexing="ij")], axis=1)


def group_integrals(model: Any, theta: Floats) -> GroupIntegrals:
    """With the grids that suit theta."""
    codes = model.random[0].codes
    order = np.argsort(codes, kind="stable")
    first = np.flatnonzero(np.diff(codes[order], prepend=-1))
    q, J = sum(len(term.columns) for term in model.random), len(first)
    t = nodes_of(q)
    mean, root = np.zeros((J, q)), np.tile(np.eye(q), (J, 1, 1))
    made = _placed(model, order, first, t, mean, root)
    for _ in range(ROUNDS):
        logs = made.logs(theta)
        mass = np.exp(logs - logs.max(axis=1, keepdims=True))
        mass /= mass.sum(axis=1, keepdims=True)
        mean = (mass[:, :, None] * made.u).sum(axis=1)
        away = made.u - mean[:, None, :]
        spread = (mass[:, :, None, None] * away[:, :, :, None] * away[:, :, None, :]).sum(axis=1)
        root = np.linalg.cholesky(spread + LEAST**2 * root @ root.transpose(0, 2, 1) * STEPS[q] ** 2)
        made = _placed(model, order, first, t, mean, root)
    return made


def _placed(model: Any, order: Any, first: Any, t: Floats, mean: Floats, root: Floats) -> GroupIntegrals:
    u = mean[:, None, :] + t @ root.transpose(0, 2, 1)
    size = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1) + t.shape[1] * np.log(STEPS[t.shape[1]])
    return GroupIntegrals(model, order, first, u, size)
