"""Parameters and examples of a test of which only some are asked by the README's command, and the others by long tests
or by those of a night.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def first(quick: int, cases: Iterable[Any], then: pytest.MarkDecorator = pytest.mark.slow) -> list[Any]:
    """`cases`, of which the first `quick` have no mark and the others have `then`."""
    return [case if k < quick else pytest.param(case, marks=then) for k, case in enumerate(cases)]


def slowly(cases: Iterable[Any], *slow: str) -> list[Any]:
    """`cases`, of which those whose text is among `slow` are marked slow."""
    known = list(cases)
    assert {str(case) for case in known} >= set(slow), f"no case is called {set(slow) - {str(case) for case in known}}"
    return [pytest.param(case, marks=pytest.mark.slow) if str(case) in slow else case for case in known]


def examples(few: int) -> int:
    """How many examples a property is tried with: `few`, and five times as many at night."""
    return few if settings.get_current_profile_name() == "stattools" else 5 * few
