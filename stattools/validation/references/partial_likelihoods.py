"""Cox's partial likelihood written again, one event time after the other, as a second form for `st.validate`.

Nothing is shared with `models/survival`: who is at risk is looked up for each row and event time, exact ties are made
by multiplying polynomials. Cost: O(n) for each event time, for exact ties times the events of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats

Masks = NDArray[np.bool_]
AT_ONCE = 1_000_000
"""Numbers that a product of polynomials holds at once."""
LARGEST = 1e8
"""Rows times event times, beyond which the second form takes minutes."""


def partial_likelihood(fit: Any) -> Callable[[Floats], float]:
    """The partial log-likelihood of the model of a fit as a function of theta.

    Raises IncompatibleError for robust standard errors, penalties, and for too many rows.
    """
    model, rows = fit.model, fit.model.said
    if fit.penalty is not None or fit.cov != "information":
        raise IncompatibleError(
            f"validate of {model.title} compares the maximum of the likelihood and the standard errors of the "
            f"information; got {'a penalty' if fit.penalty is not None else f'cov={fit.cov!r}'}."
        )
    weight = np.ones(rows.n, dtype=np.intp) if rows.weights is None else rows.weights.astype(np.intp)
    again = np.repeat(np.arange(rows.n), weight)
    time, died = rows.time[again], rows.event[again]
    entry = np.full(len(again), -np.inf) if rows.entry is None else rows.entry[again]
    strata = rows.labels["strata"][0][again] if "strata" in rows.labels else np.zeros(len(again), dtype=np.intp)
    pairs = np.unique(np.column_stack([strata[died], time[died]]), axis=0)
    if len(pairs) * len(again) > LARGEST:
        raise IncompatibleError(
            f"validate looks at {len(again):,} rows at each of {len(pairs):,} event times; validate a fit to some of "
            "the rows."
        )
    there = (strata == pairs[:, :1]) & (entry < pairs[:, 1:]) & (pairs[:, 1:] <= time)
    dead = there & died & (time == pairs[:, 1:])
    X = model.X[again] - model.X.mean(axis=0)
    divided = OF_TIES[model.ties]

    def value(theta: Floats) -> float:
        eta = X @ theta
        top = eta.max()
        return float(dead.sum(axis=0) @ (eta - top)) - divided(np.exp(eta - top), dead, there)

    return value


def _efron(r: Floats, dead: Masks, there: Masks) -> float:
    own, whole, d = dead @ r, there @ r, dead.sum(axis=1)
    alone, several = float(np.log(whole[d == 1]).sum()), np.flatnonzero(d > 1)
    return alone + sum(float(np.log(whole[t] - np.arange(d[t]) / d[t] * own[t]).sum()) for t in several)


def _breslow(r: Floats, dead: Masks, there: Masks) -> float:
    return float(dead.sum(axis=1) @ np.log(there @ r))


def _exact(r: Floats, dead: Masks, there: Masks) -> float:
    """log e_d of the risks of those there, for each event time, where several have the event."""
    d = dead.sum(axis=1)
    total = float(np.log(there[d == 1] @ r).sum())
    several = np.flatnonzero(d > 1)
    several = several[np.argsort(d[several], kind="stable")]
    while len(several):
        fit = max(1, AT_ONCE // (len(r) * (int(d[several[0]]) + 1)))
        some, several = several[:fit], several[fit:]
        total += _symmetric(r * there[some], d[some])
    return total


def _symmetric(r: Floats, d: NDArray[np.intp]) -> float:
    """The sum over rows of log e_d of the numbers in a row, 0 for who is not there: the coefficients of the product of
    the polynomials 1 + r z, multiplied in pairs.
    """
    e, size, most = np.stack([np.ones_like(r), r], axis=2), 0.0, int(d.max())
    while e.shape[1] > 1 or e.shape[2] <= most:
        if e.shape[1] % 2:
            one = np.zeros_like(e[:, :1])
            one[..., 0] = 1.0
            e = np.concatenate([e, one], axis=1)
        left, right = e[:, ::2], e[:, 1::2]
        degree = e.shape[2] - 1
        e = np.zeros((*left.shape[:2], min(2 * degree, most) + 1))
        for k in range(degree + 1):
            e[..., k : k + degree + 1] += left[..., k : k + 1] * right[..., : e.shape[2] - k]
        top = e.max(axis=2, keepdims=True)
        e, size = e / top, size + float(np.log(top).sum())
    return size + float(np.log(e[np.arange(len(d)), 0, d]).sum())


OF_TIES: dict[str, Callable[[Floats, Masks, Masks], float]] = {"efron": _efron, "breslow": _breslow, "exact": _exact}
"""The logarithm of what the risks are divided by: r of all rows, who has the event and who is at risk at each time."""
