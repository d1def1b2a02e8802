"""Points of a parameter space, as callers give them."""

from __future__ import annotations

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError


def as_theta(theta: ArrayLike, who: str) -> NDArray[np.float64]:
    """Parameters as float64, of any shape; a DomainError for text, complex numbers and what float64 does not hold.

    >>> as_theta([1, 2], "a model")
    array([1., 2.])
    """
    try:
        values = np.asarray(theta)
        if values.dtype.kind in "biuf" or all(isinstance(value, Real) for value in values.flat):
            return values.astype(np.float64, copy=False)
    except (TypeError, ValueError, ArithmeticError):
        pass
    raise DomainError(f"{who} needs its parameters as numbers; got {theta!r:.60}.")
