"""The rate behind the mean of positive counts."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.likelihoods.counts import Poisson
from stattools.likelihoods.zeros import ZeroInflated, ZerosOfFamily, rate_of


def test_a_rate_has_the_mean_of_its_positive_counts():
    m = np.array([1e-4, 0.3, 2.0, 40.0, 1e6])
    assert_allclose(rate_of(m / -np.expm1(-m)), m, rtol=1e-9)


def test_the_rate_of_rows_with_exposure():
    y, ones = np.array([0.0, 3.0, 0.0, 1.0]), np.ones(4)
    assert_allclose(ZeroInflated().start(y, ones, np.log(5.0) * ones)[0], np.log(rate_of(2.0) / 5.0))


def test_probabilities_of_a_zero_and_of_others_add_up():
    seen = ZerosOfFamily(Poisson(), np.array([-3.0, 0.0, 2.0]))
    assert_allclose(seen.share + np.exp(seen.log_zero), 1.0, rtol=1e-15)
    assert_allclose(seen.odds, np.exp(seen.log_zero) / seen.share)
