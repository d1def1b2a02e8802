"""From counts that are nearly Poisson to those of 1e9, against 80-digit arithmetic."""

import math

import mpmath
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError


@pytest.mark.parametrize("y", [0, 1, 50, 10**6, 10**9])
@pytest.mark.parametrize("log_alpha", [-40.0, -20.0, -2.8, -2.6, 0.0, 5.0])
def test_negative_binomial_down_to_poisson_and_up_to_1e9(y, log_alpha):
    """Log-likelihood and both scores against 80 digits; the scores may err by the round-off of the count itself."""
    log_mean = math.log(max(y, 1)) + 0.3

    def exact(eta, tau):
        r, m = mpmath.exp(-tau), mpmath.exp(eta)
        gammas = mpmath.loggamma(y + r) - mpmath.loggamma(r) - mpmath.loggamma(y + 1)
        return gammas + r * mpmath.log(r / (r + m)) + y * mpmath.log(m / (r + m))

    with mpmath.workdps(80):
        eta, tau = mpmath.mpf(log_mean), mpmath.mpf(log_alpha)
        value = float(exact(eta, tau))
        slopes = [float(mpmath.diff(exact, (eta, tau), order)) for order in ((1, 0), (0, 1))]
    loglik, score, _ = st.NegativeBinomial().evaluate([[log_mean, log_alpha]], [y])
    assert_allclose(loglik, [value], rtol=2e-13)
    assert_allclose(score[0], slopes, rtol=1e-11, atol=1e-14 * (1 + y))


def test_observed_information_needs_y():
    with pytest.raises(DomainError, match=r"give information\(eta, y\)"):
        st.NegativeBinomial().information([[0.0, 0.0]])
    with pytest.raises(DomainError, match="2 columns, log mean and log alpha"):
        st.NegativeBinomial().loglik([1.0], [2])


def test_counts_whose_squares_are_beyond_float64_are_refused():
    """Their variance, mean + alpha mean^2, is beyond float64 too."""
    table = {"y": [1e300, 2e300, 3e300, 1e300], "x": [0.0, 1.0, 2.0, 3.0]}
    for link in ("log", "identity"):
        with pytest.raises(DomainError, match=r"NegativeBinomial needs counts up to 1e120; got 1e\+300"):
            st.glm("y ~ x", table, family="negative-binomial", link=link)
    largest = table | {"y": [1e120, 5e119, 2e119, 8e119]}
    assert "alpha" in str(st.fit(st.negative_binomial("y ~ x", largest)))
