import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.state import columns, state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import LOGISTIC, OLS


@pytest.mark.parametrize(("model", "df"), [(LOGISTIC, np.inf), (OLS, None)])
def test_what_a_state_prints_is_the_table_of_the_fit(model, df):
    state = state_of(Recipe(model, divisor="n - p" if model.has_scale else "1", df=df))
    theta = state.estimates()
    found, table = columns(state, theta, state.errors(theta)), st.fit(model).table()
    for name, ours in (("estimate",) * 2, ("se",) * 2, ("statistic",) * 2, ("p", "p_value"), ("lower",) * 2):
        assert_allclose(found[name], table[ours], rtol=1e-6)


def test_ratios_percents_and_the_other_sign():
    state = state_of(Recipe(LOGISTIC))
    theta = state.estimates()
    se = state.errors(theta)
    plain = columns(state, theta, se)
    ratio, percent = (columns(state.with_shown(form=form), theta, se) for form in ("ratio", "percent"))
    assert_allclose(ratio["estimate"], np.exp(theta))
    assert_allclose(ratio["se"], np.exp(theta) * se)
    assert_allclose(percent["upper"], 100 * (np.exp(plain["upper"]) - 1))
    assert_allclose(percent["se"], 100 * ratio["se"])
    assert_allclose(columns(state.with_shown(form="ratio", errors="log"), theta, se)["se"], se)
    turned = columns(state.with_shown(sign=-1.0), theta, se)
    assert_allclose(turned["lower"], -plain["upper"])
    assert_allclose(turned["p"], plain["p"])
