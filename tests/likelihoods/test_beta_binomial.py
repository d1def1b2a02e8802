"""Trials with any dispersion, against 90-digit arithmetic."""

import mpmath
import pytest
from numpy.testing import assert_allclose

import stattools as st


@pytest.mark.parametrize("logit", [-60.0, -0.7, 3.0])
@pytest.mark.parametrize("log_precision", [-30.0, 0.0, 12.0, 80.0])
@pytest.mark.parametrize(("k", "n"), [(0, 5), (2, 7), (40, 1000), (10**6, 10**7), (3, 10**9)])
def test_beta_binomial_keeps_its_digits_from_no_dispersion_to_all(logit, log_precision, k, n):
    with mpmath.workdps(90):
        t, u = mpmath.mpf(logit), mpmath.mpf(log_precision)

        def exact(t, u):
            a, b = mpmath.exp(u) / (1 + mpmath.exp(-t)), mpmath.exp(u) / (1 + mpmath.exp(t))
            after = mpmath.loggamma(a + k) + mpmath.loggamma(b + n - k) - mpmath.loggamma(a + b + n)
            return (
                mpmath.log(mpmath.binomial(n, k))
                + after
                - mpmath.loggamma(a)
                - mpmath.loggamma(b)
                + mpmath.loggamma(a + b)
            )

        value = float(exact(t, u))
        slopes = [float(mpmath.diff(lambda x: exact(x, u), t)), float(mpmath.diff(lambda x: exact(t, x), u))]
    loglik, score, _ = st.BetaBinomial().evaluate([[logit, log_precision]], [[k, n]])
    assert_allclose(loglik[0], value, rtol=1e-13, atol=1e-14)
    assert_allclose(score[0], slopes, rtol=1e-12, atol=1e-13)
