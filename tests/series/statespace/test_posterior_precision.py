import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.series.statespace.components import Components
from stattools.series.statespace.posterior_precision import StatePosterior
from tests.series.statespace.series_cases import CASES, NILE, dense, gappy
from tests.sizes import first

SHORT = NILE[:16] / 100.0


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("gaps", first(1, [(0, 6, 7, 15), ()]), ids=["gaps", "complete"])
def test_states_are_the_dense_ones_zero_variances_included(case, gaps):
    parts, variances = CASES[case]
    y = gappy(SHORT, gaps) if gaps else SHORT
    posterior = StatePosterior(y, parts.full(np.array(variances)), parts)
    _, states = dense(y, parts, variances)
    for name, (mean, variance) in posterior.smoothed().items():
        np.testing.assert_allclose(mean, states[name][0], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(variance, states[name][1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "case", ["seasonal with a trend", "seasonal, no noise", "trend, constant slope", "trend, straight"]
)
def test_draws_have_the_smoothed_moments(case):
    parts, variances = CASES[case]
    posterior = StatePosterior(gappy(SHORT, (3, 8)), parts.full(np.array(variances)), parts)
    draws = posterior.draws(np.random.default_rng(1).standard_normal, 40000)
    for name, (mean, variance) in posterior.smoothed().items():
        spread = np.sqrt(variance)
        np.testing.assert_allclose(draws[name].mean(axis=1), mean, atol=5 * spread.max() / 200 + 1e-9)
        np.testing.assert_allclose(draws[name].var(axis=1), variance, rtol=0.06, atol=1e-12)  # 40,000 draws


def test_means_hold_where_variances_are_far_apart():
    """Iterative refinement: a trend that hardly moves, condition number near 1e10."""
    y = np.cumsum(np.random.default_rng(0).normal(size=400)) + np.random.default_rng(1).normal(size=400)
    parts, variances = Components("stochastic"), np.array([1.0, 1.0, 1e-10])
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    reference = UnobservedComponents(y, "lltrend", use_exact_diffuse=True)
    reference.ssm.tolerance = 0
    states = reference.smooth(variances, cov_type="none")
    ours = StatePosterior(y, parts.full(variances), parts).smoothed()
    for i, name in enumerate(("level", "trend")):
        np.testing.assert_allclose(ours[name][0], states.smoothed_state[i], rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(ours[name][1], states.smoothed_state_cov[i, i], rtol=1e-6)  # not refined


def test_nothing_random_is_refused():
    with pytest.raises(DomainError, match="nothing is random"):
        StatePosterior(SHORT, np.array([0.0, 0.0, 0.0, 0.0]), Components("fixed")).smoothed()
