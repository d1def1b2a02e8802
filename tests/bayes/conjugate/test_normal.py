"""The normal posterior of a mean: the joint normal of the data, Bayes' identity, exact sums, calibration."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st

RNG = np.random.default_rng(8)
Y, SD = RNG.normal(3.0, 2.0, 12), RNG.uniform(0.5, 3.0, 12)
PRIOR = st.Normal(1.0, 2.0)


def test_equals_scipy():
    ours, theirs = st.Normal([0.0, 3.0], [1.0, 0.1]), stats.norm([0.0, 3.0], [1.0, 0.1])
    for x in (-7.0, 0.3, 2.9):
        assert_allclose(ours.log_density(x), theirs.logpdf(x), rtol=1e-14)
        assert_allclose(ours.cdf(x), theirs.cdf(x), rtol=1e-14)
        assert_allclose(ours.probability(low=x), theirs.sf(x), rtol=1e-14)
        assert_allclose(ours.probability(x, x + 0.5), theirs.cdf(x + 0.5) - theirs.cdf(x), rtol=1e-9, atol=1e-15)
    assert_allclose(np.asarray(ours.interval(0.9)).T, theirs.interval(0.9), rtol=1e-14)
    assert_allclose(ours.quantile(0.01), theirs.ppf(0.01), rtol=1e-14)
    h = 1e-6
    assert_allclose(ours.slope(1.0), (ours.log_density(1 + h) - ours.log_density(1 - h)) / (2 * h), rtol=1e-7)
    assert (ours.mode == ours.median).all()
    assert stats.kstest(st.Normal(1, 2).sample(4000, seed=1), stats.norm(1, 2).cdf).pvalue > 0.01


def test_evidence_is_the_joint_normal_of_the_data():
    posterior = PRIOR.update(st.normal(Y, sd=SD))
    joint = stats.multivariate_normal(np.full(12, 1.0), np.diag(SD**2) + 4.0)
    assert_allclose(posterior.log_evidence, joint.logpdf(Y), rtol=1e-12)
    precision = 0.25 + np.sum(SD**-2.0)
    assert_allclose(posterior.sd, precision**-0.5, rtol=1e-14)
    assert_allclose(posterior.mean, (0.25 + np.sum(Y / SD**2)) / precision, rtol=1e-14)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(some.lists(some.floats(-1e6, 1e6), min_size=2, max_size=12), some.data())
def test_twice_is_once_to_the_last_bit(y, data):
    cut = data.draw(some.integers(1, len(y) - 1))
    order = data.draw(some.permutations(y))
    once = PRIOR.update(st.normal(y, sd=0.3))
    twice = PRIOR.update(st.normal(order[:cut], sd=0.3)).update(st.normal(order[cut:], sd=0.3))
    assert twice == once
    assert hash(twice) == hash(once)
    assert_allclose(twice.log_evidence, once.log_evidence, rtol=1e-10, atol=1e-9)


def test_evidence_does_not_depend_on_the_order():
    batches = [st.normal(Y[:3], sd=SD[:3]), st.normal(Y[3:4], sd=1.0), st.normal(Y[4:], sd=SD[4:])]
    values = []
    for order in permutations(batches):
        posterior = PRIOR
        for batch in order:
            posterior = posterior.update(batch)
        values.append(posterior.log_evidence)
    assert_allclose(values, values[0], rtol=1e-13)


def test_leave_one_out_is_the_predictive_of_the_others():
    loo = PRIOR.update(st.normal(Y[:5], sd=SD[:5])).update(st.normal(Y[5:], sd=SD[5:])).loo()
    for i in range(12):
        rest = np.arange(12) != i
        others = PRIOR.update(st.normal(Y[rest], sd=SD[rest]))
        assert_allclose(loo.pointwise[i], others.predictive(SD[i]).log_pdf(Y[i]), rtol=1e-12)


def test_leave_one_out_where_one_measurement_is_nearly_all():
    vague = st.Normal(0.0, 1e7)
    loo = vague.update(st.normal([3.0], sd=1.0)).loo()
    assert_allclose(loo.pointwise, vague.predictive(1.0).log_pdf(3.0), rtol=1e-14)
    assert loo.alone.all()


def test_flat_limit():
    posterior = st.Normal.flat().update(st.normal(Y, sd=SD))
    fit = st.fit(st.normal(Y, sd=SD))
    assert_allclose([posterior.mean, posterior.sd], [fit.estimate[0], fit.se[0]], rtol=1e-13)
    assert_allclose(np.asarray(posterior.interval(0.95)), np.asarray(fit.interval(0.95))[0], rtol=1e-12)
    vague = st.Normal(0.0, 1e9).update(st.normal(Y, sd=SD))
    assert_allclose([vague.mean, vague.sd], [posterior.mean, posterior.sd], rtol=1e-14)
    with pytest.raises(st.DomainError, match="improper"):
        _ = posterior.log_evidence
    with pytest.raises(st.DomainError, match="proper posterior"):
        st.Normal.flat().update(st.normal([1.0], sd=2.0)).loo()
    assert_allclose(posterior.loo().pointwise.sum(), posterior.loo().elpd)


def test_arms_are_independent():
    by = np.repeat(["a", "b"], [7, 5])
    both = PRIOR.update(st.normal(Y, sd=SD, by=by))
    assert both.arms == ("a", "b")
    for number, part in enumerate((slice(0, 7), slice(7, 12))):
        one = PRIOR.update(st.normal(Y[part], sd=SD[part]))
        assert (both.mean[number], both.sd[number]) == (one.mean, one.sd)
        assert_allclose(both.log_evidence[number], one.log_evidence, rtol=1e-13)
        assert_allclose(both.loo().pointwise[part], one.loo().pointwise, rtol=1e-13)
    later = both.update(st.normal([1.0], sd=1.0, by=["b"]))
    assert later.mean[0] == both.mean[0]
    assert later.mean[1] != both.mean[1]
    table = both.table(0.9)
    assert table["arm"].tolist() == ["a", "b"]
    assert_array_equal(table["lower"], both.interval(0.9).lower)


def test_data_tree():
    posterior = PRIOR.update(st.normal(Y, sd=SD, by=np.repeat(["a", "b"], 6)))
    tree = posterior.to_arviz(500, seed=2)
    assert tree["posterior"]["mean"].dims == ("chain", "draw", "arm")
    assert tree["posterior_predictive"]["y"].shape == tree["log_likelihood"]["y"].shape == (1, 500, 12)
    assert_array_equal(tree["observed_data"]["y"], Y)
    mean = tree["posterior"]["mean"].values[0, :, 0]
    assert_allclose(tree["log_likelihood"]["y"].values[0, :, 0], stats.norm.logpdf(Y[0], mean, SD[0]), rtol=1e-12)
    assert_allclose(tree["prior"]["mean"].mean(), 1.0, atol=0.3)
    assert set(PRIOR.to_arviz(10).children) == {"prior"}


def test_wrong_data():
    for data in (st.normal(Y), [1.0, 2.0], st.coin([1, 0])):
        with pytest.raises(st.IncompatibleError, match="known standard deviation"):
            PRIOR.update(data)
    for bad in ((np.nan, 1), (0, 0), (0, -1), (0, np.inf), ("0", 1), ([1, 2], [1, 2, 3])):
        with pytest.raises(st.DomainError, match="Normal needs"):
            st.Normal(*bad)
    with pytest.raises(st.DomainError, match="seen none"):
        PRIOR.loo()
    with pytest.raises(st.DomainError, match="predictive needs sd"):
        PRIOR.predictive(-1.0)


def test_calibration_and_coverage():
    """Ranks of the truth in its posterior are uniform; a 90 % interval covers 90 % of truths drawn from the prior."""
    rng, arms = np.random.default_rng(11), 2000
    truth = rng.normal(1.0, 2.0, arms)
    by = np.repeat(np.arange(arms), 3)
    posterior = PRIOR.update(st.normal(truth[by] + 1.5 * rng.standard_normal(3 * arms), sd=1.5, by=by))
    assert stats.kstest(posterior.cdf(truth), "uniform").pvalue > 0.01
    low, high = posterior.interval(0.9)
    assert stats.binomtest(int(((low <= truth) & (truth <= high)).sum()), arms, 0.9).pvalue > 0.01


def test_equals_the_conjugate_package():
    from conjugate.distributions import Normal as TheirNormal
    from conjugate.models import normal_known_variance

    theirs = normal_known_variance(x_total=Y.sum(), n=12, var=4.0, prior=TheirNormal(1.0, 2.0))
    ours = PRIOR.update(st.normal(Y, sd=2.0))
    assert_allclose([ours.mean, ours.sd], [theirs.mu, theirs.sigma], rtol=1e-13)
