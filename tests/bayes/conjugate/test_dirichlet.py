"""The Dirichlet posterior: scipy, mpmath, the Beta as two categories, enumeration, calibration."""

from itertools import permutations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st

LABELS = ["a", "c", "a", "b", "a", "c"]
PRIOR = st.Dirichlet([0.5, 1.5, 2.0], names=("a", "b", "c"))


def test_equals_scipy():
    ours, theirs = st.Dirichlet([2.0, 3.5, 1.0]), stats.dirichlet([2.0, 3.5, 1.0])
    p = np.array([[0.2, 0.3, 0.5], [0.01, 0.98, 0.01]])
    assert_allclose(ours.log_density(p), theirs.logpdf(p.T), rtol=1e-13)
    assert_allclose(ours.density(p[0]), theirs.pdf(p[0]), rtol=1e-13)
    assert_allclose(ours.mean, theirs.mean(), rtol=1e-14)
    assert_allclose(ours.sd**2, theirs.var(), rtol=1e-13)
    for k in range(3):
        beta = stats.beta([2.0, 3.5, 1.0][k], 6.5 - [2.0, 3.5, 1.0][k])
        assert_allclose(np.asarray(ours.interval(0.9, kind="eti"))[k], beta.interval(0.9), rtol=1e-11)
        assert_allclose(ours.probability(0.1, 0.4)[k], beta.cdf(0.4) - beta.cdf(0.1), rtol=1e-12)
    assert_allclose(st.Dirichlet([3.0, 2.0, 2.0]).mode, [0.5, 0.25, 0.25], rtol=1e-15)


def test_density_at_edges():
    assert st.Dirichlet([2.0, 1.0, 1.0]).log_density([0.0, 0.5, 0.5]) == -np.inf
    assert st.Dirichlet([0.5, 1.0, 1.0]).log_density([0.0, 0.5, 0.5]) == np.inf
    assert_allclose(st.Dirichlet([1.0, 1.0, 2.0]).log_density([0.0, 0.4, 0.6]), np.log(6 * 0.6), rtol=1e-13)
    with pytest.raises(st.DomainError, match="not defined"):
        st.Dirichlet([0.5, 2.0, 1.0]).log_density([0.0, 0.0, 1.0])


def test_two_categories_are_a_beta():
    two, beta = st.Dirichlet([1.5, 0.7]).update(st.multinomial([3, 4])), st.Beta(1.5, 0.7).update(st.binomial(3, 7))
    assert two.marginal(0) == beta
    assert_allclose(two.log_evidence, beta.log_evidence, rtol=1e-13)
    assert_allclose(np.asarray(two.interval(0.9))[0], np.asarray(beta.interval(0.9)), rtol=1e-12)
    assert_allclose(two.predictive(5).pmf([[k, 5 - k] for k in range(6)]), beta.predictive(5).pmf(np.arange(6)))


@pytest.mark.parametrize("scale", [1, 1000, 10**8])
def test_log_evidence_keeps_its_digits(scale):
    counts = np.array([3, 0, 5]) * scale + np.array([0, 1, 0])
    value = PRIOR.update(st.multinomial(counts, names=["a", "b", "c"])).log_evidence
    with mp.workdps(50):
        a = [mp.mpf(v) for v in (0.5, 1.5, 2.0)]
        n = [mp.mpf(int(v)) for v in counts]
        exact = mp.loggamma(sum(n) + 1) + mp.loggamma(sum(a)) - mp.loggamma(sum(a) + sum(n))
        exact += sum(mp.loggamma(x + k) - mp.loggamma(x) - mp.loggamma(k + 1) for x, k in zip(a, n, strict=True))
    assert_allclose(value, float(exact), rtol=1e-13)


def test_evidence_and_marginal_by_integration():
    posterior = PRIOR.update(LABELS)
    with mp.workdps(20):
        constant = mp.gamma(4) / (mp.gamma(0.5) * mp.gamma(1.5) * mp.gamma(2))

        def density(x, y):  # x = sqrt(p_a), which takes the singularity away
            return constant * x**6 * y ** mp.mpf(1.5) * (1 - x * x - y) ** 3 * 2

        def slice_at(x):
            return mp.quad(lambda y: density(x, y), [0, 1 - x * x])

        evidence = mp.quad(slice_at, [0, 1])
        at = slice_at(mp.sqrt(0.4)) / evidence / (2 * mp.sqrt(0.4))
    assert_allclose(posterior.log_evidence, float(mp.log(evidence)), rtol=1e-10)
    assert_allclose(posterior.marginal("a").density(0.4), float(at), rtol=1e-10)


