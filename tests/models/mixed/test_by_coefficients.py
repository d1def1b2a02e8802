"""The likelihood with all coefficients integrated out: its slopes, and its value by quadrature where there are few."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate

import stattools as st
from tests.models.mixed.hazards import TABLE


def marginal(right: str, **options: Any) -> Any:
    model: Any = st.cox(f"survival(time, event) ~ {right}", TABLE, **options)
    return model.laplace


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("taus", [(0.4, 1.5), (2.0, 0.0)])
def test_slopes_are_differences(ties, taus):
    by, theta, step = marginal("z + s(x, k=8) + s(u, k=6)", ties=ties, strata="g"), np.array(taus), 1e-5
    for k in range(2):
        ahead, behind = (by.evaluate(theta + s * step * np.eye(2)[k], 0).loglik for s in (1.0, -1.0))
        assert_allclose(by.evaluate(theta, 1).score[k], (ahead - behind) / (2.0 * step), rtol=1e-7, atol=1e-8)


def test_no_bend_is_the_regression_on_the_line():
    """Laplace's approximation of two coefficients, and the integral by quadrature within its error."""
    by, fit = marginal("s(x, k=6)"), st.fit(st.cox("survival(time, event) ~ center(x)", TABLE))
    theta = np.zeros(1)
    assert_allclose(by.to_fixed @ by.fixed_at(theta), fit.estimate, rtol=1e-9)
    assert_allclose(by.to_fixed @ by.fixed_spread(theta) @ by.to_fixed.T, fit.covariance, rtol=1e-9)
    (smooth,), top = by.smooths, fit.loglik
    line = fit.loglik + 0.5 * np.log(2.0 * np.pi * fit.covariance[0, 0]) + smooth.log_line
    assert_allclose(by.evaluate(theta, 0).loglik, line, rtol=1e-11)
    ends = fit.estimate[0] + 9.0 * fit.se[0] * np.array([-1.0, 1.0])
    exact = integrate.quad(lambda b: np.exp(fit.model.loglik([b]) - top), *ends)[0]
    assert_allclose(line, top + np.log(exact) + smooth.log_line, atol=0.01)  # Laplace's own error


def test_the_integral_is_near():
    by = marginal("s(x, k=6)")
    theta = np.array([1.0])
    assert abs(by.integral_error(theta, np.linalg.inv(by.information(theta)))[0]) < 0.1
