"""Highest-density intervals of gamma distributions: they hold their probability at equal heights, or begin at 0."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.conjugate.curves.gamma_curve import gamma_ends

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
