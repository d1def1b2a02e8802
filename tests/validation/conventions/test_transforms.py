"""Columns and outcomes that were transformed, and the bases of logarithms."""

import numpy as np
import pytest

import stattools as st
from stattools.validation.conventions.columns import LOGGED, TRANSFORMED, curves
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import OLS, POISSON, TABLE


def changed(model, words, choice=TRANSFORMED):
    return next(one.state for one in choice.changes(state_of(Recipe(model))) if words in one.words).model


@pytest.mark.parametrize(
    "words, formula",
    [
        ("the logarithm of time to the base 10", "y ~ I(log(time) / log(10))"),
        ("time itself, not its logarithm", "y ~ time"),
    ],
)
def test_a_logarithm_in_the_formula_may_have_another_base(words, formula):
    found = st.fit(changed(st.ols("y ~ log(time)", TABLE), words)).estimate
    np.testing.assert_allclose(found, st.fit(st.ols(formula, TABLE)).estimate, rtol=1e-9)


def test_only_what_the_values_allow():
    assert "the logarithm of {}" not in curves(np.array([0.0, 1.0, 2.0]))
    assert list(curves(np.array([-1.0, 1.0, 2.0]))) == ["the square of {}"]
    assert list(curves(np.array([-1.0, 1.0, 1.0]))) == []
    assert not list(LOGGED.changes(state_of(Recipe(POISSON))))
    assert "outcome" in next(iter(LOGGED.changes(state_of(Recipe(OLS))))).words
