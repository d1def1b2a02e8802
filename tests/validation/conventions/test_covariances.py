import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.errors import CLUSTERS, COVARIANCE, LAGS
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import LOGISTIC, OLS, TABLE


@pytest.mark.parametrize("model", [OLS, LOGISTIC], ids=["ols", "logistic"])
def test_each_kind_is_that_of_a_fit(model):
    start = state_of(Recipe(model, divisor="n - p" if model.has_scale else "1", df=None if model.has_scale else np.inf))
    theta = start.estimates()
    tried = {one.words: one.state for choice in (COVARIANCE, CLUSTERS, LAGS) for one in choice.changes(start)}
    assert len(tried) > 30
    for words, cov in {
        "standard errors of kind HC2": "HC2",
        "Newey-West standard errors with 2 lags (no correction)": st.HAC(2),
        "standard errors clustered by firm (12 groups, no correction)": st.Cluster("firm", correction="none"),
    }.items():
        fit = st.fit(model, cov=cov)
        assert_allclose(tried[words].errors(theta), fit.se, rtol=1e-7)
        assert_allclose(tried[words].df(), fit.t_df)


def test_arrays_have_no_clusters():
    assert not list(CLUSTERS.changes(state_of(Recipe(st.ols(TABLE.y, TABLE[["x"]])))))
