"""Answers with one value per row, put back beside the rows of the table: a row that was not used has no value.

`Places` are the rows of a table and which of them were used; all answers of the package with one value per row pass
through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.origin import ARRAYS, Mask, Origin
from stattools.interface.record import record
from stattools.interface.when_needed import pd


@record
class Places:
    """`n` rows of a table, the numbers of those that were used (`kept`, None: all), and where the table came from."""

    n: int
    kept: NDArray[np.intp] | None = None
    origin: Origin = ARRAYS

    def column(self, values: NDArray[Any], name: str) -> Any:
        """One value per row that was used, as a series with one value per row of the table, NaN or null where there is
        none; an array where the rows came as arrays.

        >>> Places(3, np.array([0, 2])).column(np.array([0.5, 0.25]), "mean").tolist()
        [0.5, nan, 0.25]
        """
        return self.origin.column(self._spread(values), self._there, name)

    def columns(self, values: NDArray[Any], names: list[str]) -> Any:
        """A number per row and category, (rows, K), as a frame with one column each; as an array, (n, K), where the
        rows came as arrays.
        """
        if self.origin.backend is None:
            return self.column(values, "")
        return self.frame(pd.DataFrame(values, columns=names))

    def frame(self, found: pd.DataFrame, keys: Sequence[str] = ()) -> Any:
        """One line per row that was used, or several that follow each other, as the same number of lines per row of the
        table.

        `keys` are columns that say which row a line is about, and are filled where the row was not used too: `row` is
        the number of the row in the table. The result is a frame of pandas where the rows came as arrays.
        """
        used = self.n if self.kept is None else max(len(self.kept), 1)
        each = len(found) // used
        if self.kept is None and self.origin.backend is None:
            return found
        there = None if self._there is None else self._there.repeat(each)
        columns = {}
        for name in found.columns:
            values = self._spread(found[name].to_numpy(), each)
            columns[name] = (values, None if name in keys else there)
        if "row" in keys and "row" in columns:
            columns["row"] = np.arange(self.n).repeat(each), None
        made = self.origin.frame(columns, each)
        if isinstance(made, pd.DataFrame):
            made.attrs.update(found.attrs)
        return made

    def draws(self, values: NDArray[Any]) -> NDArray[Any]:
        """Draws of one value per row that was used, (S, rows) or (S, rows, K), as (S, n) or (S, n, K): an array."""
        if self.kept is None:
            return values
        found = np.full((len(values), self.n, *values.shape[2:]), np.nan)
        found[:, self.kept] = values
        return found

    @cached_property
    def _there(self) -> Mask | None:
        if self.kept is None:
            return None
        there = np.zeros(self.n, dtype=bool)
        there[self.kept] = True
        return there

    def _spread(self, values: NDArray[Any], each: int = 1) -> NDArray[Any]:
        """The values at their places among all rows; any others stand where a row was not used."""
        if self.kept is None:
            return values
        place = np.zeros(self.n, dtype=np.intp)
        place[self.kept] = np.arange(len(self.kept))
        if each > 1:
            place = (place[:, None] * each + np.arange(each)).ravel()
        return values[place]
