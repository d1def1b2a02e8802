"""The beta distribution against mpmath at 50 digits, and against its own symmetries."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

from stattools.numerics.distributions.beta import log_density, log_density_of_logit, quantile, tails
from tests.sizes import examples

parameters = some.floats(-2, 9).map(lambda e: 10.0**e)
SHAPES = [(0.01, 0.01), (0.5, 3.0), (5.0, 3.0), (0.01, 1e9), (4.0, 1e9), (1000.0, 1e9), (1e5, 3.0), (2e3, 5e3)]
PROBS = [1e-20, 1e-6, 0.03, 0.3, 0.5, 0.8, 0.99]


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mp.workdps(50):
        yield


def log_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + b)


def below(x, a, b):
    """P(theta <= x) by the hypergeometric series, all of whose terms are positive."""
    x, a, b = mp.mpf(x), mp.mpf(a), mp.mpf(b)
    term = total = mp.exp(a * mp.log(x) + b * mp.log1p(-x) - log_beta(a, b)) / a
    i = 0
    while term > total * mp.mpf(10) ** -30:
        term *= (a + b + i) / (a + 1 + i) * x
        total += term
        i += 1
    return total


def relative(value, exact):
    return float(abs((mp.mpf(float(value)) - exact) / exact))


@pytest.mark.parametrize("b", [0.01, 0.7, 1.0, 30.0, 1e5, 1e9])
@pytest.mark.parametrize("a", [0.01, 0.7, 1.0, 30.0, 1e5, 1e9])
def test_log_density_keeps_its_digits(a, b):
    size = a + b
    for z in (-3.0, -0.5, 0.5, 3.0):
        x = a / size + z * np.sqrt(a / size * (b / size) / (size + 1.0))
        if 0.0 < x < 1.0:
            exact = (mp.mpf(a) - 1) * mp.log(x) + (mp.mpf(b) - 1) * mp.log1p(-mp.mpf(x)) - log_beta(a, b)
            # x is given to 1 part in 1e16; at 1e9 trials that moves the log density by up to 1e-11
            assert_allclose(log_density(x, 1.0 - x, a, b), float(exact), rtol=1e-14, atol=1e-15 * np.sqrt(size) + 1e-14)


def test_density_at_the_ends():
    with np.errstate(all="raise"):
        assert_allclose(log_density([0.0, 1.0], [1.0, 0.0], 1.0, 3.0), [np.log(3.0), -np.inf], rtol=1e-15)
        assert_allclose(log_density([0.0, 1.0], [1.0, 0.0], 0.5, 1.0), [np.inf, np.log(0.5)], rtol=1e-15)


@pytest.mark.parametrize("p", PROBS)
@pytest.mark.parametrize(("a", "b"), SHAPES)
def test_quantiles_and_tails_keep_their_digits(a, b, p):
    x = float(quantile(p, 1.0 - p, a, b))
    if not 1e-300 < x < 0.9:  # at an end in double precision, where the series is not the oracle
        return
    low, high = tails(x, 1.0 - x, a, b)
    exact = below(x, a, b)
    # 3e-11 where SciPy's smaller tail has no more (a = 2 to 40, b = 1e9)
    assert relative(low, exact) < 3e-11
    assert relative(high, 1 - exact) < 3e-11
    density = mp.exp(mp.mpf(float(log_density_of_logit(x, 1.0 - x, a, b))))
    assert float(abs(exact - mp.mpf(p)) / density) < 3e-11  # the error of the quantile, relative to x


def test_quantile_is_right_where_scipy_fails():
    from scipy.special import betaincinv

    median = float(quantile(0.5, 0.5, 1000.0, 1e9))
    assert float(abs(below(median, 1000.0, 1e9) - 0.5)) < 1e-12
    assert betaincinv(1000.0, 1e9, 0.5) == pytest.approx(median, rel=1.0)  # SciPy 1.18: 1.9e-6, off by 90 %


def test_quantiles_at_probability_0_and_1():
    assert_allclose(quantile([0.0, 1.0], [1.0, 0.0], 5.0, 3.0), [0.0, 1.0], rtol=0)


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(parameters, parameters, some.floats(1e-10, 1.0 - 1e-10))
def test_quantile_inverts_the_tails(a, b, p):
    x = quantile(p, 1.0 - p, a, b)
    y = quantile(1.0 - p, p, b, a)  # the mirrored quantile is 1 - x
    low, high = tails(x, y, a, b)
    if x < 1e-300 or y < 1e-300:
        return
    assert_allclose([low, high], [p, 1.0 - p], rtol=1e-8 if min(x, y) < 1e-15 else 1e-9)
    assert_allclose(low + high, 1.0, rtol=1e-12)
