"""Rows in memory, read as blocks that fit the cache; X is never copied.

A log-likelihood of independent rows is a sum, so that everything a model needs is a sum over `Rows.blocks()`. Columns
are centered and scaled block by block. What stands beside X has the same rules for rows in memory and elsewhere.

Least squares sums products about rough centers:

    Z = X - center,  v = y - offset - middle,  r = v - Z phi;     G = Z^T W Z,  g = Z^T W r

Any center and any phi will do; near the means and near the solution the sums lose no digits. The triangle R of
sqrt(weight) X = Q R by a tree of block QRs is as accurate as Householder's QR of the whole:

    R <- triangle of [R; triangle of block],   cost 2 n p^2,   memory one block

Source: Demmel, Grigori, Hoemmen & Langou, "Communication-optimal parallel and sequential QR and LU factorizations"
(2012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial, reduce
from operator import iadd
from typing import Any, ClassVar, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.standardization import (
    DEPENDENT,
    Standardization,
    constant_column,
    moments_of_columns,
    orthogonal,
    orthogonalizing,
    standard_columns,
    standard_units,
)
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.arrowhead import InParts, in_parts
from stattools.numerics.columns import Columns, add_gram, weighted, with_levels
from stattools.numerics.sums import Ends, SampleMoments
from stattools.numerics.threads import Share, spans, sweep
from stattools.text.one_line import prints


class OnDisk(InParts):
    """Stands for an array of all rows that is not in memory; it knows the shape, and its sum where `total` is given.

    >>> len(OnDisk((5, 2)))
    5
    """

    def __init__(self, shape: tuple[int, ...], total: float | None = None, place: str = "in files") -> None:
        self.shape, self.ndim, self.total, self.place = shape, len(shape), total, place

    def sum(self, axis: int = 0) -> float:
        """The sum, where it is known."""
        return self.copy() if self.total is None or axis else self.total

    def copy(self) -> NoReturn:
        """What every other question raises: IncompatibleError."""
        raise IncompatibleError(
            f"this needs all {self.shape[0]:,} rows in memory, and they are {self.place}. Fit a sample of them in "
            "memory (the same formula, with a table of some of the rows), or fit.predict_to(path) for predictions."
        )


BLOCK_BYTES = 1_600_000
"""Bytes of a block of X: it and its weighted copy stay in the cache of a core."""

SHORTEST, LONGEST = 256, 1 << 16
"""The fewest rows of a block, whatever the number of columns; those of one whose levels are kept as codes."""

FIRST, FEW_COLUMNS = 1_000, 100
"""Columns that vary in the first rows vary; so many others are looked at in all rows one by one."""

WORTH_A_PART = 1_500_000
"""The least numbers of X of a part that is worth a thread's waits for the interpreter; for X^T X a quarter of it."""


@prints
class Block(NamedTuple):
    """Consecutive rows: X (m, p), y (m,) or (m, k), weights (m,) or None, offset (m,) or None."""

    X: Floats
    y: Floats
    weight: Floats | None
    offset: Floats | None


@prints
class Low(NamedTuple):
    """What float64 does not hold of some columns of X: the sum X[:, columns] + values is right to 106 bits."""

    columns: NDArray[np.intp]
    values: Floats


