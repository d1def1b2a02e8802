import numpy as np
import pytest
from scipy.stats import chi2

import stattools as st
from stattools.errors import IdentificationError, IncompatibleError

RANDOM = np.random.default_rng(8)
Y = np.cumsum(RANDOM.normal(size=80)) + RANDOM.normal(size=80)
X = RANDOM.normal(size=(80, 2))


def test_state_space_models_with_as_many_flat_states_compare_by_aic_without_a_test():
    smooth, linear = st.fit(st.smooth_trend(Y)), st.fit(st.local_linear_trend(Y))
    comparison = st.compare(smooth, linear)
    assert comparison.table()["aic"].tolist() == [smooth.aic, linear.aic]
    assert comparison.tests == (None, None)
    assert "edge of its range" in comparison.notes[0]
    assert "2 fits of y to 80 times" in str(comparison)


def test_other_numbers_of_flat_states_depend_on_units():
    with pytest.raises(IncompatibleError, match="have 79 and 78 terms for 1 and 2 flat states"):
        st.compare(st.fit(st.local_level(Y)), st.fit(st.local_linear_trend(Y)))


def test_regressors_are_tested_by_likelihood_ratio():
    one, two = st.fit(st.local_level(Y, X=X[:, :1])), st.fit(st.local_level(Y, X=X))
    test = st.compare(one, two).tests[0]
    assert test is not None
    assert test.p_value == pytest.approx(chi2.sf(2 * (two.loglik - one.loglik), 1), rel=1e-12)


def test_covariates_of_the_weight_are_tested_by_likelihood_ratio():
    one = st.fit(st.exponential_smoothing(Y))
    two = st.fit(st.exponential_smoothing(Y, weights=X[:, :1]))
    test = st.compare(one, two).tests[0]
    assert test is not None
    assert test.p_value == pytest.approx(chi2.sf(2 * (two.loglik - one.loglik), 1), rel=1e-12)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (st.local_level(Y), st.local_level(Y + 1.0), "differ in their values"),
        (st.local_level(Y), st.local_level(Y[:-1]), "differ in their values"),
        (st.local_level(Y), st.exponential_smoothing(Y), "is diffuse, and that of Exponential smoothing is not"),
        (st.exponential_smoothing(Y), st.ols("y ~ 1", {"y": Y}), "is not of a series"),
        (st.exponential_smoothing(Y), st.exponential_smoothing(Y, initial="first"), "the first value"),
    ],
)
def test_what_does_not_compare(one, other, reason):
    with pytest.raises(IncompatibleError, match=reason):
        st.compare(st.fit(one), st.fit(other))


def test_a_variance_of_zero_has_no_wald_test():
    fit = st.fit(st.local_level(Y))
    with pytest.raises(IdentificationError, match=r"sigma2.level = 0 is the edge of its range"):
        fit.test("sigma2.level")
    assert fit.test("sigma2.level = 1.0").df == 1


@pytest.mark.parametrize("model", [st.local_level(Y), st.exponential_smoothing(Y)])
def test_a_fit_of_a_series_says_why_it_is_not_saved(model, tmp_path):
    with pytest.raises(IncompatibleError, match="save keeps no data, and states and forecasts"):
        st.fit(model).save(tmp_path / "series")
