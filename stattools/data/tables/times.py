"""The times of a series: its pandas index where it has one, and how they go on."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.tables.pairing import own_index
from stattools.errors import DomainError
from stattools.interface.memory import require_memory
from stattools.interface.whole_numbers import whole_number

DATED = ("DatetimeIndex", "PeriodIndex", "TimedeltaIndex")
"""The indexes of pandas that hold times, and may know a frequency."""


def times_of(values: Any, n: int, what: str = "y") -> Any:
    """The index of a series of n values, or 0, 1, 2, ...; numbers and dates must increase.

    Raises DomainError where they do not.

    >>> times_of([3.0, 1.0], 2).tolist()
    [0, 1]
    """
    index = own_index(values)
    if index is None:
        return np.arange(n)
    ordered = index.nlevels == 1 and (type(index).__name__ in DATED or index.dtype.kind in "iuf")
    if ordered and not (index.is_monotonic_increasing and index.is_unique):
        place = next((k for k in range(1, n) if not index[k] > index[k - 1]), 0)
        raise DomainError(
            f"{what} needs times that increase; its index has {index[place]} at position {place}, after "
            f"{index[place - 1]}. Sort it by time (sort_index()), or drop the index."
        )
    return index


def following(times: Any, steps: int) -> Any:
    """The times after the last one: the index goes on by its frequency or its constant step; without an index the times
    go on as 0, 1, 2, ... do.

    >>> following(np.array([1968, 1969, 1970]), 2).tolist()
    [1971, 1972]
    """
    if type(times).__name__ in DATED and times.freq is not None:
        try:
            return np.array([times[-1] + (h + 1) * times.freq for h in range(steps)])
        except (OverflowError, ValueError) as error:  # pandas' dates and durations have a last one
            raise _beyond(times, steps) from error
    values = np.asarray(times)
    even = values.dtype.kind in "iufM" and len(values) > 1 and len(np.unique(np.diff(values))) == 1
    if not even:
        return len(values) + np.arange(steps)
    whole = values.view(np.int64) if values.dtype.kind == "M" else values
    if whole.dtype.kind in "iu" and int(whole[-1]) + (int(whole[-1]) - int(whole[-2])) * steps > np.iinfo(np.int64).max:
        raise _beyond(times, steps)  # whole numbers of 64 bits would overflow to negative ones
    return values[-1] + (values[-1] - values[-2]) * np.arange(1, steps + 1)


def ahead(steps: Any) -> int:
    """The number of steps, at least 1, for which there is memory: each is a row of a table."""
    count = whole_number(steps, "steps=", at_least=1)
    require_memory(f"A forecast of {count:,} steps", 16 * count, "Ask for fewer steps.")
    return count


def _beyond(times: Any, steps: int) -> DomainError:
    return DomainError(f"{steps:,} steps after {times[-1]} are beyond what its kind of time can hold. Ask for fewer.")