def test_evidences_of_all_counts_add_to_one():
    sets = [(i, j, 4 - i - j) for i in range(5) for j in range(5 - i)]
    evidence = [np.exp(st.Dirichlet([0.5, 1.5, 2.0]).update(st.multinomial(c)).log_evidence) for c in sets]
    assert_allclose(sum(evidence), 1.0, rtol=1e-13)
    predictive = st.Dirichlet([0.5, 1.5, 2.0]).predictive(4)
    assert_allclose(predictive.pmf(sets), evidence, rtol=1e-13)
    assert_allclose(np.array(evidence) @ np.array(sets), predictive.mean, rtol=1e-13)
    assert_allclose((np.array(evidence)[:, None] * (np.array(sets) - predictive.mean)).T @ sets, predictive.covariance)
    assert_allclose(predictive.sd, np.sqrt(np.diagonal(predictive.covariance)), rtol=1e-12)
    below = [sum(e for e, c in zip(evidence, sets, strict=True) if c[k] <= 1) for k in range(3)]
    assert_allclose(predictive.cdf(1), below, rtol=1e-12)
    theirs = stats.dirichlet_multinomial([0.5, 1.5, 2.0], 4)
    assert_allclose(evidence, [theirs.pmf(c) for c in sets], rtol=1e-12)
    assert predictive.pmf([5, 0, 0]) == predictive.pmf([0.5, 3.5, 0]) == 0.0


@settings(max_examples=30, deadline=None, derandomize=True)
@given(some.lists(some.sampled_from("abc"), min_size=2, max_size=20), some.data())
def test_twice_is_once_to_the_last_bit(labels, data):
    cut = data.draw(some.integers(1, len(labels) - 1))
    once, twice = PRIOR.update(labels), PRIOR.update(labels[cut:]).update(labels[:cut])
    assert twice == once
    assert hash(twice) == hash(once)
    assert_allclose(twice.log_evidence, once.log_evidence, rtol=1e-12)


def test_evidence_does_not_depend_on_the_order():
    batches = [st.multinomial({"b": 2, "a": 1}), ["c", "c"], st.categories(["a"], names=["a", "b"])]
    values = []
    for order in permutations(batches):
        posterior = PRIOR
        for batch in order:
            posterior = posterior.update(batch)
        assert posterior == st.Dirichlet([2.5, 3.5, 4.0], names=("a", "b", "c"))
        values.append(posterior.log_evidence)
    assert_allclose(values, values[0], rtol=1e-13)


def test_leave_one_out():
    posterior = PRIOR.update(LABELS).update(st.multinomial({"a": 2, "b": 4}))
    loo = posterior.loo()
    assert (loo.n, loo.counts.tolist()) == (7, [3, 1, 2, 1])
    total = posterior.concentration.sum()
    expected = np.log((posterior.concentration - 1) / (total - 1))
    assert_allclose(loo.pointwise[:3], expected, rtol=1e-13)
    assert_allclose(loo.pointwise[3], PRIOR.update(LABELS).predictive(6).log_pmf([2, 4, 0]), rtol=1e-13)
    draws = loo.log_likelihood(50, 3)
    p = posterior.sample(50, seed=3)
    assert_allclose(draws[:, :3], np.log(p), rtol=1e-12)
    assert_allclose(draws[:, 3], [stats.multinomial.logpmf([2, 4, 0], 6, row / row.sum()) for row in p], rtol=1e-9)
    table = loo.table(2000, seed=1)
    assert_allclose(table["psis"][:3], table["exact"][:3], atol=0.05)


def test_haldane():
    posterior = st.Dirichlet.haldane().update(["a", "b", "b"])
    assert_allclose(posterior.mean, [1 / 3, 2 / 3], rtol=1e-15)
    with pytest.raises(st.DomainError, match="improper"):
        _ = posterior.log_evidence
    with pytest.raises(st.DomainError, match="improper"):
        posterior.loo()
    with pytest.raises(st.DomainError, match="improper"):
        st.Dirichlet.haldane().update(st.multinomial([3, 0]))


def test_scalar_prior_and_names():
    assert st.Dirichlet(1, names=("a", "b")) == st.Dirichlet([1, 1], names=("a", "b"))
    assert st.Dirichlet(2).update(["x", "y"]).names == ("x", "y")
    with pytest.raises(st.DomainError, match="does not know its categories"):
        _ = st.Dirichlet(1).mean
    with pytest.raises(st.IncompatibleError, match="'z'"):
        PRIOR.update(st.multinomial({"a": 1, "z": 2}))
    with pytest.raises(st.DomainError, match="no category"):
        PRIOR.marginal("z")


@pytest.mark.parametrize("bad", [0, -1, np.nan, np.inf, "1", [1, 0], [[1, 2], [3, 4]], [1], []])
def test_bad_concentrations(bad):
    with pytest.raises(st.DomainError, match="Dirichlet needs"):
        st.Dirichlet(bad)


def test_no_mode():
    for a in ([1, 1, 1], [0.5, 2, 2]):
        with pytest.raises(st.DomainError, match="no mode"):
            _ = st.Dirichlet(a).mode


