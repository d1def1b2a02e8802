"""Whittaker's graduation and the Hodrick-Prescott filter: one banded Cholesky factor.

    minimize sum_t v_t (y_t - z_t)^2 + smoothness sum_t (D^order z)_t^2,    (V + smoothness D^T D) z = V y

It is the smoothed level (order 1) or trend (order 2) of a state-space model whose variance ratio is the smoothness. D
kills polynomials of a degree below the order, so a line through the ends is set aside first, which keeps digits. Cost:
O(n order^2). Sources: Whittaker, Proceedings of the Edinburgh Mathematical Society 41 (1923); Eilers, A perfect
smoother, Analytical Chemistry 75 (2003); Hodrick & Prescott, Journal of Money, Credit and Banking 29 (1997).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.table import paired
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.units import require_size
from stattools.numerics.banded import difference_penalty, factored
from stattools.series.filters.signals import along, beside, numbers, require_differences, time_last
from stattools.text.one_line import prints


@prints
class Decomposition(NamedTuple):
    """A series as a cycle and a trend: y = cycle + trend."""

    cycle: Any
    trend: Any


def whittaker(
    y: ArrayLike, smoothness: float, order: int = 2, *, weights: ArrayLike | None = None, axis: int = -1
) -> Any:
    """Whittaker's smoother: the z that minimizes sum v (y - z)^2 + smoothness sum (D^order z)^2, of y's shape.

    `smoothness` is positive; `order` is that of the differences D, 1, 2, 3, ...: as the smoothness grows, z becomes a
    polynomial of degree order - 1. `weights` v are not negative, one per time or of y's shape, 1 by default. NaN is a
    missing value, which is filled. A pandas or a Polars series goes out as one, with its index. Raises DomainError for
    a smoothness or weights that are not so, infinite or complex values, and fewer values than `order`. Source: Eilers
    (2003).

    >>> import stattools as st
    >>> st.whittaker([0.0, 1.0, float("nan"), 3.0], 10.0).round(6).tolist()
    [0.0, 1.0, 2.0, 3.0]
    >>> st.whittaker([0.0, 0.0, 3.0, 0.0, 0.0], 1.0, order=1).round(6).tolist()
    [0.272727, 0.545455, 1.363636, 0.545455, 0.272727]
    """
    who = "whittaker"
    if not is_number(smoothness) or smoothness <= 0.0:
        raise DomainError(f"{who} needs a smoothness that is positive and finite; got {quoted(smoothness)}.")
    order = whole_number(order, f"{who}: order, the differences that are penalized,", at_least=1, at_most=8)
    paired(("y", y), ("weights", weights))
    values = numbers(y, "y", who)
    if np.iscomplexobj(values) or np.isinf(values).any():
        raise DomainError(f"{who} needs real values, NaN where one is missing; got complex or infinite ones.")
    require_differences(who, "y", values)
    seen = time_last(values, axis, who)
    n = seen.shape[-1]
    v = numbers(1.0 if weights is None else weights, "weights", who)
    if np.iscomplexobj(v):
        raise DomainError(f"{who} needs weights that are real; got complex ones.")
    v = along(v, values.shape, axis, "weights", who).reshape(-1, n).astype(float)
    if not ((v >= 0.0) & (v < np.inf)).all():
        raise DomainError(f"{who} needs weights that are finite and not negative.")
    require_size(who, "weights", v, smallest=0.0, does="multiplies y by")
    flat = seen.reshape(-1, n).astype(float)
    v = np.where(np.isnan(flat), 0.0, v)
    few = np.flatnonzero((v > 0.0).sum(axis=1) < order)
    if few.size or n <= order:
        raise DomainError(
            f"{who} of order {order} needs {order} values and {order + 1} times at least, in every series."
        )
    z = np.empty_like(flat)
    patterns, which = np.unique(v, axis=0, return_inverse=True) if len(v) > 1 else (v, np.zeros(1, dtype=int))
    for k, pattern in enumerate(patterns):
        rows = np.flatnonzero(which.reshape(-1) == k)
        z[rows] = _smoothed(flat[rows], pattern, float(smoothness), int(order))
    return beside(y, np.moveaxis(z.reshape(seen.shape), -1, axis))


def hodrick_prescott(y: ArrayLike, lamb: float = 1600.0, *, axis: int = -1) -> Decomposition:
    """The Hodrick-Prescott filter: y = cycle + trend, trend = st.whittaker(y, lamb, 2).

    `lamb` is 1600 for quarters, 6.25 for years and 129,600 for months (Ravn & Uhlig, Review of Economics and
    Statistics 84, 2002). NaN is a missing value: its trend is filled, its cycle NaN. Raises as st.whittaker does.
    Source: Hodrick & Prescott (1997).

    >>> import stattools as st
    >>> cycle, trend = st.hodrick_prescott([1.0, 2.0, 4.0, 4.0, 7.0], 1.0)
    >>> trend.round(3).tolist()
    [0.917, 2.167, 3.5, 4.833, 6.583]
    """
    values = numbers(y, "y", "hodrick_prescott")
    trend = whittaker(values, lamb, 2, axis=axis)
    return Decomposition(beside(y, values - trend), beside(y, trend))


def _smoothed(y: Floats, v: Floats, smoothness: float, order: int) -> Floats:
    """z (m, n) of y (m, n) with the common weights v (n,)."""
    n = len(v)
    there = np.flatnonzero(v > 0.0)
    first, last = there[0], there[-1]
    line = np.repeat(y[:, [first]], n, axis=1)
    if order > 1 and last > first:
        line += (y[:, [last]] - y[:, [first]]) * ((np.arange(n) - first) / (last - first))
    rest = np.where(v > 0.0, y - line, 0.0)
    # A unit that keeps the matrix near 1 whatever the smoothness.
    unit = 1.0 + smoothness
    band = smoothness / unit * difference_penalty(n, order)
    band[0] += v / unit
    if (cholesky := factored(band, overwrite=True)) is None:
        raise DomainError(
            f"whittaker: smoothness {smoothness:.3g} leaves nothing of the data in float64; a polynomial of degree "
            f"{order - 1} by st.ols is the limit."
        )
    return line + cholesky.solve((v / unit * rest).T).T
