"""First-order recurrences compiled by Numba, at the speed of memory; imported only where Numba is installed.

Look-ahead: four affine steps y -> p y + q are composed first, which waits for nothing, so that one multiply-add in four
elements, not one in each, has to wait for the last y. No division and no products of more than four factors. The filter
carries 1 - prod(1 - w) beside prod(1 - w) and uses the one that is accurate: forming 1 - w of a small w rounds it, and
w (x - y) of a w near 1 cancels. Source: Kogge & Stone, IEEE Transactions on Computers C-22 (1973), for the composition.
"""

from __future__ import annotations

from typing import Any

import numba

from stattools.series.filters.blocks_in_cache import Array, Arrays, compact

jit: Any = numba.njit(nogil=True, fastmath={"contract"}, error_model="numpy", cache=True)
inline: Any = numba.njit(inline="always")


def recurrence(a: Arrays, b: Array, before: Array, y: Array) -> None:
    """The kernel of `linear_recurrence`, order 1."""
    _recurrences(*(_as(part, y) for part in (a[0], b)), before[0].astype(y.dtype), y)


def exponential(w: Arrays, x: Array, before: Array, y: Array) -> None:
    """The kernel of `exponential_filter`: y += w (x - y)."""
    _filters(*(_as(part, y) for part in (w[0], x)), before[0].astype(y.dtype), y)


def _as(array: Array, like: Array) -> Array:
    return compact(array).astype(like.dtype, copy=False)


@jit
def _recurrences(a, b, before, y):
    for r in range(y.shape[0]):
        _recurrence(a[r if len(a) > 1 else 0], b[r if len(b) > 1 else 0], y[r], before[r])


@jit
def _filters(w, x, before, y):
    for r in range(y.shape[0]):
        gain, seen = w[r if len(w) > 1 else 0], x[r if len(x) > 1 else 0]
        # A filter that is at the value it sees stays there exactly.
        there = 1 if before[r] == seen[0] else 0
        if there:
            y[r, 0] = seen[0]
        _filter(gain[there:], seen[there:], y[r, there:], before[r])


@jit
def _recurrence(a, b, y, v):
    n = len(b)
    whole = n - n % 4
    for i in range(0, whole, 4):
        p0, q0 = a[i], b[i]
        p1, q1 = a[i + 1] * p0, a[i + 1] * q0 + b[i + 1]
        p2, q2 = a[i + 2] * p1, a[i + 2] * q1 + b[i + 2]
        p3, q3 = a[i + 3] * p2, a[i + 3] * q2 + b[i + 3]
        y[i] = p0 * v + q0
        y[i + 1] = p1 * v + q1
        y[i + 2] = p2 * v + q2
        v = p3 * v + q3
        y[i + 3] = v
    for i in range(whole, n):
        v = a[i] * v + b[i]
        y[i] = v


@inline
def _step(v, w, p, q):
    """p v + q with p = 1 - w, from whichever of the two is accurate."""
    return v + (q - w * v) if abs(w) < 0.5 else p * v + q


@jit
def _filter(w, x, y, v):
    one = w.dtype.type(1)
    n = len(x)
    whole = n - n % 4
    for i in range(0, whole, 4):
        w0, w1, w2, w3 = w[i], w[i + 1], w[i + 2], w[i + 3]
        a1, a2, a3 = one - w1, one - w2, one - w3
        p0, q0 = one - w0, w0 * x[i]
        p1, q1 = a1 * p0, a1 * q0 + w1 * x[i + 1]
        p2, q2 = a2 * p1, a2 * q1 + w2 * x[i + 2]
        p3, q3 = a3 * p2, a3 * q2 + w3 * x[i + 3]
        forgotten = ((w0 + w1 * p0) + w2 * p1) + w3 * p2  # 1 - p3, without the cancellation
        y[i] = p0 * v + q0
        y[i + 1] = p1 * v + q1
        y[i + 2] = p2 * v + q2
        v = _step(v, forgotten, p3, q3)
        y[i + 3] = v
    for i in range(whole, n):
        v = _step(v, w[i], one - w[i], w[i] * x[i])
        y[i] = v
