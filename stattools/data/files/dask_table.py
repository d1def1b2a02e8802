"""Dask DataFrames: partitions are summed where they are, and only the sums are sent.

    total = sum over a tree of partitions, eight to a knot, in their order

The tree is fixed, so that no digit depends on the workers, on their number, or on which of them is first. A partition
that is lost with its worker is computed again. Nothing is persisted here. Source: Rocklin, "Dask: parallel computation
with blocked algorithms and task scheduling" (2015).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.source import WORDS, Batch, Pick, added, at, kind_of, merged
from stattools.data.tables.columns import clean, missing
from stattools.data.tables.table import IN_DASK, partitions
from stattools.errors import DomainError, IncompatibleError, StattoolsError
from stattools.interface.record import record
from stattools.interface.when_needed import pa, pd

KNOT = 8
"""Sums that are added in one task."""

SHARE, FEWEST = 4, 1_000
"""A partition offers this many times its equal share of the sample, since partitions differ in length; and the fewest
rows that it offers.
"""


@record
class DaskTable:
    """A Dask DataFrame with its own `labels` of the columns, and the `kinds` that its metadata say they have."""

    frame: Any
    labels: dict[str, Any]
    kinds: dict[str, str]
    found: dict[tuple[str, ...], list[Any]] = field(default_factory=dict, repr=False)
    """The partitions with some of the columns, as they were asked for."""

    place = IN_DASK
    certain = False

    @classmethod
    def of(cls, frame: Any) -> DaskTable:
        """From a Dask DataFrame. DomainError for two columns of one name."""
        names = [str(label) for label in frame.columns]
        if twice := [name for name in names if names.count(name) > 1][:1]:
            raise DomainError(f"the data have two columns named {twice[0]!r}; rename one.")
        labels, kinds = dict(zip(names, frame.columns, strict=True)), dict[str, str]()
        for name, label in labels.items():
            with at(f"column {name!r}"):
                kinds[name] = kind_of(_array(frame._meta[label]).type)
        return cls(frame, labels, kinds)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.labels)

    def total(self, columns: Sequence[str], work: Callable[[Batch], object], rows: int) -> Any:
        """The sum of `work` of all partitions, each in pieces of a limited number of rows; None where all are None."""
        from dask.delayed import delayed

        columns = tuple(columns)
        if columns not in self.found:
            self.found[columns] = self.frame[[self.labels[name] for name in columns]].to_delayed()
        parts = self.found[columns]
        job = delayed((work, {name: self.kinds[name] for name in columns}, rows), traverse=False)
        leaf, knot = delayed(_of_partition, pure=False), delayed(_sum, pure=False)
        sums: list[Any] = [leaf(part, number, job) for number, part in enumerate(parts)]
        while len(sums) > 1:
            sums = [knot(sums[first : first + KNOT]) for first in range(0, len(sums), KNOT)]
        try:
            return sums[0].compute() if sums else None
        except (StattoolsError, MemoryError):  # which are no matter of a partition
            raise
        except Exception as error:  # any error of the code that makes the partitions, or of the cluster
            self._explain(parts, error)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Refused: partitions stay where they are."""
        raise IncompatibleError(
            f"this needs all rows of {self.counted} here, one after the other, and they stay where they are. "
            "Fit a sample of them in memory: frame.sample(frac=...).compute()."
        )

    def pick(self, most: int) -> Pick:
        """The rows of a partition with the smallest lots; a lot is a random number that is drawn for each row."""
        return partial(_by_lot, min(max(-(-SHARE * most // max(self.frame.npartitions, 1)), FEWEST), most))

    def _explain(self, parts: list[object], error: Exception) -> NoReturn:
        """The error with the number of the first partition that raises one alone; the error itself where none does."""
        from dask.delayed import delayed

        for number, part in enumerate(parts):
            try:
                delayed(len)(part).compute()
            except MemoryError:  # no matter of a partition
                raise
            except Exception:  # the partition that is named
                raise DomainError(
                    f"partition {number} of the {len(parts)} that Dask makes of {self.counted} cannot be computed: "
                    f"{type(error).__name__}: {error}. Repair what makes it, or leave it out."
                ) from error
        raise error

    @property
    def counted(self) -> str:
        """How much there is, in words."""
        return partitions(self.frame)


def _by_lot(most: int, batch: Batch) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """At most so many rows of a batch by lots, which depend on the number of the partition only."""
    lots = np.random.default_rng([batch.number - batch.first, batch.first]).random(batch.table.num_rows)
    if len(lots) <= most:
        return np.arange(len(lots)), lots
    which = np.flatnonzero(lots <= np.partition(lots, most - 1)[most - 1])
    return which, lots[which]


def _of_partition(frame: pd.DataFrame, number: int, job: tuple[Callable[[Batch], Any], Mapping[str, str], int]) -> Any:
    work, expected, rows = job
    where = f"partition {number}"
    with at(where):
        table = _table(frame, expected)
    return added(work(piece) for piece in Batch(table, where, 0, number).cut(rows))


def _sum(values: list[object]) -> Any:
    """The sum of a knot, in a copy of the first of its parts, since Dask may use them again."""
    there = [value for value in values if value is not None]
    return added([pickle.loads(pickle.dumps(value)) for value in there[:1]] + there[1:])


def _table(frame: pd.DataFrame, expected: Mapping[str, str]) -> pa.RecordBatch:
    """The columns of a partition as Arrow holds them. DomainError for one whose kind is not that of the metadata."""
    columns = {}
    for name, (_, values) in zip(expected, frame.items(), strict=True):
        column = _array(values)
        kind = kind_of(column.type)
        if kind != "categories" and column.is_null(nan_is_null=True).true_count == len(column):
            column, kind = pa.nulls(len(column)), "empty"  # takes the type of other partitions
        if merged(expected[name], kind) is None:
            raise DomainError(
                f"column {name!r} holds {WORDS.get(kind, kind)} here, and the meta of the Dask DataFrame says "
                f"{WORDS.get(expected[name], expected[name])}; give it one type: frame.astype({{{name!r}: ...}})."
            )
        columns[name] = column
    return pa.record_batch(columns)


def _array(values: pd.Series) -> pa.Array:
    """A column of pandas as an array of Arrow; objects that Arrow does not know are read as in memory."""
    try:
        column = pa.Array.from_pandas(values)
    except (pa.ArrowException, TypeError, ValueError):
        gaps = missing(values)
        there = clean(values.loc[~gaps])
        whole = pd.Series(there.to_numpy(), index=np.flatnonzero(~gaps), dtype=object).reindex(np.arange(len(values)))
        column = pa.array(whole, from_pandas=True)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
