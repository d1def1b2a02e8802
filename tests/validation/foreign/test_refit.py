"""What a fit of any model would print, asked as a recipe is."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.recipe import Refit
from tests.validation.foreign.test_points import table

waits = {"t": np.arange(1.0, 25.0), "d": np.tile([1, 1, 0], 8), "z": np.cos(np.arange(24.0))}


def test_numbers_are_those_of_the_fit():
    recipe = Refit(st.linear_mixed("y ~ x + (1 | g)", table), {"reml": False})
    fit = st.fit(recipe.model, reml=False)
    found = recipe.numbers(recipe.maximum(np.zeros(4)))
    assert_allclose(found.estimate[:2], fit.estimate)
    assert_allclose(found.se[:2], fit.se)
    assert_allclose(found.lower[:2], fit.interval().lower, rtol=1e-12)
    assert np.isnan(found.se[2:]).all()


def test_a_penalty_moves_the_maximum():
    recipe = Refit(st.cox("survival(t, d) ~ z", waits))
    shrunk = Refit(recipe.model, penalty=Shrinkage("a ridge", 5.0, np.eye(1) * 5.0, np.zeros(1)))
    assert_allclose(shrunk.maximum(np.ones(1)), st.fit(recipe.model, penalty=st.Ridge(5.0)).estimate, rtol=1e-8)
    assert abs(shrunk.maximum(np.ones(1))[0]) < abs(recipe.maximum(np.ones(1))[0])


def test_robust_errors_are_known_at_the_maximum_only():
    recipe = Refit(st.cox("survival(t, d) ~ z", waits), {"cov": "HC0"})
    assert_allclose(recipe.se(recipe.maximum(np.ones(1))), st.fit(recipe.model, cov="HC0").se)
    with pytest.raises(IncompatibleError, match="at its maximum only"):
        recipe.se(np.ones(1))
