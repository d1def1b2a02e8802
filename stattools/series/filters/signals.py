"""What a filter takes: numbers of one floating dtype with a time axis, and what it says of anything else."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.tables.arrays import array as as_array
from stattools.data.tables.arrays import with_gaps
from stattools.data.tables.table import label_of, origin_of
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.units import require_size

Array = np.ndarray[Any, Any]

DTYPES = ("f", "d", "F", "D")
EXACT = 2**53
"""The largest whole number up to which float64 holds all of them."""


def numbers(values: Any, what: str, who: str) -> Array:
    """An array of float32, float64, complex64 or complex128; whole numbers become float64, masked values NaN.

    Raises DomainError for text, dates, extended precision, and whole numbers that float64 cannot hold.

    >>> numbers([1, 2], "signal", "a filter").dtype
    dtype('float64')
    """
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.result_type(values.dtype, np.float32)), np.nan)
    if type(values).__module__.startswith("pandas.") and hasattr(values, "to_numpy"):
        values = values.to_numpy(dtype=float, na_value=np.nan) if _nullable(values) else values.to_numpy()
    if type(values).__module__.partition(".")[0] in ("polars", "pyarrow", "narwhals"):
        values = with_gaps(values, what)
    array = as_array(values, f"{what} of {who}")
    if array.dtype.kind == "O":
        array = _unboxed(array, what, who)
    if array.dtype.kind in "iu":
        if array.size and max(abs(int(array.min())), abs(int(array.max()))) > EXACT:
            raise DomainError(
                f"{who} computes in float64, which holds whole numbers up to 2^53; {what} has one beyond. Subtract a "
                "constant first, or convert to float and accept the rounding."
            )
        return array.astype(np.float64)
    if array.dtype.kind == "b":
        return array.astype(np.float64)
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.char not in DTYPES:
        raise DomainError(
            f"{who} needs {what} as float32, float64, complex64 or complex128; got {array.dtype}. Convert it."
        )
    return array


def _nullable(values: object) -> bool:
    dtype = getattr(values, "dtype", None)
    return dtype is not None and not isinstance(dtype, np.dtype) and dtype.kind in "biuf"


def _unboxed(array: Array, what: str, who: str) -> Array:
    if any(isinstance(value, int) and abs(value) > EXACT for value in array.flat):
        raise DomainError(f"{who} computes in float64, which holds whole numbers up to 2^53; {what} has one beyond.")
    try:
        if any(isinstance(value, str | bytes) for value in array.flat):
            raise TypeError("text is no number")
        return array.astype(np.float64)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise DomainError(f"{who} needs numbers for {what}; got {quoted(array.flat[0])} and the like.") from error


def beside(signal: object, values: Array) -> Any:
    """`values` as the signal came, a series of pandas with its index or of Polars; an array of arrays, and of tables.

    >>> import pandas as pd
    >>> beside(pd.Series([1.0, 2.0], ["a", "b"], name="x"), np.array([0.5, 0.25])).to_dict()
    {'a': 0.5, 'b': 0.25}
    """
    if type(signal) is np.ndarray or values.ndim != 1 or values.dtype.kind != "f":
        return values
    origin = origin_of(signal)
    gaps = np.isnan(values)
    return values if origin is None else origin.column(values, ~gaps if gaps.any() else None, label_of(signal))


def common(*arrays: Array) -> np.dtype[np.generic]:
    """The common dtype; one number among arrays does not widen float32 to float64."""
    return np.result_type(*(part if part.ndim else part.dtype.type(0).item() for part in arrays))


def require_differences(who: str, what: str, values: Array) -> None:
    """DomainError where float64 may not hold differences of the values, or products with them.

    >>> require_differences("a filter", "y", np.array([1e-300, 1e100]))
    """
    require_size(who, what, values, smallest=0.0, does="takes differences of")


def time_last(array: Array, axis: int, who: str) -> Array:
    """A view with the time axis last; DomainError for an axis that is not there, or no time at all."""
    if array.ndim == 0:
        raise DomainError(f"{who} needs a signal with a time axis; got one number, {quoted(array)}.")
    if not (is_number(axis) and isinstance(axis, int | np.integer)) or not -array.ndim <= axis < array.ndim:
        raise DomainError(f"{who} needs axis=, one of the {array.ndim} axes of the signal; got {quoted(axis)}.")
    view = np.moveaxis(array, axis, -1)
    if view.shape[-1] == 0:
        raise DomainError(f"{who} needs at least one time; got a signal of shape {array.shape}.")
    return view


def along(array: Array, shape: tuple[int, ...], axis: int, what: str, who: str) -> Array:
    """`array` broadcast to a signal's shape and seen with time last; a vector always runs along the time axis."""
    n = shape[axis]
    if array.ndim == 1 and array.shape != (1,):
        if len(array) != n:
            raise DomainError(f"{who}: {what} has {len(array)} values and the signal {n} times; they must be as many.")
        return np.broadcast_to(array, (*_without(shape, axis), n))
    try:
        full = np.broadcast_to(array, shape)
    except ValueError:
        raise DomainError(
            f"{who}: {what} of shape {array.shape} does not fit a signal of shape {shape}. Give one number, one per "
            f"time ({n}), or the shape of the signal."
        ) from None
    return np.moveaxis(full, axis, -1)


def per_series(value: Array, batch: tuple[int, ...], what: str, who: str) -> Array:
    """One value per series, broadcast to the axes other than time."""
    try:
        return np.broadcast_to(value, batch)
    except ValueError:
        shape = f"series of shape {batch}" if batch else "one series"
        raise DomainError(
            f"{who}: {what} of shape {value.shape} does not fit {shape}. Give one number, or one per series."
        ) from None


def result(out: Array | None, like: Array, dtype: np.dtype[np.generic], who: str) -> Array:
    """The array to write to: `out`, checked, or a new one laid out like the signal."""
    if out is None:
        return np.empty_like(like, dtype=dtype, order="K", subok=False)
    if not isinstance(out, np.ndarray) or out.shape != like.shape or out.dtype != dtype or not out.flags.writeable:
        got = f"{out.dtype} of shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise DomainError(f"{who} needs out=, a writeable array of {dtype} and shape {like.shape}; got {got}.")
    return out


def apart(array: Array, out: Array) -> Array:
    """`array`, copied where writing to `out` would change it."""
    return array.copy() if np.may_share_memory(array, out) else array


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]
