"""Integrals of many positive functions at once, each to nearly full relative accuracy however small it is.

    log of the integral of exp g(t) dt,   one g per row

Panels between given landmarks are integrated by 16-point Gauss-Legendre rules and halved where the last Legendre
coefficients of the integrand have not died out. The rule's error falls as the square of theirs, so panels are accepted
at coefficients of about 1e-8. Landmarks stand at every scale on which a function changes, and reach so far that nothing
lies beyond; panels that cannot matter are dropped after one look at their ends. Cost: 100 to 500 values of g a row.
Source: Trefethen, SIAM Review 50 (2008), 67-87, for the two rates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats

Integrand = Callable[[Floats, NDArray[np.intp]], Floats]

NODES, WEIGHTS = legendre.leggauss(16)

LAST = (legendre.legvander(NODES, 15) * WEIGHTS[:, None] * (np.arange(16) + 0.5))[:, 12:]
"""Maps values at the nodes to the last four Legendre coefficients."""

NEGLIGIBLE = 45.0
"""Panels below exp(-45) of the largest are dropped: 3e-20."""

TOLERANCE = 1e-15

MOST_PANELS = 2000
"""With more open panels than this at a time, an integrand is noise."""

VANISHING = -760.0
"""Integrals whose integrand stays below exp(-760) underflow."""


def log_integral(log_integrand: Integrand, landmarks: Floats) -> Floats:
    """log of the integral of exp(log_integrand) per row; landmarks (rows, m) in any order, NaN where there is none.

    `log_integrand(t, row)` takes t (panels, k) and the row of each panel (panels, 1), and may be -inf. Raises
    ConvergenceError where 60 halvings or 2000 panels are not enough.

    >>> normal = lambda t, row: -0.5 * t**2
    >>> round(float(np.exp(log_integral(normal, np.linspace(-9.0, 9.0, 7)[None])[0])), 12)  # sqrt(2 pi)
    2.506628274631
    """
    return log_integrals(lambda t, row: log_integrand(t, row)[None], landmarks)[0]


def log_integrals(log_integrands: Integrand, landmarks: Floats) -> Floats:
    """`log_integral` of several integrands on the same panels, (parts, rows), each to its own relative accuracy.

    `log_integrands(t, row)` has shape (parts, panels, k): what the parts share is computed once.
    """
    marks = np.sort(landmarks, axis=1)
    row = np.arange(len(marks))[:, None]
    top = np.max(at_marks := _values(log_integrands, marks, row), axis=-1, initial=-np.inf)
    left, right, row = _panels(marks, at_marks, top)
    total, passes = np.zeros(top.shape), 0
    while len(row):
        half = 0.5 * (right - left)[:, None]
        value = log_integrands(0.5 * (left + right)[:, None] + half * NODES, row[:, None])
        peak = top.copy()  # the landmarks may have missed it
        np.maximum.at(peak, (slice(None), row), value.max(axis=-1))  # type: ignore[arg-type]
        if not np.all(seen := (peak[:, row] > VANISHING).any(axis=0)):
            left, right, value, half = left[seen], right[seen], value[:, seen], half[seen]
            row = row[seen]
        with np.errstate(under="ignore"):  # panels that underflow add nothing
            raised = peak > top
            total[raised] *= np.exp(top[raised] - peak[raised])
            top = peak
            value = np.exp(value - np.where(top > VANISHING, top, 0.0)[:, row, None])
            area, largest = half[:, 0] * (value @ WEIGHTS), value.max(axis=-1)
            unresolved = np.abs(value @ LAST).max(axis=-1)
            error = half[:, 0] * unresolved**2 / np.where(largest > 0.0, largest, 1.0)
        open_total = total + _by_row(row, area, total.shape[1])
        middle = 0.5 * (left + right)
        done = (error <= TOLERANCE * open_total[:, row]).all(axis=0) | (middle <= left) | (middle >= right)
        total += _by_row(row[done], area[:, done], total.shape[1])
        left, middle, right, row = left[~done], middle[~done], right[~done], row[~done]
        left, right, row = np.concatenate([left, middle]), np.concatenate([middle, right]), np.tile(row, 2)
        passes += 1
        if len(row) and (passes > 60 or np.bincount(row).max() > MOST_PANELS):
            raise ConvergenceError(
                f"an integral needs a function without jumps; {len(row)} panels near {float(left[0]):.6g} are not "
                f"resolved after {passes} halvings. Report the parameters."
            )
    found = total > 0.0
    return np.where(found, top + np.log(np.where(found, total, 1.0)), -np.inf)


def thinned(own: Sequence[Floats]) -> Floats:
    """The landmarks of several functions, each (rows, m), for a product of them: NaN for those that stand by another
    one, nearer than half of the distance at which their own function changes.

    >>> thinned([np.array([[0.0, 1.0, 2.0]]), np.array([[0.1, 1.1, 9.0]])]).tolist()
    [[0.0, nan, 1.0, nan, 2.0, 9.0]]
    """
    each = [np.sort(marks, axis=1) for marks in own]
    gap = [np.diff(marks, axis=1) for marks in each]
    edge = np.full((len(each[0]), 1), np.nan)
    near = np.concatenate([np.fmin(np.hstack([edge, g]), np.hstack([g, edge])) for g in gap], axis=1)
    marks = np.concatenate(each, axis=1)
    order = np.argsort(marks, axis=1)
    marks, near = np.take_along_axis(marks, order, axis=1), np.take_along_axis(near, order, axis=1)
    ends = np.nanmax(marks, axis=1)
    last = np.full(len(marks), -np.inf)
    for column, reach in zip(marks.T, near.T, strict=True):  # columns of `marks` itself
        fresh = (column - last > 0.5 * reach) | (column == ends)
        last = np.where(fresh, column, last)
        column[~fresh] = np.nan
    return marks


def _by_row(row: NDArray[np.intp], values: Floats, rows: int) -> Floats:
    """Sums of (parts, panels) over the panels of each row."""
    return np.stack([np.bincount(row, part, rows) for part in values])


def _values(log_integrands: Integrand, marks: Floats, row: NDArray[np.intp]) -> Floats:
    """The integrands at the landmarks, -inf where there is none."""
    present = ~np.isnan(marks)
    start = np.where(present, marks, marks[:, :1])
    return np.where(present, log_integrands(start, row), -np.inf)


def _panels(marks: Floats, values: Floats, top: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Left and right ends and rows of the panels that matter to one of the parts."""
    width = np.diff(marks, axis=1)
    ends = np.maximum(values[..., 1:], values[..., :-1])
    with np.errstate(invalid="ignore", divide="ignore"):  # no panel where a landmark is missing or repeated
        size = np.where(width > 0.0, ends + np.log(width), -np.inf)
        floor = size.max(axis=-1, keepdims=True) - NEGLIGIBLE
        matters = (ends > -np.inf) & ((size >= floor) | (ends == top[..., None]))
    row, at = np.nonzero((width > 0.0) & matters.any(axis=0))
    return marks[row, at], marks[row, at + 1], row
