"""Surprise against enumeration of the predictive, its laws under the prior, and 1e9 trials."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

import stattools as st
from stattools.bayes.prior_checks import surprise as module


@pytest.mark.parametrize(("a", "b"), [(3.0, 5.0), (0.4, 0.3), (1.0, 1.0), (0.5, 4.0), (30.0, 2.0)])
@pytest.mark.parametrize("k", [0, 1, 7, 19, 20])
def test_trials_against_enumeration(a, b, k, monkeypatch):
    pmf = stats.betabinom(20, a, b).pmf(np.arange(21))
    density = pmf[pmf <= pmf[k] * (1 + 1e-8)].sum()
    tails = min(1.0, 2 * min(pmf[: k + 1].sum(), pmf[k:].sum()))
    posterior = st.posterior(st.binomial(k, 20), prior=st.Beta(a, b))
    for most in (100_000, 0):  # by the sum, and by bisection of both flanks as for many trials
        monkeypatch.setattr(module, "MOST_SUMMED", most)
        assert_allclose(st.surprise(posterior).probability, density, rtol=1e-9)
        assert_allclose(st.surprise(posterior, kind="tails").probability, tails, rtol=1e-9)


@pytest.mark.parametrize(("shape", "rate"), [(3.0, 0.5), (0.4, 2.0), (80.0, 10.0)])
@pytest.mark.parametrize("y", [0, 2, 15, 60])
def test_counts_against_enumeration(shape, rate, y):
    exposure = 2.5
    pmf = stats.nbinom(shape, rate / (rate + exposure)).pmf(np.arange(3000))
    posterior = st.Gamma(shape, rate).update(st.poisson_rate([y], exposure=[exposure]))
    assert_allclose(st.surprise(posterior).probability, pmf[pmf <= pmf[y] * (1 + 1e-8)].sum(), rtol=1e-8)
    tails = min(1.0, 2 * min(pmf[: y + 1].sum(), pmf[y:].sum()))
    assert_allclose(st.surprise(posterior, kind="tails").probability, tails, rtol=1e-8)


def test_a_normal_mean():
    posterior = st.Normal(1.0, 2.0).update(st.normal([4.0, 8.0, 9.0], sd=3.0))
    z = (7.0 - 1.0) / np.sqrt(4.0 + 9.0 / 3.0)
    assert_allclose(st.surprise(posterior).probability, 2 * stats.norm.sf(z), rtol=1e-12)
    assert_allclose(st.surprise(posterior).observed, 7.0, rtol=1e-12)


def test_waiting_times():
    posterior = st.Gamma(3.0, 2.0).update(st.exponential_rate([1.0, 4.0]))
    law = stats.betaprime(2.0, 3.0, scale=2.0)
    found = st.surprise(posterior)
    assert_allclose(found.probability, 2 * min(law.cdf(5.0), law.sf(5.0)), rtol=1e-12)
    assert found.kind == "tails"
    assert_allclose(found.expected, law.mean())


def test_a_billion_trials_are_as_theta_itself():
    """The share of 1e9 trials is theta to within 3e-5; Beta(3, 5) is unimodal and its level sets are intervals."""
    n, k = 10**9, 9 * 10**8
    found = st.surprise(st.posterior(st.binomial(k, n), prior=st.Beta(3, 5)))
    law = stats.beta(3, 5)
    mirror = optimize.brentq(lambda t: law.pdf(t) - law.pdf(0.9), 1e-12, 2 / 6)  # the mode is 2 / 6
    assert_allclose(found.probability, law.cdf(mirror) + law.sf(0.9), rtol=1e-6)  # 1 / n, times slopes


def test_under_the_prior_small_surprises_are_rare():
    """P(surprise <= alpha) <= alpha for data from the prior predictive: exact, by enumeration."""
    pmf = stats.betabinom(30, 2.0, 3.0).pmf(np.arange(31))
    p = np.array([st.surprise(st.posterior(st.binomial(k, 30), prior=st.Beta(2, 3))).probability for k in range(31)])
    for alpha in (0.01, 0.05, 0.2, 0.5):
        assert pmf[p <= alpha].sum() <= alpha + 1e-12


def test_arms_one_by_one():
    arms = st.Beta(2, 3).update(st.binomial([3, 9], [10, 10]))
    found = st.surprise(arms)
    alone = [st.surprise(st.Beta(2, 3).update(st.binomial(k, 10))).probability for k in (3, 9)]
    assert_allclose(found.probability, alone, rtol=1e-13)
    assert found.table()["surprise"].tolist() == found.probability.tolist()
    assert "surprise" in str(found)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: st.surprise(st.Beta(1, 1)), st.DomainError, "has seen data; .* is a prior"),
        (lambda: st.surprise(st.Beta.haldane().update([0, 1])), st.DomainError, "improper"),
        (lambda: st.surprise(3), st.IncompatibleError, "needs a conjugate posterior"),
        (lambda: st.surprise(st.Beta(1, 1).update([1]), kind="p"), st.DomainError, 'kind="density"'),
        (
            lambda: st.surprise(st.NormalInverseGamma(0, 1, 2, 3).update(st.normal([1.0]))),
            st.IncompatibleError,
            "knows the predictives of Beta, Gamma, Normal",
        ),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
