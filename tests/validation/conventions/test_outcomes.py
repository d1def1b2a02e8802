from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.families import OUTCOME
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import LOGISTIC, OLS, TABLE


def test_the_other_outcome_has_the_other_signs():
    (one,) = OUTCOME.changes(state_of(Recipe(LOGISTIC)))
    assert_allclose(one.state.estimates(), -st.fit(LOGISTIC).estimate, rtol=1e-7)
    assert not list(OUTCOME.changes(state_of(Recipe(OLS))))


def test_another_reference_category():
    start = state_of(Recipe(st.softmax("kind ~ x", TABLE)))
    found = {one.words: one.state for one in OUTCOME.changes(start)}
    other = st.softmax("kind ~ x", TABLE, reference="r")
    state = found["category r is the reference"]
    assert state.names == other.names
    assert_allclose(state.estimates(), st.fit(other).estimate, rtol=1e-5, atol=1e-8)


def test_reversed_labels_turn_the_coefficients():
    model = st.ordinal("pain ~ x", TABLE)
    (one,) = OUTCOME.changes(state_of(Recipe(model)))
    assert_allclose(one.state.estimates()[0], -st.fit(model).estimate[0], rtol=1e-6)
    assert one.state.names == ("x", "top|mid", "mid|low")
