"""Draws of what each row has, in one line per row: their mean and an equal-tailed interval, as `fit.predict` has them.

    lower, upper = quantiles of the draws at (1 - level) / 2 and (1 + level) / 2

Ends of whole numbers are whole, the smallest whose share of the draws reaches these, so that they hold at least `level`
of the draws. Cost: a sort of the draws of each row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.samples.proportions import tail_area

AT_A_TIME = 1 << 22
"""Draws that are sorted together, in numbers."""


def summed_up(draws: Floats, level: float, *, whole: bool, labels: Any) -> pd.DataFrame:
    """`mean, lower, upper` of each row of draws (S, rows); of (S, rows, K) `row, category, mean, lower, upper`.

    >>> summed_up(np.array([[1.0], [2.0], [6.0]]), 0.5, whole=True, labels=None).to_numpy().tolist()
    [[3.0, 1.0, 6.0]]
    """
    aside = tail_area(level, "interval")
    flat = draws.reshape(len(draws), -1)
    ends = np.empty((2, flat.shape[1]))
    step = max(1, AT_A_TIME // len(flat))
    for start in range(0, flat.shape[1], step):
        part = slice(start, start + step)
        ends[:, part] = np.quantile(
            flat[:, part], [aside, 1.0 - aside], axis=0, method="inverted_cdf" if whole else "linear"
        )
    columns: dict[str, Any] = {}
    if draws.ndim == 3:
        rows, names = draws.shape[1], np.array([str(label) for label in labels], dtype=object)
        columns = {"row": np.repeat(np.arange(rows), len(names)), "category": np.tile(names, rows)}
    return pd.DataFrame({**columns, "mean": flat.mean(axis=0), "lower": ends[0], "upper": ends[1]})
