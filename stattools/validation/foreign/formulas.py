"""FormulaTable that another package was given, as a formula and a table of ours: names stand between backticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.data.formula.expression import in_backticks
from stattools.interface.arrays import Floats
from stattools.validation.foreign.description import texts

INTERCEPTS = ("const", "Intercept", "intercept", "Group", "Group Var", "1")
"""What packages call a column of ones."""


class FormulaTable:
    """The table that a formula is of; each column has a name of its own, the one that it was given where it can be.

    >>> import numpy as np
    >>> made = FormulaTable()
    >>> made.side(np.array([[1.0, 2.0], [1.0, 3.0]]), ["const", "C(a)[T.b]"]), made.add("y", [1, 2])
    ('1 + `C(a)[T.b]`', '`y`')
    """

    def __init__(self) -> None:
        self.table: dict[str, Any] = {}

    def add(self, name: Any, values: Any) -> str:
        """A column, and how a formula writes it."""
        called = str(name)
        while called in self.table:
            called += "_"
        self.table[called] = values
        return in_backticks(called)

    def side(self, X: Any, names: Sequence[Any] | None = None, *, bare: bool = False) -> str:
        """The terms of a right side: "1 + a + b", or "0 + a" without a column of ones; `bare` where the model has no
        intercept of its own.
        """
        X = np.asarray(X, dtype=float).reshape(len(X), -1)
        named = texts(names, X.shape[1])
        first, rest = (None, list(range(X.shape[1]))) if bare else places(X, named)
        terms = [self.again(named[k], X[:, k]) for k in rest]
        return " + ".join(terms if bare else ["0" if first is None else "1", *terms])

    def again(self, name: str, values: Floats) -> str:
        """A column that may be there already, with the same values."""
        held = self.table.get(name)
        return in_backticks(name) if held is not None and np.array_equal(held, values) else self.add(name, values)


def places(X: Floats, names: Sequence[str]) -> tuple[int | None, list[int]]:
    """The place of the column of ones, None without, and those of the other columns."""
    ones = [k for k in range(X.shape[1]) if (X[:, k] == 1.0).all()]
    first = next((k for k in ones if names[k] in INTERCEPTS), ones[0] if ones else None)
    return first, [k for k in range(X.shape[1]) if k != first]


def in_our_order(X: Any, names: Sequence[str]) -> list[int]:
    """The places of columns in the order of our coefficients, where an intercept comes first."""
    X = np.asarray(X, dtype=float).reshape(len(X), -1)
    first, rest = places(X, texts(names, X.shape[1]))
    return rest if first is None else [first, *rest]
