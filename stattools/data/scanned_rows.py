"""Rows in files: the sums that a model needs, over batches that are read, coded and forgotten.

A read of all rows is a pipeline: while batches are decoded, those before them are coded and summed on other threads;
the sums are added in the order of the files, so that no number depends on the threads. A sample of the rows is held.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design import Design, columns_of
from stattools.data.on_disk import OnDisk
from stattools.data.rows import Block, Rows
from stattools.data.scanned_columns import Clean, cleaned
from stattools.errors import DomainError, IncompatibleError
from stattools.threads import free_threads

if TYPE_CHECKING:
    from stattools.data.first_pass import Marginal
    from stattools.data.formula import Formula
    from stattools.data.scan import Batch, Scan

Floats = NDArray[np.float64]


DROP = "Nearly all rows miss a value: write the complete rows into files, or leave a column out."

LARGEST = 2_000_000
"""Numbers of X that are made at a time: 16 MB."""


@dataclass(frozen=True, eq=False)
class ScannedRows:
    """The rows of a scan that are complete in the columns of a formula, as blocks; it answers what `Rows` answers.

    `columns` are the columns that are read, by their part: the formula's, and "weights", "offset", "exposure";
    `levels` the levels of columns of text; `held` a sample of the rows in memory; `codes` what each value of the
    outcome stands for (None: itself).
    """

    scan: Scan
    formula: Formula
    design: Design
    extras: dict[str, str]
    levels: dict[str, list[str]]
    n_rows: int
    n: float
    marginal: Marginal
    raw: tuple[Batch, ...]
    """The batches of the sample as they were read."""
    values: NDArray[Any] | None = None
    codes: Floats | None = None
    check: Callable[[Floats], Floats] | None = None
    held: Rows | None = None
    center: Floats | None = None
    scale: Floats | None = None
    later: dict[str, Any] = field(default_factory=dict)
    """What reads after the first have found, shared by copies."""

    precision = None
    low = None

    @property
    def X(self) -> Any:
        """The shape of X; its numbers are in files."""
        return OnDisk((self.n_rows, len(self.design.names)))

    @property
    def y(self) -> Any:
        """The shape of the outcome."""
        return OnDisk((self.n_rows,))

    @property
    def weight(self) -> Any:
        """None, or the shape of the frequency weights."""
        return OnDisk((self.n_rows,), self.n) if "weights" in self.extras else None

    importance = weight

    @property
    def offset(self) -> Any:
        """None, or the shape of the offset."""
        return OnDisk((self.n_rows,)) if {"offset", "exposure"} & set(self.extras) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are read."""
        return needed(self.formula, self.extras)

    def bound(self, y: Floats, check: Callable[[Floats], Floats]) -> ScannedRows:
        """The rows for a model whose outcome is y where that of the files is `marginal.values`; reads the sample."""
        values = self.marginal.values
        numbers = values.dtype.kind in "biuf"
        same = numbers and np.array_equal(np.asarray(values, dtype=np.float64), y)
        if not same and self.marginal.counts is None:
            raise DomainError(
                f"the outcome has more than {len(values):,} values; categories are far fewer. Use st.ols."
            )
        keys = np.asarray(values) if numbers else None
        whole = replace(self, values=keys, codes=None if same else y, check=check)
        parts = [rows for batch in self.raw if (rows := whole.encoded(batch)) is not None]
        if not parts:
            raise DomainError(f"of a sample of {self.scan.n_rows:,} rows none is complete. {DROP}")
        return replace(whole, held=stacked(parts))

    def encoded(self, batch: Batch) -> Rows | None:
        """The complete rows of a batch; None where there are none. Raises DomainError with the file and row group."""
        found = self._complete(batch)
        return None if found is None else found[0]

    def _complete(self, batch: Batch) -> tuple[Rows, NDArray[np.intp]] | None:
        """The complete rows of a batch with their numbers in the row group."""
        try:
            clean = cleaned(batch.table, batch.first, self.scan.kinds, self.levels)
            return (self._rows(clean), clean.rows) if len(clean.rows) else None
        except DomainError as error:
            raise DomainError(f"{batch.where}: {error}") from error

    def _rows(self, clean: Clean) -> Rows:
        X = matrix(self.formula, self.design, clean)
        y = outcome_numbers(self, clean)
        if self.check is not None:
            y = self.check(y)
        weight, offset = weights_and_offset(self.extras, clean)
        return Rows(X, y, weight, offset, center=self.center, scale=self.scale)

    def blocks(self, size: int | None = None) -> Iterator[Block]:
        """All rows in order, in blocks."""
        for rows in self._read(lambda rows: rows):
            yield from rows.blocks(size)

    def total(self, part: Callable[[Block], Any]) -> Any:
        """The sum of `part(block)` over all blocks: one read of the files."""
        return reduce(add, self._read(lambda rows: reduce(add, map(part, rows.blocks()))))

    def _read(self, work: Callable[[Rows], Any]) -> Iterator[Any]:
        """`work` of the rows of each batch, in order."""

        def of(batch: Batch) -> Any:
            rows = self.encoded(batch)
            return None if rows is None else work(rows)

        return self._each(of, self.names)

    def beside(self, columns: tuple[str, ...], work: Callable[[Rows, Batch, NDArray[np.intp]], Any]) -> Iterator[Any]:
        """`work(rows, others, numbers)` of each batch, in order: its complete rows, other columns of the files in these
        rows as they are stored, missing values included, and the numbers of the rows in the row group.
        """

        def of(batch: Batch) -> Any:
            found = self._complete(batch._replace(table=batch.table.select(list(self.names))))
            if found is None:
                return None
            rows, numbers = found
            others = batch.table.select(list(columns)).take(_taken(numbers - batch.first))
            return work(rows, batch._replace(table=others), numbers)

        return self._each(of, tuple(dict.fromkeys((*self.names, *columns))))

    def _each(self, of: Callable[[Batch], Any], columns: tuple[str, ...]) -> Iterator[Any]:
        """What `of` makes of each batch, in order, on threads that decoding leaves; None is left out."""
        workers = max(1, free_threads())
        pending: deque[Future[Any]] = deque()
        pool = ThreadPoolExecutor(workers, "batches")
        try:
            for batch in pieces(self.scan.batches(columns), max(1, LARGEST // len(self.design.names))):
                pending.append(pool.submit(of, batch))
                if len(pending) > workers and (found := pending.popleft().result()) is not None:
                    yield found
            while pending:
                if (found := pending.popleft().result()) is not None:
                    yield found
        finally:
            pool.shutdown(cancel_futures=True)

    def shapes(self) -> Rows:
        """Rows that know their shapes only."""
        return Rows(self.X, self.y, self.weight, self.offset)

    def sample(self, size: int) -> Rows:
        """A sample of the rows held, as of `Rows`; all of them where they are fewer."""
        held = self.sampled
        return held if len(held.X) <= size else held.sample(size)

    @property
    def sampled(self) -> Rows:
        """The rows held, in the coordinates of these."""
        if self.held is None:
            raise IncompatibleError("a scan has rows once a model has bound it; make the model from the formula.")
        return replace(self.held, center=self.center, scale=self.scale)

    @property
    def typical(self) -> Rows:
        """The sample, at the mean of the outcome where it has nothing but zeros: what a start is made from."""
        rows = self.sampled
        return rows if rows.y.any() else replace(rows, y=np.full(len(rows.y), self.marginal.moments.mean))

    @property
    def constants(self) -> Floats:
        """The value of each column of X that has one only, NaN for those that vary; shape (p,).

        Costs a read where a column other than the intercept does not vary in the sample.
        """
        if "constants" not in self.later:
            X = self.sampled.X
            low, high = X.min(axis=0), X.max(axis=0)
            doubt = (low == high) & (np.array(self.design.names) != "Intercept")
            if doubt.any() and len(X) < self.n_rows:
                for least, most in self._read(lambda rows: (rows.X.min(axis=0), rows.X.max(axis=0))):
                    low, high = np.minimum(low, least), np.maximum(high, most)
            alike = low == high
            self.later["constants"] = np.where(alike, X[0], np.nan)
        return self.later["constants"]

    def alone(self) -> Rows | None:
        """The outcome alone with frequencies, a row for each of its values; None where those are not enough to know."""
        counts = self.marginal.counts
        if counts is None or self.offset is not None:
            return None
        y = self.codes if self.codes is not None else np.asarray(self.marginal.values, dtype=np.float64)
        return Rows(np.ones((len(y), 1)), y, counts)

    def standardized(self) -> tuple[ScannedRows, Floats]:
        """Rows about the means of the sample, in its standard deviations, and T with X_standardized = X T.

        Any center and unit will do, as they only say in which coordinates sums are taken; no read.
        """
        if self.center is not None:
            return self, np.eye(len(self.design.names))
        X = self.sampled.X
        size = np.abs(X).max(axis=0)
        spread = X.std(axis=0)
        unit = np.where(spread > 1e-13 * size, spread, np.where(size > 0, size, 1.0))
        center, T = np.zeros(X.shape[1]), np.diag(1.0 / unit)
        if "Intercept" in self.design.names:
            first = self.design.names.index("Intercept")
            center = X.mean(axis=0)
            center[first], unit[first] = 0.0, 1.0
            T = np.diag(1.0 / unit)
            T[first] -= center / unit
        return replace(self, center=center, scale=unit), T


def _taken(which: NDArray[np.intp]) -> Any:
    import pyarrow as pa

    return pa.array(which)


def pieces(batches: Iterator[Batch], rows: int) -> Iterator[Batch]:
    """The batches, cut where they are longer than so many rows."""
    for batch in batches:
        for first in range(0, batch.table.num_rows, rows):
            yield batch._replace(table=batch.table.slice(first, rows), first=batch.first + first)


def needed(formula: Formula, extras: dict[str, str]) -> tuple[str, ...]:
    """The columns that a formula and its extras need, each once."""
    return tuple(dict.fromkeys((*formula.outcome.columns, *formula.columns, *extras.values())))


def matrix(formula: Formula, design: Design, clean: Clean) -> Floats:
    """X of clean rows: columns that are numbers are copied, all else is made as in memory."""
    factors = [term[0] for term in formula.terms if term]
    plain = all(len(term) < 2 for term in formula.terms) and all(
        factor.text not in design.levels and factor.call is None and factor.category in clean.columns
        for factor in factors
    )
    if not plain or len(formula.terms) != len(design.names):
        return columns_of(formula, clean.columns, clean.rows, design.levels, dict(design.state))[0]
    X = np.empty((len(clean.rows), len(formula.terms)), order="F")
    for place, term in enumerate(formula.terms):
        X[:, place] = clean.columns[str(term[0].category)].to_numpy() if term else 1.0
    return X


def outcome_values(formula: Formula, clean: Clean) -> Any:
    """The outcome of clean rows as it is: a column, or what the left side computes."""
    from stattools.data.design import outcome_of

    if formula.outcome.category:
        return clean.columns[formula.outcome.category]
    return outcome_of(formula, clean.columns, clean.rows)


def outcome_numbers(rows: ScannedRows, clean: Clean) -> Floats:
    """The outcome of clean rows in the model's numbers."""
    found = outcome_values(rows.formula, clean)
    if rows.codes is None:
        return found.to_numpy(dtype=np.float64)
    if rows.values is None:
        return rows.codes[found.cat.codes.to_numpy()]
    return rows.codes[np.searchsorted(rows.values, found.to_numpy())]


def weights_and_offset(extras: dict[str, str], clean: Clean) -> tuple[Floats | None, Floats | None]:
    """Frequencies and offset of clean rows, checked."""
    found = {}
    for key, name in extras.items():
        column = clean.columns[name]
        if column.dtype.kind not in "biuf":
            raise DomainError(f"{key}= needs numbers; {name!r} holds text.")
        found[key] = values = column.to_numpy(dtype=np.float64)
        bad = {
            "weights": ~((values >= 0) & (values == np.floor(values))),
            "exposure": ~(values > 0),
        }.get(key, np.zeros(0, dtype=bool))
        if bad.any():
            at = int(np.argmax(bad))
            wants = "whole numbers >= 0, how often each row was seen" if key == "weights" else "positive numbers"
            raise DomainError(f"{key}= needs {wants}; got {values[at]:.6g} in row {clean.rows[at]}.")
    offset = found.get("offset")
    if "exposure" in found:
        offset = np.log(found["exposure"]) + (0.0 if offset is None else offset)
    return found.get("weights"), offset


def stacked(parts: list[Rows]) -> Rows:
    """Rows of a sample one below the other."""
    first = parts[0]
    return Rows(
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.y for part in parts]),
        None if first.weight is None else np.concatenate([part.weight for part in parts]),  # type: ignore[misc]
        None if first.offset is None else np.concatenate([part.offset for part in parts]),  # type: ignore[misc]
    )
