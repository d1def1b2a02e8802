"""Products of tall blocks with themselves and with vectors, in either memory order and without a copy.

    add_gram    total <- total + X^T X      BLAS dsyrk, upper triangle in place: half the operations of a full product,
                                            which is quicker of few columns
    times       X v                         one read of X
    transposed  X^T r                       one read of X

SciPy's own `dsyrk` holds the interpreter's lock for as long as it runs; the same routine called by its address in
`scipy.linalg.cython_blas` releases it, so that blocks can be summed on several threads. Source: Dongarra, Du Croz,
Hammarling & Duff, "A set of level 3 basic linear algebra subprograms" (1990).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.numerics.arrow import Arrow
from stattools.numerics.beside_ones import BesideOnes
from stattools.numerics.columns import Columns

NARROW = 12
"""Columns up to which a full product is faster than `dsyrk` and the roots of the weights."""

NARROWER_THAN_DSYRK = 22
"""Columns up to which full products of some rows at a time are faster than `dsyrk`: on the processors that it knows
best, OpenBLAS reads the factors of small products where they are, and packs those of all others first.
"""

SMALL = 900_000
"""The most multiplications of a product that is small in this sense."""

WIDE = 128
"""Columns from which rows of positive and of negative weight are better told apart, for two `dsyrk`."""

CACHED = 40_000
"""Numbers of X that a full product reads at a time: with their weighted copy they stay in the cache of a core."""


def add_gram(total: Floats, X: Floats) -> None:
    """Add X^T X to the upper triangle of `total`, (p, p) in Fortran order, in place; the lower triangle is untouched.

    X is (m, p), a slice of rows of an array in C or Fortran order; anything else is copied first.

    >>> total = np.zeros((2, 2), order="F")
    >>> add_gram(total, np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> total.tolist()
    [[10.0, 14.0], [0.0, 20.0]]
    """
    m, p = X.shape
    if not m or not p:
        return
    by_columns = total.dtype == np.float64 and total.shape == (p, p) and total.strides[0] == 8
    if not (by_columns and (p == 1 or total.strides[1] >= 8 * p)):
        raise ValueError(f"add_gram needs a float64 total of shape ({p}, {p}) in Fortran order.")
    if isinstance(X, BesideOnes):
        add_gram(total[1:, 1:], X.given)  # first, as it reads what is not in the cache at the least cost
        total[0, 0] += m
        total[0, 1:] += transposed(X.given, ones(m))
        return
    X, rows_apart, columns_apart = _with_steps(X)
    if 1 < p <= NARROWER_THAN_DSYRK:
        _add_narrow(total, X)
        return
    by_rows = columns_apart == 1  # to Fortran, X^T without a copy
    routine = _dsyrk()
    if routine is None:
        (dsyrk,) = get_blas_funcs(("syrk",), dtype=np.float64)
        total[:] = dsyrk(1.0, X.T if by_rows else X, trans=0 if by_rows else 1, beta=1.0, c=total)
        return
    routine(
        b"U",
        b"N" if by_rows else b"T",
        ctypes.byref(ctypes.c_int(p)),
        ctypes.byref(ctypes.c_int(m)),
        ctypes.byref(ctypes.c_double(1.0)),
        X.ctypes.data,
        ctypes.byref(ctypes.c_int(rows_apart if by_rows else columns_apart)),
        ctypes.byref(ctypes.c_double(1.0)),
        total.ctypes.data,
        ctypes.byref(ctypes.c_int(max(total.strides[1] // 8, p))),
    )


def _add_narrow(total: Floats, X: Floats) -> None:
    """`add_gram` of few columns, by small products. NumPy computes X^T X by `dsyrk`, and X^T Y by a full product: so
    one factor is without the last column.
    """
    p = X.shape[1]
    upper, size = np.logical_not(_below(p)), SMALL // (p * p)
    with np.errstate(over="ignore", invalid="ignore"):  # as `dsyrk`, which says nothing of sums that overflow
        for first in range(0, len(X), size):
            part = X[first : first + size]
            found, last = np.matmul(part[:, :-1].T, part), part[:, -1]
            np.add(total[:-1], found, out=total[:-1], where=upper[:-1])
            total[-1, -1] += last.dot(last)


def gram(blocks: Iterable[Floats], p: int) -> Floats:
    """The sum of X^T X over blocks X (m, p), symmetric.

    >>> gram([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])], 2).tolist()
    [[10.0, 14.0], [14.0, 20.0]]
    """
    total = np.zeros((p, p), order="F")
    for X in blocks:
        add_gram(total, X)
    return symmetric(total)


def upper_gram(X: Floats, weight: Floats | None = None) -> Floats:
    """X^T diag(weight) X for a block of rows in either order; only its upper triangle is to be read.

    Blocks are added before `symmetric` completes their sum: of many columns, completing each would cost a fifth of it.

    >>> np.triu(upper_gram(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 2.0]))).tolist()
    [[19.0, 26.0], [0.0, 36.0]]
    """
    if isinstance(X, Columns):
        return X.gram(weight)
    if weight is not None and X.shape[1] >= WIDE and weight.min() < 0:
        more, less = np.flatnonzero(weight > 0), np.flatnonzero(weight < 0)
        return upper_gram(X[more], weight[more]) - upper_gram(X[less], -weight[less])
    if weight is not None and (X.shape[1] <= NARROW or weight.min() < 0):
        if isinstance(X, BesideOnes):
            return _bordered(upper_gram(X.given, weight), transposed(X.given, weight), weight.sum())
        rows = max(1, CACHED // max(X.shape[1], 1))
        found = _full_gram(X[:rows], weight[:rows])
        for first in range(rows, len(X), rows):
            found += _full_gram(X[first : first + rows], weight[first : first + rows])
        return found
    total = np.zeros((X.shape[1],) * 2, order="F")
    add_gram(total, X if weight is None else X * np.sqrt(weight)[:, None])
    return total


def _full_gram(X: Floats, weight: Floats | None) -> Floats:
    """X^T diag(weight) X by one product."""
    half = X.T if weight is None else X.T * weight
    return half.dot(X) if X.flags.forc else np.matmul(half, X)


def symmetric(upper: Floats) -> Floats:
    """The symmetric matrix with this upper triangle; what is below it is not read.

    >>> symmetric(np.array([[1.0, 2.0], [9.0, 3.0]])).tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    if type(upper) is Arrow:  # which is symmetric as it is
        return upper
    return np.where(_below(len(upper)), upper.T, upper)


