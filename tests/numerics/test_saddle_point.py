"""Log probabilities of counts up to 1e9, against 50-digit arithmetic."""

import math

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose

from stattools.numerics.distributions.counts import deviance_part, log_binomial_pmf, log_poisson_pmf, stirling_error


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


def test_small_counts_by_a_table_have_the_values_of_the_formula():
    k = np.repeat(np.arange(40.0) ** 2 % 300.0, 50)
    mean = np.tile(np.geomspace(1e-3, 400.0, 50), 40)
    beyond, there = np.append(k, 5000.0), np.append(mean, 5000.0)  # one count that the table does not have
    formula = log_poisson_pmf(beyond, there, np.log(there))[:-1]
    assert_allclose(log_poisson_pmf(k, mean, np.log(mean)), formula, rtol=1e-15, atol=1e-15)
    assert_allclose(log_poisson_pmf(k[:9], mean[:9], np.log(mean[:9])), formula[:9], rtol=1e-15, atol=1e-15)


def test_no_count_a_single_one_and_those_that_no_table_has():
    assert log_poisson_pmf([], [], []).shape == (0,)
    assert_allclose(log_poisson_pmf(3.0, 2.0, np.log(2.0)), log_poisson_pmf(3.0, 2.0), rtol=1e-15)
    for k in ([2.5, 3.0], [5.0, 2000.0]):
        assert_allclose(log_poisson_pmf(k, [2.0, 2.0], np.log([2.0, 2.0])), log_poisson_pmf(k, [2.0, 2.0]), rtol=1e-15)


def test_a_count_near_its_mean_has_all_digits_of_its_deviance():
    """Where x and m differ by nearly a tenth of their sum, the series is at its slowest."""
    x = np.array([1.0, 30.0, 500.0])
    for ratio in (1.2221, 0.8183, 1.1, 1.0 + 1e-9):
        exact = []
        with mpmath.workdps(50):
            for value in x:
                X, M = mpmath.mpf(value), mpmath.mpf(value * ratio)
                exact.append(float(X * mpmath.log(X / M) + M - X))
        assert_allclose(deviance_part(x, x * ratio), exact, rtol=8e-16)


def test_many_counts_with_means_that_underflow_or_are_zero():
    k, log_mean = np.tile([0.0, 2.0], 1000), np.full(2000, -800.0)
    assert_allclose(log_poisson_pmf(k, np.exp(log_mean), log_mean), np.tile([0.0, -1600.0 - np.log(2.0)], 1000))
    never = np.full(2000, -np.inf)
    assert log_poisson_pmf(k, np.zeros(2000), never).tolist() == np.tile([0.0, -np.inf], 1000).tolist()
