"""The meat of a sandwich covariance, from one read of the rows in blocks, on standardized columns.

    V = T C M C T',   theta = T phi,   M = sum of s_i s_i',   s_i = J_i' u_i,   or of the sums of groups

J_i (width, p) is the derivative of row i's linear predictors, u_i and W_i the score and the information in them. Scores
are corrected for what their leverage takes from them: u -> (I - W_i G_i)^-power u_i with G_i = J_i C J_i', for one
linear predictor (1 - h_i)^-power u_i. Columns far from zero cost V no digits, as they would
in C M C. Memory beyond a block is p numbers per lag of a series and per group: in files per label seen so far, and of
two ways per pair of labels.

Where levels of a factor are kept as codes, scores are such columns again; M keeps its parts where the rows of each
group are in one level, of other clusters V = (C S') (C S')' of the sums S (G, p). Rows of a user's function have scores
by differences, those of Cox's regression dfbeta: R's `robust` and `cluster` are "HC0" and `Cluster(correction="none")`
(Lin & Wei, JASA 84 (1989), 1074-1078).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add, iadd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.rows import MOST_GROUPS, MOST_SUMS, SumsByLabel
from stattools.data.files.source import AddedByName
from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.standardization import Standardization
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance.kinds import (
    HAC,
    Cluster,
    Groups,
    Series,
    dense,
    labels_of_ways,
    long_run,
    require_few,
    require_series,
    ways_of,
)
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import sparse
from stattools.likelihoods import Likelihood
from stattools.models.custom import Custom
from stattools.models.predictor import Linear
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.partial_likelihood import on_all_rows, score_rows
from stattools.numerics.arrowhead import in_parts
from stattools.numerics.columns import symmetric, upper_gram, weighted
from stattools.numerics.low_rank import LowRank
from stattools.solvers.climb import WELL_PLACED, about_levels, orthogonalized
from stattools.solvers.metric import Metric

LEVERAGE_LIMIT = 1.0 - 1e-10
"""A row with more leverage fixes a coefficient alone: its residual is 0 whatever its error was."""

NO_LEVERAGE = ("HC0", "HC1", "robust")
"""The kinds that leave scores as they are."""

POWER: dict[str, Callable[[Floats], Floats | float]] = {
    **dict.fromkeys(NO_LEVERAGE, lambda relative: 0.0),
    "HC2": lambda relative: 0.5,
    "HC3": lambda relative: 1.0,
    "HC4": lambda relative: 0.5 * np.minimum(4.0, relative),
}
"""The score of a row with leverage h is divided by (1 - h) to this power of the row's leverage relative to the average
one, n h / p.
"""


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

CELLS = 2_000_000
"""Numbers that are in memory together."""

LOST = 1e-9
"""The largest relative rounding error of the variances of standardized columns."""

ROUNDED = 1e-8, 1e-4
"""So many standard errors lie between the maximum and theta where the digits of theta end: of columns far from 0."""


@dataclass(frozen=True, eq=False)
class Sandwich:
    """Scores at phi on standardized columns, where theta = T phi; C is the inverse information there, an array, or a
    `LowRank` where levels are kept as codes. Of a model that is no regression `work` are the scores themselves, of the
    parameters that are `free`, on no bound.
    """

    model: Any
    work: Any
    T: Any
    phi: Floats
    C: Any
    free: NDArray[np.intp] | None = None

    @classmethod
    def of(cls, model: Any, theta: Floats, bread: Any) -> Sandwich:
        """From theta and the inverse information in the columns as they are. It is formed again where these are so far
        from 0, or depend on each other so nearly, that it has lost the digits, and for the levels of a factor. It is
        NaN for parameters on a bound, which have no score there.
        """
        if not model.facts.is_regression:
            free = np.flatnonzero(~np.isnan(bread.diagonal()))
            known = survival_scores(model, theta) if model.facts.is_partial else function_scores(model, theta, free)
            C = np.asarray(bread)[np.ix_(free, free)]
            return cls(model, known, Standardization.whole_block(np.eye(len(free))), theta[free], C, free)
        work, T = about_levels(model) if in_parts(bread) else model.standardized()
        if not in_parts(bread):
            whole = np.asarray(T)
            C, back = np.linalg.solve(whole, np.linalg.solve(whole, bread).T), np.abs(np.linalg.inv(whole))
            lost, metric = EPS * ((back @ np.abs(bread)) * back).sum(axis=1), Metric.where_definite(C)
            if metric is None or not metric.well_conditioned(WELL_PLACED):
                work, T = orthogonalized(model)
            if not T.within.places.size and (lost <= LOST * C.diagonal()).all():
                return cls(model, work, T, np.linalg.solve(whole, theta), C)
        phi = T.solve(theta)
        now = work.evaluate(phi)
        metric = Metric(now.information)
        if ROUNDED[0] < metric.norm(now.score) / np.sqrt(work.dispersion(phi)) < ROUNDED[1]:
            phi = phi + metric.solve(now.score)
            metric = Metric(work.evaluate(phi).information)
        return cls(model, work, T, phi, metric.covariance())

    @property
    def terms(self) -> Any:
        """What makes scores of rows, without the rows."""
        if self.free is not None:
            return self.work
        return Scores(self.work.likelihood, self.work.predictor, self.phi, self.C)

    def back(self, which: Sequence[int]) -> Floats:
        """T C of some coefficients, (r, p)."""
        unit = np.zeros((len(self.phi), len(which)))
        unit[which, np.arange(len(which))] = 1.0
        return (self.C @ self.T.pulled(unit)).T

    def scores(self, kind: str = "HC0") -> Any:
        """The scores (n, p) of all rows, per observation, corrected as `kind` says."""
        rows = self.work.rows
        ((_, found, _),) = self.terms.of(rows, kind, self.average, max(len(rows.X), 1))
        return found

    def along(self, asked: Sequence[int], kind: str = "HC0") -> Iterator[tuple[slice, Floats]]:
        """How far each observation moves some of the coefficients `asked` at a time, (n, some), with the place of
        these.
        """
        scores = self.scores(kind)
        size = max(1, CELLS // max(scores.shape[0], 1))
        for start in range(0, len(asked), size):
            part = slice(start, min(start + size, len(asked)))
            yield part, scores @ self.back(asked[part]).T

    def along_mean(self) -> Floats:
        """How far each observation moves the first linear predictor of the mean row, (n, 1)."""
        rows, predictor = self.work.rows, self.work.predictor
        weight, mean = np.ones(len(rows.X)) if rows.importance is None else rows.importance, np.zeros(len(self.phi))
        mean[predictor.parts[0]] = predictor.columns_of(rows.whole.X)[0].T @ (weight / weight.sum())
        return self.scores() @ (self.C @ mean)[:, None]

    @property
    def average(self) -> float:
        """The average leverage, p / n."""
        return len(self.phi) / self.model.n

    def independent(self, kind: str) -> Any:
        """The meat of HC0 to HC4, without a factor."""
        return self.work.rows.gather(partial(_independent, self.terms, kind, self.average))

    def summed(self, cov: Cluster, most: int | None = None) -> list[Grouped]:
        """The sums over the groups of each way, and of both: of the scores, (G, p), for other kinds than CR1 with those
        of the information beside them, (G, p + p^2); `Columns` beside the levels of a factor. Of rows in files at most
        `most` groups.
        """
        rows, p = self.work.rows, len(self.phi)
        width = p if cov.kind == "CR1" else p + p * p
        if cov.kind != "CR1" and self.free is not None:
            raise IncompatibleError(f"Cluster(kind={cov.kind!r}) uses leverages, which {self.work.refusals['groups']}")
        ways = ways_of(cov, self.work)
        require_few(cov, ways[0].n, p)
        if cov.kind == "CR1" and in_parts(self.C):
            scores: Any = weighted(self.scores(), rows.weight)
            each = zip(ways, labels_of_ways(ways, None), strict=True)
            return [Grouped(way.seen(known), scores.summed(codes, len(known))) for way, (known, codes) in each]
        held = len(rows.X) if rows.source is None else min(most or MOST_GROUPS, MOST_GROUPS, MOST_SUMS // width)
        columns = dict.fromkeys(way.column for way in ways if way.column is not None)
        found = rows.gather(partial(_of_batch, self.terms, ways, held, width), *columns)
        return [Grouped(way.seen(found[way.name].labels), found[way.name].closed) for way in ways]

    def autocorrelated(self, cov: HAC) -> tuple[Floats, int]:
        """The meat of a series, without a factor, and the number of lags."""
        if self.free is None:
            require_series(self.model, cov)
            varying = np.isnan(self.model.predictor.of_columns(self.model.rows.constants, 1.0))
        elif "series" in self.work.refusals:
            raise IncompatibleError(self.work.refusals["series"])
        else:
            require_series(self.work, cov, "function")
            varying = np.ones(len(self.free), dtype=bool)
        rows = self.work.rows

        def sums(kernel: Floats) -> Series:
            return rows.gather(partial(_autocorrelated, self.terms, kernel))

        return long_run(cov, len(rows.X), sums, np.asarray(self.C), varying)

    def clustered(self, parts: Sequence[tuple[Grouped, float]], name: str) -> Any:
        """The covariance of clusters in one way or several, each with its factor."""
        (part, factor), *more = parts
        if in_parts(self.C) and not more and not in_parts(part.sums):
            root = self.T @ (self.C @ part.sums.toarray().T)
            return LowRank.of_parts(np.zeros(len(root)), root, factor * np.eye(part.of.n))
        meat = reduce(add, (factor * part.meat for part, factor in parts))
        return self.closed(np.asarray(meat) if more else meat, name)

    def closed(self, meat: Any, name: str) -> Any:
        """T C M C T'; a DomainError where a variance is negative beyond round-off."""
        if in_parts(meat):
            found = self.C.sandwich(meat).mapped(self.T)
            below = found.diagonal() < 0.0  # M is a sum of squares, so that this is round-off of a variance of 0
            return found.on_both_sides(np.where(below, 0.0, 1.0)) if below.any() else found
        if self.free is None:
            return closed(lambda v: self.T @ (self.C @ v), meat, self.model.names, name)
        V = np.full((len(self.model.names),) * 2, np.nan)
        V[np.ix_(self.free, self.free)] = closed(self.C.dot, meat, [self.model.names[k] for k in self.free], name)
        return V


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores at phi of whatever rows are given, in the coordinates of phi; C is its inverse information."""

    likelihood: Likelihood
    predictor: Linear
    phi: Floats
    C: Floats

    def add_sums(self, totals: Sequence[Floats], rows: Rows, codes: Sequence[NDArray[np.intp]]) -> None:
        """Add to the row of each total that the code of a row says its score and, where there is room, its information,
        as often as it was seen.
        """
        p = len(self.phi)
        for part, X, u, information, weight in self.parts(rows):
            scores = self.predictor.row_scores(X, u)
            for total, code in zip(totals, codes, strict=True):
                add_by_group(total[:, :p], code[part], scores, weight)
                if total.shape[1] > p:
                    add_information(total[:, p:], code[part], self.predictor, X, information, weight)

    def of(
        self, rows: Rows, kind: str = "HC0", average: float = 1.0, size: int | None = None
    ) -> Iterator[tuple[slice, Any, Floats | None]]:
        """Per block: its rows, their scores (m, p) per observation, corrected as `kind` says, and their frequencies;
        `average` is the average leverage, p / n, and `size` the number of rows of a block.
        """
        for part, X, u, information, weight in self.parts(rows, size):
            corrected = self.corrected(X, u, information, kind, average, part.start)
            yield part, self.predictor.row_scores(X, corrected), weight

    def corrected(self, X: Floats, u: Floats, information: Floats, kind: str, average: float, start: int) -> Floats:
        """Scores in eta of rows from `start` on, corrected as `kind` says."""
        if kind in NO_LEVERAGE:
            return u
        G = self.predictor.covariance(X, self.C)
        return unshrunk(u, information, G if u.ndim > 1 else G[:, 0, 0], kind, average, start)

    def parts(
        self, rows: Rows, size: int | None = None
    ) -> Iterator[tuple[slice, Floats, Floats, Floats, Floats | None]]:
        """Per block: its rows, their columns, scores and information in eta per observation, and their frequencies."""
        start = 0
        for block in rows.blocks(size):
            part = slice(start, start + len(block.X))
            start = part.stop
            weight, precision = block.weight, None
            if rows.precision is not None:
                weight, precision = (None if v is None else v[part] for v in (rows.weight, rows.precision))
            eta, _ = self.predictor.forward(self.phi, block)
            u, information = self.likelihood.evaluate(eta, block.y)[1:]
            yield part, block.X, weighted(u, precision), weighted(information, precision), weight


def closed(side: Callable[[Floats], Floats], meat: Floats, names: Sequence[str], name: str) -> Floats:
    """V = B M B^T, symmetric, where `side` is the product with B; variances that round-off took below 0 are 0, and a
    DomainError says which is negative beyond round-off.
    """
    V = side(side(meat).T)
    V = 0.5 * (V + V.T)
    variance = np.diagonal(V)
    if (variance >= 0.0).all():
        return V
    B = np.abs(side(np.eye(len(meat))))
    negative = np.flatnonzero(~(variance >= -1e-12 * ((B @ np.abs(meat)) * B).sum(axis=1)))
    if negative.size:
        raise DomainError(
            f"{name} gives the variance {variance[negative[0]]:.3g} for {names[negative[0]]!r}: this estimator need "
            "not be positive on few groups or lags. Cluster one way, or use the Bartlett kernel."
        )
    np.fill_diagonal(V, np.maximum(variance, 0.0))
    return V


def _independent(terms: Scores | RowScores, kind: str, average: float, rows: Rows) -> Floats:
    each = terms.of(rows, kind, average)
    return symmetric(reduce(iadd, (upper_gram(scores, weight) for _, scores, weight in each)))


def _autocorrelated(terms: Scores | RowScores, kernel: Floats, rows: Rows) -> Series:
    each = (scores.sparse() if in_parts(scores) else scores for _, scores, _ in terms.of(rows))
    return reduce(add, (Series.of(kernel, scores) for scores in each))


def add_by_group(total: Floats, codes: NDArray[np.intp], scores: Floats, weight: Floats | None) -> None:
    """Add each row's score to the row of `total` (groups, p) that its code says, as often as it was seen."""
    here, code = np.unique(codes, return_inverse=True)
    entries = np.ones(len(code)) if weight is None else weight
    total[here] += sparse.csr_array((entries, (code, np.arange(len(code)))), shape=(len(here), len(code))) @ scores


