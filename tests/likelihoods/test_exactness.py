"""Exact values: log odds of hundreds, counts of 1e9, probabilities close to 1, against 50-digit arithmetic."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.numerics.saddle_point import deviance_part, log_binomial_pmf, log_poisson_pmf, stirling_error


def exact_poisson(k: int, eta: float) -> float:
    with mpmath.workdps(60):
        eta = mpmath.mpf(eta)
        return float(k * eta - mpmath.exp(eta) - mpmath.loggamma(k + 1))


def exact_binomial(k: int, n: int, eta: float) -> float:
    with mpmath.workdps(9000 if abs(eta) > 700 else 60):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(eta)))
        coefficient = mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)
        return float(coefficient + k * mpmath.log(p) + (n - k) * mpmath.log1p(-p))


def test_bernoulli_at_800():
    loglik, score, information = st.Bernoulli().evaluate(np.array([800.0, -800.0, 800.0]), np.array([0.0, 1.0, 1.0]))
    assert loglik.tolist() == [-800.0, -800.0, 0.0]
    assert score.tolist() == [-1.0, 1.0, 0.0]
    assert (information >= 0).all()


@given(some.floats(-700, 700), some.sampled_from([0.0, 1.0]))
def test_bernoulli_keeps_relative_accuracy(eta, y):
    with mpmath.workdps(700):
        exact = -mpmath.log1p(mpmath.exp(-mpmath.mpf(eta) * (1 if y else -1)))
        assert_allclose(float(st.Bernoulli().loglik(eta, y)), float(exact), rtol=4e-15)
        assert_allclose(float(st.Bernoulli().evaluate(eta, y)[0]), float(exact), rtol=4e-15)


@pytest.mark.parametrize("k", [0, 1, 15, 16, 17, 1000, 10**6, 10**9])
@pytest.mark.parametrize("shift", [-3.0, -1e-3, 0.0, 1e-5, 0.2, 2.0])
def test_poisson_counts_up_to_1e9(k, shift):
    eta = math.log(max(k, 0.5)) + shift * min(1.0, 30 / math.sqrt(max(k, 1)))
    # the float eta itself carries the count: d loglik = |k - mean| eps eta, hence the second term
    room = 2e-15 * abs(eta) * abs(k - math.exp(eta))
    assert_allclose(float(st.Poisson().loglik(eta, k)), exact_poisson(k, eta), rtol=2e-14, atol=room)


@pytest.mark.parametrize("n", [1, 2, 40, 10**4, 10**9])
@pytest.mark.parametrize("eta", [-1e4, -30.0, -1.0, 0.0, 1e-3, 20.0, 1e4])
def test_binomial_counts_up_to_1e9(n, eta):
    p = 1 / (1 + math.exp(-eta)) if eta > -700 else 0.0
    for k in {0, n, n // 2, round(n * p)}:
        assert_allclose(float(st.Binomial(n).loglik(eta, k)), exact_binomial(k, n, eta), rtol=1e-13, atol=1e-300)


def test_binomial_where_gammaln_has_lost_its_digits():
    value = float(log_binomial_pmf(5 * 10**8, 10**9, 0.5, 0.5))
    assert_allclose(value, exact_binomial(5 * 10**8, 10**9, 0.0), rtol=1e-14)


def test_categorical_near_certainty():
    """log P(y) = -exp(-40) where the others are 40 below: a difference of logs would give 0."""
    assert_allclose(st.Categorical(3).loglik([[40.0, -1.0]], [1]), [-(math.exp(-40.0) + math.exp(-41.0))], rtol=1e-14)
    assert st.Categorical(3).loglik([[1e4, 0.0]], [0]).tolist() == [-1e4]


def test_categorical_information_has_no_cancellation():
    assert_allclose(st.Categorical(2).information([50.0])[0], math.exp(-50.0), rtol=1e-13)


@given(some.just(0.0) | some.floats(1e-9, 1e12), some.floats(1e-6, 1e12))
def test_deviance_is_never_negative(x, m):
    with mpmath.workdps(60):
        exact = mpmath.mpf(x) * mpmath.log(mpmath.mpf(x) / mpmath.mpf(m)) if x else mpmath.mpf(0)
        exact = float(exact + mpmath.mpf(m) - mpmath.mpf(x))
    assert deviance_part(x, m) >= 0
    assert_allclose(float(deviance_part(x, m)), exact, rtol=5e-14)


@given(some.floats(0.05, 1e6))
def test_stirling_error_of_real_arguments(n):
    with mpmath.workdps(60):
        N = mpmath.mpf(n)
        exact = mpmath.loggamma(N + 1) - (N + 0.5) * mpmath.log(N) + N - mpmath.log(2 * mpmath.pi) / 2
    assert_allclose(float(stirling_error(n)), float(exact), rtol=1e-12, atol=2e-15 * max(1.0, abs(math.log(n))) * 16)


def test_impossible_counts_have_probability_zero():
    assert log_binomial_pmf([0, 1, 2], 2, 0.0, 1.0).tolist() == [0.0, -np.inf, -np.inf]
    assert log_binomial_pmf([0, 1, 2], 2, 1.0, 0.0).tolist() == [-np.inf, -np.inf, 0.0]
    assert log_poisson_pmf([0, 3], 0.0).tolist() == [0.0, -np.inf]


def test_bad_parameters_are_refused():
    with pytest.raises(DomainError, match=r"positive, finite scale; got 0"):
        st.Gaussian(scale=0.0)
    with pytest.raises(DomainError, match=r"2 or more; got 1"):
        st.Categorical(1)
    with pytest.raises(DomainError, match=r"eta with 2 columns"):
        st.Categorical(3).loglik([[1.0]], [0])
    with pytest.raises(IncompatibleError, match=r"last axis of two"):
        st.Binomial().loglik(0.0, 3.0)
    with pytest.raises(IncompatibleError, match=r"Binomial\(trials=n\)"):
        st.Binomial().information(0.0)


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
    for likelihood, eta in ((st.Probit(), [0.0]), (st.NegativeBinomial(), [[0.0, 0.0]])):
        with pytest.raises(DomainError, match=r"give information\(eta, y\)"):
            likelihood.information(eta)
    with pytest.raises(DomainError, match="2 columns, log mean and log alpha"):
        st.NegativeBinomial().loglik([1.0], [2])


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
