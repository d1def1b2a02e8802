"""Estimates with their covariance, and what follows from these alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from tests.inference.test_fitting import FORMULAS, data, each_model


@each_model
def test_intervals_have_their_level(make):
    fit = st.fit(make(f"{FORMULAS[make]} ~ x1", data()), level=0.9)
    lower, upper = fit.interval()
    assert_allclose(fit.table()[["lower", "upper"]], np.column_stack([lower, upper]))
    assert (fit.interval().level, fit.interval().kind) == (0.9, "wald")
    q = stats.t.ppf(0.995, fit.df) if make is st.ols else stats.norm.ppf(0.995)
    assert_allclose(fit.interval(0.99)["upper"], fit.estimate + q * fit.se, rtol=1e-12)
    assert_allclose(np.asarray(fit.interval(0.99)).mean(axis=1), fit.estimate, rtol=1e-10)


@pytest.mark.parametrize("cov", ["HC0", "HC1", "HC2", "HC3", "HC4", st.HAC(lags=3), st.Cluster("g")], ids=str)
def test_the_covariance_carries_through(cov):
    """Tables, intervals, tests and predictions are made from the covariance that was asked for."""
    frame = data()
    fit, plain = st.fit(st.ols("y ~ x1 + x2", frame), cov=cov), st.fit(st.ols("y ~ x1 + x2", frame))
    assert_allclose(fit.estimate, plain.estimate)
    assert_allclose(fit.table().se, np.sqrt(np.diagonal(fit.covariance)))
    assert np.abs(fit.se / plain.se - 1).max() > 1e-3
    q = stats.t.ppf(0.975, fit.t_df)
    assert_allclose(fit.interval(0.95)["upper"], fit.estimate + q * fit.se)
    x = np.array([1.0, frame.x1[0], frame.x2[0]])
    low, high = fit.predict(frame.head(1), interval=0.95)[["lower", "upper"]].iloc[0]
    assert_allclose(high - low, 2 * q * np.sqrt(x @ fit.covariance @ x), rtol=1e-9)
    assert_allclose(fit.test("x1 = 0").statistic, (fit.estimate[1] / fit.se[1]) ** 2, rtol=1e-9)
    assert fit.glance()["cov"][0] == fit.cov
    assert f"Standard errors: {fit.cov}" in str(fit)
