"""Rates of events: the fit against its definitions, and statsmodels."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st


@pytest.mark.parametrize(
    "model",
    [
        st.poisson_rate([3, 0, 2], exposure=[1.0, 0.5, 2.0]),
        st.poisson_rate([3, 0, 2], by=["a", "b", "a"]),
        st.exponential_rate([2.0, 0.3, 4.0], censored=[0, 0, 1]),
        st.exponential_rate([2.0, 0.3, 4.0], by=["a", "b", "a"]),
    ],
)
def test_score_and_information_are_slopes(model):
    theta, h = model.start * 1.1, 1e-5
    point = model.evaluate(theta)
    for j, axis in enumerate(np.eye(len(theta))):
        up, down = (model.evaluate(theta + s * h * axis) for s in (1, -1))
        assert_allclose(point.score[j], (up.loglik - down.loglik) / (2 * h), rtol=1e-6, atol=1e-6)  # errs by h^2
        assert_allclose(point.information[j], -(up.score - down.score) / (2 * h), rtol=1e-6, atol=1e-6)
    assert_allclose(model.evaluate(model.maximum()).score[model.totals > 0], 0.0, atol=1e-12)


def test_fits_agree_with_statsmodels():
    for model in (st.poisson_rate([3, 0, 2], exposure=[1, 0.5, 2]), st.poisson_rate([3, 0, 2], by=["a", "b", "a"])):
        fit = st.fit(model)
        assert st.validate(fit).ok
        assert "Poisson rate" in str(fit)
    assert st.validate(st.fit(st.exponential_rate([1.0, 2.0]))).ok
    with pytest.raises(st.DomainError, match="no time ended"):
        st.fit(st.exponential_rate([1.0], censored=[True]))


def test_likelihood_ratio_ends_are_where_the_test_just_rejects():
    fit = st.fit(st.exponential_rate([2.0, 0.3, 4.0]))
    for end in fit.interval(0.95, kind="likelihood-ratio"):
        assert_allclose(2 * (fit.loglik - fit.model.loglik(end)), 3.841458820694124, rtol=1e-9)


def test_one_arm_that_was_named_is_printed_as_one():
    assert "theta" in str(st.fit(st.coin([0, 1, 1])))
    assert "exact             0.1031  1.2041" in str(st.fit(st.exponential_rate([1.0, 2.0, 3.0], by=["a", "a", "a"])))
