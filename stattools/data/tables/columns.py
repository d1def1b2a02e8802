"""Clean columns: which rows have no value, and the values of the others, whatever type they came in.

Dates and durations that name groups are labels in the order of time, the same text from every container: a day is
called "2024-05-01", whether it stands as a date, a time at midnight, or a pandas or Polars value of either.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arguments import is_writable
from stattools.interface.arrays import FLOAT64
from stattools.interface.when_needed import pa, pd
from stattools.numerics.threads import all_finite

# What a column may not hold: the types by name, and what to do instead.
REFUSED = {
    "dates": (("date", "datetime", "datetime64", "Timestamp", "Period", "time"), "turn it into numbers, such as days"),
    "durations": (("timedelta", "timedelta64", "Timedelta"), "turn it into numbers: .dt.total_seconds()"),
    "complex numbers": (("complex", "complex64", "complex128"), "take the real part, the imaginary part or abs"),
    "nested values": (("list", "tuple", "dict", "set", "ndarray", "Series"), "give each element its own column"),
    "bytes": (("bytes", "bytes_"), "decode it to text"),
}

READY = (FLOAT64, np.dtype(np.int64), np.dtype(np.bool_))
"""The types of columns of numbers that are as they should be."""


def missing(column: pd.Series) -> np.ndarray:
    """Which rows have no value: None, NaN, pd.NA, NaT."""
    if column.dtype is FLOAT64:
        return np.isnan(column.to_numpy())
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biu":
        return np.zeros(len(column), dtype=bool)
    try:
        mask = column.isna().to_numpy(dtype=bool)
    except ArithmeticError:  # a signaling NaN refuses to be compared
        raise DomainError(f"column {str(column.name)!r} holds Decimal('sNaN'); replace it, or make it None.") from None
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
    name, dtype = str(column.name), column.dtype
    if dtype in READY and column.to_numpy().flags.c_contiguous:  # strided values give other last digits
        return column
    if str(dtype).startswith("dictionary<"):  # Arrow-backed pandas
        column = pd.Series(pa.array(column).to_pandas(), name=name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _tidy(column.cat.remove_unused_categories())
    if dtype.kind in "biuf":
        width = {"b": np.bool_, "f": np.float64}.get(dtype.kind, np.int64)
        if dtype.kind == "u" and len(column) and int(column.max()) > np.iinfo(np.int64).max:
            width = np.float64
        with np.errstate(over="ignore"):  # a longdouble beyond float64 becomes infinite and is refused
            values = np.ascontiguousarray(column.to_numpy(dtype=width))  # strided values give other last digits
        return pd.Series(values, name=name, copy=False)
    if isinstance(dtype, pd.StringDtype):
        return _categories(column)
    return _objects(column.astype(object), dtype)


def _objects(column: pd.Series, dtype: object) -> pd.Series:
    """A column of Python objects by the types that occur in it."""
    values, name = column.to_numpy(dtype=object), str(column.name)
    kinds = {type(value) for value in values}
    if np.timedelta64 in kinds:  # NumPy counts durations among the whole numbers
        raise _refusal(name, dtype, next(value for value in values if type(value) is np.timedelta64))

    def every(*classes: type) -> bool:
        return not [kind for kind in kinds if not issubclass(kind, classes)]

    if every(str):
        return _categories(column)
    if every(bool, np.bool_):
        return pd.Series(values.astype(np.bool_), name=name)
    if every(int, np.integer, np.bool_) and all(-(2**63) <= int(value) < 2**63 for value in values):
        return pd.Series(values.astype(np.int64), name=name)
    if every(numbers.Real, Decimal, np.bool_):
        found = np.empty(len(values))
        for place, value in enumerate(values):
            try:
                found[place] = float(value)
            except (ArithmeticError, ValueError):  # the number is not shown: it may have thousands of digits
                raise DomainError(
                    f"column {name!r} holds a number ({type(value).__name__}) that float64 does not; change its units."
                ) from None
        return pd.Series(found, name=name)
    first = {isinstance(value, str): value for value in values[::-1]}  # text, and what is none
    if True in first:
        require_no_marks(f"column {name!r}", list(dict.fromkeys(map(str, values))))
        text, other = first[True], first[False]
        raise DomainError(
            f"column {name!r} mixes text ({text!r}) with other values ({other!r}); make it all text or all numbers."
        )
    known = (numbers.Real, Decimal, np.bool_)
    raise _refusal(name, dtype, next(value for value in values if not isinstance(value, known)))


def _categories(column: pd.Series) -> pd.Series:
    """Text as categories with sorted levels."""
    values = column.astype(object)
    levels = sorted(set(map(str, values)))
    if broken := [level for level in levels if not is_writable(level)]:
        raise DomainError(
            f"column {str(column.name)!r} holds {broken[0][:40]!a}, which has half of a character (a lone surrogate): "
            "read the text with its right encoding, or replace it."
        )
    require_no_marks(f"column {str(column.name)!r}", levels)
    return pd.Series(pd.Categorical(values, categories=levels), name=column.name)


MARKS = frozenset({"", ".", "..", "-", "--", "?", "*", "#", "na", "n/a", "#n/a", "nan", "null"})
"""How programs write a missing value, in small letters."""


def require_no_marks(what: str, levels: Sequence[object]) -> None:
    """DomainError for text whose levels are numbers but for marks of missing values: a column that was misread.

    >>> require_no_marks("column 'x'", ["1.5", "."])
    Traceback (most recent call last):
    stattools.errors.DomainError: column 'x' is text: it holds numbers, and '.' where a value seems to be missing. ...
    """
    texts = [level for level in levels if isinstance(level, str)]
    marks = [text for text in texts if text.strip().lower() in MARKS]
    if not marks or len(marks) == len(texts):
        return
    try:
        _ = [float(text.replace(",", ".")) for text in texts if text not in marks]
    except ValueError:  # these are categories
        return
    raise DomainError(
        f"{what} is text: it holds numbers, and {' and '.join(map(repr, marks))} where a value seems to be missing. "
        f"Read it as missing, as by pandas.read_csv(path, na_values={marks!r}), or leave the fields of the file empty; "
        "a category that is meant needs another name."
    )


def _tidy(column: pd.Series) -> pd.Series:
    """Levels that are text, numbers or truth values stay as they are; others (intervals, dates) become their text."""
    levels, texts = column.cat.categories.tolist(), [str(level) for level in column.cat.categories]
    if len(set(texts)) < len(texts):
        same = next(text for text in texts if texts.count(text) > 1)
        first, second, *_ = (level for level, text in zip(levels, texts, strict=True) if text == same)
        raise DomainError(
            f"column {str(column.name)!r} has the levels {first!r} and {second!r}, which read the same; rename one."
        )
    require_no_marks(f"column {str(column.name)!r}", levels)
    if bad := [level for level in levels if isinstance(level, bytes)]:
        raise _refusal(str(column.name), column.dtype, bad[0])
    if not all(map(is_writable, texts)):
        _categories(column)
    other = [level for level in levels if not isinstance(level, str | int | float)]
    return column.cat.rename_categories(texts) if other else column


def _refusal(name: str, dtype: object, value: object) -> DomainError:
    kind = type(value).__name__
    what, advice = f"{kind} objects", "turn it into numbers or text"
    for described, (kinds, remedy) in REFUSED.items():
        if kind in kinds:
            what, advice = described, remedy
    return DomainError(f"column {name!r} holds {what} (dtype {dtype}, type {kind}); {advice}.")


def finite(values: np.ndarray, what: str, advice: str, rows: np.ndarray) -> None:
    """DomainError, with the count and the first row, if any value is infinite or NaN; `rows` are the rows' numbers."""
    if all_finite(values):
        return
    good = np.isfinite(values)
    first = int(np.argmin(good))
    raise DomainError(
        f"{what} is not finite in {np.sum(~good)} of {len(values)} rows, first in row {rows[first]} "
        f"(counting from 0): {values[first]}; {advice}"
    )


