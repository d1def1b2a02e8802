"""An audit names the planted faults and leaves right claims alone: at least 55 of 60, and no false alarm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import stattools as st
from tests.planted import held_out, held_out_again
from tests.planted.faults import FAULTS, fault
from tests.planted.held_out import Made
from tests.planted.outputs import audited
from tests.planted.right import RIGHT, right, summaries
from tests.sizes import first

QUICK = ("odds ratios as log odds", "n too small", "se and statistic exchanged")
MISSED: set[str] = set()
"""Planted faults of which the audit says that the claim is wrong, but not by which of these causes."""


def test_both_sets_are_large() -> None:
    assert min(len(FAULTS), len(RIGHT)) >= 60
    assert len(FAULTS) - len(MISSED) >= 55


@pytest.mark.parametrize("name", first(len(QUICK), sorted(FAULTS, key=lambda name: name not in QUICK)))
def test_a_planted_fault_is_named(name: str) -> None:
    case = fault(name)
    found = audited(case.claim, case.model, case.given)
    assert not found.ok
    named = " ".join(one.cause for one in found.findings if one.serious)
    assert any(word in named for word in case.causes) == (name not in MISSED), named


@pytest.mark.parametrize("name", first(3, RIGHT))
def test_a_right_claim_is_right(name: str) -> None:
    case = right(name)
    found = audited(case.claim, case.model, case.given)
    assert found.ok, str(found)


@pytest.mark.parametrize("name", first(1, summaries()))
def test_a_printed_summary_is_right(name: str) -> None:
    text, model = summaries()[name]
    found = st.audit(text(), model())
    assert found.ok, str(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", first(12, held_out.FAULTS, pytest.mark.nightly))
def test_a_fault_of_a_class_that_was_missed_is_named(name: str) -> None:
    _is_named(*held_out.FAULTS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", first(10, held_out_again.FAULTS, pytest.mark.nightly))
def test_a_fault_of_the_second_set_is_named(name: str) -> None:
    _is_named(*held_out_again.FAULTS[name])


def _is_named(words: str, make: Callable[[], Made]) -> None:
    found = audited(*make())
    assert not found.ok
    assert words.casefold() in found.findings[0].evidence.casefold(), str(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", held_out.RIGHT)
def test_a_right_claim_of_a_form_that_was_missed_is_right(name: str) -> None:
    assert audited(*held_out.RIGHT[name]()).ok


@pytest.mark.slow
@pytest.mark.parametrize("name", held_out_again.RIGHT)
def test_a_right_claim_of_the_second_set_is_right(name: str) -> None:
    found = audited(*held_out_again.RIGHT[name]())
    assert found.ok, str(found)
