"""The numbers of a prior, checked once: floats, or read-only arrays of one shape for many priors at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.conjugate.arms import frozen
from stattools.conjugate.belief import parameter
from stattools.errors import DomainError


def settle(prior: Any, *, real: Sequence[str] = (), positive: Sequence[str] = ()) -> None:
    """Make the named fields of a frozen dataclass floats or arrays; DomainError where they are not finite, not
    positive, or of shapes that do not go together.
    """
    title = type(prior).__name__
    values = [parameter(title, name, getattr(prior, name), positive=name in positive) for name in (*real, *positive)]
    try:
        arrays = np.broadcast_arrays(*values)
    except ValueError:
        shapes = ", ".join(str(value.shape) for value in values)
        raise DomainError(f"{title} needs parameters of one shape, or numbers; got shapes {shapes}.") from None
    for name, array in zip((*real, *positive), arrays, strict=True):
        object.__setattr__(prior, name, float(array) if array.ndim == 0 else frozen(array))
