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


@pytest.mark.parametrize(
    "cov", ["HC0", "HC1", "HC2", "HC3", "HC4", st.HAC(lags=3), st.Cluster("g", kind="CR1")], ids=str
)
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


def test_each_combination_has_its_own_degrees_of_freedom():
    """Under clusters of kind CR2 every number with t has the df of its own gradient: of x + 2, of means, of rows."""
    frame = data()
    fit = st.fit(st.ols("y ~ x1 + C(g)", frame), cov=st.Cluster(np.arange(len(frame)) // 9, kind="CR2"))

    def reach(g, level=0.95):
        return stats.t.ppf(0.5 + 0.5 * level, fit.degrees.df(g)) * np.sqrt(g @ fit.covariance @ g)

    whole = fit.table()
    assert_allclose(whole.df, fit.t_df)
    assert_allclose(whole.p_value, 2 * stats.t.sf(np.abs(whole.statistic), fit.t_df), rtol=1e-9)
    assert_allclose(whole.upper - whole.estimate, [reach(one) for one in np.eye(len(fit.names))], rtol=1e-9)
    row = fit.model.rows.X[0]
    low, high = fit.predict(interval=0.9)[["lower", "upper"]].iloc[0]
    assert_allclose(high - low, 2 * reach(row, 0.9), rtol=1e-9)
    low, high = fit.predict(interval=0.9, kind="observation")[["lower", "upper"]].iloc[0]
    own, variance = fit.scale**2, row @ fit.covariance @ row
    df = (own + variance) ** 2 / (own**2 / fit.df + variance**2 / fit.degrees.df(row))
    assert_allclose(high - low, 2 * stats.t.ppf(0.95, df) * np.sqrt(own + variance), rtol=1e-9)
    both = np.where(np.array(fit.names) == "x1", 2.0, 0.0) + np.eye(len(row))[0]
    found = fit.function(lambda b: 2.0 * b["x1"] + b["Intercept"]).iloc[0]
    assert_allclose(found.upper - found.estimate, reach(both), rtol=1e-6)
    assert_allclose(found.p_value, 2 * stats.t.sf(abs(found.statistic), fit.degrees.df(both)), rtol=1e-6)
    effect = fit.marginal_effects(variables=["x1"]).iloc[0]
    assert_allclose(effect.upper - effect.estimate, reach(np.eye(len(row))[fit.names.index("x1")]), rtol=1e-6)
    second = np.eye(len(row))[-1]
    pair = fit.contrasts("g", over="grid").iloc[len(set(frame.g)) - 2]
    assert_allclose(pair.upper - pair.estimate, reach(second), rtol=1e-9)
    mean = fit.means("g").iloc[-1]
    average = fit.model.rows.X.mean(axis=0)
    average[2:] = second[2:]
    assert_allclose(mean.upper - mean.estimate, reach(average), rtol=1e-4)  # by way of the link, in differences
    assert_allclose(fit.test("x1").p_value, whole.p_value[fit.names.index("x1")], rtol=1e-9)
    terms = fit.anova()
    assert_allclose(terms.p_value[0], whole.p_value[fit.names.index("x1")], rtol=1e-9)
    joint = fit.test("C(g)")
    assert_allclose(terms.iloc[1, 1:], [joint.df, joint.df_residual, joint.statistic, joint.p_value], rtol=1e-8)
