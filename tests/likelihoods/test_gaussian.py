"""Normal errors of any scale."""

import math

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError


@pytest.mark.parametrize("scale", [1e-100, 0.7, 1e100])
def test_a_unit_changes_the_density_by_its_jacobian(scale):
    """log p(s y; s eta, s) = log p(y; eta, 1) - log s."""
    eta, y = np.array([0.0, 1.5, -30.0]), np.array([0.3, 1.5, 40.0])
    assert_allclose(
        st.Gaussian(scale=scale).loglik(scale * eta, scale * y),
        st.Gaussian().loglik(eta, y) - math.log(scale),
        rtol=1e-14,
    )


def test_both_tails_keep_their_digits():
    """Phi(-40) by 60 digits, where 1 - Phi(40) is 0."""
    with mpmath.workdps(60):
        tail = float(mpmath.erfc(40 / mpmath.sqrt(2)) / 2)
    eta, y = np.array([0.0]), np.array([80.0])
    assert_allclose(st.Gaussian(scale=2.0).survival(eta, y), tail, rtol=1e-13)
    assert_allclose(st.Gaussian(scale=2.0).cdf(eta, -y), tail, rtol=1e-13)


def test_bad_parameters_are_refused():
    with pytest.raises(DomainError, match=r"positive, finite scale; got 0"):
        st.Gaussian(scale=0.0)
