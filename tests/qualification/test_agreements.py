import pytest

import stattools as st
from stattools.qualification.agreements import CHECKS, measure, shipped
from stattools.qualification.qualification import run


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.model}-{check.data}")
def test_every_reference_agrees_to_the_digits_that_are_promised(check):
    (found,) = run([check])
    assert found.ok, found.row()


def test_a_fit_that_its_reference_does_not_share_is_found(monkeypatch):
    from dataclasses import replace

    right = st.validate

    def wrong(fit):
        return right(replace(fit, estimate=fit.estimate * 1.001))

    monkeypatch.setattr(st, "validate", wrong)
    measured = measure(lambda: st.ols("murder ~ poverty", shipped("statecrime")))
    assert not measured.agrees
    assert measured.estimate < 4
    assert "differs" in measured.note
