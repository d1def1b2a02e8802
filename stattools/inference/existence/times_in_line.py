"""Times that the columns fit exactly: the scale of their errors then has its maximum at 0.

In (beta / sigma, 1 / sigma) the log-likelihood rises for ever along (g, 1) where x_i^T g is the log time of each row
that was seen, and on the side of each other row where its time is: a linear program. Nobody else has such a direction,
but for those of `separation`. Where nothing is known but on which side of such a fit each time is, the log-likelihood
is the same at all scales, and of gamma times nearly so. Source: Silvapulle & Burridge, JRSS B 48 (1986), 100-106.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.times import ends_of
from stattools.models.model import Model
from stattools.numerics.columns import as_columns

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
    coded = as_columns(rows.X).coded
    X: Any = _first_columns(model, rows)[some] if coded is None else coded[some].sparse()
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


def _first_columns(model: Model, rows: Rows) -> Floats:
    """The columns of the first linear predictor."""
    return np.concatenate([block.X for block in rows.blocks()])[:, model.predictor.first]


def _are_looked_at_in_line(X: Any, low: Floats, high: Floats) -> bool:
    """Have all rows one known end only, and is its log a combination of the columns?"""
    ends = np.where(np.isfinite(low), low, high)
    known = np.isfinite(ends)
    if (np.isfinite(low) & np.isfinite(high)).any() or not known.any():
        return False
    return _is_combination(X[known], ends[known], EXACT * max(1.0, float(np.abs(ends[known]).max())))


def _is_combination(X: Any, values: Floats, slack: float) -> bool:
    """Is there a g with X g within `slack` of the values? Of sparse columns a linear program tells."""
    if not isinstance(X, np.ndarray):
        return _lie_between(X, values - slack, values + slack)
    g = np.linalg.lstsq(X, values, rcond=None)[0]
    return bool(np.abs(X @ g - values).max() <= slack)


def _are_in_line(X: Any, low: Floats, high: Floats, seen: Any) -> bool:
    """Is there a g with low <= X g <= high?"""
    slack = EXACT * max(1.0, float(np.abs(np.where(np.isfinite(low), low, high)).max()))
    if seen.any() and not _is_combination(X[seen], low[seen], slack):
        return False
    return _lie_between(X, low - slack, high + slack)


def _lie_between(X: Any, low: Floats, high: Floats) -> bool:
    """Is there a g with low <= X g <= high? A linear program looks for one."""
    from scipy.sparse import csr_array, vstack

    X, from_above, from_below = csr_array(X), np.isfinite(high), np.isfinite(low)
    A = vstack([X[from_above], -X[from_below]]).tocsr()
    b = np.concatenate([high[from_above], -low[from_below]])
    found = optimize.linprog(np.zeros(X.shape[1]), A_ub=A, b_ub=b, bounds=(None, None), method="highs")
    return found.status == 0
