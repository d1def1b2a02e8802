"""Any table to clean columns: one coercion layer for pandas, Polars, PyArrow and dicts.

A column goes through three functions: `Table.column` (a pandas Series of its natural dtype, rows 0..n-1),
`missing` (which rows have no value) and, on the rows that stay, `clean` (bool, int64, float64 or category, nothing
else). Tables other than dicts are read through narwhals.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.errors import DomainError

if TYPE_CHECKING:
    import pandas as pd

# What a column may not hold: the types by name, and what to do instead.
REFUSED = {
    "dates": (("date", "datetime", "datetime64", "Timestamp", "Period", "time"), "turn it into numbers, such as days"),
    "durations": (("timedelta", "timedelta64", "Timedelta"), "turn it into numbers: .dt.total_seconds()"),
    "complex numbers": (("complex", "complex64", "complex128"), "take the real part, the imaginary part or abs"),
    "nested values": (("list", "tuple", "dict", "set", "ndarray", "Series"), "give each element its own column"),
    "bytes": (("bytes", "bytes_"), "decode it to text"),
}


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of one length; a column is converted when it is asked for."""

    sources: Mapping[str, Any]
    n: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.sources)

    def column(self, name: str) -> pd.Series:
        """The column as a pandas Series of its natural dtype, rows numbered from 0."""
        return series(self.sources[name], name)


def table(data: Any) -> Table:
    """Any table: pandas, Polars, PyArrow, anything else narwhals reads eagerly, a dict of columns, a structured array.

    Raises DomainError for what is not a table, for two columns of one name, for columns of different lengths.

    >>> table({"x": [1, 2], "g": ["a", "b"]}).names
    ('x', 'g')
    """
    if isinstance(data, Mapping):
        named = list(data.items())
    elif isinstance(data, np.ndarray) and data.dtype.names:
        named = [(name, data[name]) for name in data.dtype.names]
    else:
        import narwhals as nw
        from narwhals.exceptions import DuplicateError

        try:
            native: Any = data
            frame = nw.from_native(native, eager_only=True)
            named = [(label, frame.get_column(label)) for label in frame.columns]
        except DuplicateError as error:
            raise DomainError(f"the data have two columns of one name; rename one. {error}") from None
        except TypeError:
            lazy = " (a lazy table: collect it first)" if hasattr(data, "collect") else ""
            raise DomainError(
                "the data must be a table: pandas, Polars, PyArrow or a dict of columns; "
                f"got {type(data).__name__}{lazy}."
            ) from None
    sources = {str(label): values for label, values in named}
    if len(sources) < len(named):
        raise DomainError("the data have two columns whose names read the same (such as 1 and '1'); rename one.")
    lengths = {name: _length(values, name) for name, values in sources.items()}
    if len(set(lengths.values())) > 1:
        short, long = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise DomainError(
            f"the columns must have one length; {short!r} has {lengths[short]} rows, {long!r} has {lengths[long]}."
        )
    if not sources or not lengths[next(iter(sources))]:
        raise DomainError(f"the data have {len(sources)} columns and no rows; at least one row is needed.")
    return Table(sources, lengths[next(iter(sources))])


def series(values: Any, name: str) -> pd.Series:
    """One column of any kind as a pandas Series of its natural dtype, rows numbered from 0; not yet checked."""
    import pandas as pd

    if isinstance(values, np.ma.MaskedArray):
        values = np.asarray(values.astype(object).filled(None))  # type: ignore[attr-defined]
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise DomainError(f"column {name!r} must have one value per row; got an array of shape {values.shape}.")
        native = values.astype(values.dtype.newbyteorder("="), copy=False)
        return pd.Series(native, dtype=None if native.dtype.kind in "biufcmM" else object, name=name)
    if isinstance(values, pd.Series):
        found = values
    elif isinstance(values, pd.Index | pd.api.extensions.ExtensionArray):
        found = pd.Series(values)
    else:
        _length(values, name)
        found = _foreign(values)
    if isinstance(found.dtype, pd.SparseDtype):
        found = found.sparse.to_dense()
    return found.reset_index(drop=True).rename(name)


def _foreign(values: Any) -> pd.Series:
    """A column of Polars, PyArrow (through narwhals) or a plain sequence."""
    import narwhals as nw
    import pandas as pd

    if hasattr(values, "to_pylist") and not hasattr(values, "chunks"):  # a PyArrow array that is not chunked
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
        return pd.Series(native.to_pandas())  # a dictionary: its order is the order of the levels
    if column.dtype.is_float() or (column.dtype.is_integer() and column.null_count() == 0):
        return pd.Series(column.to_numpy())
    return pd.Series(column.to_list(), dtype=object)


