"""The meat of a sandwich covariance, from one read of the rows in blocks, on standardized columns.

    V = C M C = B M_phi B^T,   theta = T phi,   B = T C_phi

Memory beyond a block is p numbers per group, or per lag of a series. Columns far from zero cost V no digits, as they
would in C M C.

Scores of rows, corrected for what their leverage takes from them.

    s_i = J_i^T u_i,   G_i = J_i C J_i^T,   u -> (I - W_i G_i)^-power u_i

J_i (width, p) is the derivative of row i's linear predictors, u_i and W_i the score and the information in them. For
one linear predictor W G is the leverage h of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Block, Rows
from stattools.errors import DomainError
from stattools.inference.covariance.groups import Groups, require_series
from stattools.inference.covariance.kinds import HAC
from stattools.inference.covariance.long_run import Series, long_run
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.solvers.metric import Metric

LEVERAGE_LIMIT = 1.0 - 1e-10
"""A row with more leverage fixes a coefficient alone: its residual is 0 whatever its error was."""


POWER: dict[str, Callable[[Floats], Floats | float]] = {
    "HC0": lambda relative: 0.0,
    "HC1": lambda relative: 0.0,
    "robust": lambda relative: 0.0,
    "HC2": lambda relative: 0.5,
    "HC3": lambda relative: 1.0,
    "HC4": lambda relative: 0.5 * np.minimum(4.0, relative),
}
"""The score of a row with leverage h is divided by (1 - h) to this power of the row's leverage relative to the average
one, n h / p.
"""

NO_LEVERAGE = ("HC0", "HC1", "robust")
"""The kinds that leave scores as they are."""


def unshrunk(u: Floats, information: Floats, G: Floats, kind: str, average: float, start: int) -> Floats:
    """(1 - h)^-power u with h = information G; where these are matrices, (I - W G)^-power u, with the trace of W G as
    the row's leverage; `average` is p / n.

    Power 1 makes C s_i the estimate's change when row i is left out, to first order; power 1/2 makes the variance of
    the residual that of the error where the model is true; that of HC4 grows with the leverage, up to 2. By
    f(W G) = I + W R g(R W R) R, g(h) = (f(h) - 1) / h, G = R R symmetric.
    """
    if u.ndim == 1:
        h = information * G
        _require_leverage(h, kind, start)
        return u * (1.0 - h) ** -POWER[kind](h / average)
    values, Q = np.linalg.eigh(G)
    R = (Q * np.sqrt(np.maximum(values, 0.0))[:, None, :]) @ Q.transpose(0, 2, 1)
    h, P = np.linalg.eigh(R @ information @ R)
    _require_leverage(h.max(axis=1), kind, start)
    power = np.broadcast_to(POWER[kind](h.sum(axis=1, keepdims=True) / average), h.shape)
    g = np.divide(np.expm1(-power * np.log1p(-h)), h, out=power.copy(), where=h != 0)
    inner = P @ (g[:, :, None] * (P.transpose(0, 2, 1) @ (R @ u[:, :, None])))
    return u + (information @ (R @ inner))[:, :, 0]


def _require_leverage(h: Floats, kind: str, start: int) -> None:
    if h.max() > LEVERAGE_LIMIT:
        row = int(np.argmax(h))
        why = (
            "it alone fixes a coefficient. Use 'HC1', or leave out the column that belongs to this row"
            if h[row] < 1.0 + 1e-6
            else "leverage has a meaning below 1 only, and the log-likelihood is not concave here. Use 'HC1'"
        )
        raise DomainError(
            f"{kind} divides by 1 - leverage, and row {start + row} (counting from 0) has leverage "
            f"{h[row]:.10g}: {why}."
        )


EPS = float(np.finfo(float).eps)

MANY = 8
"""Rows of a group that are worth a product of matrices."""

ENTRIES = 2_000_000
"""Products of columns that are in memory together."""

LOST = 1e-9
"""The largest relative rounding error of the variances of standardized columns."""


@dataclass(frozen=True, eq=False)
class Sandwich:
    """Scores on standardized columns, where theta = T phi, and B = T C_phi, so that V = B M B^T."""

    model: Model
    work: Model
    phi: Floats
    B: Floats
    C: Floats

    @classmethod
    def of(cls, model: Model, theta: Floats, bread: Floats) -> Sandwich:
        """From theta and the inverse information in the columns as they are."""
        work, T = model.standardized()
        B = np.linalg.solve(T, bread).T  # C T^-T: digits that centering costs are lost once, in C, and not in V
        phi, C, back = np.linalg.solve(T, theta), np.linalg.solve(T, B), np.abs(np.linalg.inv(T))
        lost = EPS * ((back @ np.abs(bread)) * back).sum(axis=1)
        if not (lost <= LOST * C.diagonal()).all():  # columns so far from 0 that C has lost the digits
            C = Metric(work.evaluate(phi).information).covariance()
            B = T @ C
        return cls(model, work, phi, B, C)

    @property
    def terms(self) -> Scores:
        """What makes scores of rows, without the rows."""
        return Scores(self.work.likelihood, self.work.predictor, self.phi, self.C)

    def independent(self, kind: str) -> Floats:
        """The meat of HC0 to HC4, without a factor."""
        return self.work.rows.gather(partial(_independent, self.terms, kind, len(self.phi) / self.model.n))

    def grouped(self, groups: Groups, kind: str = "CR1") -> Floats:
        """The sums over groups (G, p) of the scores, for other kinds than CR1 with those of the information beside
        them, (G, p + p^2).
        """
        total = np.zeros((groups.n, self.terms.width_of(kind)))
        self.terms.add_sums([total], self.work.rows, [groups.codes])
        return total

    def autocorrelated(self, cov: HAC) -> tuple[Floats, int]:
        """The meat of a series, without a factor, and the number of lags."""
        require_series(self.model, cov)
        varying = np.isnan(self.model.predictor.of_columns(self.model.rows.constants, 1.0))
        sums = lambda kernel: self.work.rows.gather(partial(_autocorrelated, self.terms, kernel))  # noqa: E731
        return long_run(cov, len(self.model.rows.X), sums, self.C, varying)

    def closed(self, meat: Floats, name: str) -> Floats:
        """B M B^T, symmetric; a DomainError where a variance is negative beyond round-off."""
        return closed(self.B, meat, self.model.names, name)

    @property
    def labelled(self) -> Model:
        """What labels of groups are read beside."""
        return self.model


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores at phi of whatever rows are given, in the coordinates of phi; C is its inverse information."""

    likelihood: Likelihood
    predictor: Linear
    phi: Floats
    C: Floats

    def width_of(self, kind: str) -> int:
        """How many numbers are summed for each group."""
        p = len(self.phi)
        return p if kind == "CR1" else p + p * p

    def add_sums(
        self,
        totals: Sequence[Floats],
        rows: Rows,
        codes: Sequence[NDArray[np.intp]],
        used: NDArray[np.intp] | None = None,
    ) -> None:
        """Add to the row of each total that the code of a row says its score and, where there is room, its information,
        as often as it was seen; codes are of the rows `used`, of all where None.
        """
        p = len(self.phi)
        for part, X, u, information, weight in self._parts(rows):
            here, inside = part, slice(None)
            if used is not None:
                first, last = np.searchsorted(used, [part.start, part.stop])
                here, inside = slice(first, last), used[first:last] - part.start
            if here.start == here.stop:
                continue
            scores = self.predictor.row_scores(X, u)[inside]
            weight = None if weight is None else weight[inside]
            for total, code in zip(totals, codes, strict=True):
                add_by_group(total[:, :p], code[here], scores, weight)
                if total.shape[1] > p:
                    add_information(total[:, p:], code[here], self.predictor, X[inside], information[inside], weight)

    def of(self, rows: Rows, kind: str = "HC0", average: float = 1.0) -> Iterator[tuple[slice, Floats, Floats | None]]:
        """Per block: its rows, their scores (m, p) per observation, corrected as `kind` says, and their frequencies;
        `average` is the average leverage, p / n.
        """
        for part, X, u, information, weight in self._parts(rows):
            if kind not in NO_LEVERAGE:
                G = self.predictor.covariance(X, self.C)
                u = unshrunk(u, information, G if u.ndim > 1 else G[:, 0, 0], kind, average, part.start)
            yield part, self.predictor.row_scores(X, u), weight

    def _parts(self, rows: Rows) -> Iterator[tuple[slice, Floats, Floats, Floats, Floats | None]]:
        """Per block: its rows, their columns, scores and information in eta per observation, and their frequencies."""
        start = 0
        for block in rows.blocks():
            part = slice(start, start + len(block.X))
            start = part.stop
            weight, precision = block.weight, None
            if rows.precision is not None:
                weight, precision = (None if v is None else v[part] for v in (rows.weight, rows.precision))
            eta, _ = self.predictor.forward(self.phi, block)
            u, information = self.likelihood.evaluate(eta, block.y)[1:]
            if precision is not None:
                u, information = _times(u, precision), _times(information, precision)
            yield part, block.X, u, information, weight


