"""Pearson / df, and how often chance makes it where means are small."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.covariance.covariance import spread_of
from tests.inference.diagnostics.checks.r_rows import TABLE


def test_pearson_over_df_is_that_of_r():
    """sum(residuals(p, "pearson")^2) / p$df.residual of glm(count ~ x + z, family = poisson)."""
    fit = st.fit(st.poisson("count ~ x + z", TABLE))
    found = spread_of(fit.model, fit.estimate)
    assert found is not None
    assert_allclose(found.ratio, 1.30470680961, rtol=1e-9)  # as many digits as R was asked for


@pytest.mark.slow
@pytest.mark.parametrize(("mean", "least"), [(0.1, 0.1), (5.0, 0.4)])  # few counts are far from normal
def test_chance_is_as_often_as_it_says(mean, least):
    """Of small means chi-squared would call a tenth of the data sets dispersed at 1 %."""
    g = np.random.default_rng(1)
    p_values = []
    for y in g.poisson(mean, (200, 60)):
        y[0] += not y.any()
        model = st.poisson(y, np.ones((60, 1)), intercept=False)
        found = spread_of(model, np.array([np.log(y.mean())]))
        assert found is not None
        p_values.append(found.p_value)
    assert np.mean(np.array(p_values) < 0.05) < 0.1
    assert np.mean(np.array(p_values) < 0.5) > least


def test_single_trials_have_none():
    successes = np.array([0, 1, 1, 0, 1, 0, 1, 1])
    model = st.logistic("s + f ~ 1", {"s": successes, "f": 1 - successes})
    assert spread_of(model, np.zeros(1)) is None
