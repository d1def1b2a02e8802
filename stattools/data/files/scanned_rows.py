"""Rows in files or on a cluster: the sums that a model needs, over batches that are read, coded and forgotten.

The source decides how batches are read and in which order their sums are added; here every pass is checked to have seen
the rows that the first pass saw. A sample of the rows is held in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design import Design
from stattools.data.extras import NO_OFFSET, Farthest
from stattools.data.files.counted_values import Marginal
from stattools.data.files.held_sample import HeldSample
from stattools.data.files.passes import OverBlocks, OverBoth, OverRows, OverRowsBeside, Summed
from stattools.data.files.source import Batch, Source
from stattools.data.formula.coding import CHANGED, Coding
from stattools.data.rows.rows import Block, Low, Rows
from stattools.data.rows.shape_only import OnDisk
from stattools.data.rows.units import kept_at_origin, standard_units
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.numerics.moments import Ends, SampleMoments
from stattools.text.one_line import prints

# What to do where no row of a sample is complete.
DROP = "Nearly all rows miss a value: keep the complete rows only, or leave a column out."

LARGEST = 2_000_000
"""Numbers of X that are made at a time: 16 MB."""


@prints
@dataclass(frozen=True, eq=False)
class ScannedRows:
    """The rows of a source that are complete in the columns of a formula; it answers what `Rows` answers.

    `raw` are the batches of the sample as they were read, and `held` its rows in memory; `farthest` is the largest
    offset of all rows.
    """

    source: Source
    coding: Coding
    n_rows: int
    n: float
    marginal: Marginal
    raw: tuple[Batch, ...]
    farthest: Farthest = NO_OFFSET
    held: HeldSample | None = None
    later: dict[str, Any] = field(default_factory=dict)
    """What reads after the first have found, shared by copies."""

    precision = offset_ends = None

    @property
    def low(self) -> Low | None:
        """What float64 does not hold of the columns of X, in the sample: it is None where the formula has no powers."""
        return None if self.held is None else self.held.low

    @property
    def place(self) -> str:
        """Where the rows are, in words: "in files"."""
        return self.source.place

    def at_hand(self, does: str, whose: str, instead: str) -> Rows:
        """Raises IncompatibleError, as these rows are not in memory."""
        raise IncompatibleError(f"{does}, and the {self.n_rows:,} rows of {whose} are {self.place}. {instead}")

    @property
    def n_used(self) -> int:
        """Number of rows; weights of 0 are not known without a read."""
        return self.n_rows

    @property
    def outcome(self) -> SampleMoments:
        """Mean and squares of the outcome over all observations; of labels, whose codes come later, from the counts."""
        counts = None if self.marginal.moments.n else self.outcome_counts()
        return self.marginal.moments if counts is None else SampleMoments.of(counts.y, counts.weight)

    @property
    def outcome_square(self) -> float:
        """The sum of squares of the outcome."""
        return self.outcome.about(0.0)

    @property
    def reads(self) -> int:
        """How many times all rows were read, the first pass included."""
        return 1 + self.later.get("reads", 0)

    @property
    def design(self) -> Design:
        """The columns of X."""
        return self.coding.design

    @property
    def X(self) -> Any:
        """The shape of X; its numbers are elsewhere."""
        return OnDisk((self.n_rows, len(self.design.names)), place=self.place)

    @property
    def y(self) -> Any:
        """The shape of the outcome."""
        return OnDisk((self.n_rows,), place=self.place)

    @property
    def weight(self) -> Any:
        """None, or the shape of the frequency weights."""
        if "weights" not in self.coding.extras:
            return None
        return OnDisk((self.n_rows,), self.n, place=self.place)

    importance = weight

    @property
    def offset(self) -> Any:
        """None, or the shape of the offset."""
        given = {"offset", "exposure"} & set(self.coding.extras)
        return OnDisk((self.n_rows,), place=self.place) if given else None

    @property
    def center(self) -> Floats | None:
        """What is subtracted from the columns of X before they are scaled."""
        return self.coding.center

    @property
    def scale(self) -> Floats | None:
        """What the columns of X are divided by."""
        return self.coding.scale

    @property
    def _piece(self) -> int:
        return max(1, LARGEST // len(self.design.names))

    def bound(self, y: Floats, check: Callable[[Floats], Floats]) -> ScannedRows:
        """The rows for a model whose outcome is y where that of the source is `marginal.values`; it reads the sample
        only.
        """
        values = self.marginal.values
        numbers = values.dtype.kind in "biuf"
        same = numbers and np.array_equal(np.asarray(values, dtype=np.float64), y)
        if not same and self.marginal.counts is None:
            raise DomainError(
                f"the outcome has more than {len(values):,} values; categories are far fewer. Use st.ols."
            )
        keys = np.asarray(values) if numbers else None
        coding = replace(self.coding, values=keys, codes=None if same else y, check=check)
        parts = [found[0] for batch in self.raw if (found := coding.complete(batch)) is not None]
        if not parts:
            raise DomainError(f"of a sample of the rows none is complete. {DROP}")
        return replace(self, coding=coding, held=HeldSample(tuple(parts)))

    def total(self, part: Callable[[Block], Any], fold: int = 1) -> Any:
        """The sum of `part(block)` over all blocks, as of `Rows`: one pass over the source."""
        return self._pass(self.coding.columns, OverBlocks(self.coding, part, fold))

    def gather(self, work: Callable[[Rows], Any]) -> Any:
        """The sum of `work(rows)` over batches: one pass over the source."""
        return self._pass(self.coding.columns, OverRows(self.coding, work))

    def gather_beside(self, columns: tuple[str, ...], work: Callable[[Rows, Batch, NDArray[np.intp]], Any]) -> Any:
        """The sum of `work(rows, others, numbers)` over batches: their complete rows, other columns of the source in
        these rows as they are stored, missing values included, and the numbers of the rows where the batch stands.
        """
        every = tuple(dict.fromkeys((*self.coding.columns, *columns)))
        return self._pass(every, OverRowsBeside(self.coding, columns, work))

    def gather_with(self, other: ScannedRows, work: Callable[[Rows, Rows], Any]) -> Any:
        """The sum of `work(rows, others)` over batches, which both read: one pass over the source."""
        columns = tuple(dict.fromkeys((*self.coding.columns, *other.coding.columns)))
        return self.over_batches(OverBoth(self.coding, other.coding, work), columns)

    def _pass(self, columns: tuple[str, ...], work: Callable[[Batch], Summed | None]) -> Any:
        self.later["reads"] = self.reads
        found = self.source.total(columns, work, self._piece)
        if found is None or found.n != self.n_rows:
            n = 0 if found is None else found.n
            raise DomainError(f"this pass found {n:,} complete rows, the first one {self.n_rows:,}. {CHANGED}")
        return found.value

    def over_batches(self, work: Callable[[Batch], Any], columns: tuple[str, ...] | None = None) -> Any:
        """The sum of what `work` makes of each batch, by default with the columns that the model reads: one pass."""
        self.later["reads"] = self.reads
        return self.source.total(columns or self.coding.columns, work, self._piece)

    def blocks(self, size: int | None = None) -> Iterator[Block]:
        """All rows in order, in blocks, one after the other. `total` is faster, and works where rows cannot be brought
        here.
        """
        for batch in self.source.batches(self.coding.columns):
            for piece in batch.cut(self._piece):
                rows = self.coding.rows(piece)
                if rows is not None:
                    yield from rows.blocks(size)

    def shapes(self) -> Rows:
        """Rows that know their shapes only."""
        return Rows(self.X, self.y, self.weight, self.offset)

    def runs(self, size: int, least: int = 0) -> Rows | None:
        """The sample that is held, since it costs no read."""
        return self.sampled

    def sample(self, size: int) -> Rows:
        """A sample of the rows that are held, as `Rows` draws it; all of them where they are fewer."""
        held = self.sampled
        return held if len(held.X) <= size else held.sample(size)

    @property
    def sampled(self) -> Rows:
        """The rows held, in the coordinates of these."""
        if self.held is None:
            raise IncompatibleError("a source has rows once a model has bound it; make the model from the formula.")
        return replace(self.held.rows, center=self.coding.center, scale=self.coding.scale)

    @property
    def typical(self) -> Rows:
        """The sample, from which a start is made; where its outcomes are all zero they are replaced by the mean of all
        rows.
        """
        rows = self.sampled
        return rows if rows.y.any() else replace(rows, y=np.full(len(rows.y), self.marginal.moments.mean))

    @property
    def constants(self) -> Floats:
        """The value of each column of X that has only one, NaN for columns that vary; shape (p,). It costs a read where
        a column other than the intercept does not vary in the sample.
        """
        if "constants" not in self.later:
            X = self.sampled.X
            low, high = X.min(axis=0), X.max(axis=0)
            doubt = (low == high) & (np.array(self.design.names) != "Intercept")
            if doubt.any() and len(X) < self.n_rows:
                plain = replace(self, coding=replace(self.coding, center=None, scale=None))
                low, high = plain.total(lambda block: Ends(block.X.min(axis=0), block.X.max(axis=0)))
            alike = low == high
            self.later["constants"] = np.where(alike, X[0], np.nan)
        return self.later["constants"]

    def without_columns(self) -> ScannedRows:
        """The rows with a column of ones in place of X."""
        design = replace(self.design, names=("Intercept",))
        coding = replace(self.coding, design=design, center=None, scale=None, is_constant=True)
        return replace(self, coding=coding, held=None if self.held is None else self.held.without_columns())

    def outcome_counts(self) -> Rows | None:
        """A row for each value of the outcome, with its frequency and a column of ones; None for too many values."""
        counts = self.marginal.counts
        if counts is None:
            return None
        codes = self.coding.codes
        y = codes if codes is not None else np.asarray(self.marginal.values, dtype=np.float64)
        return Rows(np.ones((len(y), 1)), y, counts)

    @np.errstate(over="ignore", invalid="ignore")  # overflow is refused later, as in `Rows`
    def standardized(self) -> tuple[ScannedRows, Floats]:
        """Rows about the means of the sample, in its standard deviations, and T with X_standardized = X T. Any center
        and unit will do, as they only say in which coordinates sums are taken; no read.
        """
        if self.center is not None:
            return self, np.eye(len(self.design.names))
        X = self.sampled.X
        names = self.design.names
        first = names.index("Intercept") if "Intercept" in names else None
        center, scale, T = standard_units(X.mean(axis=0), X.std(axis=0), np.abs(X).max(axis=0), first)
        return replace(self, coding=replace(self.coding, center=center, scale=scale)), T

    def uncentered(self, columns: list[int]) -> ScannedRows:
        """Standardized rows of which some columns keep their origin."""
        return replace(self, coding=replace(self.coding, center=kept_at_origin(self.center, columns)))
