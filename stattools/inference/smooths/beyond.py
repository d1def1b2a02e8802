"""Predictions beyond the data of a curve, where it goes on as a straight line: which rows, and the words for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.smooth_term import SmoothTerm
from stattools.interface.when_needed import pd


def beyond_rows(terms: Sequence[SmoothTerm]) -> NDArray[np.bool_]:
    """Which rows lie beyond the data of a curve that they have."""
    each = [term.beyond if term.weight is None else term.beyond & (term.weight != 0.0) for term in terms]
    return np.logical_or.reduce(each)


def beside_beyond(frame: pd.DataFrame, terms: Sequence[SmoothTerm]) -> pd.DataFrame:
    """Intervals with a column that marks the rows beyond the data, where there are any; several rows of the frame may
    be of one row, one for each category.
    """
    beyond = beyond_rows(terms) if terms else np.zeros(1, dtype=bool)
    return frame.assign(beyond=np.repeat(beyond, len(frame) // len(beyond))) if beyond.any() else frame


def said_beyond(found: Any, terms: Sequence[SmoothTerm]) -> Any:
    """Predictions with a note of how many rows lie beyond the data, where they can carry one: a pandas object."""
    count = int(beyond_rows(terms).sum()) if terms else 0
    if count and isinstance(found, pd.Series | pd.DataFrame):
        names = " and ".join(dict.fromkeys(term.design.part.name for term in terms))
        found.attrs["note"] = (
            f"{count} of {len(terms[0].first)} rows lie beyond the data of {names}, where a curve goes on as a "
            "straight line."
        )
    return found
