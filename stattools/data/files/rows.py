"""Rows in files or on a cluster: what `Rows` answers, summed over batches that are read, coded and forgotten.

The source decides how batches are read and in which order their sums are added; every pass is checked to have seen the
rows that the first one saw. What is done with a batch is small enough to be sent to where the batch is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import iadd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.coding import CHANGED, Coding
from stattools.data.files.source import AddedByName, Batch, at
from stattools.data.rows.rows import Block, Farthest, OnDisk, Rows
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pa
from stattools.numerics.sums import SampleMoments
from stattools.numerics.threads import Share

BLOCK = 1 << 13
"""The most rows of a block: what is made of it stays in the cache of one core while X itself is in that of another."""


def of_batch(codings: Sequence[Coding], work: Callable[..., Any], beside: Sequence[str], batch: Batch) -> Any:
    """`work` of the complete rows of a batch in each of some codings, and of the columns `beside` them with the numbers
    of the rows, as `value`, and the number `n` of the rows; None where one has no complete rows.
    """
    found = [one for coding in codings if (one := coding.complete(batch)) is not None]
    if len(found) < len(codings):
        return None
    given, numbers = [rows for rows, _ in found], found[0][1]
    others = batch._replace(table=batch.table.select(list(beside))).taken(numbers - batch.first) if beside else None
    with at(batch.where):
        value = work(*given) if others is None else work(*given, others, numbers)
        return AddedByName(value=value, n=len(numbers))


def of_blocks(part: Callable[[Block], Any], fold: int, rows: Rows) -> Any:
    """The sum of `part(block)` over the blocks of rows."""
    return reduce(iadd, map(part, rows.blocks(min(BLOCK, fold * rows.block_size))))


# What to do where no row of a sample is complete.
DROP = "Nearly all rows miss a value: keep the complete rows only, or leave a column out."

LARGEST, LONGEST = 2_000_000, 1 << 15
"""Numbers of X that are made at a time, and rows: 16 MB, of few columns as much as a cache holds."""


@record
class ScannedRows(Rows):
    """The rows of a source that are complete in the columns of a formula, whose arrays know their shapes only.

    `raw` are the batches of the sample as they were read, and `held` its rows in memory; `farthest` is the largest
    offset of all rows. `low` is that of a batch and says that there is one. `later` is shared by copies.

    Of the outcome alone are known its moments, its `values` and how often each was seen, `counts`. Where there are too
    many values to count, the counts are None and the values are those of the sample. `n_events` are the times that were
    seen.
    """

    source: Any = None
    coding: Any = None
    outcome: SampleMoments = SampleMoments()  # type: ignore[assignment]
    values: Any = None
    counts: NDArray[np.float64] | None = None
    n_events: float | None = None
    raw: tuple[Batch, ...] = ()
    farthest: Farthest = Farthest()
    held: Any = None
    later: Any = field(default_factory=dict)

    def absent(self, *shape: int) -> Any:
        """Stands for an array over all rows, of which the shape is known only."""
        return OnDisk(shape, place=self.place)

    @property
    def outcome_square(self) -> float:
        """The sum of squares of the outcome."""
        return self.outcome.about(0.0)

    def bound(self, y: Floats, check: Callable[[Floats], Floats]) -> ScannedRows:
        """The rows for a model whose outcome is y where that of the source is `values`; it reads the sample only."""
        values, numbers = self.values, self.values.dtype.kind in "biuf"
        same = numbers and np.array_equal(np.asarray(values, dtype=np.float64), y)
        if not same and self.counts is None:
            raise DomainError(
                f"the outcome has more than {len(values):,} values; categories are far fewer. Use st.ols."
            )
        moments, keys = self.outcome if same else SampleMoments.of(y, self.counts), np.asarray(values)
        coding = replace(self.coding, values=keys if numbers else None, codes=None if same else y, check=check)
        parts = [found[0] for batch in self.raw if (found := coding.complete(batch)) is not None]
        if not parts:
            raise DomainError(f"of a sample of the rows none is complete. {DROP}")
        given = [name for name in ("X", "y", "weight", "offset") if getattr(parts[0], name) is not None]
        held: Any = {name: np.concatenate([getattr(part, name) for part in parts]) for name in given}
        low = next((part.low for part in parts if part.low is not None), None)
        return replace(self, coding=coding, outcome=moments, values=y, held=Rows(**held), low=low)

    @property
    def _placed(self) -> Coding:
        """The coding, with X in the coordinates of these rows."""
        return replace(self.coding, center=self.center, scale=self.scale, axes=self.axes)

    @property
    def _piece(self) -> int:
        return max(1, min(LONGEST, LARGEST // self.X.shape[1]))

    def gather(self, work: Callable[..., Any], *columns: str, others: Sequence[Any] = ()) -> Any:
        """The sum of `work(rows)` over batches, as of `Rows`: one pass over the source. With `columns` of the source it
        is that of `work(rows, batch, numbers)`: these columns in the complete rows as they are stored, missing values
        included, and the numbers of the rows where the batch stands.
        """
        codings = tuple(of._placed for of in (self, *others))
        names = dict.fromkeys((*(name for coding in codings for name in coding.columns), *columns))
        self.later["reads"] = self.reads
        found = self.source.total(tuple(names), partial(of_batch, codings, work, columns), self._piece)
        if (n := found["n"] if found else 0) != len(self.X):
            raise DomainError(f"this pass found {n:,} complete rows, the first one {len(self.X):,}. {CHANGED}")
        return found["value"]

    def total(self, part: Callable[[Block], Any], fold: int = 1, share: Share | None = None) -> Any:
        """The sum of `part(block)` over all blocks, as of `Rows`: one pass over the source, which has no shares."""
        assert share is None
        return self.gather(partial(of_blocks, part, fold))

    def blocks(self, size: int | None = None, share: Share | None = None) -> Iterator[Block]:
        """All rows in order, in blocks; `total` is faster, and works where rows cannot be brought here."""
        assert share is None
        coding = self._placed
        for batch in self.source.batches(coding.columns):
            for piece in batch.cut(self._piece):
                if (found := coding.complete(piece)) is not None:
                    yield from found[0].blocks(size)

    @property
    def sampled(self) -> Rows:
        """The rows held, in the coordinates of these."""
        return replace(self.held, center=self.center, scale=self.scale, axes=self.axes)

    @property
    def typical(self) -> Rows:
        """The sample, from which a start is made; outcomes that are all zero are replaced by the mean of all rows."""
        rows = self.sampled
        return rows if rows.y.any() else replace(rows, y=np.full(len(rows.y), self.outcome.mean))

    def without_columns(self) -> ScannedRows:
        """The rows with a column of ones in place of X."""
        coding, plain = self.coding, replace(self, center=None, scale=None, low=None, axes=None)
        formula, design = replace(coding.formula, terms=((),)), replace(coding.design, names=("Intercept",), beside={})
        coding = replace(coding, formula=formula, design=design, groups=coding.columns)
        return replace(plain, X=self.absent(len(self.X), 1), coding=coding, held=self.held.without_columns())

    def outcome_counts(self) -> Rows | None:
        """A row for each value of the outcome, with its frequency and a column of ones; None for too many values."""
        return None if self.counts is None else Rows(np.ones((len(self.values), 1)), self.values, self.counts)


MOST_GROUPS, MOST_SUMS = 2_000_000, 50_000_000
"""Groups, or pairs of groups, whose labels are held at most; and numbers of their sums, groups times sums: 400 MB."""


@dataclass(eq=False)
class SumsByLabel:
    """Sums by label, which grow as labels appear: `+=` adds others, in arrays of its own. Errors say `whose` the sums
    are, and what to do `instead`.
    """

    whose: str
    instead: str
    most: int
    sums: Floats
    places: dict[Any, int]

    @classmethod
    def of(cls, whose: str, instead: str, most: int, labels: Sequence[Any], sums: Floats) -> SumsByLabel:
        """The sums of labels that differ. DomainError, here and where others are added, for more than are held."""
        given = cls(whose, instead, most, sums, {label: place for place, label in enumerate(labels)})
        return iadd(cls(whose, instead, most, sums[:0], {}), given)

    def __iadd__(self, other: SumsByLabel) -> SumsByLabel:
        places = self.places
        codes = np.array([places.setdefault(label, len(places)) for label in other.places], dtype=np.intp)
        if len(places) > self.most:
            raise DomainError(
                f"{self.whose} holds {self.sums.shape[1]:,} sums for each group, and takes at most {self.most:,} of "
                f"them; there are more. {self.instead}"
            )
        if len(places) > len(self.sums):
            rows = min(max(2 * len(self.sums), len(places)), self.most)
            self.sums = np.concatenate([self.sums, np.zeros((rows - len(self.sums), self.sums.shape[1]))])
        self.sums[codes] += other.closed
        return self

    @property
    def closed(self) -> Floats:
        """The sums of the labels, in the order in which these were seen."""
        return self.sums[: len(self.places)]


def labels_of(others: Batch, name: str, numbers: NDArray[np.intp], whose: str) -> tuple[list[Any], NDArray[np.intp]]:
    """The labels of a column of a batch, and the place of each row's; DomainError, of `whose`, for a row with none."""
    column = others.table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    gaps = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    if gaps.any():
        raise DomainError(
            f"{others.where}: {whose} needs a group for every row; row {numbers[int(np.argmax(gaps))]} has "
            "none. Give it a group, or leave such rows out of the files."
        )
    coded = column.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
