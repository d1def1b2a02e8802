from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.families import RESTRICTED, TIED
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe, Refit
from tests.validation.conventions.planted import COX, LOGISTIC, MIXED, TABLE


def test_ties_are_those_of_the_constructor():
    tried = {one.words: one.state for one in TIED.changes(state_of(Refit(COX)))}
    other = st.cox("survival(week, up) ~ x + z", TABLE, ties="breslow")
    assert_allclose(tried["Breslow's ties"].estimates(), st.fit(other).estimate, rtol=1e-8)
    assert not list(TIED.changes(state_of(Recipe(LOGISTIC))))


def test_both_likelihoods_of_a_mixed_model():
    (one,) = RESTRICTED.changes(state_of(Refit(MIXED)))
    theta = one.state.estimates()
    fit = st.fit(MIXED, reml=False)
    assert_allclose(theta[:2], fit.estimate[:2], rtol=1e-7)
    assert_allclose(one.state.errors(theta)[:2], fit.se[:2], rtol=1e-7)
    (back,) = RESTRICTED.changes(one.state)
    assert "REML" in back.words
