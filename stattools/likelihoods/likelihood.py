"""What every likelihood answers, and the checks of y that they share."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.arguments import FLOAT64
from stattools.errors import DomainError, quoted

Floats = NDArray[np.float64]
Terms = tuple[Floats, Floats, Floats]
"""loglik, score and information, one entry per observation."""


class Likelihood(Protocol):
    """One observation given its linear predictor. eta has shape (n,) where width is 1, (n, width) otherwise."""

    @property
    def width(self) -> int: ...
    def check(self, y: ArrayLike) -> Floats: ...
    def mean(self, eta: ArrayLike) -> Floats: ...
    def link(self, mean: Any) -> Any: ...
    def slope(self, eta: ArrayLike) -> Floats: ...
    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats: ...
    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats: ...
    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats: ...
    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms: ...
    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats: ...


def floats(y: ArrayLike, who: str) -> Floats:
    """y as float64, or a DomainError that says what it is instead."""
    if type(y) is np.ndarray and y.dtype is FLOAT64:
        return y
    try:
        return np.asarray(y, dtype=float)
    except (TypeError, ValueError):
        raise DomainError(f"{who} needs numbers; got {quoted(y)}. Convert the outcome to numbers first.") from None


def finite(values: Floats, who: str) -> Floats:
    """The values, or a DomainError that says which is not a finite number."""
    return allowed(values, np.isfinite(values), who, "finite numbers", "Drop or impute the missing values first.")


def finite_floats(y: ArrayLike, who: str) -> Floats:
    """y as float64, or a DomainError that says which entry is not a finite number."""
    return finite(floats(y, who), who)


def are_zero_or_one(y: NDArray[Any]) -> bool:
    """True where every entry is 0 or 1."""
    return np.count_nonzero(y == y.astype(bool)) == y.size


def allowed(values: Floats, good: NDArray[np.bool_], who: str, needs: str, remedy: str) -> Floats:
    """`values` where all are good, else a DomainError with the first bad value and its position."""
    if good.all():
        return values
    where = tuple(int(i) for i in np.argwhere(~good)[0])
    position = "" if not where else f" at position {where[0] if len(where) == 1 else where}"
    raise DomainError(
        f"{who} needs {needs}; got {values[where]:.6g}{position} ({int((~good).sum())} such values). {remedy}"
    )
