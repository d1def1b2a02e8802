"""The gamma distribution's tails and quantiles against series and continued fractions in mpmath."""

import mpmath
import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

from stattools.numerics.distributions.gamma import (
    differences,
    digamma_gap,
    gamma_differences,
    log_density_of_log,
    log_quantile,
    tail,
    tails,
)
from tests.sizes import first


def exact_lower(a, t):
    a, x = mp.mpf(a), mp.mpf(a) * mp.e ** mp.mpf(float(t))
    term = total = mp.mpf(1)
    n = 0
    while term > total * mp.mpf(10) ** -20:
        n += 1
        term *= x / (a + n)
        total += term
    return float(mp.e ** (a * mp.log(x) - x - mp.loggamma(a + 1)) * total)


def exact_upper(a, t):
    a, x = mp.mpf(a), mp.mpf(a) * mp.e ** mp.mpf(float(t))
    b = x + 1 - a
    c, d = mp.mpf(10) ** 300, 1 / b
    h, i, change = d, 0, mp.mpf(2)
    while abs(change - 1) > mp.mpf(10) ** -20:
        i += 1
        b += 2
        d, c = 1 / (-i * (i - a) * d + b), b - i * (i - a) / c
        change = c * d
        h *= change
    return float(mp.e ** (a * mp.log(x) - x - mp.loggamma(a)) * h)


@pytest.mark.parametrize("a", first(5, [0.01, 1.0, 60.0, 2.5e4, 1e8, 0.5, 7.0, 1e3, 1e6]))
def test_tails_keep_their_relative_accuracy(a):
    with mp.workdps(30):
        for z in (-30, -9, -4.6, 4.6, 9, 30) if a > 1e7 else (-30, -9, -4.6, -2, -0.5, 0.5, 2, 4.6, 9, 30):
            t = np.log1p(z / np.sqrt(a)) if z > -0.9 * np.sqrt(a) else z / np.sqrt(a)
            exact = exact_lower(a, t) if z < 0 else exact_upper(a, t)
            if exact > 1e-290:
                assert_allclose(tail(t, a, z < 0), exact, rtol=1e-11)


def test_scipy_is_wrong_where_we_are_not():
    """Its series for the lower tail ends after 2,000 terms; this fails when SciPy is mended, and the page with it."""
    a, z = 1e8, -6.0
    t = np.log1p(z / np.sqrt(a))
    with mp.workdps(30):
        exact = exact_lower(a, t)
    assert abs(special.gammainc(a, a * np.exp(t)) / exact - 1) > 0.1
    assert_allclose(tail(t, a, True), exact, rtol=1e-12)


@pytest.mark.parametrize("p", [1e-300, 1e-100, 1e-8, 0.03, 0.4999])
def test_quantiles_invert_the_tails(p):
    a = np.geomspace(0.01, 1e9, 200)
    assert_allclose(tail(log_quantile(p, 1 - p, a), a, True), p, rtol=1e-10)  # SciPy's tails err by 1e-11 at 1e-300
    assert_allclose(tail(log_quantile(1 - p, p, a), a, False), p, rtol=1e-10)


def test_tails_add_to_one_and_density_is_scipys():
    a, t = np.geomspace(0.01, 1e9, 50), np.linspace(-1, 1, 50)
    below, above = tails(t, a)
    assert_allclose(below + above, 1.0, rtol=1e-15)
    x = a[:30] * np.exp(t[:30])
    assert_allclose(log_density_of_log(t[:30], a[:30]) - np.log(x), stats.gamma.logpdf(x, a[:30]), rtol=1e-9, atol=1e-9)


def test_the_ends():
    assert (float(log_quantile(0.0, 1.0, 2.0)), float(log_quantile(1.0, 0.0, 2.0))) == (-np.inf, np.inf)


@pytest.mark.parametrize("r", [1e-3, 0.7, 14.9, 15.1, 300.0, 1e5, 1e9, 1e15])
@pytest.mark.parametrize("y", [0.0, 1.0, 40.0, 1e6, 1e9])
def test_both_keep_their_digits_for_r_of_any_size(r, y):
    with mpmath.workdps(60):
        R, Y = mpmath.mpf(r), mpmath.mpf(y)
        slope = R * (mpmath.digamma(R + Y) - mpmath.digamma(R) - mpmath.log1p(Y / R))
        curvature = R**2 * (mpmath.psi(1, R + Y) - mpmath.psi(1, R)) + R * Y / (R + Y)
    found = gamma_differences(np.array(r), np.array(y))
    # just beyond r = 15 the series are cut off by up to 2e-12, of values that are small where y = 1
    tolerance = 2e-11 if 15 < r < 16 else 1e-12
    assert_allclose([float(part) for part in found], [float(slope), float(curvature)], rtol=tolerance, atol=1e-300)


@pytest.mark.parametrize("k", [1e-130, 1e-3, 0.5, 3.0, 14.9, 15.1, 300.0, 1e5, 1e15])
def test_what_digamma_lacks_of_a_logarithm_keeps_its_digits(k):
    with mpmath.workdps(60 + 300 * (k < 1e-100)):
        K = mpmath.mpf(k)
        gap = K * (mpmath.log(K) - mpmath.digamma(K))
        slope = gap + K - K * K * mpmath.psi(1, K)
    found = digamma_gap(np.array(k))
    assert_allclose(float(found[0]), float(gap), rtol=2e-14)
    assert_allclose(float(found[1]), float(slope), rtol=1e-11, atol=1e-15)  # the smaller part of what it stands in


def test_differences_of_an_exponential_have_all_their_digits():
    t = np.array([-300.0, -30.0, -0.1001, -0.0999, -1e-12, 0.0, 1e-5, 0.0999, 0.1001, 3.0, 300.0])
    with mp.workdps(60):
        exact = [(mp.e**x, mp.expm1(x), mp.expm1(x) - x) for x in map(mp.mpf, t.tolist())]
    for found, expected in zip(differences(t), zip(*exact, strict=True), strict=True):
        assert_allclose(found, np.array(expected, dtype=float), rtol=5e-14, atol=0)
    assert_allclose(differences(t.reshape(1, -1))[2][0], differences(t)[2], rtol=0)
