"""The inverse Mills ratio and its slope against mpmath, in both tails."""

import mpmath
import numpy as np
from numpy.testing import assert_allclose

from stattools.numerics.distributions.normal import mills, minus_slope


def test_ratio_and_slope_have_their_digits_in_both_tails():
    u = np.array([-1e4, -300.0, -30.1, -29.9, -3.0, -1e-3, 0.0, 0.5, 4.0, 30.0])
    exact = []
    with mpmath.workdps(60):
        for x in map(mpmath.mpf, u.tolist()):
            # Phi as an integral over the tail by its own scale: mpmath's erfc stops at 1e4
            ratio = mpmath.npdf(x) / mpmath.ncdf(x) if x > -100 else _far(x)
            exact.append([float(ratio), float(ratio * (x + ratio))])
    h = mills(u)
    # at -29.9 u + h is a difference of numbers 900 times as large
    assert_allclose(np.array([h, minus_slope(u, h)]).T, exact, rtol=2e-11)


def _far(x):
    """1 / (the continued fraction of Mills' ratio), which converges at once so far out."""
    fraction = mpmath.mpf(0)
    for k in range(40, 0, -1):
        fraction = k / (-x + fraction)
    return -x + fraction


def test_beyond_the_reach_of_erfcx_it_is_minus_u():
    far = np.array([-1e99, -1e101, -1e155, -1e308, -1.7e308])
    assert_allclose(mills(far), -far, rtol=1e-15)
