"""Columns of two fits that have one name and other values: which, in how many rows, and what was done to them if that
can be seen: rounded, moved by some rows, in another order.
"""

from __future__ import annotations

import re

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.text.columns import many
from stattools.validation.recipes.changes import plain_name, with_columns

MOST_SHIFT = 200
"""Rows that a column may be moved by for it to be seen."""


def other_values(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    """The columns of the first variable whose values differ, such as x and I(x ** 2), or all levels of a factor."""
    names, others = ([plain_name(term) for term in model.terms] for model in (now, goal))
    X, Z = np.asarray(now.rows.X), np.asarray(goal.rows.X)
    place = {name: k for k, name in enumerate(others)}
    differ = [k for k, name in enumerate(names) if name in place and not alike(X[:, k], Z[:, place[name]])]
    if not differ:
        return None
    first = min((variables(names[k]) for k in differ), key=len)
    mine = [k for k in differ if first & variables(names[k])] or differ
    old, new = X[:, mine], Z[:, [place[names[k]] for k in mine]]
    rows = int(np.count_nonzero((~np.isclose(old, new, rtol=1e-9, atol=1e-12)).any(axis=1)))
    simplest = min(mine, key=lambda k: (len(names[k]), k))
    levels = [names[k] for k in mine if names[k].split("[")[0] in first and "[" in names[k]]
    if levels:
        what, how = f"the factor {levels[0].split('[')[0]}", exchanged(old, new)
    else:
        what = f"the column {names[simplest]}"
        how = done_to(X[:, simplest], Z[:, place[names[simplest]]])
    changed = X.copy()
    changed[:, mine] = new
    return "other values", f"{what} has other values ({rows} rows differ){how}", with_columns(now, changed, now.design)


def alike(old: Floats, new: Floats) -> bool:
    """The same values, up to round-off."""
    return bool(np.allclose(old, new, rtol=1e-9, atol=1e-12 * max(float(np.abs(new).max(initial=0.0)), 1e-300)))


def variables(name: str) -> frozenset[str]:
    """The columns of the table that a name speaks of.

    >>> sorted(variables("log(x):g[T.b]")), sorted(variables("poly(x, 2)[1]"))
    (['g', 'x'], ['x'])
    """
    plain = re.sub(r"\[[^\]]*\]", "", name)
    return frozenset(re.findall(r"[^\W\d][\w.]*(?![\w.]*\()", plain)) or frozenset([name])


def done_to(old: Floats, new: Floats) -> str:
    """What made the second column of the first, where it can be seen, as the end of a sentence."""
    if {*old.tolist(), *new.tolist()} <= {0.0, 1.0}:
        return ""
    for digits in range(-3, 8):
        to = many(digits, "decimal") if digits >= 0 else f"multiples of {10**-digits:,}"
        if np.allclose(np.round(old, digits), new, rtol=1e-12, atol=1e-12):
            return f": those of the first fit, rounded to {to}"
        if np.allclose(np.round(new, digits), old, rtol=1e-12, atol=1e-12):
            return f": those of the second fit are rounded to {to} in the first"
    for k in range(1, min(MOST_SHIFT, len(old))):
        for by in (k, -k):
            kept, moved = (new[by:], old[:-by]) if by > 0 else (new[:by], old[-by:])
            if 2 * k < len(old) and np.ptp(moved) > 0 and np.allclose(kept, moved, rtol=1e-9, atol=1e-12):
                return f": those of {k} row{'s' * (k > 1)} {'before' if by > 0 else 'after'}"
    if np.allclose(np.sort(old), np.sort(new), rtol=1e-9, atol=1e-12):
        return ": the same values in another order"
    return ""


def exchanged(old: Floats, new: Floats) -> str:
    """Whether the rows of each level have one other level each."""
    one = np.unique(np.column_stack([old, new]), axis=0)
    levels = len(np.unique(old, axis=0))
    return ": its levels are exchanged" if len(one) == levels == len(np.unique(new, axis=0)) else ""
