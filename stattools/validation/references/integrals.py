"""The restricted likelihood of a regression with curves by a second route: all B-splines in one dense matrix, with the
penalty of second differences on their coefficients, as mgcv has it, and densities of SciPy.

    V = log L(c^) - c^'S c^ / 2 + log|S|_+ / 2 - log|H| / 2 + M log(2 pi) / 2,   H = J'WJ + S at the maximum c^

S has D'D / tau_k^2 of each curve, D second differences, and the inverse covariances of groups; M is the number of
coefficients that no penalty reaches. Scores are complex steps, second derivatives differences of these. Nothing is
shared with the Laplace approximation of the fit: its B-splines are SciPy's, its coordinates the coefficients of these.
Source: Wood, JRSS B 73 (2011), 3-36.

The likelihood of a mixed regression of one grouping again, by brute force: the trapezoidal rule over effects.

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
from scipy.interpolate import BSpline
from scipy.linalg import block_diag, null_space

from stattools.data.design.latent_terms import RandomTerm, SmoothTerm
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.mixed.mixed_model import MixedRegression
from stattools.validation.references.densities import DENSITIES, Numbers, named, predictors

TINY, STEP = 1e-20, 2e-3
"""Complex steps, and those of differences of scores, in units of the linear predictor."""

STEPS, HALVINGS, CLOSE = 100, 40, 1e-18
"""Of Newton's method, and the squared decrement at which it ends."""


@record
class PenalizedMaximum:
    """The penalized maximum `c`, the inverse of H, and V."""

    c: Floats
    inverse: Floats
    value: float


def splines(term: SmoothTerm) -> Floats:
    """The B-splines (n, k) of a curve over its rows, by SciPy."""
    u = term.first + term.basis @ np.arange(-1.0, 3.0)  # a combination of B-splines is the place itself
    one = BSpline.basis_element(np.arange(5.0), extrapolate=False)
    return np.nan_to_num(one(u[:, None] - np.arange(term.k) + 3.0))


