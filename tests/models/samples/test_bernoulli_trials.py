"""Trials of one probability: log-likelihoods against mpmath and SciPy, derivatives against differences, refusals."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st
from stattools.models.samples.proportions import BernoulliTrials
from tests.sizes import examples

FLIPS = [0, 1, 0, 1, 1, 1, 0, 0, 1, 1]
both_kinds = pytest.mark.parametrize("make", [lambda k, n: st.coin([1] * k + [0] * (n - k)), st.binomial])


@pytest.mark.parametrize("n", [10, 10**6, 10**9])
@pytest.mark.parametrize("theta", [1e-9, 0.2, 0.5, 0.75, 1 - 2.0**-30])
def test_loglik_equals_mpmath(n, theta):
    with mp.workdps(50):
        for k in (0, 1, n // 5, n // 2, n):
            exact = k * mp.log(theta) + (n - k) * mp.log1p(-mp.mpf(theta))
            coefficient = mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
            assert_allclose(BernoulliTrials(k, n, "coin").loglik(theta), float(exact), rtol=1e-14)
            # theta has 16 digits: near the maximum at n = 1e9 the log probability has 11
            assert_allclose(st.binomial(k, n).loglik(theta), float(exact + coefficient), rtol=2e-14, atol=1e-11)


def test_count_equals_scipy_and_adds_to_one():
    k, theta = np.arange(21), 0.3
    ours = np.array([st.binomial(int(j), 20).loglik(theta) for j in k])
    assert_allclose(ours, stats.binom.logpmf(k, 20, theta), rtol=1e-12)
    assert_allclose(np.exp(ours).sum(), 1.0, rtol=1e-14)


@both_kinds
@pytest.mark.parametrize(("k", "n"), [(0, 4), (1, 4), (4, 4), (60, 100)])
def test_score_and_information_are_slopes(make, k, n):
    model, theta, h = make(k, n), np.linspace(0.1, 0.9, 9), 1e-5
    slope = (model.loglik(theta + h) - model.loglik(theta - h)) / (2 * h)
    assert_allclose(model.score(theta), slope, rtol=1e-6, atol=1e-6)  # the difference errs by h^2
    slope = (model.score(theta + h) - model.score(theta - h)) / (2 * h)
    assert_allclose(model.information(theta), -slope, rtol=1e-6)


def test_bartlett_identities():
    """E[score] = 0 and Var[score] = E[information], by enumeration of the counts."""
    k, n, theta = np.arange(13), 12, 0.35
    models = [st.binomial(int(j), n) for j in k]
    p = np.exp([m.loglik(theta) for m in models])
    score = np.array([m.score(theta) for m in models])
    information = np.array([m.information(theta) for m in models])
    assert_allclose(p @ score, 0.0, atol=1e-13)
    assert_allclose(p @ score**2, p @ information, rtol=1e-13)
    assert_allclose(models[3].variance(theta), 1.0 / (p @ information), rtol=1e-13)


@both_kinds
def test_at_the_ends_of_the_unit_interval(make):
    none, some_heads, every = make(0, 5), make(2, 5), make(5, 5)
    with np.errstate(all="raise"):
        assert_array_equal(none.loglik([0.0, 1.0]), [0.0, -np.inf])
        assert_array_equal(every.loglik([0.0, 1.0]), [-np.inf, 0.0])
        assert_array_equal(some_heads.loglik([0.0, 1.0]), [-np.inf, -np.inf])
        assert_array_equal(none.score([0.0, 1.0]), [-5.0, -np.inf])
        assert_array_equal(every.score([0.0, 1.0]), [np.inf, 5.0])
        assert_array_equal(some_heads.score([0.0, 1.0]), [np.inf, -np.inf])
        assert_array_equal(none.information([0.0, 1.0]), [5.0, np.inf])
        assert_array_equal(every.information([0.0, 1.0]), [np.inf, 5.0])


@settings(max_examples=examples(50), deadline=None, derandomize=True)
@given(some.integers(1, 10**9), some.floats(0, 1), some.floats(0, 1))
def test_loglik_is_highest_at_the_maximum(n, share, theta):
    k = int(share * n)
    for model in (BernoulliTrials(k, n, "coin"), BernoulliTrials(k, n, "binomial")):
        highest = model.loglik(model.maximum()[0])
        assert not np.isnan(model.loglik(theta))
        assert model.loglik(theta) <= highest + 1e-14 * abs(highest) + 1e-14


def test_shapes_follow_theta():
    model = st.binomial(6, 10)
    assert np.shape(model.loglik(0.2)) == ()
    assert model.score([0.2, 0.3]).shape == (2,)
    assert model.information(np.full((2, 3), 0.2)).shape == (2, 3)
    point = model.evaluate([0.2])
    assert (point.score.shape, point.information.shape) == ((1,), (1, 1))
    assert_allclose(
        [point.loglik, point.score[0], point.information[0, 0]],
        [f(0.2) for f in (model.loglik, model.score, model.information)],
    )
    assert model.evaluate(0.2, order=0).score.size == model.evaluate(0.2, order=1).information.size == 0


def test_fit_and_its_parts():
    fit = st.fit(st.coin(FLIPS))
    assert (fit.estimate.tolist(), fit.names, fit.n) == ([0.6], ("theta",), 10)
    assert_allclose(fit.se, math.sqrt(0.6 * 0.4 / 10), rtol=1e-15)
    assert_allclose(fit.loglik, 6 * math.log(0.6) + 4 * math.log(0.4), rtol=1e-15)
    for kind in ("wald", "wilson", "score", "likelihood-ratio", "clopper-pearson"):
        low, high = fit.interval(0.9, kind=kind)
        assert 0 < low < 0.6 < high < 1


def test_score_test_of_a_fair_coin():
    for k, n in [(6, 10), (0, 3), (50, 100), (520_000, 1_000_000)]:
        statistic, p_value = st.binomial(k, n).test()
        assert_allclose(statistic, (k / n - 0.5) / math.sqrt(0.25 / n), rtol=1e-13, atol=1e-15)
        assert_allclose(p_value, 2 * stats.norm.sf(abs(statistic)), rtol=1e-13)


@pytest.mark.parametrize(
    ("theta", "message"),
    [
        (-0.1, r"a number in \[0, 1\]; got -0.1\."),
        (1.5, r"got 1.5\."),
        (float("nan"), "got nan"),
        ([0.2, 1.1], "got 1.1 at position 1"),
        ([[0.2, 0.3], [0.4, np.nan]], "got nan at position 1, 1"),
        ("half", "got 'half'"),
    ],
)
def test_theta_is_a_probability(theta, message):
    for function in (st.coin(FLIPS).loglik, st.binomial(6, 10).score, st.coin(FLIPS).information):
        with pytest.raises(st.DomainError, match=message):
            function(theta)


def test_evaluate_takes_one_theta():
    with pytest.raises(st.DomainError, match=r"Coin flips has one coefficient \(theta\); got theta of shape \(2,\)"):
        st.coin(FLIPS).evaluate([0.2, 0.3])
