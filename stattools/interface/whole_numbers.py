"""Whole numbers that a caller asks for: draws, steps, bins, lags, one check for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError, quoted

LARGEST = 2**53


def whole_number(value: object, what: str, *, at_least: int, at_most: int = LARGEST) -> int:
    """`value` as an int, or a DomainError; 10.0 is a whole number, True and "10" are not counts.

    >>> whole_number(10.0, "draws", at_least=1)
    10
    """
    if type(value) is int and at_least <= value <= at_most:
        return value
    one = isinstance(value, np.ndarray) and value.ndim == 0 and value is not np.ma.masked
    count: Any = np.asarray(value).item() if one else value
    whole = isinstance(count, int | np.integer) and not isinstance(count, bool | np.timedelta64)
    if not whole and not (isinstance(count, float | np.floating) and count.is_integer()):
        raise DomainError(f"{what} is one whole number, at least {at_least}; got {quoted(value)}.")
    count = int(count)
    if count < at_least:
        raise DomainError(f"{what} is one whole number, at least {at_least}; got {_shown(count)}.")
    if count > at_most:
        most, why = ("2**53", ": double precision skips counts beyond") if at_most == LARGEST else (f"{at_most:,}", "")
        raise DomainError(f"{what} is at most {most}{why}; got {_shown(count)}.")
    return count


def _shown(count: int) -> str:
    """The number, or how long it is: Python refuses to write out numbers of thousands of digits."""
    return str(count) if abs(count) < 10**30 else f"{'minus ' * (count < 0)}a number of {count.bit_length()} bits"
