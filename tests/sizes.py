"""Parameters of a test of which only some are asked by the README's command: the others are marked slow or nightly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first(quick: int, cases: Iterable[Any], then: pytest.MarkDecorator = pytest.mark.slow) -> list[Any]:
    """`cases`, of which the first `quick` have no mark and the others have `then`."""
    return [case if k < quick else pytest.param(case, marks=then) for k, case in enumerate(cases)]


def slowly(cases: Iterable[Any], *slow: str) -> list[Any]:
    """`cases`, of which those whose text is among `slow` are marked slow."""
    known = list(cases)
    assert {str(case) for case in known} >= set(slow), f"no case is called {set(slow) - {str(case) for case in known}}"
    return [pytest.param(case, marks=pytest.mark.slow) if str(case) in slow else case for case in known]
