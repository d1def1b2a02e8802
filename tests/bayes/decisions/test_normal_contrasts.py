"""The difference of two normal arms is the normal distribution of textbooks."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.decisions.normal_contrasts import NormalDifference

PAIR = NormalDifference(np.array([1.0, 0.0]), np.array([3.0, 1.0]), np.array([2.0, -5.0]), np.array([4.0, 1e-3]))
REFERENCE = stats.norm([1.0, -5.0], np.hypot([3.0, 1.0], [4.0, 1e-3]))


def test_equals_scipy():
    z = np.array([0.3, -7.0])
    below, above = PAIR.tails(z)
    assert_allclose([below, above], [REFERENCE.cdf(z), REFERENCE.sf(z)], rtol=1e-12)
    assert_allclose(PAIR.log_density(z), REFERENCE.logpdf(z), rtol=1e-13)
    assert_allclose(PAIR.moments(), [REFERENCE.mean(), REFERENCE.std()], rtol=1e-15)


def test_it_has_one_peak_inside():
    assert PAIR.one_peak().all()
    assert not PAIR.falls_from_lower_end().any()
