"""The linear recurrence y_t = a_t y_{t-1} + b_t, and of order k, as one banded triangular solve.

    y_t = a_1t y_{t-1} + ... + a_kt y_{t-k} + b_t,    t = 0, 1, ..., n - 1

Exact products and sums of the definition, with no division and no cumulative product: a = 0 starts anew, a = 1 sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.table import paired
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.series.filters.banded import Band, OneCoefficient, one_number
from stattools.series.filters.blocks_in_cache import Arrays, Trouble, kept_contiguous, sweep
from stattools.series.filters.engines import Engine, compiled, require_engine
from stattools.series.filters.signals import Array, along, apart, beside, common, numbers, per_series, result, time_last

WHO = "linear_recurrence"
GROWS = "Where |a| > 1 for long the solution grows without bound: shorten the series, or rescale."


def linear_recurrence(
    a: ArrayLike,
    b: ArrayLike,
    *,
    initial: ArrayLike = 0.0,
    axis: int = -1,
    out: Array | None = None,
    engine: Engine = "auto",
) -> Any:
    """y_t = a_t y_{t-1} + b_t along an axis, or y_t = a_1t y_{t-1} + ... + a_kt y_{t-k} + b_t.

    `b` has shape (..., n). `a` is a number, one per time (n,), or of b's shape; with one axis more than b, in front, it
    is of order k = len(a): (k, n) for one series, (k, 1, n) or (k, m, n) for m series. `initial` is y_{-1}, one number
    or one per series; of order k, [y_{-1}, ..., y_{-k}] of shape (k,) or (k, ...). Real or complex, float32 or float64:
    the result has the common dtype, whole numbers counting as float64. `out` is written to and returned; it may be b
    itself. A b that is a pandas or a Polars series goes out as one, with its index. A NaN in a_t or b_t makes y NaN
    from t on, in its own series, and leaves what is before alone. `engine` is "lapack" (banded triangular solve),
    "numba" (order 1; needs stattools[fast]) or "auto", which takes Numba for large arrays where it is installed. Raises
    DomainError for shapes that do not fit, no times, infinite input, and a result that overflows, naming the index.
    Source: Golub & Van Loan (2013), 4.3.

    >>> import stattools as st
    >>> st.linear_recurrence(0.5, [1.0, 1.0, 1.0], initial=2.0)
    array([2., 2., 2.])
    >>> st.linear_recurrence([[1.0], [1.0]], [0.0] * 6, initial=[1.0, 0.0])  # Fibonacci
    array([ 1.,  2.,  3.,  5.,  8., 13.])
    """
    engine = require_engine(WHO, engine)
    paired(("a", a), ("b", b))
    given = b
    b = numbers(b, "b", WHO)
    a = numbers(a, "a", WHO)
    start = numbers(initial, "initial", WHO)
    if np.isinf(start).any():
        raise DomainError(f"{WHO} needs a finite initial=; got {quoted(initial)}.")
    right = time_last(b, axis, WHO)
    order_k = a.ndim > b.ndim
    if a.ndim > b.ndim + 1 or (order_k and not len(a)):
        raise DomainError(f"{WHO}: a of shape {a.shape} has too many axes, or no lag, for b of shape {b.shape}.")
    dtype = common(a, b, start)
    y = result(out, b, dtype, WHO)
    lags = [along(part, b.shape, axis, "a", WHO) for part in (a if order_k else a[None])]
    batch, n = right.shape[:-1], right.shape[-1]
    series = int(np.prod(batch))
    coefficients = tuple(apart(lag, y).reshape(series, n) for lag in lags)
    before = entering(start, len(lags), order_k, batch).reshape(len(lags), series)
    target = np.moveaxis(y, axis, -1)
    work = target.reshape(series, n)
    try:
        solve(coefficients, apart(right, y).reshape(series, n), before, work, engine)
    except Trouble as trouble:
        advice = GROWS if "overflow" in trouble.reason else "Leave it out."
        raise trouble.told(WHO, batch, advice) from None
    if not np.may_share_memory(work, target):
        target[...] = work.reshape(target.shape)
    return y if out is not None else beside(given, y)


def solve(a: Arrays, b: Array, before: Array, y: Array, engine: Engine = "auto") -> None:
    """Fill y (S, n) from k arrays a (S, n), b (S, n) and before (k, S), the newest first; raises Trouble."""
    kernels = compiled(engine, y.size) if len(a) == 1 else None
    if len(a) > 1 and engine == "numba":
        raise IncompatibleError(f"{WHO}: engine='numba' is for order 1; this is of order {len(a)}. Use 'lapack'.")
    # An overflow is told by its index.
    with np.errstate(over="ignore", invalid="ignore"):
        if kernels is not None:
            whole = all(kept_contiguous(part) and part.dtype == y.dtype for part in (*a, b, y))
            sweep(kernels.recurrence, a, b, before, y, whole=whole)
            if np.isfinite(y[:, -1]).all():
                return
        sweep(Recurrence(y.dtype), a, b, before, y)


def entering(start: Array, k: int, order_k: bool, batch: tuple[int, ...]) -> Array:
    """The k values before the first time, newest first, shape (k, *batch)."""
    if not order_k:
        return per_series(start, batch, "initial", WHO)[None]
    if start.ndim == 0:
        return np.broadcast_to(start, (k, *batch))
    if len(start) != k:
        raise DomainError(f"{WHO} of order {k} needs initial=, y_-1 ... y_-{k}; got {len(start)} values.")
    return np.stack([per_series(part, batch, "initial", WHO) for part in start])


def _sum(part: Array) -> Any:
    number = one_number(part)
    return part.sum() if number is None else number


class Recurrence:
    """The kernel of `linear_recurrence` by LAPACK; a block that becomes non-finite is examined."""

    def __init__(self, dtype: np.dtype[np.generic]) -> None:
        self.band = Band(dtype)
        self.one: OneCoefficient | None = None

    def __call__(self, a: Arrays, b: Array, before: Array, y: Array) -> None:
        self.one = OneCoefficient.of(one_number(a[0]) if len(a) == 1 else None, 1.0, y, self.one)
        if self.one is None:
            self.band.solve(a, b, before, y)
        else:
            self.one.solve(b, before[0], y)
        # A NaN in the band shows in its sum; a sum that overflows only costs the second look.
        if not (np.isfinite(y[:, -1]).all() and np.isfinite([_sum(part) for part in a]).all()):
            self._with_gaps(a, b, before, y)

    def _with_gaps(self, a: Arrays, b: Array, before: Array, y: Array) -> None:
        """NaN in a, b or the values before makes y NaN from there on, in its own series only."""
        gap = np.logical_or.reduce([np.isnan(part) for part in (b, *a)])
        gap[:, 0] |= np.isnan(before).any(axis=0)
        for what, values in (*(("a", part) for part in a), ("b", b)):
            if np.isinf(values).any():
                raise Trouble(f"{what} is infinite", *np.argwhere(np.isinf(values))[0])
        b, before, *rest = (np.where(np.isnan(values), 0.0, values).astype(y.dtype) for values in (b, before, *a))
        self.band.solve(tuple(rest), b, before, y)
        gap = np.logical_or.accumulate(gap, axis=1)
        bad = ~np.isfinite(y) & ~gap
        if bad.any():
            raise Trouble(f"the result overflows {y.dtype}", *np.argwhere(bad)[0])
        y[gap] = np.nan
