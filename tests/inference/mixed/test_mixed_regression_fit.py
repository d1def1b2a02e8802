"""What the fit of a regression with random effects is made of."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.latent import grouped_data


@pytest.fixture(scope="module")
def fit():
    return st.fit(
        st.negative_binomial(
            "y ~ x + (1 | g)", grouped_data.one_factor("negative binomial", effects=1, groups=12).table()
        )
    )


def test_estimates_and_covariance_are_those_of_the_coefficients(fit):
    assert isinstance(fit, st.MixedRegressionFit)
    assert fit.names == ("Intercept", "x", "log alpha")
    assert fit.estimate.shape == (3,)
    assert_allclose(fit.covariance, fit.found.whole_covariance[:3, :3])
    assert_allclose(fit.solution.estimate, fit.estimate)
    assert fit.solution.converged


def test_tests_are_normal_and_intervals_walds(fit):
    table = fit.table()
    assert list(table.columns) == ["term", "estimate", "se", "statistic", "p_value", "lower", "upper"]
    assert_allclose(table.statistic, fit.estimate / fit.se)
    lower, upper = fit.interval(0.9)
    assert_allclose(upper - fit.estimate, 1.6448536269514722 * fit.se)
    assert_allclose(fit.estimate - lower, upper - fit.estimate)


def test_entries_of_covariances_are_counted(fit):
    assert_allclose(fit.aic, 2.0 * (3 + 1) - 2.0 * fit.loglik)
    assert_allclose(fit.bic, 4 * np.log(fit.n) - 2.0 * fit.loglik)
    assert fit.deviance == -2.0 * fit.loglik
    assert fit.glance().n[0] == fit.model.n
