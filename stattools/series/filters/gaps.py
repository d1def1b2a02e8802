"""Missing values of a filter as weights: a gap has weight 0, and the next value a larger one.

    carry:  w_t as it is                        pandas ewm(adjust=False, ignore_na=True)
    decay:  w_t / (w_t + P_t),  P_t the product of 1 - w from after the last value to t    ignore_na=False

Without a gap P_t = 1 - w_t, and the two are the same.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from stattools.interface.names.answers import one_of
from stattools.series.filters.blocks_in_cache import Trouble
from stattools.series.filters.recurrence import solve
from stattools.series.filters.signals import Array

type Missing = Literal["carry", "decay", "raise"]


def require_missing(who: str, missing: Any) -> Any:
    """The word; DomainError for another."""
    return one_of(missing, ("carry", "decay", "raise"), f"{who} has missing='carry', 'decay' and 'raise'")


def bridged(
    w: Array, x: Array, before: Array, *, first: Array | bool, missing: Missing, kept: Array | float = 1.0
) -> tuple[Array, Array, Array, Array]:
    """Weights, signal and value before without gaps, and where the result is blank for want of a first value, (S, m)
    for the m times that this concerns.

    w, x are (S, n), before (1, S); `first` says which series begin with their first value, and `kept` the weight that a
    gap before left to the past (`remaining`). Raises Trouble for a NaN weight, infinite values, what `missing` refuses.
    """
    for what, values in (("the weight", w), ("the signal", x)):
        _require_none(np.isinf(values), f"{what} is infinite")
    _require_none(np.isnan(w), "the weight is NaN")
    gap = np.isnan(x)
    if missing == "raise":
        _require_none(gap, "the signal is missing (NaN), which missing='raise' refuses,")
    if np.iscomplexobj(x) or np.iscomplexobj(w):
        _require_none(gap, "the signal is complex and missing (NaN), which has no rule,")
    weight = decayed(w, gap, kept) if missing == "decay" else w
    weight, seen = np.where(gap, 0.0, weight).astype(w.dtype), np.where(gap, 0.0, x).astype(x.dtype)
    new = np.broadcast_to(np.asarray(first), len(x))[:, None]
    opening = np.argmin(gap, axis=1)[:, None]
    value = np.take_along_axis(seen, opening, axis=1)
    opening[np.take_along_axis(gap, opening, axis=1)] = x.shape[1]
    head = np.arange(min(int(opening.max(initial=0)) + 1, x.shape[1]))
    weight[:, : len(head)][new & (head <= opening)] = 0.0
    return weight, seen, np.where(new, value, before.T).T, new & (head < opening)


def decayed(w: Array, gap: Array, kept: Array | float = 1.0) -> Array:
    """w / (w + P) for w, gap (S, n); `kept` is the product of 1 - w over the gap that the series begins in."""
    outside = ~((w >= 0.0) & (w <= 1.0))
    _require_none(outside, "missing='decay' needs weights in [0, 1], and the weight is outside")
    past = remaining(w, gap, kept)
    total = w + past
    share = np.divide(w, total, out=np.zeros_like(total), where=total > 0.0)
    return np.where(past == 1.0 - w, w, share)


def remaining(w: Array, gap: Array, kept: Array | float = 1.0) -> Array:
    """P (S, n): the product of 1 - w from after the last value up to and with each time."""
    forget = 1.0 - w
    after_gap = np.ones_like(gap)
    after_gap[:, 1:] = gap[:, :-1]
    start = np.broadcast_to(np.asarray(kept, dtype=forget.dtype), (1, len(forget)))
    # The product goes on from a gap before, and starts anew after a value; `kept` is 1 after one.
    product = np.empty_like(forget)
    solve((np.where(after_gap, forget, 0.0),), np.where(after_gap, 0.0, forget), start, product, "lapack")
    return product


def _require_none(bad: Array, reason: str) -> None:
    if bad.any():
        raise Trouble(reason, *np.argwhere(bad)[0])
