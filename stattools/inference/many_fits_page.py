"""Many fits as a page: how their estimates are spread, and why some members have none."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.text.columns import number
from stattools.text.one_line import many as counted
from stattools.text.page import Grid, Page

SHOWN = 3
"""A page gives the reasons of so many members without a fit."""


def page(many: Any) -> Page:
    """The page that `print` shows of `stattools.ManyFits`."""
    sizes = f"{counted(len(many), 'fit')} of {counted(len(many.names), 'coefficient')}"
    title = f"{many.title}: {sizes}, {many.failed:,} without a maximum"
    found = np.isfinite(many.loglik)
    spread: list[str | Grid] = []
    if found.any():
        spread = ["", Grid(("", "median", "lowest", "highest", "median se"), _rows(many, found), "lrrrr")]
    reasons = [f"  {label}: {reason:.140}" for label, reason in list(many.reasons.items())[:SHOWN]]
    more = many.failed - len(reasons)
    told = reasons + ([f"  and {more:,} more; see .reasons"] if more else [])
    return Page(title, *spread, *([""] if told else []), *told)


def _rows(many: Any, found: Any) -> list[list[str]]:
    estimate, se = many.estimate[found], many.se[found]
    return [
        [str(name), *(number(float(of(estimate[:, j]))) for of in (np.median, np.min, np.max)), number(middle)]
        for j, (name, middle) in enumerate(zip(many.names, np.median(se, axis=0).tolist(), strict=True))
    ]
