"""The recurrence as a unit lower banded system, solved by LAPACK's tbtrs: substitution, no pivoting, no division.

    y_t - a_1t y_{t-1} - ... - a_kt y_{t-k} = b_t

Several series are one system, end to end, with zeros in the band where one ends and the next begins: a zero times a
finite number adds nothing, so the joint is exact. tbtrs multiplies nothing by an exact zero of y, and would lose a NaN
in the band there: the band is checked. Cost: 2k n flops, 5 ns an element at k = 1.

With one coefficient for all times, y_t = a y_{t-1} + s b_t, it is solved in runs of 16 times side by side:

    within a run     y_k = s sum_{j <= k} a^(k-j) b_j + a^(k+1) c,    k = 0 ... 15: a product with one small matrix
    between runs     c' = a^16 c + the last y_k of the run without c: the same recurrence over a sixteenth of the times

A substitution waits at each time for the one before it; products of runs do not. For |a| <= 1, where powers do not
overflow. A NaN or an infinity spoils its whole run and all that follows, so that it shows at the last time. Source:
Golub & Van Loan, Matrix Computations (2013), 4.3; Blelloch, "Prefix sums and their applications" (1990).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs

from stattools.series.filters.blocks_in_cache import Array, Arrays


@cache
def _tbtrs(char: str) -> Any:
    return get_lapack_funcs("tbtrs", dtype=np.dtype(char))


class Band:
    """Room for the band of a block, used again for the next; `solve` fills and solves it. The band of coefficients that
    are one number each stands for the next block, too.
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.tbtrs = _tbtrs(dtype.char)
        self.dtype = dtype
        self.room = np.empty((0, 0), dtype)
        self.stands_for: tuple[Any, ...] | None = None

    def solve(self, a: Arrays, b: Array, before: Array, y: Array) -> None:
        """Fill y (R, T), contiguous, from k arrays a (R, T), b (R, T) and the values before, (k, R), newest first."""
        band = self.filled(a)
        np.copyto(y, b)
        enter(a, before, y)
        substitute(self.tbtrs, band, y)

    def filled(self, a: Arrays) -> Array:
        """The band (k + 1, R T) of k arrays a (R, T) in LAPACK's storage: row j holds -a_j, j columns to the left."""
        k, (rows, times) = len(a), a[0].shape
        band, lower = self.room_for(rows, times, k)
        if self.stands(a):
            return band
        for j in range(1, k + 1):
            part = min(j, times)
            np.negative(a[j - 1][:, part:], out=lower[:, : times - part, j])
            lower[:, times - part :, j] = 0.0
        return band

    def stands(self, a: Arrays) -> bool:
        """Is the band in this room that of these coefficients already? From now on it is."""
        numbers = [one_number(part) for part in a]
        before = self.stands_for
        self.stands_for = None if None in numbers else (a[0].shape, *numbers)
        return self.stands_for is not None and self.stands_for == before

    def room_for(self, rows: int, times: int, k: int) -> tuple[Array, Array]:
        """Room for a band (k + 1, rows times), and the same room seen as (rows, times, k + 1)."""
        size = rows * times
        if self.room.shape[0] < size or self.room.shape[1] != k + 1:
            self.room = np.ones((size, k + 1), self.dtype)
        return self.room[:size].T, self.room[:size].reshape(rows, times, k + 1)


def one_number(array: Array) -> Any:
    """The number that an array repeats without room of its own, as where a caller gives one; None for other arrays.

    >>> one_number(np.broadcast_to(0.5, (1, 3))), one_number(np.full((1, 3), 0.5))
    (np.float64(0.5), None)
    """
    return None if any(array.strides) else array[0, 0]


def substitute(tbtrs: Callable[..., tuple[Array, int]], band: Array, y: Array, trans: str = "N") -> None:
    """Solve in place: y (R, T), contiguous, is the right side and becomes the solution."""
    column = y.reshape(-1, 1)
    solution, _ = tbtrs(band, column, uplo="L", trans=trans, diag="U", overwrite_b=1)
    if not np.may_share_memory(solution, column):
        column[...] = solution


def enter(a: Arrays, before: Array, y: Array) -> None:
    """Add to the first k columns of the right side what comes from the values before."""
    k, times = len(a), y.shape[1]
    for t in range(min(k, times)):
        for j in range(t + 1, k + 1):
            y[:, t] += a[j - 1][:, t] * before[j - t - 1]


RUN = 16
"""Times of a run: products grow with it, and what remains for the substitution shrinks."""

LEAST = 256
"""With fewer times the calls cost more than the substitution."""


class OneCoefficient:
    """The matrix of a run and room for what enters the runs, used again for the next block of times."""

    def __init__(self, a: Any, scale: Any, dtype: np.dtype[Any]) -> None:
        powers = np.power(np.asarray(a, np.result_type(dtype, np.float64)), np.arange(RUN + 1))
        later = np.arange(RUN) - np.arange(RUN)[:, None]
        self.a, self.scale = a, scale
        self.within = np.where(later >= 0, scale * powers[np.maximum(later, 0)], 0.0).astype(dtype)
        self.after, self.of_a_run = powers[1:].astype(dtype), powers[RUN].astype(dtype)
        self.between = Band(dtype)

    @classmethod
    def of(cls, a: Any, scale: object, y: Array, before: OneCoefficient | None) -> OneCoefficient | None:
        """For blocks like y (R, T), the one of the block `before` where that has the same numbers; None where the
        substitution is quicker, or powers may overflow.
        """
        if a is None or y.shape[1] < LEAST or not abs(a) <= 1.0:
            return None
        if before is not None and before.a == a and before.scale == scale:
            return before
        return cls(a, scale, y.dtype)

    def solve(self, b: Array, before: Array, y: Array) -> None:
        """Fill y (R, T), contiguous, from b (R, T) and the values before, (R,)."""
        series, times = y.shape
        runs = times // RUN
        whole = runs * RUN
        inner = y[:, :whole].reshape(series, runs, RUN)
        np.matmul(b[:, :whole].reshape(series, runs, RUN), self.within, out=inner)
        enters = np.empty((series, runs), y.dtype)
        enters[:, 0], enters[:, 1:] = before, inner[:, :-1, -1]
        band = self.between.filled((np.broadcast_to(self.of_a_run, enters.shape),))
        substitute(self.between.tbtrs, band, enters)
        inner += enters[:, :, None] * self.after
        if not np.may_share_memory(inner, y):
            y[:, :whole] = inner.reshape(series, whole)
        for t in range(whole, times):
            y[:, t] = self.a * y[:, t - 1] + self.scale * b[:, t]
