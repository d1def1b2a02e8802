import mpmath as mp
import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.series.statespace.random_walk import RandomWalk, precisions
from tests.series.statespace.series_cases import NILE, gappy
from tests.sizes import first

RATIOS = [10.0**k for k in (-14, -12, -9, -6, -3, -2.1, -1.9, 0, 3, 6, 9, 12, 14)]


def extended(y, r, q):
    """Means and variances by a dense inverse in 60 digits."""
    mp.mp.dps = 60
    n, r, q = len(y), mp.mpf(r), mp.mpf(q)
    K, right = mp.matrix(n, n), mp.matrix(n, 1)
    for t in range(n):
        if y[t] == y[t]:
            K[t, t] += 1 / r
            right[t] = mp.mpf(float(y[t])) / r
        if t + 1 < n:
            for i, j, sign in ((t, t, 1), (t + 1, t + 1, 1), (t, t + 1, -1), (t + 1, t, -1)):
                K[i, j] += sign / q
    inverse = K**-1
    mean = inverse * right
    return np.array([float(m) for m in mean]), np.array([float(inverse[t, t]) for t in range(n)])


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("gaps", first(1, [(0, 1, 7, 8, 9, 24), ()]), ids=["gaps", "complete"])
def test_means_and_variances_hold_all_digits_for_any_signal_to_noise_ratio(ratio, gaps):
    y = gappy(NILE[:25], gaps) if gaps else NILE[:25]
    mean, variance = extended(y, 1000.0, 1000.0 * ratio)
    ours = RandomWalk(y, 1000.0, 1000.0 * ratio).smoothed()
    np.testing.assert_allclose(ours[0], mean, rtol=1e-12)
    np.testing.assert_allclose(ours[1], variance, rtol=1e-12)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("gaps", [False, True])
def test_precisions_are_the_positive_recursion(ratio, gaps):
    """Numerator and denominator in a loop with rescaling, over more steps than a block."""
    observed = np.random.default_rng(0).random(9000) < (0.7 if gaps else 2.0)
    num, den, loop = 0.0, 1.0, []
    for seen in observed:
        den = den + num
        num = num + ratio * den * seen
        num, den = num / den, 1.0
        loop.append(num)
    np.testing.assert_allclose(precisions(observed, ratio), loop, rtol=1e-11)


def test_before_the_first_observation_nothing_is_known():
    walk = RandomWalk(np.array([np.nan, np.nan, 3.0, 4.0]), 1.0, 1.0)
    assert walk.s[:2].tolist() == [0.0, 0.0]
    surprise, variance = walk.innovations()
    assert np.isnan(surprise[:3]).all()
    assert np.isinf(variance[:3]).all()
    assert (surprise[3], variance[3]) == (pytest.approx(1.0), pytest.approx(3.0))


def test_draws_have_the_smoothed_moments():
    walk = RandomWalk(gappy(NILE[:30], (3, 4)), 15000.0, 1500.0)
    draws = walk.draws(np.random.default_rng(0).standard_normal((30, 40000)))
    mean, variance = walk.smoothed()
    np.testing.assert_allclose(draws.mean(axis=1), mean, atol=5 * np.sqrt(variance.max() / 40000))
    np.testing.assert_allclose(draws.var(axis=1), variance, rtol=0.05)  # 40,000 draws


@pytest.mark.parametrize("variances", [(15098.5, 1469.2), (1.0, 1e-12), (1e-3, 1e6)])
@pytest.mark.parametrize("gaps", [(), (3, 4, 50), (99,)])
def test_the_exponential_filter_with_the_gain_as_weights_is_the_kalman_filter(variances, gaps):
    y = np.array(NILE, dtype=float)
    y[list(gaps)] = np.nan
    model = st.local_level(y)
    filtered = st.states(model, variances, kind="filtered")["mean"].to_numpy()
    gain = RandomWalk(y, *variances).gain
    np.testing.assert_allclose(st.exponential_filter(y, gain, missing="carry"), filtered, rtol=1e-13)


def test_the_exponential_filter_with_the_gain_of_a_fit_has_the_predictions_of_statsmodels():
    fit = st.fit(st.local_level(NILE))
    level = st.exponential_filter(NILE, fit.innovations()["gain"].to_numpy())
    np.testing.assert_allclose(level, fit.states(kind="filtered")["mean"], rtol=1e-13)
    reference = UnobservedComponents(NILE, "llevel", use_exact_diffuse=True)
    reference.ssm.tolerance = 0.0
    found = reference.filter(fit.estimate)
    np.testing.assert_allclose(level, found.filtered_state[0], rtol=1e-9)
    gain = found.filter_results.kalman_gain[0, 0, 1:]
    np.testing.assert_allclose(fit.innovations()["gain"][1:], gain, rtol=1e-9)


@pytest.mark.parametrize("n", [70, 400, 3000])
@pytest.mark.parametrize("lam", [1e-4, 1e-2, 0.3, 1.0, 1e3, 1e14])
def test_a_long_series_is_smoothed_as_one_with_a_gap_at_its_end(n, lam):
    y = 50.0 + np.cumsum(np.random.default_rng(n).normal(size=n))
    short, long = RandomWalk(y, 1.0, lam), RandomWalk(np.append(y, np.nan), 1.0, lam)
    for found, expected in zip(short.smoothed(), long.smoothed(), strict=True):
        np.testing.assert_allclose(found, expected[:-1], rtol=1e-11, atol=1e-11)
    assert short.loglik() == pytest.approx(long.loglik(), rel=1e-12)