def checked(column: pd.Series, rows: np.ndarray) -> pd.Series:
    """A complete column cleaned, and refused if a value is infinite; `rows` are the rows' numbers in the table."""
    values = clean(column)
    if values.dtype.kind == "f":
        finite(values.to_numpy(), f"column {str(column.name)!r}", "replace or remove infinite values.", rows)
    return values


def sorted_codes(column: pd.Series) -> tuple[list[object], np.ndarray]:
    """The labels of a cleaned column, categories in their order and numbers sorted, and the code of each row.

    >>> import pandas as pd
    >>> labels, codes = sorted_codes(pd.Series([3, 1, 3]))
    >>> labels, codes.tolist()
    ([1, 3], [1, 0, 1])
    """
    if column.dtype.kind == "O":
        return column.cat.categories.tolist(), column.cat.codes.to_numpy()
    values = column.to_numpy()
    if values.dtype.kind == "i" and len(values) and values.min() >= 0 and values.max() <= len(values):
        occurs = np.bincount(values) > 0  # small whole numbers are counted, not hashed and sorted
        return [*np.flatnonzero(occurs).tolist()], (np.cumsum(occurs) - 1)[values]
    codes, labels = pd.factorize(values, sort=True)
    return labels.tolist(), codes


def coded(column: pd.Series, who: str) -> tuple[np.ndarray, tuple[object, ...]]:
    """A complete column of labels of any kind as codes, and the labels in the order in which they come.

    >>> import pandas as pd
    >>> [part if isinstance(part, tuple) else part.tolist() for part in coded(pd.Series(["b", "a", "b"]), "by=")]
    [[0, 1, 0], ('b', 'a')]
    """
    try:
        # integers are told apart as they are; of other columns True and 1.0 are as Python has them
        codes, labels = pd.factorize(column.to_numpy() if column.dtype.kind in "iu" else column.astype(object))
    except (TypeError, ValueError):
        raise DomainError(
            f"{who} needs labels, such as text, numbers or dates; got {type(column.iloc[0]).__name__} objects."
        ) from None
    require_no_marks(who, labels.tolist())
    return codes, tuple(labels.tolist())


