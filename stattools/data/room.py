"""Is there memory for the columns of a formula? Asked before any of them is made."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

from stattools.data.formula.evaluation import constants
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula
from stattools.errors import quoted
from stattools.interface.memory import require_memory

BASES = ("poly", "bs", "cr", "cc")
"""Transforms that make several columns."""

COPIES = 3
"""Arrays of the size of X that are alive while it is put together from categories and products."""


def require_room(formula: Formula, levels: Mapping[str, tuple[Any, ...]], n: int) -> None:
    """DomainError where the columns of all terms are more than memory holds, before any of them is made."""
    sizes = [math.prod(_most_columns(factor, levels) for factor in term) for term in formula.terms]
    most = max(sizes, default=0)
    widest = ":".join(factor.text for factor in formula.terms[sizes.index(most)]) if sizes else ""
    require_memory(
        f"{sum(sizes):,} columns of {quoted(formula.text)} in {n:,} rows",
        COPIES * sum(sizes) * n,
        f"{quoted(widest)} alone has {most:,}: group its levels, or leave an identifier out.",
    )


def _most_columns(factor: Expression, levels: Mapping[str, tuple[Any, ...]]) -> int:
    if factor.text in levels:
        return len(levels[factor.text])
    if factor.call not in BASES or not isinstance(factor.tree, ast.Call):
        return 1
    given = constants(factor.tree)
    return max(1, given.get("df") or 0, given.get("degree") or 0)
