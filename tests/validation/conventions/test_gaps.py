"""Values that stood in for missing ones."""

import numpy as np

import stattools as st
from stattools.validation.conventions.rows import FILLED
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import OLS, TABLE

GAPPED = TABLE.assign(x=TABLE.x.where(np.arange(len(TABLE)) % 9 > 0), z=TABLE.z.where(np.arange(len(TABLE)) != 5))


def test_columns_that_the_formula_reads_are_filled_together_and_by_themselves():
    found = {one.words: one for one in FILLED.changes(state_of(Recipe(st.logistic("up ~ x + z", GAPPED))))}
    assert "missing values of x, z filled with 0" in found
    assert "missing values of z filled with the median" in found
    whole = found["missing values of x, z filled with the mean"].state.model
    assert (whole.n, found["missing values of x filled with 0"].state.model.n) == (80, 79)
    assert not list(FILLED.changes(state_of(Recipe(OLS))))
    assert not list(FILLED.changes(state_of(Recipe(st.ols("y ~ time", GAPPED)))))
