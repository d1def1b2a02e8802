"""Gamma arms keep the digits of tiny losses."""

import mpmath as mp
from numpy.testing import assert_allclose

import stattools as st


def test_gamma_loss_of_1e_minus_30():
    """E max(Y - X, 0) = E[Y] P(X < Y') - E[X] P(X' < Y), tails of beta distributions."""
    a, r, c, s = 200, 10, 20, 10
    with mp.workdps(120):

        def below(p, q):
            return mp.betainc(p, q, 0, mp.mpf(r) / (r + s), regularized=True)

        exact = mp.mpf(c) / s * below(a, c + 1) - mp.mpf(a) / r * below(a + 1, c)
    assert 1e-60 < exact < 1e-28
    assert_allclose(st.expected_loss(st.Gamma(a, r), st.Gamma(c, s)), float(exact), rtol=1e-10)
