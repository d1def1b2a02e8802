"""A distribution of parameters as a page: its parameters, and the mean, the spread and the interval of each arm."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.text.page import Grid, Page

MANY = 20
"""A page shows so many rows and counts the others."""


def page(distribution: Any) -> Page:
    """The page that `print` shows; what has no table yet, as a Dirichlet of unknown categories, is a line."""
    title = distribution._headline()
    try:
        frame = distribution.table()
        single = np.ndim(distribution.mean) == 0
    except StattoolsError:
        return Page(title)
    if single:
        frame = frame.drop(columns="arm", errors="ignore")
    rows = Grid.of(frame[:MANY].to_dict("records"), list(frame).index("mean"), like="sd")
    more = [f"and {len(frame) - MANY:,} more; see table()"] if len(frame) > MANY else []
    return Page(title, "", rows, *more, "", "Intervals: 94 % highest density.")
