"""Two fits of times, or of matched sets, side by side: is their likelihood that of the same events, are they nested?"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.models.survival.cox import CoxRegression

SAME_SPACE = 1e-9
"""A column whose part outside the larger model's columns is this small beside it lies among them."""


def difference_of_times(one: Any, other: Any) -> str | None:
    """Why the partial likelihoods of two models are not those of the same events; None where they are."""
    if type(one) is not type(other):
        return f"{one.title} and {other.title} have other likelihoods"
    if one.said.n != other.said.n:
        return f"one has {one.said.n:,} rows and the other {other.said.n:,}; fit both to the rows complete in both"
    if one.ties != other.ties:
        return f"one counts ties by {one.ties!r} and the other by {other.ties!r}"
    ours, theirs = one.arrays(), other.arrays()
    for name in ("time", "event", "entry", "weights", "strata"):
        if not np.array_equal(ours.get(name, np.empty(0)), theirs.get(name, np.empty(0))):
            return f"their {name} differ"
    return None


def require_nested_columns(full: CoxRegression, restricted: CoxRegression) -> None:
    """IncompatibleError unless the columns of the smaller model are combinations of the larger one's, and fewer."""
    rest = restricted.Z - np.linalg.lstsq(full.Z.T, restricted.Z.T, rcond=None)[0].T @ full.Z
    outside = np.linalg.norm(rest, axis=1) > SAME_SPACE * np.linalg.norm(restricted.Z, axis=1)
    if outside.any():
        name = restricted.names[int(np.argmax(outside))]
        raise IncompatibleError(
            f"the models are not nested: {name!r} of {restricted.formula!r} is no combination of the columns of "
            f"{full.formula!r}. The larger model comes first."
        )
    if len(restricted.names) >= len(full.names):
        raise IncompatibleError("the models have as many coefficients; the larger one comes first.")
