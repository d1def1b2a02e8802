"""One smooth curve over rows: a cubic spline whose second differences are penalized (a P-spline).

    f(x) = slope (x - middle) + B(x) M b,     b ~ N(0, tau^2 I),    B(x) the cubic B-splines over equally spaced knots
    D M = I - D 1 c' = I                      D the second differences of coefficients, M = D'(D D')^-1 - 1 c'

The coefficients of B are then those of a line and M b: second differences b, which the variance tau^2 keeps small; the
penalty is lambda = sigma^2 / tau^2 times the sum of their squares. c makes the curve sum to zero over the rows of all
levels, as its mean is the intercept's. A row meets four B-splines.

Source: Eilers & Marx, Statistical Science 11 (1996), 89-121; Wood, Generalized Additive Models (2017), 5.3.3.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record

Indices = NDArray[np.intp]

MARGIN = 0.001
"""Knots begin and end this share of the range beyond it, as those of mgcv's `ps`."""


@record
class SmoothTerm:
    """A curve over rows. `name` is how it is printed, "s(x)", of a level "s(x):g[a]", of a number "s(x):z"; `variable`
    is x, and `by` the level or the name of the number, None without one.

    Row i meets the B-splines `first[i]` to `first[i]` + 3 of k, `basis[i]` (4,), times `weight[i]`: its number, or 0 in
    rows of other levels; None where all are 1. `least` is the smallest x and `step` the distance of knots. `wiggles` is
    M (k, k - 2). `slope` is the number of the column of X that is the line, `height` that of what a number multiplies,
    None where there is none. `beyond` (n,) says in which rows x lies outside the knots: there the curve goes on as a
    straight line. `design` makes the term over other rows. `category` is the label of an outcome whose curve it is,
    None where labels have no curves of their own.
    """

    name: str
    variable: str
    by: Any
    k: int
    least: float
    step: float
    middle: float
    first: Indices
    basis: Floats
    weight: Floats | None
    wiggles: Floats
    slope: int | None
    height: int | None
    beyond: NDArray[np.bool_]
    design: Any
    category: str | None = None

    @cached_property
    def values(self) -> Floats:
        """The four B-splines of each row (n, 4), times its weight."""
        return self.basis if self.weight is None else self.basis * self.weight[:, None]

    effect_names = ("second differences",)
    """What has the variance tau^2: the second differences of coefficients."""

    @property
    def group(self) -> str:
        """What a table of variances calls it."""
        return self.name

    @property
    def width(self) -> int:
        """How many coefficients have the variance tau^2: k - 2."""
        return self.k - 2

    @property
    def lift(self) -> Floats:
        """The k coefficients of B-splines, columns for slope, height (where there are) and b: the curve is B of these
        times (slope, height, b).
        """
        places = self.step * (np.arange(-1.0, self.k - 1.0) - self.start)
        made = [] if self.slope is None else [places - (self.middle - self.least)]
        return np.column_stack([*made, *([] if self.height is None else [np.ones(self.k)]), self.wiggles])

    @property
    def log_line(self) -> float:
        """The logarithm of the length of the coefficients of B-splines that slope (and height) 1 make. The restricted
        likelihood is that of lines whose coefficients have length 1, as mgcv's, so that it has no unit of x.
        """
        if self.slope is None:
            return 0.0
        line = self.lift[:, 0]
        if self.height is None:
            return float(np.log(np.linalg.norm(line)))
        return float(np.log(np.linalg.norm(line - line.mean())) + 0.5 * np.log(self.k))

    @property
    def start(self) -> float:
        """Where the smallest value lies, in distances of knots from the first."""
        return MARGIN * (self.k - 3) / (1.0 + 2.0 * MARGIN)

    @cached_property
    def columns(self) -> Floats:
        """Z (n, k - 2) of the wiggly part, Z b."""
        return sum(self.values[:, a, None] * self.wiggles[self.first + a] for a in range(4))  # type: ignore[return-value]

    def shared(self, covariance: Floats) -> Floats:
        """The covariance (n, n) that second differences with this variance (1, 1) give the rows."""
        return covariance[0, 0] * (self.columns @ self.columns.T)

    def take(self, which: slice | Indices) -> SmoothTerm:
        """The term over the rows that a slice or an array of their numbers picks."""
        weight = None if self.weight is None else self.weight[which]
        return replace(self, first=self.first[which], basis=self.basis[which], weight=weight, beyond=self.beyond[which])


def wiggly(k: int) -> Floats:
    """M (k, k - 2), the coefficients that have second differences 1 and no line in them: D M = I, and each column is
    orthogonal to those of a line.

    >>> abs(np.diff(wiggly(6), 2, axis=0)).round(12).tolist()[0], abs(np.arange(6) @ wiggly(6)).round(12).tolist()
    ([1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0])
    """
    places = np.arange(float(k))
    M = np.maximum(places[:, None] - np.arange(1.0, k - 1), 0.0)
    centered = places - places.mean()
    M -= M.mean(axis=0)
    return M - np.outer(centered, centered @ M / (centered @ centered))


def bsplines(u: Floats, k: int) -> tuple[Indices, Floats, NDArray[np.bool_]]:
    """The first of the four cubic B-splines that each u meets, their values (n, 4), and which u lie outside 0 to k - 3.
    u counts distances of knots from the first.

    >>> first, values, beyond = bsplines(np.array([0.0, 0.5, 3.0]), 5)
    >>> first.tolist(), values.round(4).tolist()[:2]
    ([0, 0, 1], [[0.1667, 0.6667, 0.1667, 0.0], [0.0208, 0.4792, 0.4792, 0.0208]])
    >>> values[2].round(4).tolist(), beyond.tolist()
    ([0.0, -0.3333, 0.6667, 0.6667], [False, False, True])
    """
    last = k - 3
    first = np.clip(u.astype(np.intp), 0, last - 1)
    t = u - first
    rows = np.empty((4, len(u)))  # each B-spline's values side by side: strided ones take twenty times as long
    rest, square = 1.0 - t, t * t
    np.multiply(rest, rest, out=rows[0])
    rows[0] *= rest
    rows[0] /= 6.0
    np.multiply(square, t, out=rows[3])
    rows[3] /= 6.0
    rows[1] = 3.0 * rows[3] - square + 2.0 / 3.0
    rows[2] = 1.0 - rows[0] - rows[1] - rows[3]
    values = rows.T
    beyond = (t < 0.0) | (t > 1.0)
    if beyond.any():
        end = np.where(t[beyond] > 1.0, 1.0, 0.0)[:, None]
        inside = np.where(end, [0.0, 1 / 6, 4 / 6, 1 / 6], [1 / 6, 4 / 6, 1 / 6, 0.0])
        rising = np.where(end, [0.0, -0.5, 0.0, 0.5], [-0.5, 0.0, 0.5, 0.0])
        values[beyond] = inside + (t[beyond][:, None] - end) * rising
    return first, values, beyond
