"""Sandwich covariances beside a factor whose levels are kept as codes, without its columns.

    V = C M C,   C = diag(c) + W W',   M = sum of s_i s_i', an `Arrow` where the rows of each group are in one level

    C M C = diag(c M_d c) + W (W'M W) W' + Y W' + W Y',   Y = diag(c) M W

Rows that are independent, the levels themselves as clusters, and groups within levels have such an M. Of other clusters
the sums of scores S (G, p) are made, and V = (C S') (C S')'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.inference.covariance.groups import Groups
from stattools.inference.covariance.sandwich import unshrunk
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.arrow import Arrow
from stattools.numerics.level_columns import LevelColumns
from stattools.numerics.low_rank import LowRank
from stattools.numerics.products import weighted
from stattools.solvers.level_metric import LevelMetric


@dataclass(frozen=True, eq=False)
class LevelSandwich:
    """Scores at phi on columns in their own units, theta = T phi, and the inverse information C there."""

    model: Model
    work: Model
    X: LevelColumns
    T: Any
    phi: Floats
    C: Any

    @classmethod
    def of(cls, model: Model, theta: Floats) -> LevelSandwich | None:
        """None for a model without such a factor. The information is formed again on these columns, so that no digits
        are lost.
        """
        if type(model.rows.X) is not LevelColumns:
            return None
        work, T = model.standardized()
        X, phi = work.rows.X, T.solve(theta)  # type: ignore[attr-defined]
        return cls(model, work, X, T, phi, LevelMetric(work.evaluate(phi).information).covariance())  # type: ignore[arg-type]

    def scores(self, kind: str = "HC0") -> Floats:
        """Scores of the rows in eta, (n, width), per observation, corrected as `kind` says."""
        rows = self.work.rows
        eta = self.work.eta(self.phi)
        u, information = (weighted(of, rows.precision) for of in self.work.likelihood.evaluate(eta, rows.y)[1:])
        if kind not in ("HC0", "HC1", "robust"):
            G = self.work.predictor.covariance(self.work.rows.X, self.C)
            average = len(self.phi) / self.model.n
            u = unshrunk(u, information, G if u.ndim > 1 else G[:, 0, 0], kind, average, 0)
        return u.reshape(len(u), -1)

    def independent(self, kind: str) -> Arrow:
        """The meat of HC0 to HC4, without a factor."""
        u = self.scores(kind)
        return self.X.gram_beside_constants(weighted(u[:, :, None] * u[:, None, :], self.work.rows.weight))

    def grouped(self, groups: Groups) -> Arrow | Floats:
        """The meat of clusters where each is in one level; else the sums of scores in each, (G, p)."""
        u, X = weighted(self.scores(), self.work.rows.weight), self.X
        pairs, of_row = np.unique(groups.codes * np.intp(X.levels + 1) + X.codes + 1, return_inverse=True)
        group, level = np.divmod(pairs, X.levels + 1)
        own = _sums(u[:, :1], of_row, len(pairs))[:, 0]
        others = np.column_stack([X.others * u[:, :1], u[:, 1:]])
        if len(pairs) == groups.n:
            rest = _sums(others, of_row, len(pairs))
            each = LevelColumns(rest, level - 1, X.levels, X.at)
            has = level > 0
            d, B = each.by_level(own * own), each.by_level(own[:, None] * rest)
            return Arrow(X.at, np.where(np.isfinite(d), d, 0.0), B, rest.T @ rest) if has.any() else rest
        found = np.zeros((groups.n, len(self.phi)))
        levels, rest = np.arange(X.at, X.stop), np.delete(np.arange(len(self.phi)), slice(X.at, X.stop))
        some = level > 0
        found[group[some], levels[level[some] - 1]] = own[some]
        found[:, rest] = _sums(others, groups.codes, groups.n)
        return found

    def closed(self, meat: Arrow | Floats, factor: float) -> LowRank:
        """C M C times the factor, in theta."""
        C = self.C
        if not isinstance(meat, Arrow):
            root = C.product(meat.T)
            return LowRank(np.zeros(len(C)), root, factor * np.eye(root.shape[1])).mapped(self.T)
        W = C.U
        MW = meat.product(W)
        Y, k = C.d[:, None] * MW, W.shape[1]
        K = np.block([[W.T @ MW, np.eye(k)], [np.eye(k), np.zeros((k, k))]])
        d = np.zeros(len(C))
        d[meat.places[0]] = meat.d
        return LowRank(factor * C.d * d * C.d, np.column_stack([W, Y]), factor * K).mapped(self.T)


def _sums(values: Floats, codes: NDArray[np.intp], size: int) -> Floats:
    """Sums of the columns over rows of the same code, (size, k)."""
    found = np.empty((size, values.shape[1]))
    for j in range(values.shape[1]):
        found[:, j] = np.bincount(codes, values[:, j], size)
    return found