def _bordered(inner: Floats, side: Floats, corner: float) -> Floats:
    """The Gram matrix of a column and others, from that of the others."""
    total = np.empty((len(side) + 1,) * 2)
    total[0, 0], total[0, 1:], total[1:, 0], total[1:, 1:] = corner, side, side, inner
    return total


def times(X: Floats, v: Floats) -> Floats:
    """X v for a slice of rows in either order; `dot` is quicker, but would copy a slice in Fortran order first."""
    if type(X) is BesideOnes:
        return times(X.given, v[1:]) + v[0]
    return X.dot(v) if X.flags.forc else np.matmul(X, v)


def transposed(X: Floats, r: Floats) -> Floats:
    """X^T r for a slice of rows in either order."""
    if type(X) is BesideOnes:
        found = np.empty(X.shape[1])
        found[0], found[1:] = r.sum(), transposed(X.given, r)
        return found
    return r.dot(X) if X.flags.forc else np.matmul(X.T, r)


def across(W: Floats, X: Floats, out: Floats | None = None) -> Floats:
    """W X^T, (k, m), for several linear predictors that lie along the rows."""
    if type(X) is BesideOnes:
        out = np.matmul(W[:, 1:], X.given.T, out=out)
        out += W[:, :1]
        return out
    return np.matmul(W, X.T, out=out)


def cross_gram(X: Floats, weight: Floats) -> Floats:
    """X^T diag(weight) X, whole, for weights of either sign."""
    if type(X) is BesideOnes:
        return _bordered(cross_gram(X.given, weight), transposed(X.given, weight), weight.sum())
    return X.T @ (X * weight[:, None])


def _with_steps(X: Floats) -> tuple[Floats, int, int]:
    """X as BLAS can read it, and the steps between its rows and its columns, in numbers."""
    if X.dtype != np.float64:
        X = X.astype(np.float64)
    m, p = X.shape
    down, across = X.strides[0] // 8, X.strides[1] // 8
    if p == 1 and down >= 1:
        return X, down, 1
    if m == 1 and across == 1:
        return X, p, 1
    if (across == 1 and down >= p) or (down == 1 and across >= m):
        return X, down, across
    X = np.ascontiguousarray(X)
    return X, p, 1


def weighted(values: Floats, weight: Floats | None) -> Floats:
    """What each row has, (m, ...), times its weight, (m,); itself without weights.

    >>> weighted(np.ones((2, 2)), np.array([1.0, 3.0])).tolist()
    [[1.0, 1.0], [3.0, 3.0]]
    """
    if weight is None:
        return values
    return values * weight if values.ndim == 1 else values * weight.reshape(-1, *[1] * (values.ndim - 1))


@lru_cache(maxsize=32)
def ones(m: int) -> Floats:
    """What a sum of m rows is the product with; kept, and not to be written to."""
    return np.ones(m)


@lru_cache(maxsize=16)
def _below(p: int) -> NDArray[np.bool_]:
    """Where a (p, p) matrix is below its diagonal."""
    return np.tri(p, k=-1, dtype=bool)


@cache
def _dsyrk() -> Callable[..., Any] | None:
    """BLAS dsyrk by its address; None where its whole numbers are wider than C's int."""
    import scipy.linalg.cython_blas as cython_blas

    capsule = cython_blas.__pyx_capi__["dsyrk"]
    name, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    signature: Any = name(capsule)
    if b"int *" not in signature:
        return None
    c, v = ctypes.c_char_p, ctypes.c_void_p
    return ctypes.CFUNCTYPE(None, c, c, v, v, v, v, v, v, v, v)(pointer(capsule, signature))
