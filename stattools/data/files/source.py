"""Batches of tables that are not in memory, samples of their rows, and the kinds of their columns.

In a sample are the rows with the smallest lots, random numbers that are drawn for rows, so that the samples of two
batches make that of both; lots are 0 where the number of all rows is known, and one row of each of equal runs is taken.

A kind is "whole", "number", "truth", "text", "categories", "empty" or the name of an Arrow type that no model takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import iadd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.when_needed import pa


class Batch(NamedTuple):
    """Consecutive rows: the table, where it stands (file and row group, or partition), the number of its first row
    there, and the number of that row among all rows (or that of the partition, where lengths are not known).
    """

    table: pa.RecordBatch
    where: str
    first: int
    number: int

    def taken(self, which: NDArray[np.intp]) -> Batch:
        """Some of its rows, given by their places in it."""
        return self._replace(table=self.table.take(pa.array(which)))

    def cut(self, rows: int) -> list[Batch]:
        """The batch in pieces of this many rows at most."""
        if self.table.num_rows <= rows:
            return [self]
        return [
            self._replace(table=self.table.slice(first, rows), first=self.first + first, number=self.number + first)
            for first in range(0, self.table.num_rows, rows)
        ]


Pick = Callable[[Batch], tuple[NDArray[np.intp], NDArray[np.float64]]]
"""The rows of a batch that may be in a sample, and their lots."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows as they were read, in order, with their lots; the sum (`+`) of two keeps the `most` smallest lots."""

    parts: tuple[tuple[Batch, NDArray[np.float64]], ...]
    most: int

    def __add__(self, other: Sample) -> Sample:
        both = Sample(self.parts + other.parts, self.most)
        if both.n <= self.most:
            return both
        last = np.partition(np.concatenate([lots for _, lots in both.parts]), self.most - 1)[self.most - 1]
        return both.where(lambda lots: np.flatnonzero(lots <= last))

    def where(self, which: Callable[[NDArray[np.float64]], NDArray[np.intp]]) -> Sample:
        """Of each batch the rows at `which` places, from their lots."""
        kept = ((batch, lots, which(lots)) for batch, lots in self.parts)
        return Sample(tuple((batch.taken(rows), lots[rows]) for batch, lots, rows in kept if len(rows)), self.most)

    @property
    def batches(self) -> tuple[Batch, ...]:
        """The rows."""
        return tuple(batch for batch, _ in self.parts)

    @property
    def n(self) -> int:
        """The number of its rows."""
        return sum(len(lots) for _, lots in self.parts)


def added(values: Iterable[object]) -> Any:
    """The sum of what is not None, from left to right, in the arrays of the first of them; None where all are.

    >>> added([1, None, 2])
    3
    """
    there = (value for value in values if value is not None)
    first = next(there, None)
    return reduce(iadd, there, first)


@contextmanager
def at(where: str) -> Iterator[None]:
    """Adds the place of the rows to a DomainError that is raised about them."""
    try:
        yield
    except DomainError as error:
        if str(error).startswith(where):
            raise
        raise DomainError(f"{where}: {error}") from error


WORDS = {"whole": "whole numbers", "number": "numbers", "truth": "true or false"}
"""Kinds whose name in an error is not their own."""

TEXT = ("text", "categories")
"""Kinds of columns that are coded over levels."""

DTYPES = {"whole": np.int64, "number": np.float64, "truth": np.bool_, "empty": np.float64}
"""NumPy's type of the values of each kind."""


def kind_of(type_: pa.DataType) -> str:
    """The kind of a column of an Arrow type.

    >>> import pyarrow
    >>> kind_of(pyarrow.float32()), kind_of(pyarrow.string())
    ('number', 'text')
    """
    types = pa.types
    if types.is_dictionary(type_):
        known = kind_of(type_.value_type) in ("text", "whole", "number", "truth", "empty")
        return "categories" if known else f"categories of {type_.value_type}"
    if types.is_integer(type_):
        return "whole"
    if types.is_floating(type_) or types.is_decimal(type_):
        return "number"
    if types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_):
        return "text"
    return "truth" if types.is_boolean(type_) else "empty" if types.is_null(type_) else str(type_)


def merged(one: str, other: str) -> str | None:
    """The kind that holds the values of both kinds; None where there is none.

    >>> merged("whole", "number"), merged("text", "number")
    ('number', None)
    """
    if one == other or "empty" in (one, other):
        return one if other == "empty" else other
    return {("number", "whole"): "number", ("categories", "text"): "text"}.get((min(one, other), max(one, other)))


class AddedByName(dict[str, Any]):
    """What rows add up to, by name; `+=` adds what both have, in the arrays of the first."""

    def __iadd__(self, other: Mapping[str, object]) -> AddedByName:
        for name, value in other.items():
            self[name] = iadd(self[name], value) if name in self else value
        return self


@dataclass(frozen=True)
class Kind:
    """The kind of a column, and a place where it was seen; `+` is the kind of the values of both places."""

    column: str
    name: str
    where: str
    instead: str = "give it one type."

    def __add__(self, other: Kind) -> Kind:
        if (found := merged(self.name, other.name)) is None:
            raise DomainError(
                f"column {self.column!r} is {WORDS.get(self.name, self.name)} in {self.where} and "
                f"{WORDS.get(other.name, other.name)} in {other.where}; {self.instead}"
            )
        return self if found == self.name else other
