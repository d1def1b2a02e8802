"""Counts up to 1e9, against 60-digit arithmetic."""

import math

import mpmath
import pytest
from numpy.testing import assert_allclose

import stattools as st


def exact_poisson(k: int, eta: float) -> float:
    with mpmath.workdps(60):
        eta = mpmath.mpf(eta)
        return float(k * eta - mpmath.exp(eta) - mpmath.loggamma(k + 1))


@pytest.mark.parametrize("k", [0, 1, 15, 16, 17, 1000, 10**6, 10**9])
@pytest.mark.parametrize("shift", [-3.0, -1e-3, 0.0, 1e-5, 0.2, 2.0])
def test_poisson_counts_up_to_1e9(k, shift):
    eta = math.log(max(k, 0.5)) + shift * min(1.0, 30 / math.sqrt(max(k, 1)))
    # the float eta itself carries the count: d loglik = |k - mean| eps eta, hence the second term
    room = 2e-15 * abs(eta) * abs(k - math.exp(eta))
    assert_allclose(float(st.Poisson().loglik(eta, k)), exact_poisson(k, eta), rtol=2e-14, atol=room)


def test_counts_beyond_those_that_float64_tells_apart_are_refused():
    """From 1e15 counts on the sum of scores is round-off, and the climb ended in advice about columns."""
    assert st.Poisson().check([2.0**53]) == 2.0**53
    with pytest.raises(st.DomainError, match=r"counts up to 2\^53, .*; got 1e\+100 at position 1 .* in larger units"):
        st.poisson([3.0, 1e100], [[1.0], [2.0]])
