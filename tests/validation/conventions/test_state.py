import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe, Refit
from tests.validation.conventions.planted import LOGISTIC, MIXED


def test_a_state_gives_what_its_fit_prints():
    state, fit = state_of(Recipe(LOGISTIC)), st.fit(LOGISTIC)
    theta = state.estimates()
    assert_allclose(theta, fit.estimate, rtol=1e-8)
    assert_allclose(state.with_cov("HC1", np.inf).errors(theta), st.fit(LOGISTIC, cov="HC1").se, rtol=1e-7)
    assert state.df() == np.inf


def test_a_state_of_another_kind_of_model_is_a_refit():
    state, fit = state_of(Refit(MIXED)), st.fit(MIXED)
    theta = state.estimates()
    assert state.names[:2] == MIXED.names
    assert_allclose(theta[:2], fit.estimate[:2], rtol=1e-8)
    assert_allclose(state.errors(theta)[:2], fit.se[:2], rtol=1e-7)
    assert_allclose(state.df()[:2], fit.t_df[:2], rtol=1e-7)


def test_what_was_known_of_a_model_is_forgotten_with_it():
    state = state_of(Recipe(LOGISTIC))
    known = state.with_sheet(state.sheet)
    assert known.best is None
    assert known.point is None