def closed(B: Floats, meat: Floats, names: Sequence[str], name: str) -> Floats:
    """B M B^T, symmetric; a DomainError where a variance is negative beyond round-off."""
    V = B @ meat @ B.T
    return without_negative(0.5 * (V + V.T), lambda: B, meat, names, name)


def without_negative(V: Floats, bread: Callable[[], Floats], meat: Floats, names: Sequence[str], name: str) -> Floats:
    """V = B M B^T with variances of round-off below 0 as 0; a DomainError where one is negative beyond round-off."""
    variance = np.diagonal(V)
    if (variance >= 0.0).all():
        return V
    B = bread()
    size = ((np.abs(B) @ np.abs(meat)) * np.abs(B)).sum(axis=1)
    negative = np.flatnonzero(~(variance >= -1e-12 * size))
    if negative.size:
        raise DomainError(
            f"{name} gives the variance {variance[negative[0]]:.3g} for {names[negative[0]]!r}: this estimator need "
            "not be positive on few groups or lags. Cluster one way, or use the Bartlett kernel."
        )
    np.fill_diagonal(V, np.maximum(variance, 0.0))
    return V


def _independent(terms: Scores, kind: str, average: float, rows: Rows) -> Floats:
    meat = np.zeros_like(terms.C)
    for _, scores, weight in terms.of(rows, kind, average):
        meat += _squared(scores, weight)
    return meat


