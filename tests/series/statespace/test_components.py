import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

from stattools.series.statespace.components import Components
from tests.series.statespace.series_cases import CASES, UNEMPLOYMENT

TREND = {"none": "llevel", "fixed": "lldtrend", "smooth": "strend", "stochastic": "lltrend"}


@pytest.mark.parametrize("case", CASES)
def test_names_and_matrices_are_those_of_statsmodels(case):
    parts, variances = CASES[case]
    reference = UnobservedComponents(UNEMPLOYMENT, TREND[parts.trend], seasonal=parts.period or None)
    assert parts.names == tuple(reference.param_names)
    reference.update(variances)
    np.testing.assert_array_equal(parts.transition, reference.ssm["transition"])
    np.testing.assert_array_equal(parts.loading, reference.ssm["design"][0])
    R, Q = reference.ssm["selection"], reference.ssm["state_cov"]
    np.testing.assert_array_equal(parts.disturbance(parts.full(np.array(variances))), R @ Q @ R.T)


@pytest.mark.parametrize("case", CASES)
def test_the_difference_removes_every_initial_state(case):
    parts, _ = CASES[case]
    path, state = [], np.random.default_rng(0).normal(size=parts.diffuse)
    for _ in range(30):
        path.append(parts.loading @ state)
        state = parts.transition @ state
    left = np.convolve(path, parts.polynomials[0], mode="valid")
    np.testing.assert_allclose(left, 0.0, atol=1e-12)


def test_the_seasonal_sums_to_zero():
    T = Components(period=4).transition
    state = np.array([0.0, 1.0, 2.0, -3.0])
    assert (T @ state)[1] == -(1.0 + 2.0 - 3.0)
