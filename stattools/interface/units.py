"""Units that float64 can work in: numbers whose squares, and products of squares, neither overflow nor vanish.

Sums of squares of columns and outcomes, their ratios and inverses are at the bottom of every regression. Between 1e-120
and 1e120 they are right; outside, a sum of squares is 0 or infinite and a standard error with it, so numbers of such a
size are refused and the message says what to multiply them by.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

from stattools.errors import DomainError
from stattools.interface.arrays import Floats

(ddot,) = get_blas_funcs(("dot",), dtype=np.float64)

SMALLEST, LARGEST = 1e-120, 1e120
"""Columns and outcomes vary on a scale between these."""

SMALLEST_SUM, LARGEST_SUM = 1e-240, 1e240
"""Sums of squares between these are taken without a look at the columns."""

SMALLEST_VARIANCE, LARGEST_VARIANCE = 1e-290, 1e290
"""Variances between these have all their digits."""

SMALLEST_OF_SERIES, LARGEST_OF_SERIES = 1e-50, 1e50
"""The largest value of a series whose variances are estimated is between these."""

SMALLEST_GIVEN, LARGEST_GIVEN = 1e-140, 1e140
"""Variances that are given are between these, so that their ratios are finite."""

ON_ONE_THREAD = 10_000
"""Numbers up to which BLAS multiplies two vectors without other threads, for which it would wait."""

SMALLEST_PRECISION = 1e-60
"""Precisions are between this and its inverse."""


def within(squares: NDArray[np.float64]) -> bool:
    """Are sums of squares (p,) such as columns in units of float64's middle have?"""
    values = squares.tolist()
    return min(values) > SMALLEST_SUM and max(values) < LARGEST_SUM


def require_units(who: str, names: Sequence[str], scales: Floats) -> None:
    """DomainError naming the first column whose scale has no square in float64; 0 and NaN stand for an overflow."""
    _require_within(who, names, scales, "{!r} varies on a scale of {:.1g}")


def _require_within(who: str, names: Sequence[str], sizes: Floats, told: str) -> None:
    beyond = np.flatnonzero(~((sizes >= SMALLEST) & (sizes <= LARGEST)))
    if len(beyond):
        size = float(sizes[beyond[0]])
        said = f"{told.format(names[beyond[0]], size)}, whose square is beyond float64"
        raise DomainError(f"{who} squares its columns, and {said}. {remedy(size)}")


def require_size(
    who: str,
    what: str,
    values: NDArray[np.float64],
    *,
    smallest: float = SMALLEST,
    largest: float = LARGEST,
    does: str = "squares",
) -> None:
    """DomainError where the largest of the numbers, those that are missing apart, is neither 0 nor within the ends.

    `does` is what the caller does with them."""
    few = values.ndim == 1 and 0 < len(values) <= ON_ONE_THREAD
    if few and smallest**2 * len(values) <= ddot(values, values) <= largest**2:
        return
    size = float(np.fmax.reduce(np.abs(values), axis=None, initial=0.0))
    if size and not smallest <= size <= largest:
        raise DomainError(f"{who} {does} {what}, whose largest number is {size:.1g} in size. {remedy(size)}")


def require_sizes(who: str, names: Sequence[str], largest: Floats) -> None:
    """DomainError naming the first column whose squares leave float64; `largest` (p,) are the sizes of its numbers."""
    sizes = np.where(largest > 0.0, largest, 1.0)
    _require_within(who, names, sizes, "the largest number of {!r} is {:.1g} in size")


def require_series(who: str, what: str, values: NDArray[np.float64]) -> None:
    """`require_size` of series with variances as parameters, whose own variances are fourth powers of the values."""
    require_size(who, what, values, smallest=SMALLEST_OF_SERIES, largest=LARGEST_OF_SERIES)


def require_precision(precision: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """DomainError unless the products of precisions with y and with its square have squares and sums in float64."""
    least, most, size = float(precision.min()), float(precision.max()), float(np.abs(y).max()) or 1.0
    half = sqrt(most)
    moderate = least >= SMALLEST_PRECISION and most <= 1.0 / SMALLEST_PRECISION
    if not (moderate and SMALLEST <= size * half <= LARGEST and SMALLEST <= size * half * half <= LARGEST):
        what, scale = ("y", size) if moderate else ("precision=", most)
        raise DomainError(
            f"precision= are relative inverse variances, from {least:.1g} to {most:.1g} here, which with y of size "
            f"{size:.1g} leave float64. {remedy(scale, f'the units of {what}: multiply')}"
        )


def remedy(scale: float, what: str = "its units: multiply") -> str:
    """What to do with numbers of such a size.

    >>> remedy(2.5e-200), remedy(3e160)
    ('Change its units: multiply it by 1e+200.', 'Change its units: multiply it by 1e-160.')
    """
    if not 0.0 < scale < np.inf:
        return "Change its units."
    return f"Change {what} it by 1e{-floor(log10(scale)):+d}."


def finite_variances(covariance: NDArray[np.float64], who: str) -> NDArray[np.float64]:
    """A covariance, or a DomainError where its numbers are beyond float64.

    >>> finite_variances(np.eye(1), "Logistic regression").tolist()
    [[1.0]]
    """
    if not np.isfinite(covariance).all():
        raise DomainError(
            f"{who}: variances of the estimate are beyond float64. Change the units of columns whose values are "
            "very small or very large."
        )
    return covariance


def finite(values: Floats, who: str, what: str) -> Floats:
    """Numbers at coefficients that somebody gave, or a DomainError where these times columns leave float64.

    >>> finite(np.ones(1), "Logistic regression", "the score").tolist()
    [1.0]
    """
    if not np.isfinite(values).all():
        raise DomainError(
            f"{who}: {what} at these coefficients is beyond float64. Look at their size, or change the units of "
            "columns whose values are very large or very small."
        )
    return values


def finite_loglik(value: float, who: str) -> float:
    """A log-likelihood, which may be -inf, the logarithm of 0; DomainError for what is no number.

    >>> finite_loglik(-2.5, "Logistic regression"), finite_loglik(-np.inf, "Logistic regression")
    (-2.5, -inf)
    """
    finite(np.array(0.0 if value == -np.inf else value), who, "the log-likelihood")
    return value
