"""Log probabilities of counts up to 1e9, against 50-digit arithmetic."""

import math

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose

from stattools.numerics.saddle_point import deviance_part, log_binomial_pmf, log_poisson_pmf, stirling_error


@given(some.just(0.0) | some.floats(1e-9, 1e12), some.floats(1e-6, 1e12))
def test_deviance_is_never_negative(x, m):
    with mpmath.workdps(60):
        exact = mpmath.mpf(x) * mpmath.log(mpmath.mpf(x) / mpmath.mpf(m)) if x else mpmath.mpf(0)
        exact = float(exact + mpmath.mpf(m) - mpmath.mpf(x))
    assert deviance_part(x, m) >= 0
    assert_allclose(float(deviance_part(x, m)), exact, rtol=5e-14)


@given(some.floats(0.05, 1e6))
def test_stirling_error_of_real_arguments(n):
    with mpmath.workdps(60):
        N = mpmath.mpf(n)
        exact = mpmath.loggamma(N + 1) - (N + 0.5) * mpmath.log(N) + N - mpmath.log(2 * mpmath.pi) / 2
    assert_allclose(float(stirling_error(n)), float(exact), rtol=1e-12, atol=2e-15 * max(1.0, abs(math.log(n))) * 16)


def test_binomial_where_gammaln_has_lost_its_digits():
    with mpmath.workdps(60):
        k = mpmath.mpf(5 * 10**8)
        exact = float(mpmath.loggamma(2 * k + 1) - 2 * mpmath.loggamma(k + 1) - 2 * k * mpmath.log(2))
    value = float(log_binomial_pmf(5 * 10**8, 10**9, 0.5, 0.5))
    assert_allclose(value, exact, rtol=1e-14)


def test_impossible_counts_have_probability_zero():
    assert log_binomial_pmf([0, 1, 2], 2, 0.0, 1.0).tolist() == [0.0, -np.inf, -np.inf]
    assert log_binomial_pmf([0, 1, 2], 2, 1.0, 0.0).tolist() == [-np.inf, -np.inf, 0.0]
    assert log_poisson_pmf([0, 3], 0.0).tolist() == [0.0, -np.inf]


def test_many_small_counts_by_a_table_have_the_values_of_few():
    k = np.repeat(np.arange(40.0) ** 2 % 300.0, 50)
    mean = np.tile(np.geomspace(1e-3, 400.0, 50), 40)
    few = [log_poisson_pmf(k[i : i + 100], mean[i : i + 100], np.log(mean[i : i + 100])) for i in range(0, 2000, 100)]
    assert_allclose(log_poisson_pmf(k, mean, np.log(mean)), np.concatenate(few), rtol=1e-15, atol=1e-15)


def test_many_counts_with_means_that_underflow_or_are_zero():
    k, log_mean = np.tile([0.0, 2.0], 1000), np.full(2000, -800.0)
    assert_allclose(log_poisson_pmf(k, np.exp(log_mean), log_mean), np.tile([0.0, -1600.0 - np.log(2.0)], 1000))
    never = np.full(2000, -np.inf)
    assert log_poisson_pmf(k, np.zeros(2000), never).tolist() == np.tile([0.0, -np.inf], 1000).tolist()
