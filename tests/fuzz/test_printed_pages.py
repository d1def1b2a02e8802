"""A number of a printed page with one digit changed is wrong, or named as not checked, and never right in silence."""

import re

import hypothesis.strategies as some
import pytest
from hypothesis import HealthCheck, given, settings

import stattools as st
from stattools.errors import StattoolsError
from stattools.validation.explaining import claim_audit as claimed
from stattools.validation.explaining.claim_causes import Verdict
from tests.validation.claims.printed_pages import MODELS, changed, numbers, page


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    name=some.sampled_from(sorted(MODELS)),
    where=some.integers(0, 60),
    digit=some.integers(0, 1),
    by=some.integers(3, 7),
)
def test_a_changed_digit_is_never_right_in_silence(monkeypatch, name, where, digit, by):
    monkeypatch.setattr(claimed, "searched", lambda trial: Verdict((), solved=True))  # causes are not asked for here
    text = page(name)
    places = list(numbers(text))
    start, end = places[where % len(places)]
    tampered, number = changed(text, start, end, digit, by)
    if text[:start].rstrip().endswith("<"):  # a larger bound is right too
        return
    try:
        found = st.audit(tampered, MODELS[name]())
    except StattoolsError:  # it cannot be read any more
        return
    named = re.search(rf"(?<![\d.]){re.escape(number.lstrip('-'))}", " ".join(found.notes))
    assert not found.ok or named is not None, (text[start:end], number)
