"""Observations of several arms: columns from arrays or a table, their arms from labels, and clear refusals.

An arm is what has a parameter of its own: a group, a variant, a player. Labels come from `by=`, or from the index of a
pandas Series.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.columns import clean, listing, missing, sorted_codes
from stattools.data.tables.pairing import paired
from stattools.data.tables.table import axes, is_frame, series, table
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import labels_of
from stattools.interface.arrays import Floats

Ints = NDArray[np.int64]
Labels = tuple[Hashable, ...]
LARGEST = float(2**53)


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which arm each observation belongs to: `labels[index[i]]`."""

    labels: Labels | None
    index: Ints
    size: int

    def total(self, values: NDArray[Any]) -> Any:
        """The sum of whole numbers per arm, exact."""
        if self.labels is None and self.size == len(values):
            return values
        sums = np.zeros(self.size, dtype=values.dtype)
        np.add.at(sums, self.index, values)
        return sums

    def name(self, arm: int) -> str:
        """`arm 'B'`, or `position 3`."""
        return f"position {arm}" if self.labels is None else f"arm {self.labels[arm]!r}"


def columns(who: str, data: Any, **given: Any) -> dict[str, Any]:
    """The columns given, each looked up in `data` where it is a name. Raises DomainError for names without a table."""
    frame = None if data is None else table(data)
    found = {}
    for role, value in given.items():
        if isinstance(value, str):
            if "~" in value and (frame is None or value not in frame.names):
                raise DomainError(f"{who} got the formula {quoted(value)} as {role}; it takes no arms, so no formula.")
            if frame is None:
                raise DomainError(f"{who} got {role}={quoted(value)}, the name of a column; give the table as data=.")
            if value not in frame.names:
                raise DomainError(f"{who} got {role}={quoted(value)}; the columns of data are {listing(frame.names)}.")
            value = frame.column(value)
        elif is_frame(value) or hasattr(value, "toarray"):
            raise DomainError(f"{who} needs {role}, one column; got a table. Give it as data=, the column by name.")
        found[role] = value
    paired(*(("data", data) if isinstance(value, str) else (role, value) for role, value in given.items()))
    if frame is not None and not any(isinstance(value, str) for value in given.values()):
        raise DomainError(f"{who} got data= and no column of it; give the names of its columns.")
    return found


def grouping(who: str, by: Any, first: Any, n: int) -> Grouping:
    """The arms: one per label of `by`, sorted (categories keep their order); without it, one per observation."""
    if by is None:
        return Grouping(_index_labels(first, n), np.arange(n), n)
    column = series(by, "by")
    if len(column) != n:
        raise DomainError(f"{who} needs by=, one label per observation; got {len(column)} labels for {n}.")
    gaps = missing(column)
    if gaps.any():
        raise DomainError(f"{who} needs a label for each observation; by= has none at position {int(np.argmax(gaps))}.")
    labels, index = sorted_codes(clean(column))
    return Grouping(tuple(labels), index.astype(np.int64), len(labels))


def numbers(values: Any, what: str) -> Floats:
    """A column of finite numbers as float64, or a DomainError with the position of the first that is not."""
    if type(values) is np.ndarray and values.dtype.kind in "iuf" and values.ndim == 1:
        with np.errstate(over="ignore"):  # what only longdouble holds becomes infinite, and is refused as that
            found = values.astype(np.float64)
    else:
        found = _from_column(values, what)
    if not len(found):
        raise DomainError(f"{what} is empty; at least one observation is needed.")
    bad = ~np.isfinite(found)
    if bad.any():
        raise refused(what, "finite numbers", found, bad, "Drop or fill in what is missing first.")
    return found


def counts(values: Any, what: str, names: Grouping | None = None, *, at_least: int = 0) -> Ints:
    """A column of whole numbers as int64, or a DomainError with the position, or arm, of the first that is not."""
    found = numbers(values, what)
    bad = (found != np.floor(found)) | (found < at_least) | (found > LARGEST)
    if bad.any():
        raise refused(what, f"whole numbers, at least {at_least}", found, bad, "", names)
    return found.astype(np.int64)


def refused(
    what: str, needs: str, values: Any, bad: NDArray[np.bool_], remedy: str, names: Grouping | None = None
) -> DomainError:
    """The error for the first bad value, with its arm or its position."""
    first = int(np.argmax(bad))
    labelled = names is not None and names.labels is not None and names.size == len(bad)
    where = f"in arm {names.labels[first]!r}" if labelled else f"at position {first}"  # type: ignore[union-attr, index]
    return DomainError(f"{what} needs {needs}; got {values[first]:.6g} {where}. {remedy}".rstrip())


def _from_column(values: Any, what: str) -> Floats:
    if axes(values) != 1 or isinstance(values, str | bytes):
        raise DomainError(f"{what} needs one column of numbers; got {quoted(values)}.")
    column = series(values, what)
    gaps = missing(column)
    if gaps.any():
        where = int(np.argmax(gaps))
        raise DomainError(f"{what} needs finite numbers; got nan at position {where}. Drop or fill in what is missing.")
    values = clean(column) if len(column) else column
    if len(values) and values.dtype.kind not in "if":
        raise DomainError(f"{what} needs numbers; got {quoted(values.iloc[0])} at position 0.")
    return values.to_numpy(dtype=np.float64)


def _index_labels(values: Any, n: int) -> Labels | None:
    """The index of a pandas Series, where it says more than 0, 1, 2, ..."""
    found = labels_of(values)
    return found[0] if found and len(set(found[0])) == n else None
