"""What continuous distributions with scalar or array parameters share: their checks, and intervals.

A distribution with scalar parameters answers with Python floats; one with arrays answers with arrays of their shape,
one entry per arm, and its `sample` has shape (draws, *shape).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import arms_of, frozen, labels, place, require_range
from stattools.data.tables.arrays import array as as_array
from stattools.data.tables.table import axes
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_numbers, written
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.units import LARGEST, SMALLEST
from stattools.models.samples.arms import tail_area

KINDS = ("hdi", "eti")

LEAST = 1e-6
"""The least probability of an interval of highest density: within it the density falls by a share of 1e-13."""

FARTHEST = 1e120
"""Locations are up to this in size: their squares are finite."""


def settle(belief: object, *, real: Sequence[str] = (), positive: Sequence[str] = (), remedy: str = "") -> None:
    """Make the named fields of a frozen dataclass floats, or read-only arrays of one shape, and its `arms`, if any, a
    tuple of one label per entry. DomainError where the fields are not finite, not positive, or of shapes that do not go
    together, and for labels that are not one per entry.
    """
    title, given = type(belief).__name__, vars(belief)
    arms = arms_of({name: given[name] for name in (*real, *positive)}, given.get("arms"))
    values = {
        name: parameter(title, name, given[name], positive=name in positive, remedy=remedy, arms=arms)
        for name in (*real, *positive)
    }
    try:
        arrays = np.broadcast_arrays(*values.values())
    except ValueError:
        shapes = ", ".join(f"{name} of shape {value.shape}" for name, value in values.items())
        raise DomainError(f"{title} needs parameters of one shape, or numbers; got {shapes}.") from None
    for name, array in zip(values, arrays, strict=True):
        object.__setattr__(belief, name, float(array) if array.ndim == 0 else frozen(array))
    if "arms" in given:
        object.__setattr__(belief, "arms", labels(arms, arrays[0].shape, title))


def parameter(who: str, name: str, value: object, *, positive: bool, remedy: str = "", arms: object = None) -> Floats:
    """A parameter of a distribution as finite float64, of a size that it can be computed with."""
    found = numbers(value, f"{who} needs {name}", positive=positive, remedy=remedy, arms=arms)
    if positive:
        require_range(who, name, found)
    elif (np.abs(found) > FARTHEST).any():
        raise DomainError(f"{who} needs {name} up to {FARTHEST:g} in size; got {np.abs(found).max():.6g}.")
    return found


def numbers(value: object, what: str, *, positive: bool = False, remedy: str = "", arms: object = None) -> Floats:
    """`value` as finite float64, at least one entry; DomainError that begins with `what` and says which arm."""
    wanted = "positive and finite" if positive else "finite"
    try:
        array = np.asarray(as_array(value, what))
    except DomainError:  # rows of unequal length, a foreign column
        array = np.asarray(None)
    if array.dtype.kind not in "iuf" or not array.size or array.ndim != axes(value):
        raise DomainError(f"{what} {wanted}; got {quoted(value)}.{_after(remedy)}")
    with np.errstate(over="ignore"):  # what only longdouble holds becomes infinite, and is refused as that
        array = array.astype(float)
    good = np.isfinite(array) & ((array > 0) if positive else True)
    if not good.all():
        first = tuple(np.argwhere(~good)[0].tolist())
        where = f" {place(first, arms)}" if first else ""
        raise DomainError(f"{what} {wanted}; got {array[~good][0]:.6g}{where}.{_after(remedy)}")
    return array


def single(value: object, what: str) -> float:
    """`value` as one positive number; DomainError that begins with `what`."""
    number = numbers(value, what, positive=True)
    if number.ndim:
        raise DomainError(f"{what}, one number; got shape {number.shape}.")
    return float(number)


def positive_root(matrix: Floats, p: int, what: str) -> Floats:
    """R, upper triangular, with R^T R = matrix; DomainError that begins with `what` unless (p, p), symmetric, positive
    definite.
    """
    if matrix.shape != (p, p):
        raise DomainError(f"{what}, a matrix of shape ({p}, {p}); got shape {matrix.shape}.")
    size = np.sqrt(np.abs(np.diagonal(matrix)))
    if not ((size >= SMALLEST) & (size <= LARGEST))[size > 0].all():
        raise DomainError(f"{what} between {SMALLEST**2:.0e} and {LARGEST**2:.0e}; got {np.diagonal(matrix)}.")
    unit = np.where(size > 0, size, 1.0)
    scaled = matrix / unit / unit[:, None]
    if np.abs(scaled - scaled.T).max() > 1e-10:
        raise DomainError(f"{what}, a symmetric matrix; got one that differs from its transpose.")
    try:
        if not (np.diagonal(matrix) > 0).all():
            raise np.linalg.LinAlgError
        return np.linalg.cholesky(0.5 * (scaled + scaled.T)).T * unit
    except np.linalg.LinAlgError:
        least = float(np.linalg.eigvalsh(0.5 * (scaled + scaled.T))[0])
        raise DomainError(
            f"{what}, a positive definite matrix; its smallest eigenvalue is {least:.3g} (on a unit diagonal)."
        ) from None


def different(names: object, count: int, title: str, of: str) -> tuple[str, ...] | None:
    """`names` as a tuple, or None; DomainError unless there are so many, all different."""
    if names is None:
        return None
    found = written(names)
    text = all(isinstance(name, str) for name in found)
    if not text or len(found) != count or len(set(found)) < count:
        raise DomainError(f"{title} {count} different names, one per {of}; got {quoted(names)}.")
    return found


def points(x: ArrayLike, what: str, parameter: ArrayLike = 0.0) -> Floats:
    """Where a density is asked for: numbers, infinite ones included, of a shape that goes with that of a parameter.

    Raises DomainError for NaN, for text, and for shapes that do not go together.
    """
    values = as_numbers(x, f"{what} is a number", np.shape(parameter))
    if np.isnan(values).any():
        raise DomainError(f"{what} is a number; got nan.")
    return values


def ordered(low: ArrayLike, high: ArrayLike, parameter: ArrayLike = 0.0) -> tuple[Floats, Floats]:
    """Both ends of a range; DomainError unless low <= high."""
    ends = points(low, "low", parameter), points(high, "high", parameter)
    if np.any(ends[0] > ends[1]):
        raise DomainError(f"probability needs low <= high; got low={quoted(low, 60)}, high={quoted(high, 60)}.")
    return ends


def between(low: tuple[Floats, Floats], high: tuple[Floats, Floats]) -> Floats:
    """The probability between two points from (below, above) of each, by the differences that lose no digits."""
    (below_low, above_low), (below_high, above_high) = low, high
    middle = 1.0 - below_low - above_high
    upper = np.where(above_low <= 0.5, above_low - above_high, middle)
    return np.where(below_high <= 0.5, below_high - below_low, upper)


def probabilities(p: ArrayLike, parameter: ArrayLike = 0.0) -> Floats:
    """p as float64 within [0, 1], of a shape that goes with that of a parameter, or a DomainError."""
    values = points(p, "quantile needs p, which", parameter)
    if not ((values >= 0) & (values <= 1)).all():
        raise DomainError(f"quantile needs p, a probability in [0, 1]; got {quoted(p)}.")
    return values


def tail(prob: float, kind: object) -> tuple[float, Literal["hdi", "eti"]]:
    """(1 - prob) / 2, and the kind of interval that a text spells, "hdi" or "eti"; DomainError unless 0 < prob < 1, the
    kind is known, and the densest is not smaller than LEAST.

    >>> tail(0.9, "ETI")[1]
    'eti'
    """
    needs = 'interval needs kind="hdi" or kind="eti"'
    known = one_of(kind, KINDS, needs, got="kind=", meaning="kind of belief")
    aside = tail_area(prob, "prob")
    if known == "hdi" and prob < LEAST:
        raise DomainError(
            f"an interval of highest density needs prob of at least {LEAST:g}: the density within a smaller one is the "
            f'same to the digits of float64; got {quoted(prob)}. Use kind="eti", or the mode.'
        )
    return aside, known


def _after(remedy: str) -> str:
    return f" {remedy}" if remedy else ""
