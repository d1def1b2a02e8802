from dataclasses import replace

import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.columns import DESIGN, OUTCOME, SCALE
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import OLS, TABLE


@pytest.mark.parametrize("formula", ["y ~ x + z + g", "y ~ x * g + log(time)"])
def test_estimates_that_are_known_are_those_of_a_refit(formula):
    model = st.ols(formula, TABLE)
    start = replace(state_of(Recipe(model)), best=st.fit(model).estimate)
    known = [one.state for choice in (SCALE, DESIGN) for one in choice.changes(start)]
    for state in known[:: len(known) // 8]:
        again = state.sheet.remade(model) if state.best is None else state.model
        assert_allclose(state.estimates(), st.fit(again).estimate, rtol=1e-6, atol=1e-9)


def test_only_columns_that_stand_alone_take_no_refit():
    model = st.ols("y ~ x * z", TABLE)
    start = replace(state_of(Recipe(model)), best=st.fit(model).estimate)
    assert all(one.state.best is None for one in SCALE.changes(start))


def test_standardized_coefficients_do_not_depend_on_units():
    def beta(table):
        start = state_of(Recipe(st.ols("y ~ x + z", table)))
        return next(one for one in OUTCOME.changes(start) if "beta" in one.words).state.estimates()

    assert_allclose(beta(TABLE), beta(TABLE.assign(x=100 * TABLE.x, y=TABLE.y / 7)), atol=1e-9)
    assert not list(OUTCOME.changes(state_of(Recipe(st.logistic("up ~ x", TABLE)))))
    assert len(list(OUTCOME.changes(state_of(Recipe(OLS))))) > 10
