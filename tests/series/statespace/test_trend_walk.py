"""A local linear trend by blocks, beside the posterior precision of any components and dense algebra in 50 digits."""

import mpmath
import numpy as np
import pytest

from stattools.series.statespace.components import Components
from stattools.series.statespace.posterior_precision import StatePosterior
from stattools.series.statespace.random_walk import TrendWalk


def trending(n: int, gaps: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    y = 1e3 + np.cumsum(np.cumsum(0.01 * random.normal(size=n)) + 0.1 * random.normal(size=n)) + random.normal(size=n)
    y[random.random(n) < gaps] = np.nan
    return y


@pytest.mark.parametrize("n", [3, 8, 200, 1500, 9000])
@pytest.mark.parametrize("gaps", [0.0, 0.3])
@pytest.mark.parametrize("variances", [(1.0, 0.01, 1e-4), (0.1, 2.0, 0.5), (1e6, 1e3, 1.0), (1e-6, 1e-6, 1e-9)])
def test_means_and_variances_are_those_of_the_general_precision(n, gaps, variances):
    y = trending(n, gaps if n > 3 else 0.0, n)
    r, q, z = variances
    general = StatePosterior(y, np.array([r, q, z, 0.0]), Components("stochastic")).smoothed()
    blocks = TrendWalk(y, r, q, z).smoothed()
    for name in ("level", "trend"):
        np.testing.assert_allclose(blocks[name][0], general[name][0], rtol=1e-10, atol=1e-11)
        np.testing.assert_allclose(blocks[name][1], general[name][1], rtol=1e-10)


def test_a_long_series_takes_its_middle_from_a_short_one():
    walk = TrendWalk(trending(9000, 0.0, 1), 1.0, 0.01, 1e-4)
    assert walk._short is not None
    np.testing.assert_allclose(walk.factor, walk._factored(walk.observed), rtol=1e-13)


def test_a_trend_that_does_not_settle_is_factored_whole():
    walk = TrendWalk(trending(9000, 0.0, 1), 1.0, 1e-9, 1e-14)
    assert walk._short is None


def test_against_dense_algebra_in_fifty_digits():
    y, (r, q, z) = trending(9, 0.0, 4), (1.3, 1e-3, 1e-6)
    y[4] = np.nan
    n = len(y)
    with mpmath.workdps(50):
        K, right = mpmath.zeros(2 * n), mpmath.zeros(2 * n, 1)
        for t in range(n):
            if not np.isnan(y[t]):
                K[2 * t, 2 * t] += 1 / mpmath.mpf(r)
                right[2 * t] += mpmath.mpf(y[t]) / mpmath.mpf(r)
            rows = [({2 * t + 2: 1, 2 * t: -1, 2 * t + 1: -1}, q), ({2 * t + 3: 1, 2 * t + 1: -1}, z)]
            for row, variance in rows if t < n - 1 else []:
                for i, a in row.items():
                    for j, b in row.items():
                        K[i, j] += a * b / mpmath.mpf(variance)
        inverse = K**-1
        mean = inverse * right
        exact = np.array([[float(mean[i]), float(inverse[i, i])] for i in range(2 * n)])
    found = TrendWalk(y, r, q, z).smoothed()
    for k, name in enumerate(("level", "trend")):
        np.testing.assert_allclose(found[name][0], exact[k::2, 0], rtol=1e-10)
        np.testing.assert_allclose(found[name][1], exact[k::2, 1], rtol=1e-9)
