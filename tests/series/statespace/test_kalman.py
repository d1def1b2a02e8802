import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

from stattools.series.statespace.components import Components
from stattools.series.statespace.kalman import kalman
from stattools.series.statespace.random_walk import RandomWalk
from tests.series.statespace.series_cases import CASES, NILE, UNEMPLOYMENT, gappy
from tests.series.statespace.test_components import TREND


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("gaps", [(), (0, 20, 21, 60, 150)], ids=["complete", "gaps"])
def test_filtered_states_and_errors_are_those_of_statsmodels(case, gaps):
    parts, variances = CASES[case]
    y = gappy(UNEMPLOYMENT, gaps) if gaps else UNEMPLOYMENT
    reference = UnobservedComponents(y, TREND[parts.trend], seasonal=parts.period or None, use_exact_diffuse=True)
    reference.ssm.tolerance = 0
    states = reference.filter(variances, cov_type="none")
    run = kalman(y, parts.full(np.array(variances)), parts)
    late = parts.diffuse + 4
    np.testing.assert_allclose(run.means[late:], states.filtered_state.T[late:], rtol=1e-8, atol=1e-9)
    spread = np.diagonal(states.filtered_state_cov, axis1=0, axis2=1)
    np.testing.assert_allclose(run.variances[late:], spread[late:], rtol=1e-8, atol=1e-10)
    seen = np.isfinite(run.surprise[late:])
    np.testing.assert_array_equal(seen, ~np.isnan(y[late:]))
    np.testing.assert_allclose(run.surprise[late:][seen], states.forecasts_error[0, late:][seen], atol=1e-9)
    np.testing.assert_allclose(run.variance[late:][seen], states.forecasts_error_cov[0, 0, late:][seen], rtol=1e-9)
    np.testing.assert_allclose(run.mean, states.predicted_state[:, -1], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(run.covariance, states.predicted_state_cov[..., -1], rtol=1e-8, atol=1e-10)


def test_a_resting_covariance_is_the_recursion_of_the_level():
    y = np.tile(NILE, 30)
    run, walk = kalman(y, np.array([15000.0, 1500.0, 0.0, 0.0]), Components()), RandomWalk(y, 15000.0, 1500.0)
    np.testing.assert_allclose(run.means[:, 0], walk.filtered + walk.center, rtol=1e-12)
    np.testing.assert_allclose(run.variances[:, 0], 1500.0 / walk.s, rtol=1e-12)
    np.testing.assert_allclose(run.gain, walk.gain, rtol=1e-12)


def test_flat_states_are_said_to_be_unknown():
    run = kalman(np.array([1.0, np.nan, 2.0, 4.0, 5.0]), np.array([1.0, 0.5, 0.1, 0.0]), Components("stochastic"))
    assert np.isinf(run.variances[0, 1])
    assert np.isnan(run.means[0, 1])
    assert run.means[0, 0] == pytest.approx(1.0)
    assert np.isfinite(run.variances[2]).all()
    assert not run.flat
    assert kalman(np.array([1.0, np.nan]), np.ones(4), Components("stochastic")).flat