def _autocorrelated(terms: Scores, kernel: Floats, rows: Rows) -> Series:
    return reduce(add, (Series.of(kernel, scores) for _, scores, _ in terms.of(rows)))


def add_by_group(total: Floats, codes: NDArray[np.intp], scores: Floats, weight: Floats | None) -> None:
    """Add each row's score to the row of `total` (groups, p) that its code says, as often as it was seen."""
    from scipy.sparse import csr_array

    here, code = np.unique(codes, return_inverse=True)
    entries = np.ones(len(code)) if weight is None else weight
    total[here] += csr_array((entries, (code, np.arange(len(code)))), shape=(len(here), len(code))) @ scores


def add_information(
    total: Floats, codes: NDArray[np.intp], predictor: Linear, X: Floats, information: Floats, weight: Floats | None
) -> None:
    """Add each row's information, J^T W J as p^2 numbers, to the row of `total` that its code says.

    Groups of many rows are products of matrices; of few, sums of the products of each row.
    """
    if weight is not None:
        information = _times(information, weight)
    X = np.asarray(X)
    here, code, count = np.unique(codes, return_inverse=True, return_counts=True)
    if len(X) >= MANY * len(here):
        order = np.argsort(code, kind="stable")
        for k, rows in zip(here, np.split(order, np.cumsum(count)[:-1]), strict=True):
            total[k] += predictor.information(Block(X[rows], np.empty(0), None, None), information[rows]).ravel()
        return
    size = max(1, ENTRIES // predictor.size**2)
    for start in range(0, len(X), size):
        part = slice(start, start + size)
        products = predictor.row_information(X[part], information[part])
        add_by_group(total, codes[part], products.reshape(len(products), -1), None)


def _squared(scores: Floats, weight: Floats | None) -> Floats:
    return scores.T @ (scores if weight is None else scores * weight[:, None])


def _times(values: Floats, factor: Floats) -> Floats:
    return values * factor.reshape(-1, *[1] * (values.ndim - 1))
