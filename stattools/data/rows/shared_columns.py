"""What is found of the columns of X once for several models of the same rows, while they are fitted one after another.

One category against the rest has as many models as categories, whose rows differ in the outcome alone. Copies of X are
kept no longer than the fits need them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

SHARED = "shared with other models"
"""The name under which rows keep, in `later`, what they share."""


@contextmanager
def shared_columns(every: Sequence[Any]) -> Iterator[None]:
    """Within it, those of several `Rows` that have the X and the weights of the first find things of their columns once
    for all.
    """
    first, shared = every[0], {}
    alike = [rows for rows in every if rows.X is first.X and _same_weights(rows, first)]
    try:
        for rows in alike:
            rows.later[SHARED] = shared
        yield
    finally:
        for rows in alike:
            rows.later.pop(SHARED, None)


def found_once[Found](rows: Any, name: str, find: Callable[[], Found]) -> Found:
    """What `find()` returns, kept under a name for the rows that share it; found anew where no others do.

    >>> from types import SimpleNamespace
    >>> rows = [SimpleNamespace(X=1, weight=None, precision=None, later={}) for _ in range(2)]
    >>> with shared_columns(rows):
    ...     a, b = (found_once(one, "an object", object) for one in rows)
    >>> a is b, rows[0].later
    (True, {})
    """
    shared = rows.later.get(SHARED)
    if shared is None:
        return find()
    if name not in shared:
        shared[name] = find()
    return shared[name]


def _same_weights(rows: Any, first: Any) -> bool:
    return rows.weight is first.weight and rows.precision is first.precision
