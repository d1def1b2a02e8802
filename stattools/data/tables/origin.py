"""Where rows came from: the library of their table and, for pandas, its index. An answer with one value per row is
handed back in the same kind: pandas in, pandas out; Polars in, Polars out; arrays in, arrays out. `Places` are the rows
of a table and which of them were used: a row that was not used has no value in an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.table import index_of, is_arrow, is_pandas
from stattools.interface.record import record
from stattools.interface.when_needed import pd

Mask = NDArray[np.bool_]

WITH_GAPS = {"b": "boolean", "i": "Int64", "u": "UInt64"}
"""The dtype of pandas, by NumPy's kind, in which a label may be missing while the others stay as they are."""


@record
class Origin:
    """The package of a table by the name of its module, "pandas" or "polars", as narwhals calls its backend, and the
    pandas index of its rows.

    `backend` is None for arrays, lists and dicts of these. `index` is that of all rows, including those that are not
    used. Where rows came as arrays it may be the index of their weights; then it only says which rows belong together.
    """

    backend: str | None = None
    index: Any = None

    def column(self, values: NDArray[Any], there: Mask | None, name: str | None) -> Any:
        """A series, or an array where the rows came as arrays: `values` where `there` is true (None: everywhere)."""
        if self.backend is None:
            return _with_gaps(values, there)
        if self._has_own_index:
            whole = _with_gaps(values, there, in_pandas=True)
            return self._library.to_native_namespace().Series(whole, index=self.index, name=name)
        return _of_narwhals(self._library, values, there, name).to_native()

    def frame(self, columns: Mapping[str, tuple[NDArray[Any], Mask | None]], each: int = 1) -> Any:
        """A data frame of columns, each with where it is there; of pandas where the rows came as arrays.

        `each` rows of it stand for one row of the table.
        """
        if self.backend is not None and not self._has_own_index:
            import narwhals as nw

            made: Any = {name: _of_narwhals(self._library, *column, name) for name, column in columns.items()}
            return nw.from_dict(made, backend=self._library).to_native()
        ready = {name: _with_gaps(*column, in_pandas=True) for name, column in columns.items()}
        if self.backend is None:
            return pd.DataFrame(ready)
        index = self.index if each == 1 else self.index.repeat(each)
        return self._library.to_native_namespace().DataFrame(ready, index=index)

    def take(self, rows: NDArray[np.intp] | slice) -> Origin:
        """The origin of some of the rows."""
        return Origin(self.backend, None if self.index is None else self.index[rows])

    @property
    def _library(self) -> Any:
        """The package as narwhals knows it."""
        import narwhals as nw

        backend: Any = self.backend
        return nw.Implementation.from_backend(backend)

    @property
    def _has_own_index(self) -> bool:
        return self._library.is_pandas_like()


ARRAYS = Origin()
"""The origin of plain arrays."""


def origin_of(*given: Any, index: Any = None) -> Origin | None:
    """Where a table came from, or arrays given side by side; None of plain arrays. One of pandas gives its index to
    all of them; `index` is known from elsewhere.

    >>> import pandas as pd
    >>> found = origin_of([0, 1], pd.DataFrame({"x": [1, 2]}, index=["a", "b"]))
    >>> found.backend, found.index.tolist()
    ('pandas', ['a', 'b'])
    """
    libraries = [library for values in given for library in _libraries(values)]
    index = next((own for values in given if (own := index_of(values)) is not None), index)
    if not libraries and index is None:
        return None
    return Origin(next((library for library, own in libraries if own), libraries[0][0]) if libraries else None, index)


def _libraries(values: Any) -> list[tuple[str, bool]]:
    """The module that a table or a column is of, or each column of a dict; and whether it has an index."""
    if values is None or isinstance(values, np.ndarray | list | tuple | str):
        return []
    if is_pandas(values):
        return [("pandas", True)]
    if isinstance(values, Mapping):
        return [found for column in values.values() for found in _libraries(column)]
    if is_arrow(values):
        return [("pyarrow", False)]
    import narwhals as nw

    native = nw.to_native(values, pass_through=True)
    try:
        return [(nw.get_native_namespace(native).__name__, index_of(native) is not None)]
    except TypeError:  # an index or an extension array, for example: arrays here
        return []


def _with_gaps(values: NDArray[Any], there: Mask | None, in_pandas: bool = False) -> Any:
    """The values with NaN where a number is not there, None where a label is not; in pandas labels keep their type."""
    if there is None:
        return values
    if values.dtype.kind == "f":
        return np.where(there if values.ndim == 1 else there[:, None], values, np.nan)
    nullable = WITH_GAPS.get(values.dtype.kind) if in_pandas else None
    found = values.astype(object) if nullable is None else pd.array(values, dtype=nullable)
    found[~there] = None
    return found


def _of_narwhals(backend: Any, values: NDArray[Any], there: Mask | None, name: str | None) -> Any:
    import narwhals as nw

    def series(column: Any, **dtype: Any) -> Any:
        return nw.new_series(name or "", column, backend=backend, **dtype)

    column = series(values if values.dtype.kind in "biuf" else values.tolist())
    return column if there is None else column.zip_with(series(there), series([None] * len(there), dtype=column.dtype))


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
        there = None if self.kept is None else self._place >= 0
        return self.origin.column(self._spread(values), there, name)

    def columns(self, values: NDArray[Any], names: list[str]) -> Any:
        """A number per row and category, (rows, K), as a frame with one column each; as an array, (n, K), where the
        rows came as arrays.
        """
        is_array = self.origin.backend is None
        return self.column(values, "") if is_array else self.frame(pd.DataFrame(values, columns=names))

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
        there = None if self.kept is None else (self._place >= 0).repeat(each)
        columns = {
            name: (self._spread(found[name].to_numpy(), each), None if name in keys else there)
            for name in found.columns
        }
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
    def _place(self) -> NDArray[np.intp]:
        """The place of each row among those that were used, -1 of others."""
        place, kept = np.full(self.n, -1), np.arange(self.n) if self.kept is None else self.kept
        place[kept] = np.arange(len(kept))
        return place

    def _spread(self, values: NDArray[Any], each: int = 1) -> NDArray[Any]:
        """The values at their places among all rows; any others stand where a row was not used."""
        return values if self.kept is None else values[(self._place[:, None] * each + np.arange(each)).ravel()]
