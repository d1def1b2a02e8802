import pytest

from stattools.validation.conventions.attempts import Clock, Taken, attempt, followed, forms, same
from stattools.validation.conventions.factors import REFERENCE
from stattools.validation.conventions.starting import start_of
from tests.validation.conventions.planted import LOGISTIC, OLS, claim_of


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
