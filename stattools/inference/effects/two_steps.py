"""The derivative of the columns of X in a number, from differences over a step and over half of it (Richardson)."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.models.model import Model
from stattools.numerics.columns import as_columns

AGREE = 1e-3
"""What both may differ by, relative to the largest: what is extrapolated from them is then right to 1e-6."""


def extrapolated(model: Model, name: str, whole: Any, half: Any) -> Any:
    """(4 half - whole) / 3 of the rates of all columns in this number; DomainError where they do not agree."""
    ones = np.ones(len(whole))
    gap, size = (
        columns.each(lambda X: np.abs(X).max(axis=0, initial=0.0), 0.0)
        for columns in (as_columns(as_columns(half).rate(whole, ones)), as_columns(half))
    )
    if (moving := gap > AGREE * size).any():
        raise DomainError(
            f"{model.title} has no derivative in {name!r} that is known: a step of {name!r} and half of it move "
            f"{model.terms[int(np.argmax(moving))]!r} by other slopes, it changes so fast. Compare values, "
            f"fit.contrasts({name!r}, values=[...])."
        )
    quarter = as_columns(whole).rate(as_columns(whole).nothing(), 4.0 * ones)
    return as_columns(half).rate(quarter, 0.75 * ones)
