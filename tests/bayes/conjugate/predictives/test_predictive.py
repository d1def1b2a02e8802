"""The beta-binomial distribution against mpmath, scipy.stats, and its own sums and mirror images."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st
from stattools.bayes.conjugate.beta_binomial import MOST_TERMS, BetaBinomialPredictive
from tests.sizes import examples

parameters = some.floats(-2, 9).map(lambda e: 10.0**e)


def exact_log_pmf(k, n, a, b):
    a, b = mp.mpf(a), mp.mpf(b)

    def log_beta(x, y):
        return mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y)

    return -mp.log(n + 1) - log_beta(k + 1, n - k + 1) + log_beta(a + k, b + n - k) - log_beta(a, b)


@settings(max_examples=examples(50), deadline=None, derandomize=True)
@given(some.integers(1, 10**9), some.floats(0, 1), parameters, parameters)
def test_pmf_keeps_its_digits(n, share, a, b):
    with mp.workdps(50):
        for k in (0, int(share * n), n):
            exact = float(exact_log_pmf(k, n, a, b))
            assert_allclose(BetaBinomialPredictive(n, a, b).log_pmf(k), exact, rtol=2e-14, atol=2e-14)


@pytest.mark.parametrize(("n", "a", "b"), [(10, 5, 3), (40, 0.3, 20), (1, 2, 2)])
def test_equals_scipy(n, a, b):
    ours, theirs, k = BetaBinomialPredictive(n, a, b), stats.betabinom(n, a, b), np.arange(-1, n + 2)
    assert_allclose(ours.pmf(k), theirs.pmf(k), rtol=1e-11)
    assert_allclose(ours.cdf(k), theirs.cdf(k), rtol=1e-11)
    assert_allclose([ours.mean, ours.sd], [theirs.mean(), theirs.std()], rtol=1e-14)
    for prob in (0.3, 0.5, 0.94, 0.9999):
        assert_array_equal(tuple(ours.interval(prob)), theirs.interval(prob))


def test_moments_are_those_of_the_pmf():
    k, d = np.arange(31), BetaBinomialPredictive(30, 0.7, 2.5)
    p = d.pmf(k)
    assert_allclose([p.sum(), p @ k, p @ (k - d.mean) ** 2], [1.0, d.mean, d.sd**2], rtol=1e-13)


def test_a_flat_prior_expects_every_count_alike():
    assert_allclose(BetaBinomialPredictive(9, 1, 1).pmf(np.arange(10)), 0.1, rtol=1e-14)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(some.integers(2, 5000), parameters, parameters, some.data())
def test_the_integral_equals_the_sum(n, a, b, data):
    k = np.array([data.draw(some.integers(0, n - 1))], dtype=float)
    d = BetaBinomialPredictive(n, a, b)
    assert_allclose(d._integrals(k), d._sums(k), rtol=1e-9, atol=1e-300)  # 1e-11 but for P below 1e-200


def test_a_billion_trials():
    theta, d = st.Beta(5, 3), BetaBinomialPredictive(10**9, 5, 3)
    assert_allclose(d.cdf(3e8), theta.probability(high=0.3), rtol=1e-7)  # binomial noise is 1e-5 of theta
    low, high = d.interval(0.9)
    assert isinstance(low, int)
    assert_allclose([low / 1e9, high / 1e9], tuple(theta.interval(0.9, kind="eti")), rtol=1e-7)
    assert d.cdf(low - 1) < 0.05 <= d.cdf(low)
    assert d.cdf(high - 1) <= 0.95 < d.cdf(high)


@pytest.mark.parametrize("n", [7, MOST_TERMS, MOST_TERMS + 1])
def test_failures_mirror_successes(n):
    d, mirror = BetaBinomialPredictive(n, 4.5, 2), BetaBinomialPredictive(n, 2, 4.5)
    for prob in (0.5, 1 - 1e-9):
        low, high = d.interval(prob)
        assert (n - high, n - low) == tuple(mirror.interval(prob))
    k = np.array([0, n // 3, n - 1])
    assert_allclose(d.cdf(k), 1.0 - mirror.cdf(n - 1 - k), rtol=1e-10, atol=1e-13)


def test_beyond_the_counts():
    for n in (5, 10**7):
        d = BetaBinomialPredictive(n, 2, 3)
        assert_array_equal(d.pmf([-1, 0.5, n + 1]), 0.0)
        assert_array_equal(d.cdf([-1, -0.5, n, n + 0.5, np.inf]), [0, 0, 1, 1, 1])
        assert d.cdf(2.7) == d.cdf(2)
        with pytest.raises(st.DomainError, match="a count is a number; got nan"):
            d.pmf([1, float("nan")])
        with pytest.raises(st.DomainError, match="a count is a number; got nan"):
            d.cdf(float("nan"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda d: st.Beta(5, 3).predictive(10).pmf(d),
        lambda d: st.Beta(5, 3).predictive(10).cdf(d),
        lambda d: st.Beta(5, 3).predictive_failures().pmf(d),
        lambda d: st.Beta(5, 3).predictive_failures().sf(d),
        lambda d: st.Beta(5, 3).quantile(d),
        lambda d: st.Gamma(7, 4).predictive().pmf(d),
        lambda d: st.Gamma(7, 4).predictive().cdf(d),
        lambda d: st.Gamma(7, 4).quantile(d),
        lambda d: st.Gamma(7, 4).predictive_time().pdf(d),
        lambda d: st.Gamma(7, 4).predictive_time().sf(d),
        lambda d: st.Gamma(7, 4).predictive_time().quantile(d),
    ],
)
def test_points_that_are_no_numbers_are_refused(ask):
    for point in ("one", 1j, None, [1.0, float("nan")], object()):
        with pytest.raises(st.DomainError, match="got"):
            ask(point)


def test_points_go_with_the_arms():
    with pytest.raises(st.DomainError, match=r"a time is a number, of a shape that goes with \(2,\)"):
        st.Gamma([7, 8], 4).predictive_time().cdf([1.0, 2.0, 3.0])
    with pytest.raises(st.DomainError, match=r"a count is a number, of a shape that goes with \(2,\)"):
        st.Beta([7, 8], 4).predictive(5).pmf([1, 2, 3])


def test_samples_follow_the_pmf():
    d, draws = BetaBinomialPredictive(6, 2, 3), 20_000
    counts = np.bincount(d.sample(draws, seed=0), minlength=7)
    assert stats.chisquare(counts, draws * d.pmf(np.arange(7))).pvalue > 0.001
    assert_array_equal(d.sample(5, seed=3), d.sample(5, seed=np.random.default_rng(3)))


@pytest.mark.parametrize("prob", [0, 1, 94, float("nan")])
def test_prob_is_a_probability(prob):
    with pytest.raises(st.DomainError, match="prob is a probability between 0 and 1"):
        BetaBinomialPredictive(10, 1, 1).interval(prob)
