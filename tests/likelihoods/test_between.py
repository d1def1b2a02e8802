"""log(F(b) - F(a)) against sums of the density, and its derivatives in the tails against exact arithmetic."""

import numpy as np
import pytest
from mpmath import mp
from numpy.testing import assert_allclose

from stattools.likelihoods.between import BETWEEN, between

LAWS = {
    "logit": lambda x: 1 / (1 + mp.exp(-x)),
    "probit": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
    "cloglog": lambda x: -mp.expm1(-mp.exp(x)),
    "loglog": lambda x: mp.exp(-mp.exp(-x)),
}
CUTS = [(-1.0, 2.1), (-12.0, 1e-3), (0.5, 1e-7), (-3.0, 12.0), (2.0, 0.3), (-8.0, 3.0)]


@pytest.mark.parametrize("link", BETWEEN)
@pytest.mark.parametrize(("a", "w"), CUTS)
def test_the_logarithm_and_its_derivatives_are_exact(link, a, w):
    a = -a - w if link == "loglog" else a
    found = between(link, np.array([a]), np.array([a + w]), np.array([w]))
    with mp.workdps(60):
        low, high = mp.mpf(a), mp.mpf(a) + mp.mpf(w)

        def log(x, y):
            return mp.log(LAWS[link](y) - LAWS[link](x))

        mixed = -mp.diff(log, (low, high), (1, 1))
        lower, upper = -mp.diff(lambda x: log(x, high), low, 2), -mp.diff(lambda y: log(low, y), high, 2)
        wanted = [
            *(log(low, high), mp.diff(lambda y: log(low, y), high), mp.diff(lambda x: log(x, high), low)),
            *(mp.diff(lambda t: log(low + t, high + t), 0), upper, lower, upper + mixed, lower + mixed),
        ]
        exact = [float(value) for value in wanted]
    # of a narrow normal tail the sums of second derivatives are differences of numbers near 1 / w
    rtol = 1e-6 if link == "probit" and w < 1e-2 else 1e-9
    assert_allclose([float(part[0]) for part in found], exact, rtol=rtol, atol=1e-150)


@pytest.mark.parametrize("link", BETWEEN)
def test_an_open_end_is_the_tail(link):
    x = np.linspace(-6.0, 3.0, 7)
    first = between(link, np.full(7, -np.inf), x, np.full(7, np.inf))
    last = between(link, x, np.full(7, np.inf), np.full(7, np.inf))
    assert_allclose(np.exp(first.log) + np.exp(last.log), 1.0, rtol=1e-13)
    for one in (first, last):
        assert all(np.isfinite(part).all() for part in one)
        assert_allclose(one.upper + one.lower, one.shift, rtol=1e-12)
        assert_allclose(one.mixed, 0.0, atol=1e-15)


@pytest.mark.parametrize("a", [-3e8, 2e9, 5e4, -5e4, 1e100])
def test_a_normal_tail_so_far_out_that_its_cuts_have_one_logarithm(a):
    """The probability between a and a + w is then Phi of the nearer cut, times 1 - exp(-gap) with gap about w |a|."""
    w = 3.0 / abs(a)
    found = between("probit", np.array([a]), np.array([a + w]), np.array([w]))
    with mp.workdps(50):
        x = mp.mpf(abs(a))
        exact = -(x**2) / 2 - mp.log(x * mp.sqrt(2 * mp.pi)) + mp.log1p(-mp.exp(-3)) + (3 if a < 0 else 0)
    assert_allclose(found.log, [float(exact)], rtol=1e-7)


def test_cuts_out_of_order_have_no_probability():
    found = between("logit", np.array([1.0, 0.0]), np.array([0.5, 1.0]), np.array([-0.5, 1.0]))
    assert found.log[0] == -np.inf
    assert np.isfinite(found.log[1])
