"""Differences of digamma and trigamma against 60-digit arithmetic."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.gamma_differences import digamma_gap, gamma_differences


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