class CurveIntegral:
    """V of a fit as a function of the standard deviations of its curves; other parameters are those of the fit."""

    def __init__(self, fit: MixedFit) -> None:
        model, fixed = fit.model, fit.model.fixed
        predictor, rows = fixed.predictor, fixed.rows
        X, self.y = np.asarray(rows.X), rows.y
        self.weight = np.ones(len(X)) if rows.weight is None else rows.weight
        self.density, self.beside = DENSITIES[named(fixed)], predictors(predictor, X, fit.estimate)[1:]
        self.offset = np.zeros(len(X)) if rows.offset is None else rows.offset
        main = np.arange(X.shape[1])[predictor.first]
        lines = [k for term in model.smooths for k in (term.slope, term.height) if k is not None]
        self.others = [int(k) for k in range(len(main)) if k not in lines]
        self.lines, self.smooths, self.size = lines, model.smooths, len(main)
        self.plain = X[:, main[self.others]]
        self.bases = [(splines(term), self._centered(term)) for term in model.smooths]
        self.groups = [self._of_groups(term, root) for term, root in zip(model.random, fit.found.roots, strict=True)]

    def _centered(self, term: SmoothTerm) -> Floats:
        """Coefficients (k, k - 1) whose curve has mean 0 over the rows; all of them where a number multiplies it."""
        if term.design.means is None:
            return np.eye(term.k)
        return null_space(splines(term).mean(axis=0)[None])

    def _of_groups(self, term: RandomTerm, root: Floats) -> Floats:
        """The columns of the effects of all levels, of variance 1."""
        z = term.z @ root
        found = np.zeros((len(z), term.n_levels, z.shape[1]))
        found[np.arange(len(z)), term.codes] = z
        return found.reshape(len(z), -1)

    def at(self, taus: Floats, start: Floats | None = None) -> PenalizedMaximum:
        """The penalized maximum and V where the curves have these standard deviations."""
        columns, penalties, logs = [self.plain], [np.zeros((len(self.others),) * 2)], 0.0
        flat = len(self.others)
        for term, (B, Z), tau in zip(self.smooths, self.bases, taus, strict=True):
            D = np.diff(np.eye(term.k), 2, axis=0) @ Z
            way = Z if tau > 0.0 else Z @ null_space(D)  # a straight line has a length of 1 in the coefficients
            S = (D.T @ D) / tau**2 if tau > 0.0 else np.zeros((way.shape[1],) * 2)
            columns.append((B if term.weight is None else B * term.weight[:, None]) @ way)
            penalties.append(S)
            logs += float(np.log(np.linalg.eigvalsh(S)[-(term.k - 2) :]).sum()) if tau > 0.0 else 0.0
            flat += way.shape[1] - (term.k - 2 if tau > 0.0 else 0)
        for one in self.groups:
            columns.append(one)
            penalties.append(np.eye(one.shape[1]))
        J, S = np.column_stack(columns), np.asarray(block_diag(*penalties))
        c = np.zeros(J.shape[1]) if start is None else start
        c, H = self._climbed(J, S, c)
        value = self._loglik(J @ c) - 0.5 * float(c @ S @ c) + 0.5 * logs - 0.5 * float(np.linalg.slogdet(H)[1])
        return PenalizedMaximum(c, np.linalg.inv(H), value + 0.5 * flat * float(np.log(2.0 * np.pi)))

    def _climbed(self, J: Floats, S: Floats, c: Floats) -> tuple[Floats, Floats]:
        value = self._loglik(J @ c) - 0.5 * float(c @ S @ c)
        H = np.empty((0, 0))
        for _ in range(STEPS):
            score, w = self._slopes(J @ c)
            H = (J * w[:, None]).T @ J + S
            bent = H if w.min() >= 0.0 else (J * np.maximum(w, 0.0)[:, None]).T @ J + S
            slope = J.T @ score - S @ c
            ahead = np.linalg.solve(bent, slope)
            if float(slope @ ahead) < CLOSE:
                break
            new = -np.inf
            for _ in range(HALVINGS):
                new = self._loglik(J @ (c + ahead)) - 0.5 * float((c + ahead) @ S @ (c + ahead))
                if new >= value - 1e-12 * abs(value):
                    break
                ahead = 0.5 * ahead
            c, value = c + ahead, new
        return c, H

    def _rows(self, eta: Numbers) -> Numbers:
        return self.density(self.y, eta + self.offset, *self.beside)

    def _loglik(self, eta: Floats) -> float:
        with np.errstate(over="ignore", invalid="ignore"):  # a step that is too long is shortened
            found = float(np.real(self._rows(eta)) @ self.weight)
        return found if np.isfinite(found) else -np.inf

    def _slopes(self, eta: Floats) -> tuple[Floats, Floats]:
        """Score and information of each row in its linear predictor."""

        def score(moved: Floats) -> Floats:
            return np.imag(self._rows(moved + 1j * TINY)) / TINY

        near, far = (score(eta + k * STEP) - score(eta - k * STEP) for k in (1.0, 2.0))
        return self.weight * score(eta), -self.weight * (8.0 * near - far) / (12.0 * STEP)

    def coefficients(self, found: PenalizedMaximum, taus: Floats) -> tuple[Floats, Floats]:
        """The fit's coefficients of the first predictor, and their standard errors, from those of the B-splines."""
        way = np.zeros((self.size, len(found.c)))
        way[self.others, np.arange(len(self.others))] = 1.0
        start = len(self.others)
        for term, (_, Z), tau in zip(self.smooths, self.bases, taus, strict=True):
            own = Z if tau > 0.0 else Z @ null_space(np.diff(np.eye(term.k), 2, axis=0) @ Z)
            lines = [k for k in (term.slope, term.height) if k is not None]
            part = np.linalg.lstsq(term.lift[:, : len(lines)], own, rcond=None)[0]
            way[lines, start : start + own.shape[1]] = part
            start += own.shape[1]
        return way @ found.c, np.sqrt(np.einsum("ij,jk,ik->i", way, found.inverse, way))


BEND = 0.4
"""The a of sinh(a t) / a."""

REACH = {1: 1000.0, 2: 200.0, 3: 60.0}
"""How far the grid goes, in standard deviations of the effects of a group, by how many effects there are."""

GROUP_STEPS = {1: 0.25, 2: 0.5, 3: 0.7}
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

TINY_GROUP = 1e-40
"""The complex step."""

DIFFERENCE = 1e-3
"""Of slopes, in units of the standard errors."""


