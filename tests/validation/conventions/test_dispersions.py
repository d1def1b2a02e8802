import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.errors import DIVISOR, INFORMATION, MOMENT
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import COX, LOGISTIC, OLS, TABLE


def test_divisors_of_the_residual_variance():
    start = state_of(Recipe(OLS, divisor="n - p", df=None))
    theta = start.estimates()
    found = {one.words: one.state.errors(theta) for one in DIVISOR.changes(start)}
    n, p = OLS.n, len(OLS.names)
    assert_allclose(found["standard errors from the residual variance RSS / n, of maximum likelihood"],
                    start.errors(theta) * np.sqrt((n - p) / n), rtol=1e-9)  # fmt: skip
    assert not list(DIVISOR.changes(state_of(Recipe(LOGISTIC))))


def test_moment_dispersions_are_of_families_that_have_one():
    gamma = st.gamma("cost ~ x", TABLE)
    assert len(list(MOMENT.changes(state_of(Recipe(gamma))))) == 3
    assert not list(MOMENT.changes(state_of(Recipe(LOGISTIC))))


def test_the_two_informations_of_a_canonical_link_are_one():
    start = state_of(Recipe(LOGISTIC))
    theta = start.estimates()
    (other,) = INFORMATION.changes(start)
    assert_allclose(other.state.errors(theta), start.errors(theta), rtol=1e-9)
    from stattools.validation.recipes.recipe import Refit

    assert not list(INFORMATION.changes(state_of(Refit(COX))))


def test_a_negative_binomial_has_the_errors_of_r_s_glm_nb_too():
    table = {"y": [0, 3, 1, 7, 2, 9, 4, 0], "x": [0, 1, 0, 1, 0, 1, 1, 0]}
    found = [one.words for one in INFORMATION.changes(state_of(Recipe(st.negative_binomial("y ~ x", table))))]
    assert len(found) == 3
    assert any("glm.nb" in one for one in found)
