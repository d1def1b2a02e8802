"""Times of rows in files, for likelihoods that need them sorted: each row's time, and its end, infinite where the event
was not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.extras import number
from stattools.data.formula.expression import Expression
from stattools.data.formula.survival_outcome import SurvivalFormula
from stattools.data.survival_rows import numbers_of
from stattools.errors import DomainError
from stattools.interface.arrays import Floats


@dataclass(frozen=True)
class ScannedTimes:
    """What makes times and ends of the rows of a batch, checked."""

    who: str
    said: SurvivalFormula

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The parts of the outcome."""
        return tuple(self.said.parts.values())

    @property
    def endless(self) -> tuple[str, ...]:
        """The columns that may be infinite: none."""
        return ()

    def __call__(self, clean: Any) -> Floats:
        """The times of the complete rows of a batch, (n, 2)."""
        return self.of(clean.columns, clean.rows)

    def of(self, columns: Mapping[str, Any], rows: NDArray[np.intp]) -> Floats:
        """Time and end of each row."""
        who, said = self.who, self.said
        parts = {name: numbers_of(who, name, part, said, columns, rows) for name, part in said.parts.items()}
        time = parts["time"]
        if (time < 0.0).any():
            place = int(np.argmax(time < 0.0))
            raise DomainError(
                f"{who}: {said.parts['time'].text!r} is negative in row {number(place, rows)}, {time[place]:g}: times "
                "are counted from 0."
            )
        return np.column_stack([time, np.where(parts.get("event", np.ones(len(time))) > 0.0, time, np.inf)])