@record
class GroupIntegrals:
    """The rows of a `model` in the order of their groups, which begin at `first`; u (J, G, q) are the nodes of each
    group and `log_size` (J, G) the logarithms of what they stand for.
    """

    model: MixedRegression
    order: Any
    first: Any
    u: Floats
    log_size: Floats

    @property
    def widths(self) -> list[int]:
        """How many effects each term has."""
        return [len(term.columns) for term in self.model.random]

    def root(self, theta: Numbers) -> Numbers:
        """R (q, q) of all terms, from theta: the parameters, then its entries below the diagonal, term by term."""
        p, q = len(self.model.names), sum(self.widths)
        found = np.zeros((q, q), dtype=theta.dtype)
        k = p
        for low, high in pairwise(np.cumsum([0, *self.widths]).tolist()):
            a, b = np.tril_indices(high - low)
            found[low + a, low + b] = theta[k : k + len(a)]
            k += len(a)
        return found

    def logs(self, theta: Numbers) -> Any:
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

    def value(self, theta: Numbers) -> Any:
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
        steps = 1j * TINY_GROUP * np.eye(len(theta))
        return np.array([np.imag(self.value(theta + step)) / TINY_GROUP for step in steps])

    def information(self, theta: Floats, unit: Floats) -> Floats:
        """Minus the second derivatives, by differences over a small part of each unit."""
        h = DIFFERENCE * unit
        steps = zip(h, np.diag(h), strict=True)
        found = np.array(
            [(self.slopes(theta - step) - self.slopes(theta + step)) / (2.0 * size) for size, step in steps]
        )
        return 0.5 * (found + found.T)


def nodes_of(q: int, step: float | None = None) -> tuple[Floats, Floats]:
    """The grid (G, q) in standard deviations, and the logarithm of what a node stands for (G,)."""
    step = GROUP_STEPS[q] if step is None else step
    last = np.arcsinh(BEND * REACH[q]) / BEND
    axis = step * np.arange(-np.ceil(last / step), np.ceil(last / step) + 1.0)
    t = np.stack([g.ravel() for g in np.meshgrid(*[axis] * q, indexing="ij")], axis=1)
    return np.sinh(BEND * t) / BEND, np.log(step * np.cosh(BEND * t)).sum(axis=1)


def usual_nodes(q: int) -> int:
    """How many nodes an integrand like a normal density needs."""
    s, size = nodes_of(q)
    return int((size - 0.5 * (s**2).sum(axis=1) > -NOTHING).sum())


def group_integrals(
    model: MixedRegression, theta: Floats, most: float = np.inf
) -> tuple[GroupIntegrals, GroupIntegrals]:
    """With the grids that suit theta: the finest, of `most` nodes at most, and the one before, from which it differs by
    about its error or more.
    """
    codes = model.random[0].codes
    order = np.argsort(codes, kind="stable")
    first = np.flatnonzero(np.diff(codes[order], prepend=-1))
    q, J = sum(len(term.columns) for term in model.random), len(first)
    step, mean, root = GROUP_STEPS[q], np.zeros((J, q)), np.tile(np.eye(q), (J, 1, 1))
    for _ in range(ROUNDS):
        made, logs = _placed(model, order, first, nodes_of(q, step), mean, root, theta)
        mass = np.exp(logs - logs.max(axis=1, keepdims=True))
        mass /= mass.sum(axis=1, keepdims=True)
        mean = (mass[:, :, None] * made.u).sum(axis=1)
        away = made.u - mean[:, None, :]
        spread = (mass[:, :, None, None] * away[:, :, :, None] * away[:, :, None, :]).sum(axis=1)
        root = np.linalg.cholesky(spread + LEAST**2 * root @ root.transpose(0, 2, 1) * GROUP_STEPS[q] ** 2)
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
    model: Any, order: object, first: object, nodes: tuple[Floats, Floats], mean: Floats, root: Floats, theta: Floats
) -> tuple[GroupIntegrals, Floats]:
    """The integrals on nodes about a mean in units of a root, and the logarithms of the terms of their sums (J, G)."""
    s, size = nodes
    u = mean[:, None, :] + s @ root.transpose(0, 2, 1)
    log_size = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)[:, None] + size
    whole = GroupIntegrals(model, order, first, u, log_size)
    logs = whole.logs(theta)
    kept = np.flatnonzero(~(logs <= logs.max(axis=1, keepdims=True) - NOTHING).all(axis=0))
    return GroupIntegrals(model, order, first, u[:, kept], log_size[:, kept]), logs[:, kept]
