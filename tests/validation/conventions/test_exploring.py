import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import TimeIsOver
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.attempts import attempt
from stattools.validation.conventions.exploring import explore
from stattools.validation.conventions.starting import start_of
from stattools.validation.conventions.table import CONVENTIONS
from tests.validation.conventions.planted import LOGISTIC, OLS, TABLE, claim_of

REORDERED = TABLE.assign(g=pd.Categorical(TABLE.g, categories=["b", "a", "c"]))


def _explored(claim, model, **options):
    return explore(claim, start_of(claim, model), **options)


def test_what_the_model_says_needs_no_convention():
    found = _explored(claim_of(OLS), OLS)
    assert [one.steps for one in found.found] == [()]
    assert found.refits == 0


@pytest.mark.nightly
def test_three_conventions_at_once():
    claim = claim_of(st.ols("y ~ x + z + g", REORDERED), cov="HC0", level=0.9)
    (one,) = _explored(claim, OLS).found
    assert [step.choice.name for step in one.steps] == ["reference level", "kind of standard errors", "level"]


def test_conventions_that_the_digits_do_not_tell_apart_are_all_found():
    balanced = pd.DataFrame({"y": TABLE.y[:60], "x": np.tile([0.0, 1.0], 30)})
    model = st.ols("y ~ x", balanced)
    claim = claim_of(model, digits=2, columns=("se",), cov="HC1")
    words = [one.words for one in _explored(claim, model).found]
    assert words == ["what the model says"] or len(words) > 1


@pytest.mark.slow
def test_the_nearest_set_is_told_where_none_gives_all():
    claim = claim_of(LOGISTIC, change=lambda frame: frame.assign(p_value=[0.5, *frame.p_value[1:]]))
    found = _explored(claim, LOGISTIC, most=1)
    assert not found.found
    assert found.nearest.steps == ()
    assert found.nearest.standing.failing == 1


def test_time_that_is_over_is_said():
    claim = read_claim(dict.fromkeys(OLS.names, 1.5))
    found = _explored(claim, OLS, seconds=0.01, conventions=CONVENTIONS[:8])
    assert found.untried


@pytest.mark.slow
def test_two_refits_and_another_kind_of_standard_errors():
    claim = claim_of(st.ols("y ~ x + z + g", REORDERED.assign(z=TABLE.z / 10)), cov="HC3")
    (one,) = _explored(claim, OLS).found
    assert {step.choice.name for step in one.steps} == {"reference level", "scaled columns", "kind of standard errors"}


def test_a_search_leaves_the_refit_in_which_its_time_is_over_and_says_where(monkeypatch):
    claim, made = read_claim(dict.fromkeys(OLS.names, 1.5)), []

    def tried(*given, **options):
        made.append(given)
        if len(made) > 3:
            raise TimeIsOver("over")
        return attempt(*given, **options)

    monkeypatch.setattr("stattools.validation.conventions.exploring.attempt", tried)
    found = _explored(claim, OLS, most=1, conventions=CONVENTIONS)
    assert (found.refits, len(made)) == (3, 4)
    assert found.untried == (f"sets of 1 from {made[-1][2][-1].choice.name} on",)
    assert found.nearest is not None
