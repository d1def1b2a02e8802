import pytest

import stattools as st
from stattools.validation.conventions.columns import REFERENCE
from stattools.validation.conventions.errors import forms
from stattools.validation.conventions.search import Clock, Taken, attempt, followed, same
from stattools.validation.conventions.state import State, start_of
from tests.validation.conventions.planted import LOGISTIC, OLS, TABLE, claim_of


def test_the_clock_says_when_the_time_is_over():
    clock = Clock(30.0)
    assert (clock.refits, clock.is_over) == (0, False)
    assert Clock(0.0).is_over


def test_an_attempt_counts_the_estimates_that_hold():
    claim = claim_of(LOGISTIC)
    found = attempt(claim, start_of(claim, LOGISTIC), (), None)
    assert found.matches
    assert found.best == found.rows == 3
    assert same(found, found)
    wrong = claim_of(LOGISTIC, change=lambda frame: frame.assign(estimate=[*frame.estimate[:2], 9.0]))
    assert attempt(wrong, start_of(wrong, LOGISTIC), (), None).best == 2


def test_steps_are_followed():
    claim = claim_of(OLS)
    start = start_of(claim, OLS)
    step = Taken(REFERENCE, "c is the reference level of g", ("factor", "g"))
    assert followed(start, (step,), claim, None).names[3:] == ("g[T.a]", "g[T.b]")
    with pytest.raises(StopIteration):
        followed(start, (Taken(REFERENCE, "z is the reference level of g", ("factor", "g")),), claim, None)


def test_forms_of_a_reversible_outcome_have_one_sign():
    claim = claim_of(LOGISTIC)
    assert {one.shown.sign for one in forms(start_of(claim, LOGISTIC))} == {1.0}
    assert {one.shown.form for one in forms(start_of(claim, LOGISTIC))} == {"plain", "ratio", "percent"}


def test_estimates_in_all_digits_take_standard_errors_only_where_all_may_hold(monkeypatch):
    made = []
    errors = State.errors
    monkeypatch.setattr(State, "errors", lambda self, theta: made.append(1) or errors(self, theta))
    near = claim_of(LOGISTIC, digits=12, change=lambda frame: frame.assign(estimate=frame.estimate + 1e-4 * frame.se))
    assert attempt(near, start_of(near, LOGISTIC), (), None).matches
    assert made
    made.clear()
    away = claim_of(LOGISTIC, digits=12, change=lambda frame: frame.assign(estimate=[*frame.estimate[:2], 9.0]))
    assert attempt(away, start_of(away, LOGISTIC), (), None).best == 2
    assert not made


def test_an_estimate_a_standard_error_away_does_not_hold_however_small_the_error_is():
    """An outcome of size 1e6 with standard errors of 1: a gap of 3 is little beside the estimate alone."""
    model = st.ols("I(y + 1000000) ~ x", TABLE)
    shifted = claim_of(model, digits=8, change=lambda frame: frame.assign(estimate=frame.estimate + 3.0 * frame.se))
    assert attempt(shifted, start_of(shifted, model), (), None).best == 0
