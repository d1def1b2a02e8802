"""The classes of faults that a stranger's set found missing are named, and right claims are left alone."""

from __future__ import annotations

import pytest

from tests.planted.held_out import FAULTS, RIGHT
from tests.planted.outputs import audited


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_missed_class_is_named(name: str) -> None:
    words, make = FAULTS[name]
    claim, model, beside = make()
    found = audited(claim, model, beside)
    assert not found.ok
    assert words.casefold() in found.findings[0].evidence.casefold(), str(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_claim_of_a_missed_form_is_right(name: str) -> None:
    claim, model, beside = RIGHT[name]()
    assert audited(claim, model, beside).ok
