"""Separation that one read of the rows shows: a column at its smallest, or largest, value in all rows of a category.

With an intercept, or where that value is 0, the category's coefficient of the column then runs to infinity: elsewhere
the column lies on one side only, and there the category's probability falls to 0. Source: Albert & Anderson (1984).
"""

from __future__ import annotations

import numpy as np

from stattools.errors import IdentificationError
from stattools.models.model import Model


def check_extremes(model: Model) -> None:
    """IdentificationError where a column of a softmax model separates a category by itself; other models pass.

    >>> import stattools as st
    >>> try:
    ...     check_extremes(st.softmax(list("aabbcc"), [0, 1, 0, 1, 0, 0], names=["x"]))
    ... except st.IdentificationError as error:
    ...     print(str(error)[:94])
    Softmax regression has no maximum: x is at its smallest value in all rows where y is 'c', so t
    """
    if not model.likelihood.by_category:
        return
    X, y, weight = model.rows.X, model.rows.y, model.rows.weight
    if weight is not None:
        X, y = X[weight > 0], y[weight > 0]
    present = [k for k in range(model.predictor.width + 1) if (y == k).any()]
    ends = [(own.min(axis=0), own.max(axis=0)) for own in (X[y == k] for k in present)]
    low, high = np.array(ends).swapaxes(0, 1)
    constant = low.min(axis=0) == high.max(axis=0)
    intercept = bool((constant & (X[0] != 0)).any())
    for word, stuck in (("smallest", (high, low.min(axis=0))), ("largest", (low, high.max(axis=0)))):
        held = (stuck[0] == stuck[1]) & ~constant & (intercept | (stuck[1] == 0))
        if not held.any():
            continue
        category, column = (int(i) for i in np.argwhere(held)[0])
        label = present[category] if model.labels is None else model.labels[present[category]]
        others = int(held.sum()) - 1
        also = f" (and {others:,} more such pairs of a column and a category)" if others else ""
        raise IdentificationError(
            f"{model.title} has no maximum: {model.terms[column]} is at its {word} value in all rows where "
            f"{model.outcome_name} is {label!r}, so that its coefficient runs to infinity{also}. "
            "Use penalty=st.Ridge(strength), or leave such columns out."
        )
