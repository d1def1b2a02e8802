import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.columns import OFFSET
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import LOGISTIC, POISSON, TABLE


def test_an_offset_is_left_out_put_in_or_no_logarithm():
    plain = st.poisson("count ~ x", TABLE)
    tried = {one.words: one.state for one in OFFSET.changes(state_of(Recipe(plain)))}
    assert_allclose(tried["time as exposure"].estimates(), st.fit(POISSON).estimate, rtol=1e-7)
    assert "x as offset" not in tried
    out = {one.words: one.state for one in OFFSET.changes(state_of(Recipe(POISSON)))}
    assert_allclose(out["the offset or exposure left out"].estimates(), st.fit(plain).estimate, rtol=1e-7)
    assert_allclose(out["the exposure not as a logarithm"].model.rows.offset, np.asarray(TABLE.time))


def test_only_counts_have_exposures():
    assert not list(OFFSET.changes(state_of(Recipe(LOGISTIC))))


def test_the_logarithm_of_an_exposure_may_have_had_a_coefficient():
    own = st.fit(st.poisson("count ~ x + log(time)", TABLE))
    out = {one.words: one.state for one in OFFSET.changes(state_of(Recipe(POISSON)))}
    there = out["the offset, the logarithm of the exposure, as a column with a coefficient of its own"]
    assert_allclose(there.estimates(), own.estimate, rtol=1e-7)
    found = st.audit(own.table()[["term", "estimate", "se"]].head(2).round(5), POISSON)
    assert found.findings[0].cause == "offset"
    assert "a coefficient of its own" in found.findings[0].evidence