def test_table_and_tree():
    posterior = PRIOR.update(LABELS)
    table = posterior.table(0.9)
    assert table["category"].tolist() == ["a", "b", "c"]
    assert_allclose(table["mean"], posterior.mean, rtol=1e-14)
    tree = posterior.to_arviz(500, seed=1)
    assert tree["posterior"]["p"].dims == ("chain", "draw", "category")
    assert_array_equal(tree["observed_data"]["counts"], [3, 1, 2])
    assert_allclose(tree["posterior_predictive"]["counts"].sum("category"), 6)
    scalar = st.Dirichlet(1).update(LABELS).to_arviz(10)
    assert scalar["prior"]["p"].shape == (1, 10, 3)


@pytest.mark.slow
def test_calibration_and_coverage():
    rng, draws = np.random.default_rng(14), 600
    truth = PRIOR.sample(draws, seed=rng)
    ranks, inside = np.empty((draws, 3)), 0
    for i, p in enumerate(truth):
        posterior = PRIOR.update(st.multinomial(rng.multinomial(8, p), names=("a", "b", "c")))
        ranks[i] = posterior.probability(high=np.minimum(p, 1.0))
        low, high = posterior.interval(0.9, kind="eti")
        inside += low[2] <= p[2] <= high[2]
    for k in range(3):
        assert stats.kstest(ranks[:, k], "uniform").pvalue > 0.01
    assert stats.binomtest(int(inside), draws, 0.9).pvalue > 0.01


def test_sampling_and_marginal_draws():
    draws = st.Dirichlet([0.3, 2.0, 4.0]).sample(4000, seed=2)
    assert_allclose(draws.sum(axis=1), 1.0, rtol=1e-12)
    for k, a in enumerate((0.3, 2.0, 4.0)):
        assert stats.kstest(draws[:, k], stats.beta(a, 6.3 - a).cdf).pvalue > 0.01
    counts = st.Dirichlet([0.3, 2.0, 4.0]).predictive(10).sample(4000, seed=3)
    assert_allclose(counts.mean(axis=0), st.Dirichlet([0.3, 2.0, 4.0]).predictive(10).mean, atol=0.15)


def test_equals_the_conjugate_package():
    from conjugate.distributions import Dirichlet as Theirs
    from conjugate.models import multinomial_dirichlet

    theirs = multinomial_dirichlet(x=np.array([3, 1, 2]), prior=Theirs(alpha=np.array([0.5, 1.5, 2.0])))
    assert_array_equal(PRIOR.update(LABELS).concentration, theirs.alpha)


def test_what_the_conjugate_package_accepts():
    from conjugate.distributions import Dirichlet as Theirs
    from conjugate.models import multinomial_dirichlet

    theirs = multinomial_dirichlet(x=np.array([3, -5, 2]), prior=Theirs(alpha=np.array([0.5, 1.5, 2.0])))
    assert theirs.alpha[1] == -3.5  # no distribution
    with pytest.raises(st.DomainError, match="whole numbers"):
        PRIOR.update(st.multinomial([3, -5, 2], names=("a", "b", "c")))


@pytest.mark.parametrize("names", [True, 3, 2.5, len, object(), "ab", {"a", "b"}, ["a"], [["a"], ["b"]], ["a", "a"]])
@pytest.mark.parametrize("concentration", [0.5, [0.5, 0.5]], ids=str)
def test_what_is_no_list_of_two_different_names_is_refused(names, concentration):
    with pytest.raises(st.DomainError, match=r"Dirichlet needs"):
        st.Dirichlet(concentration, names=names)


def test_names_may_come_from_what_is_read_once():
    assert st.Dirichlet(1, names=iter("ab")) == st.Dirichlet(1, names=("a", "b"))


def test_a_prior_without_names_takes_those_of_the_data():
    posterior = st.Dirichlet([1, 2]).update(st.multinomial({"a": 3, "b": 4}))
    assert posterior == st.Dirichlet([4, 6], names=("a", "b"))
    assert posterior.update(["a"]) == st.Dirichlet([5, 6], names=("a", "b"))
    assert posterior.loo().elpd == posterior.log_evidence


def test_counts_without_names_are_one_per_category():
    with pytest.raises(st.IncompatibleError, match=r"one count for each of 3 categories; got 2: \[1, 2\]"):
        st.Dirichlet([1, 1, 1]).update(st.multinomial([1, 2]))
    with pytest.raises(st.IncompatibleError, match="data of 3 categories, as many as the prior has; got 2"):
        st.Dirichlet([1, 1, 1]).update(st.multinomial({"a": 1, "b": 2}))
    assert st.Dirichlet([1, 1, 1]).update(st.categories([0, 2, 2])) == st.Dirichlet([2, 1, 3])
