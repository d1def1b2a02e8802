"""Counts that a posterior would make beside those that were seen: a rootogram, and statistics with their p-values.

On the scale of square roots the frequencies of common and of rare counts vary alike. Source: Kleiber & Zeileis, The
American Statistician 70 (2016), 296-303; Säilynoja et al., "Recommendations for visual predictive checks" (2025).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from stattools import figures
from stattools.bayes.sampling.predictive_check import PredictiveCheck
from stattools.interface.arrays import Floats
from stattools.reporting.document import Figure, Table
from stattools.reporting.tables import between, chance, number

TAILS = [0.03, 0.97]


def rootogram(observed: Floats, replicated: Mapping[str, Floats], *, most: int, outcome: str, name: str) -> Figure:
    """How often each count up to `most` was seen, and between which frequencies 94 % of replicated outcomes lie.

    `observed` are counts, (n,), `replicated` outcomes of a posterior by the name of its model, (S, n). A count outside
    of its interval is one that the model does not make so often.
    """
    counts = np.arange(most + 1.0)
    seen = frequencies(observed[None], most)[0]
    ends: dict[str, tuple[Floats, Floats]] = {}
    for label, made in replicated.items():
        low, high = np.quantile(frequencies(made, most), TAILS, axis=0)
        ends[label] = low, high
    outside = {label: int(((seen < low) | (seen > high)).sum()) for label, (low, high) in ends.items()}
    said = ", ".join(f"{missed} outside the interval of {label}" for label, missed in outside.items())
    return Figure(
        name,
        lambda: figures.rootogram(counts, seen, ends, xlabel=figures.plain(outcome)),
        alt=f"Rootogram of the {most + 1} smallest counts: {said}",
        caption="Bars: square roots of the frequencies observed. Lines: where 94 % of the replicated outcomes have "
        "theirs, parameters drawn from the posterior.",
    )


def frequencies(outcomes: Floats, most: int) -> Floats:
    """How often each of 0 ... most occurs, one row per set of outcomes (S, n): shape (S, most + 1).

    >>> frequencies(np.array([[0.0, 2.0, 2.0, 9.0]]), 2).tolist()
    [[1.0, 0.0, 2.0]]
    """
    rows = outcomes.astype(np.int64)
    return np.array([np.bincount(row[row <= most], minlength=most + 1) for row in rows], dtype=float)


def checks(found: Mapping[str, Mapping[str, PredictiveCheck]], shown: Callable[[float], str] | None = None) -> Table:
    """Rows of checks by statistic, then by model: observed, 94 % of the replicated, posterior p."""
    show: Any = shown or (lambda value: number(value, 0))
    rows = []
    for statistic, models in found.items():
        for label, check in models.items():
            low, high = np.quantile(check.replicated, TAILS)
            least = 1.0 / len(check.replicated)
            p = f"below {number(least, 3)}" if min(check.p_value, 1.0 - check.p_value) < least else None
            said = p if p and check.p_value < 0.5 else f"above {number(1.0 - least, 3)}" if p else chance(check.p_value)
            rows.append((statistic, label, show(check.observed), between(low, high, 0), said))
    return Table(("statistic", "model", "observed", "94 % of the replicated", "p"), tuple(rows), "llrrr")