def listing(items: Iterable[object], longest: int = 10) -> str:
    """The first items, each as Python writes it, for an error message."""
    shown = [repr(item) for item in items]
    return ", ".join(shown[:longest]) + (f", ... ({len(shown)} in all)" if len(shown) > longest else "")


def is_sparse(values: object) -> bool:
    """Whether this is a matrix of scipy.sparse, which has been loaded where there is one.

    >>> is_sparse([[1.0]])
    False
    """
    return bool([one for one in type(values).__mro__ if str(one.__module__).startswith("scipy.sparse")])


def labeled(column: pd.Series) -> pd.Series:
    """A column of dates or durations as categories in the order of time; any other as it is.

    >>> import datetime
    >>> labeled(pd.Series([datetime.date(2024, 5, 1), None, datetime.date(2024, 4, 1)])).tolist()
    ['2024-05-01', nan, '2024-04-01']
    """
    if column.dtype.kind in "biuf" or isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
        return column
    there: Any = column[~missing(column)]
    kinds = set(map(type, there if there.dtype == object else there.unique()))  # objects need not be hashable
    if len(kinds) != 1 or (kind := kinds.pop().__name__) not in (*REFUSED["dates"][0], *REFUSED["durations"][0]):
        return column
    codes, values = pd.factorize(column, sort=True)
    as_text = pd.Timedelta if kind in REFUSED["durations"][0] else str
    texts = [str(as_text(value)).removesuffix(" 00:00:00") for value in values]
    return pd.Series(pd.Categorical.from_codes(codes, texts), name=column.name)
