"""The expected gain of a normal difference is its formula."""

import mpmath as mp
import pytest
from numpy.testing import assert_allclose

import stattools as st


@pytest.mark.parametrize("z", [0.0, 0.7, -3.0, -11.5, -30.0, 4.0, -1e4, 1e4])
def test_normal_loss_equals_its_formula(z):
    with mp.workdps(80):
        exact = mp.npdf(z) + mp.mpf(z) * mp.erfc(-mp.mpf(z) / mp.sqrt(2)) / 2
    value = st.expected_loss(st.Normal(2, 3), st.Normal(2 + 5 * z, 4))
    assert_allclose(value, 5 * float(exact), rtol=1e-12, atol=1e-300)
