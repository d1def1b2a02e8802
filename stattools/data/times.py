"""The times of a series: its pandas index where it has one, and how they go on."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError


def times_of(values: Any, n: int, what: str = "y") -> Any:
    """The index of a series of n values, or 0, 1, 2, ...; numbers and dates must increase.

    Raises DomainError where they do not.

    >>> times_of([3.0, 1.0], 2).tolist()
    [0, 1]
    """
    index = getattr(values, "index", None)
    if index is None or callable(index):
        return np.arange(n)
    if getattr(index, "dtype", None) is not None and getattr(index, "nlevels", 1) == 1:
        dated = type(index).__name__ in ("DatetimeIndex", "PeriodIndex", "TimedeltaIndex")
        if (dated or index.dtype.kind in "iuf") and not (index.is_monotonic_increasing and index.is_unique):
            place = next((k for k in range(1, n) if not index[k] > index[k - 1]), 0)
            raise DomainError(
                f"{what} needs times that increase; its index has {index[place]} at position {place}, after "
                f"{index[place - 1]}. Sort it by time (sort_index()), or drop the index."
            )
    return index


def following(times: Any, steps: int) -> Any:
    """The times after the last: the index goes on by its frequency or its constant step, else 0, 1, 2, ... does.

    >>> following(np.array([1968, 1969, 1970]), 2).tolist()
    [1971, 1972]
    """
    freq = getattr(times, "freq", None)
    if freq is not None:
        return np.array([times[-1] + (h + 1) * freq for h in range(steps)])
    values = np.asarray(times)
    if values.dtype.kind in "iuf" and len(values) > 1 and np.ptp(np.diff(values)) == 0:
        return values[-1] + (values[-1] - values[-2]) * np.arange(1, steps + 1)
    if values.dtype.kind == "M" and len(values) > 1 and len(np.unique(np.diff(values))) == 1:
        return values[-1] + (values[-1] - values[-2]) * np.arange(1, steps + 1)
    return len(values) + np.arange(steps)
