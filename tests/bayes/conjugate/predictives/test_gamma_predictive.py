"""Counts with a gamma rate against SciPy's negative binomial distribution."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.conjugate.gamma_poisson import GammaPoisson, least_count
from stattools.errors import DomainError

Y = np.array([0, 1, 4, 30, 200])


@pytest.mark.parametrize(("shape", "rate", "exposure"), [(0.5, 1.0, 1.0), (20.0, 2.0, 3.0), (3.0, 0.1, 0.5)])
def test_equals_scipy(shape, rate, exposure):
    ours, theirs = GammaPoisson(shape, rate, exposure), stats.nbinom(shape, rate / (rate + exposure))
    assert_allclose(ours.log_pmf(Y), theirs.logpmf(Y), rtol=1e-10)
    assert_allclose(ours.cdf(Y), theirs.cdf(Y), rtol=1e-10)
    assert_allclose(ours.sf(Y), theirs.sf(Y), rtol=1e-8, atol=1e-300)
    assert_allclose([ours.mean, ours.sd], [theirs.mean(), theirs.std()], rtol=1e-12)
    lower, upper = ours.interval(0.9)
    assert (lower, upper) == (theirs.ppf(0.05), theirs.ppf(0.95))


def test_only_whole_numbers_are_counts():
    assert GammaPoisson(2.0, 1.0).pmf([-1.0, 0.5, np.inf]).tolist() == [0.0, 0.0, 0.0]
    assert GammaPoisson(2.0, 1.0).cdf([-1.0, np.inf]).tolist() == [0.0, 1.0]
    with pytest.raises(DomainError, match="a positive exposure"):
        GammaPoisson(2.0, 1.0, 0.0)


def test_the_least_count_is_found_far_out():
    assert least_count(lambda y: y >= np.array([0, 7, 10**12]), (3,)).tolist() == [0, 7, 10**12]


def test_draws_have_its_moments():
    ours = GammaPoisson(5.0, 2.0, 3.0)
    y = ours.sample(20_000, seed=1)
    assert abs(y.mean() - ours.mean) < 5 * ours.sd / np.sqrt(20_000)


def test_counts_whose_log_probability_may_have_no_double_are_refused():
    assert GammaPoisson(2.0, 1e-10).log_pmf(1e300) < -1e288
    with pytest.raises(DomainError, match="up to 1e\\+300; got 1e\\+308"):
        GammaPoisson(2.0, 1e-10).log_pmf([1.0, 1e308])
