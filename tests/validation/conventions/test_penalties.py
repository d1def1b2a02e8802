from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import TimeIsOver
from stattools.interface.progress import ending_by
from stattools.validation.conventions.penalties import PENALTY
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import LOGISTIC, MIXED


def test_a_strength_is_read_off_rounded_coefficients():
    shrunk = st.fit(LOGISTIC, penalty=st.Ridge(3.0)).estimate
    start = replace(state_of(Recipe(LOGISTIC)), aim=shrunk.round(3), rounding=np.full(3, 5e-4))
    tried = {one.words: one for one in PENALTY.changes(start)}
    state = tried["a ridge (L2) penalty on all columns but the intercept"].state
    assert state.recipe.penalty.strength == pytest.approx(3.0, rel=0.05)
    assert_allclose(state.estimates(), shrunk, atol=2e-3)  # as far as the digits of the claim tell


def test_firths_penalty_needs_no_claim():
    (one,) = PENALTY.changes(state_of(Recipe(LOGISTIC)))
    assert one.words == "Firth's penalty"
    assert_allclose(one.state.estimates(), st.fit(LOGISTIC, penalty=st.Jeffreys()).estimate, rtol=1e-6)


def test_there_is_no_time_for_a_strength_after_the_end():
    shrunk = st.fit(LOGISTIC, penalty=st.Ridge(3.0)).estimate
    start = replace(state_of(Recipe(LOGISTIC)), aim=shrunk)
    one = next(one for one in PENALTY.changes(start) if "ridge" in one.words)
    with ending_by(0.0), pytest.raises(TimeIsOver):
        one.make()


def test_coefficients_that_are_no_penalized_maximum_take_no_refit():
    start = replace(state_of(Recipe(LOGISTIC)), aim=st.fit(LOGISTIC).estimate + [0.0, 0.5, 0.0])
    for one in PENALTY.changes(start):
        if one.words != "Firth's penalty":
            with ending_by(0.0), pytest.raises(st.DomainError, match="no maximum with such a penalty"):
                one.make()


def test_other_models_have_none():
    from stattools.validation.recipes.recipe import Refit

    assert not list(PENALTY.changes(state_of(Refit(MIXED))))
