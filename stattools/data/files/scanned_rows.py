"""Rows in files or on a cluster: what `Rows` answers, summed over batches that are read, coded and forgotten.

The source decides how batches are read and in which order their sums are added; here every pass is checked to have seen
the rows that the first pass saw. A sample of the rows is held in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace
from functools import partial
from typing import Any

import numpy as np

from stattools.data.design import Design
from stattools.data.extras import NO_OFFSET, Farthest
from stattools.data.files.counted_values import Marginal
from stattools.data.files.held_sample import HeldSample
from stattools.data.files.passes import BatchReader, Pass, of_arrays, of_blocks
from stattools.data.files.source import Batch, Source
from stattools.data.formula.coding import CHANGED, Coding
from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.shape_only import OnDisk
from stattools.data.rows.units import standard_units
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.moments import Ends, SampleMoments
from stattools.numerics.sweep import Share

# What to do where no row of a sample is complete.
DROP = "Nearly all rows miss a value: keep the complete rows only, or leave a column out."

LARGEST = 2_000_000
"""Numbers of X that are made at a time: 16 MB."""


@record
class ScannedRows(Rows):
    """The rows of a source that are complete in the columns of a formula, whose arrays know their shapes only.

    `raw` are the batches of the sample as they were read, and `held` its rows in memory; `farthest` is the largest
    offset of all rows.
    """

    source: Any = None
    coding: Any = None
    marginal: Any = None
    raw: tuple[Batch, ...] = ()
    farthest: Farthest = NO_OFFSET
    held: HeldSample | None = None
    later: Any = field(default_factory=dict)
    """What reads after the first have found, shared by copies."""

    @classmethod
    def of(cls, source: Source, coding: Coding, n_rows: int, n: float, marginal: Marginal, **found: Any) -> ScannedRows:
        """The rows that a first pass has found; `n` is what they weigh together."""
        there = partial(OnDisk, place=source.place)
        X: Any = there((n_rows, len(coding.design.names)))
        weight: Any = there((n_rows,), n) if "weights" in coding.extras else None
        offset: Any = there((n_rows,)) if {"offset", "exposure"} & set(coding.extras) else None
        y: Any = there((n_rows,))
        return cls(X, y, weight, offset, source=source, coding=coding, marginal=marginal, **found)

    @property
    def n_used(self) -> int:
        """Number of rows; weights of 0 are not known without a read."""
        return len(self.X)

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
    def offset_ends(self) -> None:
        """None: all rows would have to be read for them."""

    @property
    def design(self) -> Design:
        """The columns of X."""
        return self.coding.design

    @property
    def _reading(self) -> BatchReader:
        return BatchReader(self.coding, self.center, self.scale)

    @property
    def _piece(self) -> int:
        return max(1, LARGEST // self.X.shape[1])

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
        held = HeldSample(tuple(parts))
        return replace(self, coding=coding, held=held, low=held.low)

    def total(self, part: Callable[[Block], Any], fold: int = 1, share: Share | None = None) -> Any:
        """The sum of `part(block)` over all blocks, as of `Rows`: one pass over the source, which has no shares."""
        assert share is None
        return self._pass(Pass((self._reading,), partial(of_blocks, part, fold)))

    def gather(self, work: Callable[..., Any], *columns: str) -> Any:
        """The sum of `work(rows)` over batches: one pass over the source. With `columns` of the source it is that of
        `work(rows, others, numbers)`: these columns in the complete rows as they are stored, missing values included,
        and the numbers of the rows where the batch stands.
        """
        return self._pass(Pass((self._reading,), partial(of_arrays, work), columns))

    def gather_with(self, other: Any, work: Callable[[Rows, Rows], Any]) -> Any:
        """The sum of `work(rows, others)` over batches, which both read: one pass over the source."""
        return self._pass(Pass((self._reading, other._reading), partial(of_arrays, work)))

    def _pass(self, work: Pass) -> Any:
        columns = (*(name for reading in work.readings for name in reading.coding.columns), *work.beside)
        found = self.over_batches(work, tuple(dict.fromkeys(columns)))
        if found is None or found.n != len(self.X):
            n = 0 if found is None else found.n
            raise DomainError(f"this pass found {n:,} complete rows, the first one {len(self.X):,}. {CHANGED}")
        return found.value

    def over_batches(self, work: Callable[[Batch], Any], columns: tuple[str, ...] | None = None) -> Any:
        """The sum of what `work` makes of each batch, by default with the columns that the model reads: one pass."""
        self.later["reads"] = self.reads
        return self.source.total(columns or self.coding.columns, work, self._piece)

    def blocks(self, size: int | None = None, share: Share | None = None) -> Iterator[Block]:
        """All rows in order, in blocks, one after the other. `total` is faster, and works where rows cannot be brought
        here.
        """
        assert share is None
        for batch in self.source.batches(self.coding.columns):
            for piece in batch.cut(self._piece):
                found = self._reading.complete(piece)
                if found is not None:
                    yield from found[0].blocks(size)

    def shapes(self) -> Rows:
        """Rows that know their shapes only."""
        return Rows(self.X, self.y, self.weight, self.offset)

    @property
    def sampled(self) -> Rows:
        """The rows held, in the coordinates of these."""
        if self.held is None:
            raise IncompatibleError("a source has rows once a model has bound it; make the model from the formula.")
        return replace(self.held.rows, center=self.center, scale=self.scale)

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
            if doubt.any() and len(X) < len(self.X):
                plain = replace(self, center=None, scale=None)
                low, high = plain.total(lambda block: Ends(block.X.min(axis=0), block.X.max(axis=0)))
            alike = low == high
            self.later["constants"] = np.where(alike, X[0], np.nan)
        return self.later["constants"]

    def without_columns(self) -> ScannedRows:
        """The rows with a column of ones in place of X."""
        coding = replace(self.coding, design=replace(self.design, names=("Intercept",)), is_constant=True)
        X: Any = OnDisk((len(self.X), 1), place=self.place)
        held = None if self.held is None else self.held.without_columns()
        return replace(self, X=X, coding=coding, held=held, center=None, scale=None, low=None)

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
        return replace(self, center=center, scale=scale), T
