"""Grouped outcomes: `successes + failures ~ x` names two columns of counts on its left side."""

from __future__ import annotations

import re
from typing import Any

from stattools.errors import DomainError

NAME = r"\s*(`[^`]+`|[^\W\d][\w.]*)\s*"
TWO_COLUMNS = re.compile(rf"{NAME}\+{NAME}~(.*)", flags=re.DOTALL)
ON_THE_RIGHT = r"(?<![\w.`]){name}(?![\w.`])"


def grouped_formula(formula: Any) -> tuple[Any, str | None]:
    """The formula of the successes alone and the name of the failures' column; None where it has one outcome.

    Raises DomainError where the failures stand on the right side too.

    >>> grouped_formula("ill + well ~ dose")
    ('ill ~ dose', 'well')
    >>> grouped_formula("ill ~ dose")
    ('ill ~ dose', None)
    """
    if not isinstance(formula, str) or (found := TWO_COLUMNS.fullmatch(formula)) is None:
        return formula, None
    successes, failures, right = found.groups()
    name = failures.strip("`")
    if re.search(ON_THE_RIGHT.format(name=re.escape(name)), right):
        raise DomainError(
            f"{formula!r}: {name!r} is part of the outcome and cannot predict it; take it off the right side."
        )
    return f"{successes} ~ {right.strip()}", name