def add_information(
    total: Floats, codes: NDArray[np.intp], predictor: Linear, X: Floats, information: Floats, weight: Floats | None
) -> None:
    """Add each row's information, J^T W J as p^2 numbers, to the row of `total` that its code says.

    Groups of many rows are products of matrices; of few, sums of the products of each row.
    """
    information, X = weighted(information, weight), np.asarray(X)
    here, code, count = np.unique(codes, return_inverse=True, return_counts=True)
    if len(X) >= MANY * len(here):
        order = np.argsort(code, kind="stable")
        for k, rows in zip(here, np.split(order, np.cumsum(count)[:-1]), strict=True):
            total[k] += predictor.information(Block(X[rows], np.empty(0), None, None), information[rows]).ravel()
        return
    size = max(1, CELLS // predictor.size**2)
    for start in range(0, len(X), size):
        part = slice(start, start + size)
        products = predictor.row_information(X[part], information[part])
        add_by_group(total, codes[part], products.reshape(len(products), -1), None)


@dataclass(frozen=True, eq=False)
class RowScores:
    """Scores of the rows of a model that is no regression, in the place of X; labels of groups are read beside these
    rows and the table that they came from, if any. `refusals` say what rows, groups and series of the model lack.
    """

    title: str
    rows: Rows
    refusals: Mapping[str, str]
    kept: Any = None
    source: Any = None
    index: Any = None
    n_dropped: int = 0

    def of(self, rows: Rows, kind: str = "HC0", *_: Any) -> Iterator[tuple[slice, Any, Floats | None]]:
        """As `Scores.of`, in one block; IncompatibleError for kinds that divide by leverages."""
        if kind not in NO_LEVERAGE:
            raise IncompatibleError(f"cov={kind!r} divides by leverages, which {self.refusals['rows']}")
        yield slice(0, len(rows.X)), rows.X, rows.weight

    def add_sums(self, totals: Sequence[Floats], rows: Rows, codes: Sequence[NDArray[np.intp]]) -> None:
        """As `Scores.add_sums`, of scores alone."""
        for total, code in zip(totals, codes, strict=True):
            add_by_group(total, code, rows.X, rows.weight)


def function_scores(model: Custom, theta: Floats, free: NDArray[np.intp]) -> RowScores:
    """Scores of the rows of a user's function at theta, in its `free` parameters."""
    smaller, at = model, theta
    for k in np.setdiff1d(np.arange(len(theta)), free)[::-1].tolist():
        units, smaller = np.delete(np.delete(smaller.axes, k, 0), k, 1), smaller.without(k, float(at[k]))
        smaller, at = smaller.in_units(units), np.delete(at, k)
    lack = "the rows of a function do not have; use"
    refusals = {"rows": f"{lack} 'HC0' or 'HC1'.", "groups": f"{lack} kind='CR1'."}
    scores = smaller.row_scores(at)
    return RowScores(model.title, Rows(scores, np.zeros(len(scores))), refusals)


def survival_scores(model: CoxRegression, theta: Floats) -> RowScores:
    """Scores of the rows of a Cox regression at theta."""
    if model.exact is not None:
        raise IncompatibleError(
            f'{model.title} with ties="exact" has no score for each row, as rows of one tie share it: robust '
            'standard errors need ties="efron" or "breslow".'
        )
    said, index, at = model.said, model.places.origin.index, model.at(theta)
    rows = Rows(on_all_rows(score_rows(at), at, said.n).T, np.zeros(said.n), said.weights)
    refusals = {
        "rows": f"rows of {model.title} do not have.",
        "groups": f"{model.title} does not have.",
        "series": f"HAC needs rows in the order of time; rows of {model.title} have none.",
    }
    index = index if index is None or said.kept is None else index[said.kept]
    return RowScores(model.title, rows, refusals, said.kept, said.source, index, said.n_dropped)


FEWER = "Use coarser groups, or cov='HC1' where hardly any rows share a group."


class Grouped(NamedTuple):
    """Groups, and the sums over them."""

    of: Groups
    sums: Any

    @property
    def meat(self) -> Any:
        """The sum over groups of the products of their scores, (p, p), without a factor."""
        return self.sums.gram() if in_parts(self.sums) else dense(self.sums.T @ self.sums)


def _of_batch(terms: Scores, ways: Sequence[Groups], most: int, width: int, rows: Rows, *batch: Any) -> AddedByName:
    """See `Sandwich.summed`: the sums of a batch of rows in files, or of all rows in memory, by label of each way."""
    used = np.flatnonzero(rows.weight) if batch and rows.weight is not None else None
    each = labels_of_ways(ways, used, *batch)
    rows = rows if used is None else rows.take(used)
    sums = [np.zeros((len(known), width)) for known, _ in each]
    terms.add_sums(sums, rows, [code for _, code in each])
    of_way = zip([way.name for way in ways], each, sums, strict=True)
    return AddedByName(
        {name: SumsByLabel(f"Cluster({name})", FEWER, most, known, total) for name, (known, _), total in of_way}
    )
