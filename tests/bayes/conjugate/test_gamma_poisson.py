"""Gamma posteriors of rates, their predictions, and what they refuse."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st

COUNTS = [3, 0, 2, 7]


def test_points_far_beyond_a_rate_are_beyond_it():
    """Their ratio to the mean overflows."""
    rate = st.Gamma(1.0, 1e100)
    assert (rate.probability(high=1e300), rate.probability(low=1e300), rate.density(1e300)) == (1.0, 0.0, 0.0)


def test_moments_and_probabilities_equal_scipy():
    for shape, rate in [(7, 4), (0.3, 2), (250, 0.01)]:
        ours, theirs = st.Gamma(shape, rate), stats.gamma(shape, scale=1 / rate)
        assert_allclose([ours.mean, ours.sd, ours.median], [theirs.mean(), theirs.std(), theirs.median()], rtol=1e-12)
        x = theirs.ppf([0.001, 0.2, 0.7, 0.99])
        assert_allclose(ours.density(x), theirs.pdf(x), rtol=1e-11)
        assert_allclose(ours.probability(0.0, x), theirs.cdf(x), rtol=1e-12)
        assert_allclose(ours.probability(x), theirs.sf(x), rtol=1e-12)
    assert (st.Gamma(3, 2).mode, st.Gamma(1, 2).mode, st.Gamma(0.5, 2).mode) == (1.0, 0.0, 0.0)
    assert_allclose(st.Gamma(1, 2).density([0.0, 1.0]), [2.0, 2 * np.exp(-2)], rtol=1e-15)
    assert st.Gamma(0.5, 1).density(0.0) == np.inf


def test_sums_of_exposures_are_exact():
    exposures = np.random.default_rng(0).exponential(size=50) * 10.0 ** np.arange(-25, 25)
    one = st.Gamma(0.5, 0.1).update(st.poisson_rate(np.arange(50), exposure=exposures))
    parts = st.Gamma(0.5, 0.1)
    for i in np.random.default_rng(1).permutation(50):
        parts = parts.update(st.poisson_rate(int(i), exposure=exposures[i]))
    assert one == parts
    assert_array_equal(one.exposure, parts.exposure)


def test_arms_by_label():
    model = st.poisson_rate(COUNTS, exposure=[1, 0.5, 0.3, 2], by=list("abab"))
    arms = st.posterior(model, prior=st.Gamma(1, 1))
    assert arms == st.Gamma([1 + 5, 1 + 7], [1 + 1.3, 1 + 2.5])
    assert arms.arms == ("a", "b")
    table = arms.table()
    assert table["arm"].tolist() == ["a", "b"]
    for i, (rows, e) in enumerate([([3, 2], [1, 0.3]), ([0, 7], [0.5, 2])]):
        one = st.Gamma(1, 1).update(st.poisson_rate(rows, exposure=e))
        assert_allclose(arms.log_evidence[i], one.log_evidence, rtol=1e-13)
        assert_allclose(table.loc[i, ["lower", "upper"]].to_numpy(float), tuple(one.interval()), rtol=1e-12)
        assert_allclose(arms.loo().pointwise[i::2], one.loo().pointwise, rtol=1e-12)
    assert arms.update(st.poisson_rate([4], by=["b"])) == st.Gamma([6, 12], [2.3, 4.5])
    with pytest.raises(st.IncompatibleError, match="needs data of the arms 'a', 'b'; got arm 'c'"):
        arms.update(st.poisson_rate([4], by=["c"]))


def test_predictive_counts_equal_scipy():
    for shape, rate, e in [(7, 4, 1.0), (0.4, 3, 10.0), (1e5, 2.0, 0.1)]:
        ours, theirs = st.Gamma(shape, rate).predictive(e), stats.nbinom(shape, rate / (rate + e))
        k = np.unique(theirs.ppf([0.01, 0.5, 0.99, 0.999]))
        assert_allclose(ours.pmf(k), theirs.pmf(k), rtol=1e-9)
        assert_allclose(ours.cdf(k), theirs.cdf(k), rtol=1e-11)
        assert_allclose(ours.sf(k), theirs.sf(k), rtol=1e-11)
        assert_allclose([ours.mean, ours.sd], [theirs.mean(), theirs.std()], rtol=1e-13)
        assert_array_equal(tuple(ours.interval(0.9)), theirs.interval(0.9))
    arms = st.Gamma([7, 0.4], 3.0, arms=("a", "b")).predictive([1.0, 10.0]).interval(0.9)
    assert_array_equal(np.asarray(arms)[1], stats.nbinom(0.4, 3 / 13).interval(0.9))


def test_predictive_times_equal_scipy():
    ours, theirs = st.Gamma(7, 4).predictive_time(), stats.lomax(7, scale=4)
    t = np.array([0.01, 0.5, 3.0, 100.0])
    assert_allclose(ours.pdf(t), theirs.pdf(t), rtol=1e-12)
    assert_allclose([ours.cdf(t), ours.sf(t)], [theirs.cdf(t), theirs.sf(t)], rtol=1e-12)
    assert_allclose([ours.mean, ours.sd, ours.median], [theirs.mean(), theirs.std(), theirs.median()], rtol=1e-12)
    assert_allclose(tuple(ours.interval(0.9)), theirs.interval(0.9), rtol=1e-12)
    assert (st.Gamma(1, 1).predictive_time().mean, st.Gamma(2, 1).predictive_time().sd) == (np.inf, np.inf)


def test_improper_limits():
    jeffreys = st.Gamma.limit(0.5, 0)
    assert jeffreys.update(st.poisson_rate(COUNTS)) == st.Gamma(12.5, 4)
    assert st.Gamma.limit().update(st.exponential_rate([2.0, 1.0])) == st.Gamma(2, 3)
    with pytest.raises(st.DomainError, match=r"Gamma\(0, 0\), with 0 events has an improper posterior, Gamma\(0, 1\)"):
        st.Gamma.limit().update(st.poisson_rate([0]))
    with pytest.raises(st.DomainError, match="its evidence is not defined"):
        _ = jeffreys.update(st.poisson_rate(COUNTS)).log_evidence
    with pytest.raises(st.DomainError, match="its mean is not defined"):
        _ = jeffreys.mean
    with pytest.raises(st.DomainError, match="one observation left out has an improper posterior"):
        st.Gamma.limit().update(st.exponential_rate([2.0])).loo()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: st.Gamma(0, 1), r"Gamma needs shape positive and finite; got 0\. .*st\.Gamma\.limit"),
        (lambda: st.Gamma(1, [1, -2]), "Gamma needs rate positive and finite; got -2 at position 1"),
        (lambda: st.Gamma([1, -2], 1, arms="ab"), "Gamma needs shape|arms="),
        (lambda: st.Gamma(1, 1).density(-1), "at least 0; got -1"),
        (lambda: st.Gamma(1, 1).predictive(0), "positive exposure; got 0"),
        (lambda: st.Gamma(1, 1).interval(2), "prob is a probability"),
        (lambda: st.Gamma(1, 1).loo(), "has seen none"),
        (lambda: st.poisson_rate([1, -1]), "whole numbers, at least 0; got -1 at position 1"),
        (lambda: st.poisson_rate([1, 0.5]), r"got 0\.5 at position 1"),
        (lambda: st.poisson_rate([1, np.nan]), "finite numbers; got nan at position 1"),
        (lambda: st.poisson_rate([1, 2], exposure=[1, 0]), "positive numbers; got 0 at position 1"),
        (lambda: st.exponential_rate([1, -2]), "at least 0; got -2 at position 1"),
        (lambda: st.exponential_rate([0.0]), "add to more than 0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(st.DomainError, match=message):
        call()
    with pytest.raises(st.IncompatibleError, match=r"update needs st\.poisson_rate"):
        st.Gamma(1, 1).update([1, 2])  # type: ignore[arg-type]


def test_conjugate_models_agrees_where_it_is_right():
    import conjugate.distributions as d
    import conjugate.models as m

    theirs = m.poisson_gamma(x_total=12, n=4, prior=d.Gamma(2, 1))
    ours = st.Gamma(2, 1).update(st.poisson_rate(COUNTS))
    assert (ours.shape, ours.rate) == (theirs.alpha, theirs.beta)
    flips = m.binomial_beta(n=10, x=4, prior=d.Beta(1, 1))
    assert st.Beta(1, 1).update(st.binomial(4, 10)) == st.Beta(flips.alpha, flips.beta)
    wrong = m.binomial_beta(n=10, x=12, prior=d.Beta(1, 1))  # counts above trials: see docs/conjugate.md
    assert wrong.beta == -1
