"""Gamma times against SciPy's gamma distribution, from shapes next to 0 to shapes where it is a point."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, special, stats

from stattools.likelihoods.times import GammaTimes

LAW = GammaTimes()


@pytest.mark.parametrize("scale", [1e-3, 0.05, 0.5, 1.0, 3.0, 30.0, 1e3])
def test_times_between_ends_are_those_of_scipy(scale):
    k, near = scale**-2.0, min(scale, 1.0)
    low = np.exp(near * np.array([-3.0, 0.5, -1.0, -np.inf, -np.inf, 1.0]))
    high = np.exp(near * np.array([-1.0, 2.0, 1.5, -0.5, 1.0, np.inf]))
    found = LAW.between(np.zeros(6), np.full(6, np.log(scale)), low, high)
    a, b = k * low, k * high
    wanted = np.where(
        low > 1.0, special.gammaincc(k, a) - special.gammaincc(k, b), special.gammainc(k, b) - special.gammainc(k, a)
    )
    assert_allclose(np.exp(found[0]), wanted, rtol=1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):  # t f(t) of 0 and of inf is 0
        ends = [np.where((t > 0.0) & (t < np.inf), t * stats.gamma.pdf(t, k, scale=1.0 / k), 0.0) for t in (low, high)]
    assert_allclose(found[1], (ends[0] - ends[1]) / wanted, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 0.05, 0.5, 1.0, 3.0, 30.0, 1e3])
def test_derivatives_are_those_of_differences(scale):
    near, h = min(scale, 1.0), 1e-5
    low = np.exp(near * np.array([-3.0, 0.5, -1.0, -np.inf, -np.inf, 1.0]))
    high = np.exp(near * np.array([-1.0, 2.0, 1.5, -0.5, 1.0, np.inf]))

    def at(location, log_scale):
        return LAW.between(np.full(6, location), np.full(6, np.log(scale) + log_scale), low, high)

    _, *slopes, own, mixed, curl = at(0.0, 0.0)
    for slope, bends, unit in ((slopes[0], (own, mixed), (h * near, 0)), (slopes[1], (mixed, curl), (0, h))):
        up, down = at(*unit), at(*np.negative(unit))
        assert_allclose(slope, (up[0] - down[0]) / (2 * sum(unit)), rtol=2e-6, atol=1e-7)
        for bend, one, other in zip(bends, up[1:3], down[1:3], strict=True):
            assert_allclose(bend, -(one - other) / (2 * sum(unit)), rtol=2e-6, atol=1e-6)


def test_the_mean_and_the_variance_are_those_of_the_tails():
    location, log_scale = np.zeros(1), np.array([-0.3])
    first, second = (
        integrate.quad(lambda t, m=m: m * t ** (m - 1) * LAW.tail(location, log_scale, t, False)[0], 0.0, 60.0)[0]
        for m in (1, 2)
    )
    assert_allclose(first, np.exp(LAW.log_mean(np.exp(log_scale))[0]), rtol=1e-8)
    assert_allclose(second - first**2, LAW.relative_variance(np.exp(log_scale)), rtol=1e-7)
