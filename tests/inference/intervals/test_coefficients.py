"""Wald intervals and the tests of a table from estimates and standard errors alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.inference.intervals.coefficients import whole_table
from tests.cases import rng

G = rng(1)
X = G.normal(size=(30, 2))
FITS = {
    "ols": st.fit(st.ols(X[:, 0] + G.normal(size=30), X)),
    "poisson": st.fit(st.poisson(G.poisson(np.exp(0.3 * X[:, 0])), X)),
}


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_wald_is_the_estimate_and_its_standard_errors(name, level):
    fit = FITS[name]
    q = stats.t(27).isf(0.5 - 0.5 * level) if name == "ols" else stats.norm.isf(0.5 - 0.5 * level)
    lower, upper = fit.interval(level)
    assert_allclose(lower, fit.estimate - q * fit.se, rtol=1e-12)
    assert_allclose(upper, fit.estimate + q * fit.se, rtol=1e-12)
    table = fit.table(level)
    assert_allclose(table[["lower", "upper"]], np.column_stack([lower, upper]), rtol=1e-15)


@pytest.mark.parametrize("name", FITS)
def test_the_p_value_is_that_of_the_interval_that_ends_at_zero(name):
    fit = FITS[name]
    row = fit.table().iloc[1]
    ends = fit.interval(1.0 - row["p_value"])
    assert_allclose(min(abs(ends.lower[1]), abs(ends.upper[1])), 0.0, atol=1e-9)
    assert_allclose(row["statistic"], fit.estimate[1] / fit.se[1], rtol=1e-14)


def test_categories_are_a_column_and_a_ridge_has_no_interval():
    fit = st.fit(st.softmax(np.resize(["a", "b", "c"], 30), X))
    assert fit.table()["category"].tolist() == ["b"] * 3 + ["c"] * 3
    assert fit.table()["term"].tolist() == ["Intercept", "x1", "x2"] * 2
    ridge = st.fit(FITS["ols"].model, penalty=st.Ridge(1.0))
    assert list(ridge.table()) == ["term", "estimate"]
    assert whole_table(ridge)[["se", "statistic", "p_value", "lower", "upper"]].isna().all(axis=None)
    with pytest.raises(st.IncompatibleError, match="no standard errors, and no intervals either"):
        ridge.interval()
    with pytest.raises(st.IncompatibleError, match="intervals of kind 'wald', 'profile', 'score'; got kind='exact'"):
        FITS["ols"].interval(kind="exact")
