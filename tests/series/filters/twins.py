"""Signals, weights and slow twins that the tests of the filters share."""

from fractions import Fraction

import numpy as np


def loop(a, b, initial=0.0):
    """y_t = a_t y_{t-1} + b_t, as it is written."""
    y, out = initial, []
    for p, q in zip(np.broadcast_to(a, np.shape(b)), b, strict=True):
        y = p * y + q
        out.append(y)
    return np.array(out)


def loop_of_order(A, b, initial):
    """y_t = sum_j A_jt y_{t-j} + b_t; initial is newest first."""
    past, out = list(initial), []
    for t, q in enumerate(b):
        y = sum((A[j, t] * past[j] for j in range(len(A))), start=q)
        past = [y, *past[:-1]]
        out.append(y)
    return np.array(out)


def filter_loop(x, w, before=None):
    """y += w (x - y), from the first value or from `before`."""
    y = x[0] if before is None else before + w[0] * (x[0] - before)
    out = [y]
    for gain, value in zip(w[1:], x[1:], strict=True):
        y = y + gain * (value - y)
        out.append(y)
    return np.array(out)


def exact_filter(x, w):
    """The filter from its first value in exact rationals, and the filter of |x|, as floats of the exact numbers."""
    y, size = Fraction(float(x[0])), abs(Fraction(float(x[0])))
    values, sizes = [y], [size]
    for gain, value in zip(map(Fraction, w[1:].tolist()), map(Fraction, x[1:].tolist()), strict=True):
        y, size = y + gain * (value - y), size + gain * (abs(value) - size)
        values.append(y)
        sizes.append(size)
    return values, sizes


def long_filter(x, w):
    """The filter and the filter of |x| in extended precision, every product in the form that is accurate."""
    x, w = x.astype(np.longdouble), w.astype(np.longdouble)
    y = size = x[0]
    size = abs(size)
    values, sizes = [y], [size]
    for gain, value in zip(w[1:], x[1:], strict=True):
        keep = 1 - gain
        y, size = keep * y + gain * value, keep * size + gain * abs(value)
        values.append(y)
        sizes.append(size)
    return np.array(values), np.array(sizes)


def dense(A, n):
    """The unit lower banded matrix of a recurrence of order k, from A (k, n)."""
    M = np.eye(n, dtype=A.dtype)
    for j, row in enumerate(A, 1):
        M[np.arange(j, n), np.arange(n - j)] = -row[j:]
    return M
