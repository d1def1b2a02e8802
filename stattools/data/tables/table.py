"""Any table as named columns: pandas, Polars, PyArrow and all that narwhals reads, dicts, structured arrays.

Values that are given side by side are paired by position, so that pandas indexes must agree where there are two.
Arrays, lists and columns of Polars and PyArrow have no index; only their lengths are checked, where they are read.

An answer with one value per row is handed back in the kind of its table: pandas in, pandas out; Polars in, Polars out;
arrays in, arrays out. `Places` are the rows of a table and which of them were used: a row that was not used has no
value in an answer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence, Sized
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.formula.formula import require
from stattools.data.tables.columns import READY, is_sparse
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_writable, whole_number
from stattools.interface.memory import require_memory
from stattools.interface.record import record
from stattools.interface.when_needed import pd


def is_pandas(values: object) -> bool:
    """Is this a frame or a series of pandas itself, and of no package that is like it?"""
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(values) in (pandas.DataFrame, pandas.Series)


def index_of(values: object) -> pd.Index | None:
    """The pandas index of a series or a frame, or of the first column of a dict that has one; None without.

    >>> index_of([1, 2]) is None
    True
    """
    found = [index for _, index in _libraries(values) if index is not None]
    return found[0] if found else None


def _libraries(values: Any) -> list[tuple[str, Any]]:
    """The module that a table or a column is of, or each column of a dict; and its pandas index, None without."""
    if values is None or isinstance(values, np.ndarray | list | tuple | str):
        return []
    if is_pandas(values):
        return [("pandas", values.index)]
    if isinstance(values, Mapping):
        return [found for column in values.values() for found in _libraries(column)]
    if is_arrow(values):
        return [("pyarrow", None)]
    import narwhals as nw
    from narwhals.dependencies import is_pandas_like_dataframe, is_pandas_like_series

    native = nw.to_native(values, pass_through=True)
    has_index = is_pandas_like_series(native) or is_pandas_like_dataframe(native)
    try:
        return [(nw.get_native_namespace(native).__name__, native.index if has_index else None)]
    except TypeError:  # an index or an extension array, for example: arrays here
        return []


def paired(*given: tuple[str, object]) -> pd.Index | None:
    """The index of the values given, each after its name in errors; None where none has one.

    Raises DomainError where two of them have indexes that differ.

    >>> import pandas as pd
    >>> paired(("y", pd.Series([1, 2])), ("X", pd.Series([3, 4], index=[1, 0])))
    Traceback (most recent call last):
    stattools.errors.DomainError: y and X have different pandas indexes, so their rows may not belong together: ...
    """
    index, owner = None, ""
    for what, values in given:
        other = index_of(values)
        same_index(owner, index, what, other)
        if index is None:
            index, owner = other, what
    return index


def same_index(one: str, index: pd.Index | None, other: str, theirs: pd.Index | None) -> None:
    """DomainError where two indexes of one length differ; None stands for no index. Lengths are checked where the
    values are read.
    """
    if index is not None and theirs is not None and len(index) == len(theirs) and not theirs.equals(index):
        raise DomainError(
            f"{one} and {other} have different pandas indexes, so their rows may not belong together: "
            "align them, or pass .to_numpy() to pair rows by position."
        )


@record
class NamedColumns:
    """Named columns of one length; a column is converted when it is asked for."""

    sources: Mapping[str, Any]
    n: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.sources)

    def column(self, name: str, rows: object = None) -> pd.Series:
        """The column as a pandas Series of its natural dtype, of all rows or of those with some numbers, numbered from
        0. DomainError for a name that is not there.
        """
        require(name, self.names)
        column = series(self.sources[name], name)
        return column if rows is None else column.iloc[rows].reset_index(drop=True)


def is_frame(data: object) -> bool:
    """Whether the data have named columns: a data frame, a dict, a structured array; not a matrix, not a series."""
    structured = isinstance(data, np.ndarray) and data.dtype.names is not None
    kind = type(data)  # the class is asked, since a lazy table warns when it is asked itself
    named = hasattr(kind, "columns") or hasattr(kind, "column_names")
    return structured or isinstance(data, Mapping) or named


def labels_of(data: Any) -> list[object]:
    """The labels of the columns of a data frame, as they are."""
    return list(data.column_names if hasattr(data, "column_names") else data.columns)


def label_of(values: object) -> Any:
    """The name of a series or of the first column of a data frame; None without one, as of arrays and lists."""
    if isinstance(values, np.ndarray | list | tuple | Mapping):
        return None
    if is_frame(values):
        return next(iter(labels_of(values)), None)
    label = getattr(values, "name", None)
    return None if label == "" else label


def axes(values: object) -> int:
    """The number of axes of a column, a table or an array of any package; 0 for a single value.

    >>> axes(3.0), axes([1, 2]), axes({"x": [1]})
    (0, 1, 2)
    """
    if isinstance(values, Mapping):
        return 2
    if (shape := getattr(values, "shape", None)) is not None:  # a list has none
        return len(shape)
    if isinstance(values, list | tuple) and values:
        return 1 + axes(values[0])
    return int(isinstance(values, Sized) and not isinstance(values, str | bytes))


IN_DASK = "in a Dask DataFrame"


def is_dask(data: object) -> bool:
    """Are the data a DataFrame of Dask? DomainError for its other objects."""
    kind = type(data)
    if kind.__module__.split(".")[0] not in ("dask", "dask_expr"):
        return False
    if kind.__name__ != "DataFrame":
        raise DomainError(
            f"got a Dask {kind.__name__}; from Dask, models take a formula and a DataFrame whose columns it names: "
            '("y ~ x", dask_dataframe). Make one by dask.dataframe, or call .compute() on what fits into memory.'
        )
    return True


def partitions(frame: Any) -> str:
    """How much there is in a DataFrame of Dask, in words."""
    n = frame.npartitions
    return f"a Dask DataFrame of {len(frame.columns)} columns in {n:,} partition{'' if n == 1 else 's'}"


def table(data: Any) -> NamedColumns:
    """Any table: pandas, Polars, PyArrow, anything else narwhals reads eagerly, a dict of columns, a structured array.

    Raises DomainError for what is not a table, for two columns of one name, for columns of different lengths.

    >>> table({"x": [1, 2], "g": ["a", "b"]}).names
    ('x', 'g')
    """
    place = IN_DASK if is_dask(data) else getattr(type(data), "place", None)  # of a scan
    if place is not None:
        counted = partitions(data) if place == IN_DASK else data.counted
        raise IncompatibleError(
            f"this needs a table in memory, and the rows are {place}: {counted}. Regressions from a "
            "formula and fit.predict_to read them there; for the rest give a table of some of the rows."
        )
    if is_sparse(data):
        raise DomainError("the data is a sparse matrix; make it dense with .toarray().")
    sources: Any = data
    taken_later = is_pandas(data) and data.ndim == 2 and data.columns.nlevels == 1
    if isinstance(data, Mapping):
        paired(*[(f"column {label!r}", values) for label, values in data.items()])
        labels, column = list(data), data.__getitem__
    elif isinstance(data, np.ndarray) and data.dtype.names:
        labels, column = data.dtype.names, data.__getitem__
    elif taken_later:
        labels, column = sources.columns, sources.__getitem__
    else:
        labels, column = _frame(data)
    by_name: dict[str, Any] = {}
    for label in labels:
        name = str(label)
        if name in by_name:
            raise DomainError(f"the data have two columns named {name!r}; rename one.")
        if not is_writable(name):
            raise DomainError(f"the name {name!a} of a column has half of a character (a lone surrogate); rename it.")
        by_name[name] = label
    if taken_later:
        n = len(sources)
        if {type(label) for label in labels} != {str}:  # a label such as True may mean something else to pandas
            sources = sources.copy(deep=False)
            sources.columns = list(by_name)
    else:
        sources = {name: column(label) for name, label in by_name.items()}
        lengths = {name: _length(values, name) for name, values in sources.items()}
        n = next(iter(lengths.values()), 0)
        if len(set(lengths.values())) > 1:
            short, long = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
            raise DomainError(
                f"the columns must have one length; {short!r} has {lengths[short]} rows, {long!r} has {lengths[long]}."
            )
    if not by_name or not n:
        raise DomainError(f"the data have {len(by_name)} columns and no rows; at least one row is needed.")
    return NamedColumns(sources, n)


def _frame(data: Any) -> tuple[Sequence[Any], Callable[[Any], Any]]:
    """Labels of a data frame that narwhals reads, and what takes a column out by its label."""
    import narwhals as nw
    from narwhals.exceptions import DuplicateError

    try:
        frame = nw.from_native(data, eager_only=True)
        return frame.columns, frame.get_column
    except DuplicateError:
        return labels_of(data), str  # the caller's error names the label that repeats
    except TypeError:
        there = nw.from_native(data, pass_through=True)
        lazy = " (a lazy table: collect it first)" if isinstance(there, nw.LazyFrame) else ""
        lazy = " (a path: st.scan(path) for Parquet, pandas.read_csv(path) for CSV)" if isinstance(data, str) else lazy
        raise DomainError(
            f"the data must be a table: pandas, Polars, PyArrow or a dict of columns; got {type(data).__name__}{lazy}."
        ) from None


def series(values: Any, name: str) -> pd.Series:
    """One column of any kind as a pandas Series of its natural dtype, rows numbered from 0; not yet checked.

    Raises DomainError for what is not one column.
    """
    try:
        ready = is_pandas(values) and values.ndim == 1 and values.dtype in READY
        found = values if ready else _series(values, name)
        index = found.index
        if type(index) is not pd.RangeIndex or (index.start, index.step, index.name) != (0, 1, None):
            found = found.reset_index(drop=True)
        return found if type(found.name) is str and found.name == name else found.rename(name)
    except (DomainError, MemoryError):  # the second says nothing of the values
        raise
    except Exception as error:  # a column that cannot be converted may raise any error of its package
        raise DomainError(
            f"column {name!r}, {type(values).__name__}, cannot be read ({type(error).__name__}: {error}). "
            "Convert it to numbers or text."
        ) from error


def _series(values: object, name: str) -> pd.Series:
    if isinstance(values, np.ma.MaskedArray):
        values = unmasked(values)
    if is_sparse(values):
        raise DomainError(f"column {name!r} is a sparse matrix; make it dense with .toarray(), one column at a time.")
    if is_frame(values) and not isinstance(values, Mapping):
        frame = table(values)
        if len(frame.names) != 1:
            raise DomainError(f"column {name!r} must be one column; got a table of {len(frame.names)}: pick one.")
        return frame.column(frame.names[0])
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise DomainError(f"column {name!r} must have one value per row; got an array of shape {values.shape}.")
        if values.dtype.kind not in "biufcmM":
            return pd.Series(values.astype(object), dtype=object)
    if isinstance(values, pd.MultiIndex):
        raise DomainError(f"column {name!r} is an index of {values.nlevels} levels: pick one.")
    if isinstance(values, np.ndarray | pd.Index | pd.api.extensions.ExtensionArray):
        found = pd.Series(values)
    elif isinstance(values, pd.Series):
        found = values
    else:
        _length(values, name)
        found = _foreign(values)
    if isinstance(found.dtype, np.dtype) and not found.dtype.isnative:  # of which pandas picks no rows
        return found.astype(found.dtype.newbyteorder("="))
    return found.sparse.to_dense() if isinstance(found.dtype, pd.SparseDtype) else found


def _foreign(values: Any) -> pd.Series:
    """A column of Polars, PyArrow (through narwhals) or a plain sequence."""
    import narwhals as nw

    if is_arrow(values):  # narwhals reads chunked arrays only
        import pyarrow as pa

        values = pa.chunked_array([values])
    column = values if isinstance(values, nw.Series) else nw.from_native(values, series_only=True, pass_through=True)
    if not isinstance(column, nw.Series):
        return pd.Series(list(column), dtype=object)
    native = column.to_native()
    if isinstance(native, pd.Series):
        return native
    if isinstance(column.dtype, nw.Enum):
        return pd.Series(pd.Categorical(column.to_list(), categories=list(column.dtype.categories), ordered=True))
    if column.dtype == nw.Categorical and column.implementation.is_pyarrow():
        try:
            return pd.Series(native.to_pandas())  # of a dictionary, whose order is that of the levels
        except ValueError:  # a dictionary with a level twice or a missing one, which Arrow allows
            return pd.Series(native.cast(native.type.value_type).dictionary_encode().to_pandas())
    wide = column.dtype in (nw.Int128, nw.UInt128)
    if column.dtype.is_float() or (column.dtype.is_integer() and not wide and column.null_count() == 0):
        return pd.Series(column.to_numpy())
    return pd.Series(column.to_list(), dtype=object)


def is_arrow(values: object) -> bool:
    """Is this a PyArrow array that is not chunked?"""
    from narwhals.dependencies import get_pyarrow

    arrow = get_pyarrow()  # None where nobody has imported pyarrow: then nothing is an array of it
    return arrow is not None and isinstance(values, arrow.Array)


def unmasked(values: np.ma.MaskedArray) -> np.ndarray:
    """A masked array as an array of objects, None where it is masked."""
    plain = values.data.astype(object)
    plain[np.ma.getmaskarray(values)] = None
    return plain


def _length(values: Any, name: str) -> int:
    if is_sparse(values):
        return values.shape[0]
    single = isinstance(values, str | bytes | Mapping | set | frozenset) or getattr(values, "shape", None) == ()
    if single or not isinstance(values, Sized):
        raise DomainError(f"column {name!r} must be a list or an array with one value per row; got {quoted(values)}.")
    return len(values)


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

    def column(self, values: NDArray[np.generic], there: Mask | None, name: str | None) -> Any:
        """A series, or an array where the rows came as arrays: `values` where `there` is true (None: everywhere)."""
        if self.backend is None:
            return _with_gaps(values, there)
        if self._library.is_pandas_like():
            whole = _with_gaps(values, there, in_pandas=True)
            return self._library.to_native_namespace().Series(whole, index=self.index, name=name)
        return _of_narwhals(self._library, values, there, name).to_native()

    def frame(self, columns: Mapping[str, tuple[NDArray[np.generic], Mask | None]], each: int = 1) -> Any:
        """A data frame of columns, each with where it is there; of pandas where the rows came as arrays.

        `each` rows of it stand for one row of the table.
        """
        if self.backend is not None and not self._library.is_pandas_like():
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


ARRAYS = Origin()
"""The origin of plain arrays."""


def origin_of(*given: object, index: object = None) -> Origin | None:
    """Where a table came from, or arrays given side by side; None of plain arrays. One of pandas gives its index to
    all of them; `index` is known from elsewhere.

    >>> import pandas as pd
    >>> found = origin_of([0, 1], pd.DataFrame({"x": [1, 2]}, index=["a", "b"]))
    >>> found.backend, found.index.tolist()
    ('pandas', ['a', 'b'])
    """
    if not (found := [one for values in given for one in _libraries(values)]):
        return None if index is None else Origin(None, index)
    with_index = [one for one in found if one[1] is not None]
    return Origin(*(with_index[0] if with_index else (found[0][0], index)))


def _with_gaps(values: NDArray[np.generic], there: Mask | None, in_pandas: bool = False) -> Any:
    """The values with NaN where a number is not there, None where a label is not; in pandas labels keep their type."""
    if there is None:
        return values
    if values.dtype.kind == "f":
        return np.where(there if values.ndim == 1 else there[:, None], values, np.nan)
    nullable = WITH_GAPS.get(values.dtype.kind) if in_pandas else None
    found = values.astype(object) if nullable is None else pd.array(values, dtype=nullable)
    found[~there] = None
    return found


def _of_narwhals(backend: Any, values: NDArray[np.generic], there: Mask | None, name: str | None) -> Any:
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

    def column(self, values: NDArray[np.generic], name: str) -> Any:
        """One value per row that was used, as a series with one value per row of the table, NaN or null where there is
        none; an array where the rows came as arrays.

        >>> Places(3, np.array([0, 2])).column(np.array([0.5, 0.25]), "mean").tolist()
        [0.5, nan, 0.25]
        """
        return self.origin.column(*self._spread(values), name)

    def columns(self, values: NDArray[np.generic], names: list[str]) -> Any:
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
        columns = {name: self._spread(found[name].to_numpy(), each) for name in found.columns}
        columns |= {name: (columns[name][0], None) for name in keys if name in columns}
        if "row" in keys and "row" in columns:
            columns["row"] = np.arange(self.n).repeat(each), None
        made = self.origin.frame(columns, each)
        if isinstance(made, pd.DataFrame):
            made.attrs.update(found.attrs)
        return made

    def draws(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Draws of one value per row that was used, (S, rows) or (S, rows, K), as (S, n) or (S, n, K): an array."""
        if self.kept is None:
            return values
        found = np.full((len(values), self.n, *values.shape[2:]), np.nan)
        found[:, self.kept] = values
        return found

    def _spread(self, values: NDArray[np.generic], each: int = 1) -> tuple[NDArray[np.generic], Mask | None]:
        """The values at their places among all rows, any others where a row was not used; and where one was."""
        if self.kept is None:
            return values, None
        place = np.full(self.n, -1)
        place[self.kept] = np.arange(len(self.kept))
        place = (place[:, None] * each + np.arange(each)).ravel()
        return values[place], place >= 0


