"""The shortest interval solver against a grid."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

from stattools.conjugate.shortest import shortest


def test_shortest_among_all_intervals_of_the_same_probability():
    gamma = stats.gamma([3.0, 8.0])
    low, high = shortest(gamma.ppf, gamma.isf, gamma.logpdf, 0.9, (2,))
    assert_allclose(gamma.cdf(high) - gamma.cdf(low), 0.9, rtol=1e-12)
    below = np.linspace(1e-6, 0.0999, 4000)[:, None]
    widths = gamma.isf(0.1 - below) - gamma.ppf(below)
    assert (high - low <= widths.min(axis=0)).all()
    assert_allclose(high - low, widths.min(axis=0), rtol=1e-6)  # the grid's step
