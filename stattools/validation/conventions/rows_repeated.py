"""Rows that a fit counted twice, as of a file that was read in twice in part, or of a join that found two partners.

Where the claim says more rows than there are, the runs of so many rows are ranked by where one Newton step with them
twice leads, and the nearest are fitted with the weight 2:

    theta_{+S} - theta ~ (H + H_S)^-1 s_S,   s_S the score of the rows S and H_S their information
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from stattools.interface.arrays import Floats
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.influence import Influence, Mask, influence_of
from stattools.validation.conventions.sheet import Sheet
from stattools.validation.conventions.state import State, Variant
from stattools.validation.conventions.weightings import weighted

LEVELS = 30
"""Columns with more different values have no levels whose rows are counted twice."""
TRIED = 3
"""So many runs of rows are fitted: those that lead nearest to the claimed coefficients."""


def _repeated(state: State) -> Iterator[Variant]:
    if state.rows is None or state.rows.weight is not None:
        return
    n, more = len(state.rows.y), _more(state)
    if not 0 < more < n:
        return
    if state.sheet is not None:
        yield from _levels(state, state.sheet, more)
    if (influence := influence_of(state)) is not None:
        for first in _starts(influence, more):
            words = f"{more:,} rows counted twice: numbers {first + 1:,} to {first + more:,}"
            place = np.arange(n)
            yield _twice(state, (place >= first) & (place < first + more), words)


def _more(state: State) -> int:
    """How many more rows the claim has, by its n or its residual degrees of freedom."""
    facts, model = {} if state.claim is None else state.claim.facts, state.model
    told = {name: float(np.ravel(facts[name].value)[0]) for name in ("n", "df_resid", "df") if name in facts}
    rows = [told["n"]] if "n" in told else [df + model.n_free for df in told.values()]
    return max((round(count) - len(model.rows.y) for count in rows), default=0)


def _levels(state: State, sheet: Sheet, more: int) -> Iterator[Variant]:
    """The rows with one level of a column, where there are so many of them."""
    for name in sheet.labels(LEVELS):
        column = sheet.frame[name].to_numpy()
        for level in sheet.frame[name].dropna().unique().tolist():
            here = np.asarray(column == level)
            if here.sum() == more:
                yield _twice(state, here, f"{more:,} rows counted twice: those with {name} = {level}")


def _twice(state: State, again: Mask, words: str) -> Variant:
    weight = 1.0 + np.asarray(again, dtype=float)
    return Variant(words, partial(weighted, state, weight, state.model.rows.precision), ("rows",))


def _starts(influence: Influence, more: int) -> list[int]:
    """Where the runs of so many rows begin that, counted twice, lead nearest to the claimed coefficients."""
    X, p = influence.X, influence.X.shape[1]
    outer = (X[:, :, None] * (X * influence.curvature[:, None])[:, None, :]).reshape(len(X), p * p)
    scores, curves = _of_runs(influence.scores, more), _of_runs(outer, more).reshape(-1, p, p)
    moves: Floats = np.linalg.solve(influence.information + curves, scores[..., None])[..., 0].astype(float)
    return np.argsort(influence.distance(moves), kind="stable")[:TRIED].tolist()


def _of_runs(values: Floats, more: int) -> Floats:
    """The sums over each run of so many rows."""
    sums = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return sums[more:] - sums[:-more]


REPEATED = Choice(
    "rows duplicated",
    "estimates",
    "Take the copies out, and look for where they came from: a file read twice, or a join with two partners.",
    _repeated,
    keeps=True,
)