DATED = ("DatetimeIndex", "PeriodIndex", "TimedeltaIndex")
"""The indexes of pandas that hold times, and may know a frequency."""


def times_of(values: object, n: int, what: str = "y") -> Any:
    """The index of a series of n values, or 0, 1, 2, ...; numbers and dates must increase.

    Raises DomainError where they do not.

    >>> times_of([3.0, 1.0], 2).tolist()
    [0, 1]
    """
    if (index := index_of(values)) is None:
        return np.arange(n)
    ordered = index.nlevels == 1 and (type(index).__name__ in DATED or index.dtype.kind in "iuf")
    if ordered and not (index.is_monotonic_increasing and index.is_unique):
        place = next((k for k in range(1, n) if not index[k] > index[k - 1]), 0)
        raise DomainError(
            f"{what} needs times that increase; its index has {index[place]} at position {place}, after "
            f"{index[place - 1]}. Sort it by time (sort_index()), or drop the index."
        )
    return index


def following(times: Any, steps: int) -> np.ndarray:
    """The times of at least 1 step after the last one: the index goes on by its frequency or its constant step; without
    an index the times go on as 0, 1, 2, ... do. DomainError for steps that memory or the kind of time cannot hold.

    >>> following(np.array([1968, 1969, 1970]), 2).tolist()
    [1971, 1972]
    """
    steps = whole_number(steps, "steps=", at_least=1)
    require_memory(f"A forecast of {steps:,} steps", 16 * steps, "Ask for fewer steps.")
    try:
        if type(times).__name__ in DATED and times.freq is not None:
            return np.array([times[-1] + (h + 1) * times.freq for h in range(steps)])
        values = np.asarray(times)
        even = values.dtype.kind in "iufM" and len(values) > 1 and len(np.unique(np.diff(values))) == 1
        if not even:
            return len(values) + np.arange(steps)
        whole = values.view(np.int64) if values.dtype.kind == "M" else values
        if whole.dtype.kind in "iu":
            _ = np.int64(int(whole[-1]) + (int(whole[-1]) - int(whole[-2])) * steps)
        return values[-1] + (values[-1] - values[-2]) * np.arange(1, steps + 1)
    except (OverflowError, ValueError) as error:  # pandas' dates and durations, and numbers of 64 bits, have a last one
        raise DomainError(
            f"{steps:,} steps after {times[-1]} are beyond what its kind of time can hold. Ask for fewer."
        ) from error
