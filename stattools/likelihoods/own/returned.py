"""What a user's function returns, told where it is no array with a number for each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import DomainError, StattoolsError, quoted
from stattools.interface.arrays import Floats


def require_rows(function: Callable[..., Any], who: str, y: Floats, **values: Floats) -> None:
    """DomainError unless function(y, **values), of arrays (n,), is an array (n,) of real numbers.

    >>> require_rows(lambda y, m: y - m, "loglik of a", np.ones(3), m=np.ones(3))
    >>> require_rows(lambda y, m: float(np.sum(y - m)), "loglik of a", np.ones(3), m=np.ones(3))
    Traceback (most recent call last):
    stattools.errors.DomainError: loglik of a returns one number, and needs an array of 3, one for each row: no sum.
    """
    try:
        found = np.asarray(function(y, **values))
    except (StattoolsError, MemoryError):  # these say what they are
        raise
    except Exception as error:  # whatever a user's function raises
        raise DomainError(
            f"{who} is called with arrays, one entry for each row, as (y, {', '.join(f'{name}=' for name in values)}), "
            f"and raised {type(error).__name__}: {error}. Write it for arrays and these names; np.where makes choices."
        ) from error
    if found.dtype.kind not in "fiu":
        raise DomainError(f"{who} returns {quoted(found)}, and needs an array of {len(y):,} real numbers.")
    if found.shape != y.shape:
        what = "one number" if found.ndim == 0 else f"an array of shape {found.shape}"
        raise DomainError(f"{who} returns {what}, and needs an array of {len(y):,}, one for each row: no sum.")
