"""Numbers with a penalty that is told are its maximum, or are not."""

import numpy as np

import stattools as st
from stattools.validation.explaining.causes import declared_penalty, words_of
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.recipe import Recipe

y, x = [0, 1, 0, 1, 1, 0, 1, 1], np.arange(8.0)


def test_the_maximum_with_jeffreys_penalty_is_known():
    model = st.logistic(y, x)
    fit = st.fit(model, penalty=st.Jeffreys())
    recipe = Recipe(model, st.Jeffreys())
    found = declared_penalty(recipe, fit.estimate, fit.se, "far")
    assert found is not None
    assert "Jeffreys()" in found.evidence
    assert declared_penalty(recipe, fit.estimate + fit.se, fit.se, "far") is None
    assert declared_penalty(Recipe(model), fit.estimate, fit.se, "far") is None
    none = np.full(2, np.nan)
    assert declared_penalty(recipe, fit.estimate, none, "far") is not None
    assert declared_penalty(recipe, fit.estimate * 1.1, none, "far") is None


def test_words():
    assert words_of(Shrinkage("an L2 penalty", 1.0, np.eye(1), np.zeros(1))) == "an L2 penalty"
    assert words_of(st.Jeffreys()) == "Jeffreys()"
