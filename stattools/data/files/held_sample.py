"""The sample of rows in files that is held in memory, put together when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from stattools.data.rows.rows import Low, Rows
from stattools.data.rows.stacked_columns import one_below_the_other
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class HeldSample:
    """The complete rows of a sample, in `parts` whose X may be `StackedColumns`. Least squares never asks for them all,
    and to write their X would take a tenth of its time of two million rows.
    """

    parts: tuple[Rows, ...]

    @cached_property
    def rows(self) -> Rows:
        """All rows, one below the other."""
        return replace(_stacked(self.parts), low=self.low)

    @cached_property
    def low(self) -> Low | None:
        """What float64 does not hold of the columns of X."""
        return _stacked_low(self.parts)

    def without_columns(self) -> HeldSample:
        """The rows with a column of ones in place of X."""
        return HeldSample(tuple(part.without_columns() for part in self.parts))


def _stacked(parts: Sequence[Rows]) -> Rows:
    """Rows of a sample one below the other."""
    given = [name for name in ("y", "weight", "offset") if getattr(parts[0], name) is not None]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in given}
    X = one_below_the_other([part.X for part in parts])
    return Rows(X, joined["y"], joined.get("weight"), joined.get("offset"))


def _stacked_low(parts: Sequence[Rows]) -> Low | None:
    """The rests of all parts, which differ in the columns that have one."""
    found = [part.low.columns for part in parts if part.low is not None]
    if not found:
        return None
    columns = np.unique(np.concatenate(found))
    values = np.zeros((sum(len(part.X) for part in parts), len(columns)))
    first = 0
    for part in parts:
        if part.low is not None:
            values[first : first + len(part.X), np.searchsorted(columns, part.low.columns)] = part.low.values
        first += len(part.X)
    return Low(columns, values)
