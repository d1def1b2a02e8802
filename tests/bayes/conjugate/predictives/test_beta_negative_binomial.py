"""The beta-negative-binomial distribution against scipy.stats and its own sums."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st


def test_equals_scipy_where_it_is_defined():
    for r, a, b in [(1, 5, 3), (4, 2.5, 7), (2, 0.8, 1)]:
        ours, theirs, f = st.Beta(a, b).predictive_failures(r), stats.betanbinom(r, a, b), np.arange(30)
        assert_allclose(ours.pmf(f), theirs.pmf(f), rtol=1e-10)
        assert_allclose(ours.cdf(f), np.cumsum(ours.pmf(f)), rtol=1e-11)
        assert_allclose(ours.sf(f), 1 - np.cumsum(ours.pmf(f)), rtol=1e-9)
        if a > 2:
            assert_allclose([ours.mean, ours.sd], [theirs.mean(), theirs.std()], rtol=1e-12)
    assert st.Beta(0.8, 1).predictive_failures().mean == st.Beta(1.5, 1).predictive_failures().sd == np.inf


def test_interval_and_draws():
    predictive = st.Beta(6, 9).predictive_failures(3)
    low, high = predictive.interval(0.9)
    assert predictive.cdf(low) >= 0.05 > predictive.cdf(low - 1)
    assert predictive.sf(high) <= 0.05 < predictive.sf(high - 1)
    draws = predictive.sample(40_000, seed=0)
    assert abs(draws.mean() - predictive.mean) < 5 * predictive.sd / 200
