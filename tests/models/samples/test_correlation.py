"""The correlation against SciPy, against the slope of least squares, and against the bivariate normal likelihood."""

import numpy as np
import pytest
from scipy import stats

import stattools as st
from stattools.errors import DomainError, IdentificationError

G = np.random.default_rng(0)
X = G.normal(size=30)
Y = 0.5 * X + G.normal(size=30)


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.correlation("y ~ x", {"y": Y, "x": X}))


def test_estimate_test_and_interval_are_scipys(fit):
    theirs = stats.pearsonr(X, Y)
    assert fit.estimate[0] == pytest.approx(theirs.statistic, rel=1e-12)
    assert fit.table().p_value[0] == pytest.approx(theirs.pvalue, rel=1e-10)
    np.testing.assert_allclose(np.array(fit.interval(0.9, kind="fisher")), theirs.confidence_interval(0.9), rtol=1e-10)


def test_the_test_is_that_of_the_slope(fit):
    slope = st.fit(st.ols("y ~ x", {"y": Y, "x": X})).table().loc[1]
    assert fit.table().statistic[0] == pytest.approx(slope.statistic, rel=1e-10)
    assert fit.table().p_value[0] == pytest.approx(slope.p_value, rel=1e-10)


def test_the_likelihood_is_the_profile_of_the_bivariate_normal(fit):
    """At a correlation that is not r, over means and standard deviations by SciPy's optimizer."""
    from scipy.optimize import minimize

    rows, rho = np.column_stack([Y, X]), 0.1

    def minus(at):
        sd = np.exp(at[2:])
        spread = np.outer(sd, sd) * np.array([[1.0, rho], [rho, 1.0]])
        return -stats.multivariate_normal.logpdf(rows, at[:2], spread).sum()

    best = minimize(minus, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 5000})
    assert fit.model.loglik(rho) == pytest.approx(-best.fun, abs=1e-7)
    assert fit.loglik == pytest.approx(fit.model.loglik(fit.estimate), abs=1e-12)


def test_score_and_information_are_the_slopes(fit):
    model, h = fit.model, 1e-4
    at, f = model.evaluate(0.2), [model.loglik(0.2 + k * h) for k in (-1, 0, 1)]
    assert at.score[0] == pytest.approx((f[2] - f[0]) / (2 * h), rel=1e-6)
    assert at.information[0, 0] == pytest.approx(-(f[2] - 2 * f[1] + f[0]) / h**2, rel=1e-4)  # of round-off
    assert fit.se[0] == pytest.approx((1 - fit.estimate[0] ** 2) / np.sqrt(30), rel=1e-12)
    best = 2.0 * fit.loglik
    for end in fit.interval(0.9, kind="likelihood-ratio"):
        assert best - 2.0 * model.loglik(end) == pytest.approx(stats.chi2.ppf(0.9, 1), rel=1e-9)


def test_origin_and_units_change_nothing(fit):
    moved = st.fit(st.correlation(1e8 + 1e-3 * Y, -5.0 + 1e6 * X))
    assert moved.estimate[0] == pytest.approx(fit.estimate[0], rel=1e-4)  # y has five digits left
    assert st.fit(st.correlation(X, Y)).estimate[0] == pytest.approx(fit.estimate[0], rel=1e-13)


def test_what_it_cannot_do_is_told():
    with pytest.raises(IdentificationError, match="on one line"):
        st.fit(st.correlation([1.0, 2.0, 3.0, 4.0], [3.0, 5.0, 7.0, 9.0]))
    with pytest.raises(DomainError, match="'x1' is constant"):
        st.correlation([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    with pytest.raises(DomainError, match="three rows"):
        st.correlation([1.0, 2.0], [2.0, 1.0])
    with pytest.raises(DomainError, match="two columns"):
        st.correlation("y ~ x + z", {"y": Y, "x": X, "z": X**2})
    assert st.fit(st.correlation([1.0, 2.0, 4.0], [2.0, 1.0, 5.0])).interval(kind="fisher").lower == -1.0


def test_rows_with_gaps_are_dropped_and_counted():
    model = st.correlation("y ~ x", {"y": [*Y, None], "x": [*X, 1.0]})
    assert (model.n, model.n_dropped) == (30, 1)
