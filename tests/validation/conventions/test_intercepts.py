from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.columns import INTERCEPT
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import OLS, TABLE


def test_an_intercept_is_taken_out_and_put_in():
    out = {one.words: one.state for one in INTERCEPT.changes(state_of(Recipe(OLS)))}
    assert out["no intercept"].model.names == OLS.names[1:]
    full = out["no intercept, and a column for each level of the first factor"]
    assert_allclose(st.fit(full.model).loglik, st.fit(OLS).loglik, rtol=1e-10)
    (back,) = INTERCEPT.changes(out["no intercept"])
    assert_allclose(back.state.estimates(), st.fit(OLS).estimate, rtol=1e-8)


def test_thresholds_have_no_intercept_to_leave_out():
    assert not list(INTERCEPT.changes(state_of(Recipe(st.ordinal("pain ~ x", TABLE)))))