def missing(column: pd.Series) -> np.ndarray:
    """Which rows have no value: None, NaN, pd.NA, NaT."""
    mask = column.isna().to_numpy(dtype=bool)
    if column.dtype.kind == "f" and not isinstance(column.dtype, np.dtype):
        mask = mask | np.isnan(column.to_numpy(dtype=np.float64, na_value=np.nan))  # NaN is not NA to Float64, Arrow
    return mask


def clean(column: pd.Series) -> pd.Series:
    """A complete column as bool, int64, float64 or category; the levels are those that occur.

    Levels keep the order of a categorical column; text is sorted. Raises DomainError, with the remedy, for the rest.

    >>> import pandas as pd
    >>> clean(pd.Series([True, False], dtype="boolean")).dtype
    dtype('bool')
    """
    import pandas as pd

    name, dtype = str(column.name), column.dtype
    if str(dtype).startswith("dictionary<"):  # Arrow-backed pandas
        import pyarrow as pa

        column = pd.Series(pa.array(column).to_pandas(), name=name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _tidy(column.cat.remove_unused_categories())
    if dtype.kind in "biuf":
        width = {"b": np.bool_, "f": np.float64}.get(dtype.kind, np.int64)
        if dtype.kind == "u" and len(column) and int(column.max()) > np.iinfo(np.int64).max:
            width = np.float64
        return pd.Series(column.to_numpy(dtype=width), name=name)
    if isinstance(dtype, pd.StringDtype):
        return _categories(column)
    return _objects(column.astype(object), dtype)


def _objects(column: pd.Series, dtype: Any) -> pd.Series:
    """A column of Python objects by the types that occur in it."""
    import pandas as pd

    values, name = column.to_numpy(dtype=object), str(column.name)
    kinds = {type(value) for value in values}

    def every(*classes: type) -> bool:
        return all(issubclass(kind, classes) for kind in kinds)

    if every(str):
        return _categories(column)
    if every(bool, np.bool_):
        return pd.Series(values.astype(np.bool_), name=name)
    if every(int, np.integer, np.bool_):
        within = all(-(2**63) <= int(value) < 2**63 for value in values)
        return pd.Series(values.astype(np.int64 if within else np.float64), name=name)
    if every(numbers.Real, Decimal, np.bool_):
        return pd.Series(np.array([float(value) for value in values]), name=name)
    if any(issubclass(kind, str) for kind in kinds):
        text, other = (next(v for v in values if isinstance(v, str) is kind) for kind in (True, False))
        raise DomainError(
            f"column {name!r} mixes text ({text!r}) with other values ({other!r}); make it all text or all numbers."
        )
    known = (numbers.Real, Decimal, np.bool_)
    raise _refusal(name, dtype, next(value for value in values if not isinstance(value, known)))


def _categories(column: pd.Series) -> pd.Series:
    """Text as categories with sorted levels."""
    import pandas as pd

    levels = sorted(map(str, column.unique()))
    return pd.Series(pd.Categorical(column.astype(object), categories=levels), name=column.name)


def _tidy(column: pd.Series) -> pd.Series:
    """Levels that are text, numbers or truth values stay; others (intervals, dates) become their text."""
    levels = column.cat.categories.tolist()
    if all(isinstance(level, str | int | float) for level in levels):
        return column
    return column.cat.rename_categories([str(level) for level in levels])


def _refusal(name: str, dtype: Any, value: Any) -> DomainError:
    kind = type(value).__name__
    what, advice = f"{kind} objects", "turn it into numbers or text"
    for described, (kinds, remedy) in REFUSED.items():
        if kind in kinds:
            what, advice = described, remedy
    return DomainError(f"column {name!r} holds {what} (dtype {dtype}, type {kind}); {advice}.")


def finite(values: np.ndarray, what: str, advice: str, rows: np.ndarray) -> None:
    """DomainError, with the count and the first row, if any value is infinite or NaN; `rows` are the rows' numbers."""
    good = np.isfinite(values)
    if not good.all():
        first = int(np.argmin(good))
        raise DomainError(
            f"{what} is not finite in {np.sum(~good)} of {len(values)} rows, first in row {rows[first]} "
            f"(counting from 0): {values[first]}; {advice}"
        )


def listing(items: Iterable[Any], longest: int = 10) -> str:
    """The first items, each as Python writes it, for an error message."""
    shown = [repr(item) for item in items]
    return ", ".join(shown[:longest]) + (f", ... ({len(shown)} in all)" if len(shown) > longest else "")


def _length(values: Any, name: str) -> int:
    if isinstance(values, str | bytes | Mapping | set | frozenset) or not hasattr(values, "__len__"):
        raise DomainError(f"column {name!r} must be a list or an array with one value per row; got {values!r:.60}.")
    return len(values)
