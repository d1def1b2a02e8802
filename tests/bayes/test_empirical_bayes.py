"""Empirical Bayes: SciPy's maximum, a known prior recovered, coverage, the shrinkage formula, covariates, refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, special, stats

import stattools as st

AT_BATS = 45
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
"""Efron & Morris (1975), JASA 70, 311-319, table 1: hits of 18 players in their first 45 at bats of 1970."""


def simulated(m=400, a=6.0, b=14.0, seed=0):
    g = np.random.default_rng(seed)
    n, theta = g.integers(5, 60, m), g.beta(a, b, m)
    return g.binomial(n, theta), n, theta


def test_the_prior_maximizes_scipys_likelihood():
    k, n, _ = simulated()
    found = st.empirical_bayes(st.binomial(k, n))

    def cost(log_ab):
        return -stats.betabinom.logpmf(k, n, *np.exp(log_ab)).sum()

    best = optimize.minimize(cost, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
    assert_allclose(np.log([found.prior.a[0], found.prior.b[0]]), best.x, atol=1e-6)
    assert_allclose(found.fit.loglik, -best.fun, rtol=1e-11)


def test_rates_maximize_scipys_likelihood():
    g = np.random.default_rng(1)
    e = g.uniform(0.5, 9.0, 300)
    y = g.poisson(e * g.gamma(3.0, 1 / 1.5, 300))
    found = st.empirical_bayes(st.poisson_rate(y, exposure=e, by=[f"c{i:03}" for i in range(300)]))

    def cost(logs):
        shape, rate = np.exp(logs)
        return -stats.nbinom.logpmf(y, shape, rate / (rate + e)).sum()

    best = optimize.minimize(cost, [0.5, 0.5], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
    assert_allclose(np.log([found.prior.shape[0], found.prior.rate[0]]), best.x, atol=1e-6)
    assert_allclose(found.posterior.mean, (found.prior.shape + y) / (found.prior.rate + e), rtol=1e-12)
    table = found.table()
    assert table.columns.tolist()[:3] == ["group", "events", "exposure"]
    assert table["group"].tolist()[7] == "c007"


def test_labels_of_rates_stay_with_their_rows():
    g = np.random.default_rng(1)
    table = {"y": g.poisson(g.gamma(2.0, 3.0, 50)), "name": [f"c{i}" for i in g.permutation(50)]}
    found = st.empirical_bayes(st.negative_binomial("y ~ 1", table), labels="name")
    assert found.table()["group"].tolist() == table["name"]
    assert_allclose(found.posterior.mean, (found.prior.shape + table["y"]) / (found.prior.rate + 1.0), rtol=1e-12)


def test_posterior_means_are_weighted_means():
    k, n, _ = simulated()
    found = st.empirical_bayes(st.binomial(k, n))
    w = found.shrinkage
    assert_allclose(found.posterior.mean, w * found.prior.mean + (1 - w) * k / n, rtol=1e-13)
    assert_allclose(found.observed, k / n)


@pytest.mark.slow
def test_a_known_prior_is_recovered_and_intervals_cover():
    """20 sets of 400 groups: a + b within its intervals, and 80 % intervals of theta hold it in 80 % of the groups."""
    held, inside = [], 0
    for seed in range(20):
        k, n, theta = simulated(seed=seed)
        found = st.empirical_bayes(st.binomial(k, n))
        low, high = found.posterior.interval(0.8, kind="eti")
        held.append(np.mean((low <= theta) & (theta <= high)))
        ends = np.asarray(found.fit.interval())
        truth = [special.logit(0.3), np.log(20.0)]
        inside += int(((ends[:, 0] <= truth) & (truth <= ends[:, 1])).sum())
    assert abs(np.mean(held) - 0.8) < 4 * np.sqrt(0.16 / 8000) + 0.005  # the prior is fitted: slightly short
    assert inside >= 33  # of 40 at 95 %


def test_shrinkage_predicts_better_than_the_raw_share():
    k, n, theta = simulated()
    found = st.empirical_bayes(st.binomial(k, n))
    shrunken, raw = np.mean((found.posterior.mean - theta) ** 2), np.mean((k / n - theta) ** 2)
    assert shrunken < 0.6 * raw


def test_batting_averages():
    """Efron and Morris's players: their true averages lie between .25 and .30, far closer than the raw ones."""
    found = st.empirical_bayes(st.binomial(HITS, [AT_BATS] * 18))
    assert found.posterior.mean.min() > 0.24
    assert found.posterior.mean.max() < 0.31
    assert_allclose(found.posterior.mean.mean(), np.mean(HITS) / AT_BATS, rtol=1e-3)


def test_covariates_and_labels():
    g = np.random.default_rng(2)
    x, n = g.normal(size=300), g.integers(5, 60, 300)
    p = special.expit(-0.5 + x)
    won = g.binomial(n, g.beta(15 * p, 15 * (1 - p)))
    data = {"won": won, "lost": n - won, "x": x, "team": [f"t{i}" for i in range(300)]}
    model = st.beta_binomial("won + lost ~ x", data)
    found, again = st.empirical_bayes(model, labels="team"), st.empirical_bayes(st.fit(model))
    mean = special.expit(found.fit.estimate[0] + found.fit.estimate[1] * x)
    assert_allclose(found.prior.mean, mean, rtol=1e-12)
    assert_allclose(found.prior.a + found.prior.b, np.exp(found.fit.estimate[-1]), rtol=1e-12)
    assert found.table()["group"].tolist()[:2] == ["t0", "t1"]
    assert again.posterior == found.posterior
    assert "means" in str(found)


def test_a_group_without_trials_is_the_prior():
    g = np.random.default_rng(3)
    n = np.full(40, 30)
    k = g.binomial(n, g.beta(4, 4, 40))
    table = {"won": np.append(k, 0), "lost": np.append(n - k, 0)}
    found = st.empirical_bayes(st.beta_binomial("won + lost ~ 1", table))
    assert_allclose(found.posterior.mean[-1], found.prior.mean[-1])
    assert found.shrinkage[-1] == 1.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: st.empirical_bayes(st.binomial([10, 11, 10, 11], [20, 20, 20, 20])),
            st.IdentificationError,
            r"no more than chance.*Pool them: st.binomial\(42, 80\)",
        ),
        (lambda: st.empirical_bayes(st.binomial([1, 9], [10, 10])), st.DomainError, "at least 3; got 2"),
        (lambda: st.empirical_bayes(st.binomial(3, 10)), st.IncompatibleError, "counts of several groups.*Binomial"),
        (lambda: st.empirical_bayes(st.exponential_rate([1.0, 2.0])), st.IncompatibleError, "poisson_rate"),
        (
            lambda: st.empirical_bayes(st.beta_binomial([1, 9, 5], np.empty((3, 0)), trials=[10, 10, 9]), labels="k"),
            st.DomainError,
            "has no table",
        ),
        (
            lambda: st.empirical_bayes(st.beta_binomial([1, 9, 5], np.empty((3, 0)), trials=[10, 10, 9]), labels="aab"),
            st.DomainError,
            "has no table",
        ),
        (
            lambda: st.empirical_bayes(
                st.beta_binomial([1, 9, 5], np.empty((3, 0)), trials=[10, 10, 9]), labels=["a", "a", "b"]
            ),
            st.DomainError,
            "one different label per row",
        ),
        (
            lambda: st.empirical_bayes(
                st.beta_binomial([1, 9, 5], np.empty((3, 0)), trials=[10, 10, 9], weights=[1, 2, 1])
            ),
            st.IncompatibleError,
            "one row per group",
        ),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
