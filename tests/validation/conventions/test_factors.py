import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.columns import CODING, NUMBERS, REFERENCE, factors, plain_columns
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import TABLE

MODEL = st.ols("y ~ x * g + C(k)", TABLE)
START = state_of(Recipe(MODEL))


def test_factors_and_plain_columns_of_a_formula():
    assert factors(START) == {"g": ("g", ("a", "b", "c")), "C(k)": ("k", (0, 1, 2, 3))}
    assert plain_columns(START) == ("x",)


def test_every_coding_has_the_same_likelihood():
    best = st.fit(MODEL).loglik
    for choice in (REFERENCE, CODING):
        for one in choice.changes(START):
            assert_allclose(st.fit(one.state.model).loglik, best, rtol=1e-10, err_msg=one.words)


def test_another_reference_level_is_that_of_a_reordered_column():
    (one,) = [one for one in REFERENCE.changes(START) if one.words == "c is the reference level of g"]
    other = TABLE.assign(g=pd.Categorical(TABLE.g, categories=["c", "a", "b"]))
    assert_allclose(one.state.estimates(), st.fit(st.ols("y ~ x * g + C(k)", other)).estimate, rtol=1e-8)


def test_numbers_are_read_as_categories_and_back():
    words = {one.words: one.state.model.names for one in NUMBERS.changes(START)}
    assert words["k is read as a number"][-2:] == ("x:g[T.b]", "x:g[T.c]") or "k" in words["k is read as a number"]
    assert "g" in words["g is read as the number of its level, from 1 on"]
    plain = state_of(Recipe(st.ols("y ~ k", TABLE)))
    (one,) = NUMBERS.changes(plain)
    assert len(one.state.model.names) == TABLE.k.nunique()


def test_arrays_have_no_factors():
    assert factors(state_of(Recipe(st.ols(TABLE.y, np.eye(len(TABLE))[:, :3])))) == {}
