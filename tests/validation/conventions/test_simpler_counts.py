"""Counts without their extra zeros, and with an alpha that nobody estimated."""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.families import ALPHA, ZEROS
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import LOGISTIC, NEGATIVE, TABLE

SPARE = TABLE.assign(spare=TABLE["count"].where(np.arange(len(TABLE)) % 3 > 0, 0))


def test_alpha_1_is_what_statsmodels_takes():
    there = next(iter(ALPHA.changes(state_of(Recipe(NEGATIVE))))).state
    theirs = sm.GLM(TABLE["count"], sm.add_constant(TABLE[["x"]]), family=sm.families.NegativeBinomial(alpha=1.0)).fit()
    assert_allclose(there.estimates(), theirs.params, rtol=1e-6)
    assert_allclose(there.errors(there.estimates()), theirs.bse, rtol=1e-5)
    assert not list(ALPHA.changes(state_of(Recipe(LOGISTIC))))


@pytest.mark.parametrize("make", [st.zero_inflated, st.hurdle])
def test_zeros_may_have_had_no_part_of_their_own(make):
    there = next(iter(ZEROS.changes(state_of(Recipe(make("spare ~ x", SPARE)))))).state
    assert_allclose(there.estimates(), st.fit(st.poisson("spare ~ x", SPARE)).estimate, rtol=1e-8)
    assert not list(ZEROS.changes(state_of(Recipe(NEGATIVE))))
