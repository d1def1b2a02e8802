"""The restricted likelihood of a regression with curves by a second route: all B-splines in one dense matrix, with the
penalty of second differences on their coefficients, as mgcv has it, and densities of SciPy.

    V = log L(c^) - c^'S c^ / 2 + log|S|_+ / 2 - log|H| / 2 + M log(2 pi) / 2,   H = J'WJ + S at the maximum c^

S has D'D / tau_k^2 of each curve, D second differences, and the inverse covariances of groups; M is the number of
coefficients that no penalty reaches. Scores are complex steps, second derivatives differences of these. Nothing is
shared with the Laplace approximation of the fit: its B-splines are SciPy's, its coordinates the coefficients of these.
Source: Wood, JRSS B 73 (2011), 3-36.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.interpolate import BSpline
from scipy.linalg import block_diag, null_space

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.validation.references.densities import DENSITIES, named, predictors

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


def splines(term: Any) -> Floats:
    """The B-splines (n, k) of a curve over its rows, by SciPy."""
    u = term.first + term.basis @ np.arange(-1.0, 3.0)  # a combination of B-splines is the place itself
    one = BSpline.basis_element(np.arange(5.0), extrapolate=False)
    return np.nan_to_num(one(u[:, None] - np.arange(term.k) + 3.0))


class CurveIntegral:
    """V of a fit as a function of the standard deviations of its curves; other parameters are those of the fit."""

    def __init__(self, fit: Any) -> None:
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

    def _centered(self, term: Any) -> Floats:
        """Coefficients (k, k - 1) whose curve has mean 0 over the rows; all of them where a number multiplies it."""
        if term.design.means is None:
            return np.eye(term.k)
        return null_space(splines(term).mean(axis=0)[None])

    def _of_groups(self, term: Any, root: Floats) -> Floats:
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

    def _rows(self, eta: Any) -> Any:
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
