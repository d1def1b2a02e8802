"""Counts up to 1e9 and probabilities close to 1, against 60 digits and more."""

import math

import mpmath
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from tests.sizes import first


def exact_binomial(k: int, n: int, eta: float) -> float:
    with mpmath.workdps(9000 if abs(eta) > 700 else 60):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(eta)))
        coefficient = mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)
        return float(coefficient + k * mpmath.log(p) + (n - k) * mpmath.log1p(-p))


@pytest.mark.parametrize("n", first(2, [1, 40, 10**9, 2, 10**4]))
@pytest.mark.parametrize("eta", [-1e4, -30.0, -1.0, 0.0, 1e-3, 20.0, 1e4])
def test_binomial_counts_up_to_1e9(n, eta):
    p = 1 / (1 + math.exp(-eta)) if eta > -700 else 0.0
    for k in {0, n, n // 2, round(n * p)}:
        assert_allclose(float(st.Binomial(n).loglik(eta, k)), exact_binomial(k, n, eta), rtol=1e-13, atol=1e-300)


def test_bad_parameters_are_refused():
    with pytest.raises(IncompatibleError, match=r"last axis of two"):
        st.Binomial().loglik(0.0, 3.0)
    with pytest.raises(IncompatibleError, match=r"Binomial\(trials=n\)"):
        st.Binomial().information(0.0)
