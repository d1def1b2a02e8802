"""Grouped outcomes: `successes + failures ~ x` names two columns of counts on its left side."""

from __future__ import annotations

import re
from typing import Any

from stattools.data.formula.backticks import column_of

NAME = r"\s*(`(?:[^`]|``)*`|[^\W\d][\w.]*)\s*"
TWO_COLUMNS = re.compile(rf"{NAME}\+{NAME}~(.*)", flags=re.DOTALL)


def grouped_formula(formula: Any) -> tuple[Any, str | None]:
    """The formula of the successes alone and the name of the failures' column; None where it has one outcome.

    >>> grouped_formula("ill + well ~ dose")
    ('ill ~ dose', 'well')
    >>> grouped_formula("ill ~ dose")
    ('ill ~ dose', None)
    """
    if not isinstance(formula, str) or (found := TWO_COLUMNS.fullmatch(formula)) is None:
        return formula, None
    successes, failures, right = found.groups()
    return f"{successes} ~ {right.strip()}", column_of(failures)
