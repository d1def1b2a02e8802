"""The normal tail, against 60-digit arithmetic."""

import mpmath
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError


@pytest.mark.parametrize("u", [-1e4, -100.0, -30.1, -29.9, -3.0, 0.0, 5.0])
def test_probit_in_the_tail(u):
    """h = phi / Phi and h (u + h) by 60 digits, where the naive difference has none left."""
    with mpmath.workdps(60):
        U = mpmath.mpf(u)
        tail = mpmath.erfc(-U / mpmath.sqrt(2)) / 2
        h = mpmath.npdf(U) / tail
        wanted = [float(mpmath.log(tail)), float(h), float(h * (U + h))]
    assert_allclose([float(part) for part in st.Probit().evaluate(u, 1.0)], wanted, rtol=2e-11)


def test_observed_information_needs_y():
    with pytest.raises(DomainError, match=r"give information\(eta, y\)"):
        st.Probit().information([0.0])
