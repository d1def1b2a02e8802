"""Times that the columns fit exactly: the scale of their errors then has its maximum at 0.

In (beta / sigma, 1 / sigma) the log-likelihood rises for ever along (g, 1) where x_i^T g is the log time of each row
that was seen, and on the side of each other row where its time is: a linear program. Nobody else has such a direction,
but for those of `separation`. Where nothing is known but on which side of such a fit each time is, the log-likelihood
is the same at all scales, and of gamma times nearly so. Source: Silvapulle & Burridge, JRSS B 48 (1986), 100-106.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods.failure_time import ends_of
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model

EXACT = 1e-9
"""The largest distance of a log time from its fit, beside the size of log times, that is round-off."""
SMALL = -8.0
"""The log of a scale below which the times of many rows may be fitted exactly."""


def check_times(model: Model, estimate: Floats | None = None) -> None:
    """IdentificationError where the columns fit all times, of a model of times with one scale; `estimate` spares rows
    that cannot be from being looked at.
    """
    family: Any = model.likelihood
    if family.outcome is not Outcome.TIME or family.width == 1 or model.predictor.own != ((),):
        return
    wide = estimate is not None and estimate[-1] > SMALL
    if wide and (model.n_events or 0.0) > model.predictor.size:
        return
    model.rows.at_hand("whether the columns fit all times asks for all rows", model.title, "Fit a sample of them.")
    rows = model.standardized_rows()[0]
    some = np.ones(len(rows.y), dtype=bool) if rows.weight is None else rows.weight > 0.0
    X = np.concatenate([block.X for block in rows.blocks()])[some][:, model.predictor.first]
    low, high, _ = ends_of(rows.y[some], family.late)
    seen = low == high
    if wide and np.count_nonzero(seen) > X.shape[1]:
        return
    offset = 0.0 if rows.offset is None else rows.offset[some]
    with np.errstate(divide="ignore"):  # of ends that nobody knows
        low, high = np.log(low) - offset, np.log(high) - offset
    if _are_looked_at_in_line(X, low, high):
        raise IdentificationError(
            f"{model.title}: of every time it is known only whether it is longer than one that the columns fit, as "
            "where all rows were looked at once, at one time. That says how large a predictor is in units of the "
            'scale, and the scale may be any. Use distribution="exponential", whose scale is 1, or rows that were '
            "looked at at other times."
        )
    if _are_in_line(X, low, high, seen):
        raise IdentificationError(f"{model.title}: {family.edge.below}")


def _are_looked_at_in_line(X: Floats, low: Floats, high: Floats) -> bool:
    """Have all rows one known end only, and is its log a combination of the columns?"""
    ends = np.where(np.isfinite(low), low, high)
    known = np.isfinite(ends)
    if (np.isfinite(low) & np.isfinite(high)).any() or not known.any():
        return False
    g = np.linalg.lstsq(X[known], ends[known], rcond=None)[0]
    return bool(np.abs(X[known] @ g - ends[known]).max() <= EXACT * max(1.0, float(np.abs(ends[known]).max())))


def _are_in_line(X: Floats, low: Floats, high: Floats, seen: Any) -> bool:
    """Is there a g with low <= X g <= high?"""
    from scipy.optimize import linprog

    slack = EXACT * max(1.0, float(np.abs(np.where(np.isfinite(low), low, high)).max()))
    if seen.any():
        g = np.linalg.lstsq(X[seen], low[seen], rcond=None)[0]
        if np.abs(X[seen] @ g - low[seen]).max() > slack:
            return False
    from_above, from_below = np.isfinite(high), np.isfinite(low)
    A = np.concatenate([X[from_above], -X[from_below]])
    b = np.concatenate([high[from_above], -low[from_below]]) + slack
    found = linprog(np.zeros(X.shape[1]), A_ub=A, b_ub=b, bounds=(None, None), method="highs")
    return found.status == 0
