"""Differences of digamma and trigamma against 60-digit arithmetic."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.gamma_differences import gamma_differences


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
