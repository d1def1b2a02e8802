"""Trials with any dispersion, against 90-digit arithmetic."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.likelihoods.predictive import tails_of


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


@pytest.mark.parametrize(
    ("logit", "log_precision"), [(-60.0, 0.0), (-400.0, 0.0), (-0.7, -30.0), (3.0, 12.0), (-0.7, 80.0)]
)
@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 5), (2, 7), (40, 300), (290, 300)])
def test_both_tails_keep_their_digits(logit, log_precision, k, n):
    low, high = _sides(logit, log_precision, k, n)
    eta, successes, family = np.array([[logit, log_precision]]), np.array([float(k)]), st.BetaBinomial(n)
    assert_allclose(family.cdf(eta, successes)[0], low, rtol=1e-11)
    assert_allclose(family.survival(eta, successes)[0], high, rtol=1e-11)
    (before, _), (rest, _) = tails_of(st.BetaBinomial(), eta, np.array([[float(k), float(n)]]))
    assert_allclose(before[0], _sides(logit, log_precision, k - 1, n)[0], rtol=1e-11)
    assert_allclose(rest[0], _sides(logit, log_precision, k - 1, n)[1], rtol=1e-11)


@pytest.mark.parametrize(
    ("logit", "log_precision", "k"), [(-0.7, 0.0, 30_000), (-0.7, 12.0, 34_000), (2.0, -3.0, 99_999)]
)
def test_tails_of_many_trials(logit, log_precision, k):
    n = 100_000
    low, high = _sides(logit, log_precision, k, n)
    eta, successes, family = np.array([[logit, log_precision]]), np.array([float(k)]), st.BetaBinomial(n)
    # sums of 1e5 terms, each the one before times a ratio
    assert_allclose(family.cdf(eta, successes)[0], low, rtol=1e-10)
    assert_allclose(family.survival(eta, successes)[0], high, rtol=1e-10)
    median = family.quantile(eta, 0.5, np.array([float(n)]))
    assert family.cdf(eta, median)[0] >= 0.5 > family.cdf(eta, median - 1.0)[0]


def test_rows_of_unequal_trials_and_of_none():
    eta = np.tile([[0.3, 1.0]], (6, 1))
    trials = np.array([0.0, 3000.0, 2.0, 0.0, 1.0, 300.0])
    successes = np.array([0.0, 1500.0, 2.0, 0.0, 0.0, 310.0])  # 310 of 300: everything lies below
    family = st.BetaBinomial(trials)
    wanted = [_sides(0.3, 1.0, int(k), int(n)) for k, n in zip(successes, trials, strict=True)]
    assert_allclose(family.cdf(eta, successes), [low for low, _ in wanted], rtol=1e-12)
    assert_allclose(family.survival(eta, successes), [high for _, high in wanted], rtol=1e-12)
    assert_allclose(
        st.BetaBinomial().facts.interval(st.BetaBinomial(), eta[:1], np.zeros((1, 2, 2)), 0.9, trials[2:3]),
        [[0.0], [2.0]],
    )
    with pytest.raises(st.IncompatibleError, match="needs the trials"):
        st.BetaBinomial().facts.interval(st.BetaBinomial(), eta, np.zeros((6, 2, 2)), 0.9)


def _sides(logit, log_precision, k, n):
    """The probabilities of 0, ..., k and of k + 1, ..., n successes, added up in 60 digits."""
    with mpmath.workdps(60):
        t, s = mpmath.mpf(logit), mpmath.exp(log_precision)
        a, b = s / (1 + mpmath.exp(-t)), s / (1 + mpmath.exp(t))
        one = mpmath.exp(mpmath.loggamma(b + n) - mpmath.loggamma(b) + mpmath.loggamma(s) - mpmath.loggamma(s + n))
        sides = [mpmath.mpf(0), mpmath.mpf(0)]
        for j in range(n + 1):
            sides[j > k] += one
            if j < n:
                one *= (n - j) * (a + j) / ((j + 1) * (b + (n - j - 1)))
        return tuple(float(side) for side in sides)
