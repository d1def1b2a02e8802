"""Sandwich covariances beside a factor whose levels are kept as codes, without its columns.

    V = C M C,   C = diag(c) + W W',   M = sum of s_i s_i', an `Arrow` where the rows of each group are in one level

    C M C = diag(c M_d c) + W (W'M W) W' + Y W' + W Y',   Y = diag(c) M W

Where each level has several columns, small blocks stand in the place of diag(c) and of M_d.

Rows that are independent, the levels themselves as clusters, and groups within levels have such an M. Of other clusters
the sums of scores S (G, p) are made, and V = (C S') (C S')'. Two ways of clusters, and series, have an M that is made
as an array (p, p), from scores of which few numbers are not 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.inference.covariance.groups import Groups, require_series
from stattools.inference.covariance.kinds import HAC
from stattools.inference.covariance.long_run import Series, long_run
from stattools.inference.covariance.sandwich import unshrunk, without_negative
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.arrow import Arrow
from stattools.numerics.columns import Columns, as_columns
from stattools.numerics.in_parts import in_parts
from stattools.numerics.low_rank import LowRank
from stattools.numerics.products import weighted
from stattools.solvers.level_metric import LevelMetric
from stattools.solvers.newton_steps import about_levels


@dataclass(frozen=True, eq=False)
class LevelSandwich:
    """Scores at phi on columns in their own units, theta = T phi, and the inverse information C there."""

    model: Model
    work: Model
    X: Columns
    T: Any
    phi: Floats
    C: Any

    @classmethod
    def of(cls, model: Model, theta: Floats, bread: Any) -> LevelSandwich | None:
        """None where the inverse information `bread` is an array, and for a model without such a factor. The
        information is formed again on these columns, so that no digits are lost.
        """
        if not in_parts(bread) or as_columns(model.rows.X).by_levels is None:
            return None
        work, T = about_levels(model)
        X, phi = work.predictor.columns_of(work.rows.X)[0], T.solve(theta)  # type: ignore[attr-defined]
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
        squares = weighted(u[:, :, None] * u[:, None, :], self.work.rows.weight)
        found: Any = self.work.predictor.upper(self.work.rows.whole, squares if u.shape[1] > 1 else squares[:, 0, 0])
        return found

    def beside(self, u: Floats) -> Floats:
        """The scores of the rows (n, width) in the coefficients that are not of levels."""
        _, *others = self.work.predictor.columns_of(self.work.rows.X)
        return np.column_stack([of * one[:, None] for of, one in zip([self.X.others, *others], u.T, strict=True)])

    def grouped(self, groups: Groups, factor: float) -> LowRank:
        """The covariance of clusters in one way, times the factor."""
        u, X = weighted(self.scores(), self.work.rows.weight), self.X
        pairs, of_row = np.unique(groups.codes * np.intp(X.levels + 1) + X.codes + 1, return_inverse=True)
        group, level = np.divmod(pairs, X.levels + 1)
        own, others = _sums(u[:, :1] * X.values, of_row, len(pairs)), self.beside(u)
        if len(pairs) == groups.n:
            rest = _sums(others, of_row, len(pairs))
            return self.closed_by_levels(factor * replace(X, others=rest, slopes=own, codes=level - 1).gram())
        found, some = np.zeros((groups.n, len(self.phi))), level > 0
        found[group[some, None], X.places[level[some] - 1]] = own[some]
        found[:, self.others] = _sums(others, groups.codes, groups.n)
        root = self.C.product(found.T)
        none = np.empty((0, 1), dtype=np.intp), np.empty((0, 1, 1))
        return LowRank(*none, root, factor * np.eye(groups.n)).mapped(self.T)

    @property
    def others(self) -> NDArray[np.intp]:
        """The numbers of the coefficients that are not of levels."""
        return np.delete(np.arange(len(self.phi)), self.X.places.ravel())

    @property
    def rows(self) -> Any:
        """The scores of the rows, (n, p), a sparse array."""
        from scipy.sparse import csr_array

        u, X, rest = self.scores(), self.X, self.others
        some, others, kinds = np.flatnonzero(X.codes >= 0), self.beside(u), X.places.shape[1]
        at = np.concatenate([np.repeat(some, kinds), np.repeat(np.arange(len(u)), len(rest))])
        columns = np.concatenate([X.places[X.codes[some]].ravel(), np.tile(rest, len(u))])
        numbers = np.concatenate([(u[some, :1] * X.values[some]).ravel(), others.ravel()])
        return csr_array((numbers, (at, columns)), shape=(len(u), len(self.phi)))

    def clustered(self, ways: Sequence[tuple[Groups, float]], name: str) -> Any:
        """The covariance of clusters in one way or several, each with its factor."""
        from scipy.sparse import csr_array

        if len(ways) == 1:
            return self.grouped(*ways[0])
        total, rows = np.zeros((len(self.phi),) * 2), self.rows
        entries = np.ones(rows.shape[0]) if self.work.rows.weight is None else self.work.rows.weight
        for way, factor in ways:
            summed = csr_array((entries, (way.codes, np.arange(len(entries)))), shape=(way.n, len(entries))) @ rows
            total += factor * (summed.T @ summed).toarray()
        return self.closed(total, name)

    def autocorrelated(self, cov: HAC) -> tuple[Floats, int]:
        """The meat of HAC, and the lags that it takes, as `Sandwich.autocorrelated` has them."""
        require_series(self.model, cov)
        varying = np.isnan(self.model.predictor.of_columns(self.model.rows.constants, 1.0))
        rows = self.rows
        return long_run(cov, rows.shape[0], lambda kernel: Series.of(kernel, rows), np.asarray(self.C), varying)

    def closed(self, meat: Floats, name: str) -> Floats:
        """C M C in theta, of an array M (p, p); a DomainError where a variance is negative beyond round-off."""
        V = self.C.product(self.C.product(meat).T)
        V = self.T.product(self.T.product(V).T)
        return without_negative(0.5 * (V + V.T), lambda: np.asarray(self.T) @ self.C, meat, self.model.names, name)

    def closed_by_levels(self, meat: Arrow) -> LowRank:
        """C M C in theta."""
        C, W = self.C, self.C.U
        MW = meat.product(W)
        Y, k = C.of_blocks(MW), W.shape[1]
        K = np.block([[W.T @ MW, np.eye(k)], [np.eye(k), np.zeros((k, k))]])
        V = LowRank(C.at, C.E @ meat.D @ C.E, np.column_stack([W, Y]), K).mapped(self.T)
        below = V.diagonal() < 0.0  # M is a sum of squares, so that this is round-off of a variance of 0
        return V.without(below) if below.any() else V


def _sums(values: Floats, codes: NDArray[np.intp], size: int) -> Floats:
    """Sums of the columns over rows of the same code, (size, k)."""
    found = np.empty((size, values.shape[1]))
    for j in range(values.shape[1]):
        found[:, j] = np.bincount(codes, values[:, j], size)
    return found
