"""Gamma and inverse gamma curves: ends hold their probability at equal heights, or begin at 0; tails by mpmath."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.conjugate.highest_density import gamma_ends, inverse_gamma_ends, quantile, tails

SHAPES = np.array([1.2, 5.0, 80.0, 1e6])


@pytest.mark.parametrize("prob", [0.1, 0.5, 0.94, 0.999])
def test_ends_hold_the_probability_at_equal_heights(prob):
    low, high = gamma_ends(prob, SHAPES)
    assert_allclose(stats.gamma.cdf(high, SHAPES) - stats.gamma.cdf(low, SHAPES), prob, rtol=1e-8)
    assert_allclose(stats.gamma.logpdf(low, SHAPES), stats.gamma.logpdf(high, SHAPES), atol=1e-7)


def test_a_density_that_falls_begins_at_0():
    shapes = np.array([0.3, 1.0])
    low, high = gamma_ends(0.9, shapes)
    assert low.tolist() == [0.0, 0.0]
    assert_allclose(high, stats.gamma.ppf(0.9, shapes), rtol=1e-10)


@pytest.mark.parametrize("shape", [0.3, 5.0, 1e4])
def test_tails_and_quantiles_of_a_variance(shape):
    v = np.array([0.05, 0.9, 1.0, 1.2, 40.0]) ** (1.0 if shape < 10 else 0.02) * 2.0 / shape
    below, above = tails(v, shape, 2.0)
    with mp.workdps(40):
        exact = [mp.gammainc(shape, 2 / mp.mpf(x), regularized=True) for x in v]
        rest = [mp.gammainc(shape, 0, 2 / mp.mpf(x), regularized=True) for x in v]
    assert_allclose(below, [float(x) for x in exact], rtol=1e-11)
    assert_allclose(above, [float(x) for x in rest], rtol=1e-11)
    assert_allclose(quantile(below, above, shape, 2.0), v, rtol=1e-11)
    assert tails(np.array([0.0, np.inf]), shape, 2.0)[0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("root", [1.0, 2.0])
def test_shortest_among_all_intervals_of_the_same_probability(root):
    shape = np.array([0.7, 3.0, 80.0])
    low, high = inverse_gamma_ends(0.9, shape, 2.0, root)
    belief = stats.invgamma(shape, scale=2.0)
    assert_allclose(belief.cdf(high**root) - belief.cdf(low**root), 0.9, rtol=1e-10)
    below = np.linspace(1e-6, 0.0999, 4000)[:, None]
    widths = belief.isf(0.1 - below) ** (1 / root) - belief.ppf(below) ** (1 / root)
    assert (high - low <= widths.min(axis=0) * (1 + 1e-12)).all()
    assert_allclose(high - low, widths.min(axis=0), rtol=1e-4)  # the grid's step
