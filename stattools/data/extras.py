"""Columns beside X: frequencies, exposures, precisions and offsets. The same rules hold for rows in memory, in files
and on a cluster.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats

Numbers = NDArray[np.intp]

LARGEST_FREQUENCY = 2.0**53
"""The largest frequency weight: beyond 2^53 not all whole numbers are float64."""


class Farthest(NamedTuple):
    """The largest offset in size and the row in which it stands; two of them are joined with `+`.

    >>> Farthest.of(np.array([1.0, -3.0])) + Farthest(2.0, "row 7")
    Farthest(value=-3.0, row='row 1')
    """

    value: float = 0.0
    row: str = "row 0"

    @classmethod
    def of(cls, offset: Floats | None, rows: Numbers | None = None, where: str = "") -> Farthest:
        """The largest of the offsets of some rows; `rows` are their numbers in the table, where not all rows stayed."""
        if offset is None or not len(offset):
            return cls()
        place = int(np.argmax(np.abs(offset)))
        return cls(float(offset[place]), f"row {number(place, rows)}{where}")

    def __add__(self, other: Farthest) -> Farthest:  # type: ignore[override]
        return other if abs(other.value) > abs(self.value) else self


NO_OFFSET = Farthest()
"""Stands for rows without an offset."""


def number(place: int, rows: Numbers | None) -> int:
    """The number in the table of the row at `place` among the rows that stayed."""
    return place if rows is None else int(rows[place])


def require_frequencies(weights: Floats, rows: Numbers | None = None) -> None:
    """DomainError unless frequency weights are whole numbers from 0 to 2^53."""
    bad = ~((weights >= 0) & (weights == np.floor(weights)) & (weights <= LARGEST_FREQUENCY))
    if bad.any():
        place = int(np.argmax(bad))
        raise DomainError(
            "weights= are frequencies, how often each row was seen, and need whole numbers from 0 to 2^53; got "
            f"{weights[place]:.6g} in row {number(place, rows)}. Repeat the rows; for inverse variances st.ols has "
            "precision=."
        )


def require_some(total: float) -> None:
    """DomainError where all frequencies are 0."""
    if total == 0:
        raise DomainError("weights= are all 0: no row counts. Give at least one row a positive frequency.")


def require_positive(values: Floats, what: str, rows: Numbers | None = None) -> None:
    """DomainError naming the first number that is not above 0."""
    if not (values > 0).all():
        place = int(np.argmin(values > 0))
        raise DomainError(
            f"{what} must be positive; got {values[place]:.6g} in row {number(place, rows)}. Drop rows that count "
            "nothing."
        )


def frequencies(weights: Floats | None, rows: Numbers | None = None) -> Floats | None:
    """Frequency weights, or a DomainError unless they are whole numbers >= 0 that are not all 0."""
    if weights is not None:
        require_frequencies(weights, rows)
        require_some(float(weights.sum()))
    return weights


def offset_of(offset: Floats | None, exposure: Floats | None, rows: Numbers | None = None) -> Floats | None:
    """What is added to the linear predictor: the offset, and the logarithm of the exposure."""
    if exposure is None:
        return offset
    require_positive(exposure, "exposure= is a time, an area or a number at risk, and", rows)
    return np.log(exposure) if offset is None else offset + np.log(exposure)