@record
class Rows:
    """The data of a model: X (n, p) in C or Fortran order, y (n,) or (n, k), and per row what is not None of these.

    `weight` is a frequency (how often the row was seen), `offset` is added to the linear predictor, and `precision` is
    a relative inverse variance. Blocks carry the product of weight and precision, and columns about `center`, in units
    of `scale`, times the matrix `axes`. `low` is read by exact least squares only. X may be `BesideOnes` or `Columns`.

    >>> rows = Rows(np.ones((5, 1)), np.arange(5.0))
    >>> rows.n, sum(len(block.y) for block in rows.blocks(2))
    (5.0, 5)
    """

    X: Floats
    y: Floats
    weight: Floats | None = None
    offset: Floats | None = None
    precision: Floats | None = None
    center: Floats | None = None
    scale: Floats | None = None
    low: Low | None = None
    axes: Floats | None = None

    source: ClassVar[Any] = None
    coding: ClassVar[Any] = None
    """What rows that are not in memory are read from, and how they are coded."""

    @property
    def reads(self) -> int:
        """How often all rows were read from their source, the first pass included."""
        return 0 if self.source is None else 1 + self.later.get("reads", 0)

    @property
    def place(self) -> str:
        """Where the rows are, in words: "in memory", "in files"."""
        return "in memory" if self.source is None else self.source.place

    @property
    def sampled(self) -> Rows:
        """The rows that are in memory: here all."""
        return self

    typical = sampled
    """What a start is made from."""

    def at_hand(self, does: str, whose: str, instead: str) -> Rows:
        """All rows, for work that needs them in memory. Rows elsewhere raise IncompatibleError: who `does` what, whose
        rows they are, what to do `instead`.
        """
        if self.source is None:
            return self
        raise IncompatibleError(f"{does}, and the {len(self.X):,} rows of {whose} are {self.place}. {instead}")

    @cached_property
    def n(self) -> float:
        """Number of observations: the sum of the frequency weights."""
        return float(len(self.X)) if self.weight is None else float(self.weight.sum())

    @cached_property
    def importance(self) -> Floats | None:
        """Weight times precision: how much each row counts in a sum; None where all count 1."""
        return self.precision if self.weight is None else weighted(self.weight, self.precision)

    @cached_property
    def later(self) -> dict[str, Any]:
        """What earlier reads of all rows have found, kept for later questions."""
        return {}

    @property
    def n_used(self) -> int:
        """Number of rows that count: those whose weight is not 0, where weights are known without a read."""
        weight = self.weight if self.source is None else None
        return len(self.X) if weight is None else int(np.count_nonzero(weight))

    @property
    def outcome(self) -> SampleMoments:
        """Mean and squares of an outcome (n,) over all observations."""
        return SampleMoments.of(self.y, self.weight)

    @property
    def outcome_square(self) -> float:
        """The weighted sum of squares of an outcome (n,)."""
        return float(self.y @ weighted(self.y, self.importance))

    @property
    def constants(self) -> Floats:
        """The value of each column of X that has only one, NaN for those that vary, (p,). Rows elsewhere are read where
        another column than the intercept does not vary in the sample.
        """
        if "constants" not in self.later:
            X = self.sampled.X
            low, high = np.min(X[:FIRST], axis=0), np.max(X[:FIRST], axis=0)
            if len(still := np.flatnonzero(low == high)) > FEW_COLUMNS:
                low, high = np.min(X, axis=0), np.max(X, axis=0)
            else:
                for k in still:
                    low[k], high[k] = X[:, k].min(), X[:, k].max()
            if len(X) < len(self.X) and ((low == high) & (np.array(self.coding.design.names) != "Intercept")).any():
                plain = replace(self, center=None, scale=None, axes=None)
                ends = plain.total(lambda block: Ends(block.X.min(axis=0), block.X.max(axis=0)))
                low, high = ends.low, ends.high
            self.later["constants"] = np.where(low == high, X[0], np.nan)
        return self.later["constants"]

    @property
    def block_size(self) -> int:
        """The number of rows that fill about 1.6 MB; more where levels are kept as codes."""
        if self.X.size != len(self.X) * self.X.shape[1]:
            return LONGEST
        return max(SHORTEST, min(1 << 14, BLOCK_BYTES // (8 * max(self.X.shape[1], 1))))

    def blocks(self, size: int | None = None, share: Share | None = None) -> Iterator[Block]:
        """Blocks of `size` rows, or of `block_size`: all of them, or those of a share."""
        n, size = len(self.X), size or self.block_size
        if 0 < n <= size and share is None:
            yield self.whole
            return
        for part in spans(0, n, size, share):
            yield self._block(part)

    def _block(self, part: slice) -> Block:
        X = self.X[part]  # also of all rows, since rows that were not saved raise an error for it
        if self.center is not None and self.scale is not None:
            X = X - self.center
            X /= self.scale
        weight, offset = [None if one is None else one[part] for one in (self.importance, self.offset)]
        return Block(X if self.axes is None else X @ self.axes, self.y[part], weight, offset)

    def shapes(self) -> Rows:
        """Rows that know their shapes only, and how much they weigh together."""
        given = {"X": self.X, "y": self.y, "weight": self.weight, "offset": self.offset, "precision": self.precision}
        there: Any = {name: OnDisk(values.shape) for name, values in given.items() if values is not None}
        if self.weight is not None:
            there["weight"] = OnDisk(self.weight.shape, self.n)
        return Rows(**there)

    @cached_property
    def whole(self) -> Block:
        """All rows as one block, made once."""
        return self._block(slice(None))

    def gather[T](self, work: Callable[..., T], *columns: str, others: Sequence[Rows] = ()) -> T:
        """The sum of `work(rows, *others)` over batches of rows and of those that `others` read of the same table, with
        more `columns` of it; rows in memory are one batch, which has no other columns.
        """
        return work(self, *others)

    def total[T](self, part: Callable[[Block], T], fold: int = 1, share: Share | None = None) -> T:
        """The sum of `part(block)` over all blocks or those of a share, added in place, on the threads that are free
        (`numerics/threads.py`). Blocks of many rows have `fold` times `block_size` rows: two is right for products
        X^T X, which last so long that fewer calls are worth more than the cache.

        >>> Rows(np.ones((5, 1)), np.arange(5.0)).total(lambda block: float(block.y.sum()))
        10.0
        """
        n, p = len(self.X), self.X.size // max(len(self.X), 1)
        if share is None and (0 < n <= SHORTEST or n <= self.block_size):
            return part(self.whole)
        size = self.block_size * (fold if self.X.size > WORTH_A_PART else 1)
        size = share.block_size(n, size) if share else size
        worth = WORTH_A_PART // 4 if fold > 1 else WORTH_A_PART

        def of_range(first: int, last: int) -> Any:
            return reduce(iadd, map(part, self.take(slice(first, last)).blocks(size, share)))

        return reduce(iadd, sweep(n, of_range, worth * (share.of if share else 1) // max(p, 1)))

    def without_columns(self) -> Rows:
        """The rows with a column of ones in place of X."""
        return replace(self, X=np.ones((len(self.X), 1)), center=None, scale=None, low=None)

    def outcome_counts(self) -> Rows | None:
        """The rows without columns; elsewhere a row for each value of the outcome, None where these are too many."""
        return self.without_columns()

    def sample(self, size: int) -> Rows:
        """One row of each of `size` consecutive runs of equal length, drawn at random, the same every time. Rows
        elsewhere give those of them that are held.

        >>> Rows(np.arange(8.0)[:, None], np.zeros(8)).sample(4).X.shape
        (4, 1)
        """
        held = self.sampled
        if len(held.X) <= size:
            return held
        edges = np.linspace(0, len(held.X), size + 1).astype(np.intp)
        return held.take(np.random.default_rng(0).integers(edges[:-1], edges[1:]))

    def take(self, which: slice | NDArray[np.intp]) -> Rows:
        """The rows that a slice or an array of their numbers picks, with X in the order (C or Fortran) that it had."""
        parts = {"y": self.y, "weight": self.weight, "offset": self.offset, "precision": self.precision}
        taken: Any = {name: values[which] for name, values in parts.items() if values is not None}
        if self.low is not None:
            taken["low"] = self.low._replace(values=self.low.values[which])
        X = self.X
        if isinstance(which, slice) or in_parts(X) or X.flags.c_contiguous:
            return replace(self, X=X[which], **taken)
        return replace(self, X=np.take(X.T, which, axis=1).T, **taken)  # rows are slow where columns are contiguous

    # Columns whose numbers overflow have no finite unit; the model refuses them.
    @np.errstate(over="ignore", invalid="ignore")
    def standardized(self) -> tuple[Rows, Standardization]:
        """Rows with centered columns of unit variance (`standard_units`), and T with X_standardized = X T. Of rows
        elsewhere the sample says which center and which unit: any will do. In memory they are made once.
        """
        if self.center is not None:
            return self, Standardization.identity(self.X.shape[1])
        if "standardized" in self.later:
            return self.later["standardized"]
        if (levels := with_levels(self.X)) is not None:
            X, units = standard_columns(levels, self.importance)
            return replace(self, X=X), units
        mean, spread, size = moments_of_columns(self.sampled)
        held = constant_column(mean, spread, size)
        if held is not None and self.source is not None and np.isnan(self.constants[held]):
            held = None  # it is constant in the sample alone
        center, scale, T = standard_units(mean, spread, size, held)
        found = replace(self, center=center, scale=scale), T
        if self.source is None:
            self.later["standardized"] = found
        return found


Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class Farthest:
    """The largest offset in size and the row in which it stands; two of them are joined with `+`.

    >>> Farthest.of(np.array([1.0, -3.0])) + Farthest(2.0, "row 7")
    Farthest(value=-3.0, row='row 1')
    """

    value: float = 0.0
    row: str = "row 0"

    @classmethod
    def of(cls, offset: Floats | None, rows: Numbers | None = None, where: str = "") -> Farthest:
        """The largest of the offsets of some rows; `rows` are their numbers in the table, where not all rows stayed."""
        if offset is None or not len(offset):
            return cls()
        place = int(np.argmax(np.abs(offset)))
        return cls(float(offset[place]), f"row {number(place, rows)}{where}")

    def __add__(self, other: Farthest) -> Farthest:
        return other if abs(other.value) > abs(self.value) else self


def number(place: int, rows: Numbers | None) -> int:
    """The number in the table of the row at `place` among the rows that stayed."""
    return place if rows is None else int(rows[place])


def require_each(good: NDArray[np.bool_], values: Floats, rows: Numbers | None, needs: str, instead: str) -> None:
    """DomainError naming the first number that is not `good`: what it needs, its row, and what to do `instead`."""
    if not good.all():
        place = int(np.argmin(good))
        raise DomainError(f"{needs}; got {values[place]:.6g} in row {number(place, rows)}. {instead}")


def require_frequencies(weights: Floats, rows: Numbers | None = None) -> None:
    """DomainError unless frequency weights are whole numbers from 0 to 2^53, beyond which not all are float64."""
    good = (weights >= 0) & (weights == np.floor(weights)) & (weights <= 2.0**53)
    needs = "weights= are frequencies, how often each row was seen, and need whole numbers from 0 to 2^53"
    require_each(good, weights, rows, needs, "Repeat the rows; for inverse variances st.ols has precision=.")


def require_some(total: float) -> None:
    """DomainError where all frequencies are 0."""
    if total == 0:
        raise DomainError("weights= are all 0: no row counts. Give at least one row a positive frequency.")


def require_positive(values: Floats, what: str, rows: Numbers | None = None) -> None:
    """DomainError naming the first number that is not above 0."""
    require_each(values > 0, values, rows, f"{what} must be positive", "Drop rows that count nothing.")


def frequencies(weights: Floats | None, rows: Numbers | None = None) -> Floats | None:
    """Frequency weights, or a DomainError unless they are whole numbers >= 0 that are not all 0."""
    if weights is not None:
        require_frequencies(weights, rows)
        require_some(float(weights.sum()))
    return weights


def offset_of(offset: Floats | None, exposure: Floats | None, rows: Numbers | None = None) -> Floats | None:
    """What is added to the linear predictor: the offset, and the logarithm of the exposure."""
    if exposure is None:
        return offset
    require_positive(exposure, "exposure= is a time, an area or a number at risk, and", rows)
    return np.log(exposure) if offset is None else offset + np.log(exposure)


type ShiftedBlock = tuple[Floats, Floats, Floats | None, Floats]
"""Z, v, weights and y of a block of rows; Z and v are multiplied by the roots of the weights."""


NOT_ASKED = np.empty(0)


class ShiftedSums(NamedTuple):
    """G = Z^T W Z and g = Z^T W r, and the weighted sums of squares of v, of r = v - Z phi and of y. Sums of parts are
    added with `+`. What was not asked for is 0, and G is then empty.
    """

    G: Floats
    g: Floats
    square: float
    rss: float
    size: float

    def __add__(self, other: ShiftedSums) -> ShiftedSums:  # type: ignore[override]
        squares = (self.square + other.square, self.rss + other.rss, self.size + other.size)
        return ShiftedSums(self.G + other.G, self.g + other.g, *squares)

    @classmethod
    def over(cls, blocks: Iterable[ShiftedBlock], phi: Floats | None, gram: bool = True) -> ShiftedSums:
        """The sums over blocks of rows, of which there is one at least; those of r and of y only where there is a phi.

        >>> Z, y = np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 6.0])
        >>> found = ShiftedSums.over([(Z, y - 2.0, None, y)], np.array([1.0]))
        >>> found.G.tolist(), found.g.tolist(), found.square, found.rss, found.size
        ([[4.0]], [0.0], 18.0, 14.0, 50.0)
        """
        G, g = NOT_ASKED, None
        square, rss, size = 0.0, 0.0, 0.0
        for Z, v, w, y in blocks:
            if gram:
                G = np.zeros((Z.shape[1],) * 2) if g is None else G
                add_gram(G, Z)
            square += float(v.dot(v))
            r = v if phi is None else v - Z.dot(phi)
            g = Z.T.dot(r) if g is None else g + Z.T.dot(r)
            if phi is not None:
                rss += float(r.dot(r))
                size += float(y.dot(y) if w is None else y.dot(w * y))
        return cls(G, NOT_ASKED if g is None else g, square, rss, size)


def triangle(rows: Rows, beside: bool = False) -> Floats:
    """R (q, q) of sqrt(weight) X or, with `beside`, of sqrt(weight) [X, y - offset]; zero rows where n < q.

    >>> np.abs(triangle(Rows(np.array([[3.0], [4.0]]), np.zeros(2))))
    array([[5.]])
    """
    q = rows.X.shape[1] + beside
    R: Any = rows.total(partial(_triangle, beside)).R
    if len(R) > q or np.tril(R, -1).any():
        R = np.linalg.qr(R, mode="r")
    return np.concatenate([R, np.zeros((q - len(R), q))]) if len(R) < q else R


def orthogonal_columns(
    rows: Rows, groups: Sequence[tuple[NDArray[np.intp], int]]
) -> tuple[Rows, Standardization] | None:
    """Rows with orthogonal columns of mean square 1 in their weights, which keep their digits in products, and T with
    X_orthogonal = X T: of each group its numbers, of which the last so many have what stands before them taken off.
    None where columns do not depend on each other or do so to round-off, and where they are no array.

    >>> rows, T = orthogonal_columns(Rows(np.array([[1.0, 1.0], [1.0, 1.0 + 1e-8]]), np.zeros(2)), [(np.arange(2), 2)])
    >>> np.abs(np.round(rows.X.T @ rows.X / 2, 6)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if with_levels(rows.X) is not None or (rows.source is None and rows.later.get("independent")):
        return None
    R, whole = triangle(rows), rows.n if rows.importance is None else float(rows.importance.sum())
    size, T = np.linalg.norm(R, axis=0), np.zeros_like(R)
    rows.later["independent"] = not size.all() or np.linalg.svd(R / size, compute_uv=False)[-1] ** 2 > DEPENDENT
    if rows.later["independent"]:
        return None
    for at, last in groups:
        if (found := orthogonalizing(np.linalg.qr(R[:, at], mode="r"), whole)) is None:
            return None
        T[np.ix_(at, at[-last:])] = found[:, -last:]
    if rows.source is not None:
        return replace(rows, axes=T, low=None), Standardization.whole_block(T)
    X = np.concatenate([block.X @ T for block in rows.blocks()])
    return replace(rows, X=X, center=None, scale=None, low=None), Standardization.whole_block(T)


@record
class Triangle:
    """R of some rows, or these rows themselves while they are few; the sum (`+`) of two is that of the rows of both."""

    R: Floats

    def __add__(self, other: Triangle) -> Triangle:
        return Triangle(_reduced(np.concatenate([self.R, other.R])))


def _reduced(X: Floats) -> Floats:
    """The triangle of X, or X itself where it has few rows: their triangle costs as much as that of p rows."""
    return X if len(X) < 2 * X.shape[1] else np.linalg.qr(X, mode="r")


def _triangle(beside: bool, block: Block) -> Triangle:
    X, y, weight, offset = block
    behind = (y if offset is None else y - offset)[:, None] if beside else np.empty((len(y), 0))
    if (levels := with_levels(X)) is not None:
        return Triangle(_by_level(levels, behind, weight))
    whole = np.column_stack([X, behind]) if beside else X
    return Triangle(_reduced(weighted(whole, None if weight is None else np.sqrt(weight))))


def _by_level(X: Columns, behind: Floats, weight: Floats | None) -> Floats:
    """R of [X, behind], of rows times the roots of `weight`, where X keeps levels as codes: rows of Q_j' W X of each
    level, whose orthogonal columns Q_j are of length 1, and of what they leave of the other columns.
    """
    q, w = X.shape[1] + behind.shape[1], np.ones(len(X)) if weight is None else weight
    levels, shared = orthogonal(X, weight), np.delete(np.arange(q), X.places.ravel())
    rest, along = levels.taken_off(X, np.column_stack([X.others, behind]), w)
    left, length = np.linalg.qr(np.sqrt(w)[:, None] * rest, mode="r"), np.sqrt(levels.squares)[:, :, None]
    of_levels, of_shared = np.zeros((*X.places.shape, q)), np.zeros((len(left), q))
    np.put_along_axis(of_levels, X.places[:, None, :], length * np.linalg.inv(levels.M), axis=2)
    of_levels[:, :, shared], of_shared[:, shared] = length * along, left
    return np.linalg.qr(np.concatenate([*of_levels, of_shared]), mode="r")
