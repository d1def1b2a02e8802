"""Normal data with mean and variance unknown: integration, the multivariate t, the t interval, calibration."""

from itertools import permutations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st

RNG = np.random.default_rng(9)
Y = RNG.normal(3.0, 2.0, 12)
PRIOR = st.NormalInverseGamma(1.0, 0.5, 2.0, 3.0)


def joint(y):
    """The evidence is a multivariate t: mean, scale matrix b/a (I + J / k), 2a degrees of freedom."""
    n = len(y)
    return stats.multivariate_t(np.full(n, 1.0), 1.5 * (np.eye(n) + 2.0), df=4).logpdf(y)


def test_evidence_and_marginals():
    posterior = PRIOR.update(Y)
    assert_allclose(posterior.log_evidence, joint(Y), rtol=1e-12)
    with mp.workdps(25):
        y = [mp.mpf(v) for v in Y[:3]]

        def density(m, v):
            prior = mp.mpf(9) / v**3 * mp.exp(-3 / v) * mp.sqrt(1 / (4 * mp.pi * v)) * mp.exp(-((m - 1) ** 2) / (4 * v))
            return prior * mp.fprod(mp.exp(-((x - m) ** 2) / (2 * v)) / mp.sqrt(2 * mp.pi * v) for x in y)

        three = PRIOR.update(Y[:3])
        evidence = mp.exp(three.log_evidence)
        m = mp.mpf(2)
        at_mean = mp.quad(lambda v: density(m, v), [0, 1, 5, 50, mp.inf]) / evidence
        at_variance = mp.quad(lambda m: density(m, mp.mpf(3)), [-mp.inf, 0, 3, mp.inf]) / evidence
    assert_allclose(three.marginal("mean").density(2.0), float(at_mean), rtol=1e-10)
    assert_allclose(three.marginal("variance").density(3.0), float(at_variance), rtol=1e-12)
    assert_allclose(three.density(2.0, 3.0) * float(evidence), float(density(m, mp.mpf(3))), rtol=1e-12)
    assert_allclose(three.marginal("sd").density(1.7), three.marginal("variance").density(1.7**2) * 3.4, rtol=1e-12)


def test_reference_prior_gives_the_t_interval():
    posterior = st.NormalInverseGamma.reference().update(Y)
    ttest = stats.ttest_1samp(Y, 0.0).confidence_interval(0.9)
    assert_allclose(np.asarray(posterior.interval(0.9)), ttest, rtol=1e-12)
    chi2 = np.sum((Y - Y.mean()) ** 2) / stats.chi2.ppf([0.95, 0.05], 11)
    assert_allclose(np.asarray(posterior.interval(0.9, kind="eti", of="variance")), chi2, rtol=1e-12)
    assert_allclose(np.asarray(posterior.interval(0.9, kind="eti", of="sd")), np.sqrt(chi2), rtol=1e-12)
    ols = st.fit(st.ols("y ~ 1", {"y": Y}))
    assert_allclose([posterior.mean, posterior.marginal("mean").scale], [ols.estimate[0], ols.se[0]], rtol=1e-12)
    with pytest.raises(st.DomainError, match="improper"):
        _ = posterior.log_evidence


def test_improper_posteriors_are_named():
    reference = st.NormalInverseGamma.reference()
    for y in ([1.0], [2.0, 2.0]):
        with pytest.raises(st.DomainError, match="two different measurements"):
            reference.update(y)
    with pytest.raises(st.DomainError, match="of arm 'b'"):
        reference.update(st.normal([1.0, 2.0, 3.0], by=list("aab")))
    with pytest.raises(st.DomainError, match="without measurement 0"):
        reference.update([1.0, 2.0]).loo()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(some.lists(some.floats(-1e6, 1e6), min_size=2, max_size=12), some.data())
def test_twice_is_once_to_the_last_bit(y, data):
    cut = data.draw(some.integers(1, len(y) - 1))
    order = data.draw(some.permutations(y))
    once, twice = PRIOR.update(y), PRIOR.update(order[:cut]).update(order[cut:])
    assert twice == once
    assert hash(twice) == hash(once)
    assert_allclose(twice.log_evidence, once.log_evidence, rtol=1e-12, atol=1e-10)


def test_evidence_does_not_depend_on_the_order():
    values = []
    for order in permutations([Y[:3], Y[3:4], Y[4:]]):
        posterior = PRIOR
        for batch in order:
            posterior = posterior.update(batch)
        values.append(posterior.log_evidence)
    assert_allclose(values, values[0], rtol=1e-13)


@pytest.mark.parametrize("prior", [PRIOR, st.NormalInverseGamma.reference(), st.NormalInverseGamma(0, 1e-8, 2, 1)])
def test_leave_one_out_is_the_predictive_of_the_others(prior):
    loo = prior.update(Y[:5]).update(Y[5:]).loo()
    for i in range(12):
        others = prior.update(np.delete(Y, i))
        assert_allclose(loo.pointwise[i], others.predictive().log_pdf(Y[i]), rtol=1e-12)


def test_predictive_is_the_ratio_of_evidences():
    posterior = PRIOR.update(Y)
    assert_allclose(posterior.predictive().log_pdf(4.2), joint([*Y, 4.2]) - joint(Y), rtol=1e-11)


def test_arms_are_independent():
    by = np.repeat(["a", "b"], [7, 5])
    both = PRIOR.update(st.normal(Y, by=by))
    for number, part in enumerate((slice(0, 7), slice(7, 12))):
        one = PRIOR.update(Y[part])
        for name in ("mean", "strength", "shape", "scale"):
            assert getattr(both, name)[number] == getattr(one, name)
        assert_allclose(both.log_evidence[number], one.log_evidence, rtol=1e-13)
        assert_allclose(both.loo().pointwise[part], one.loo().pointwise, rtol=1e-13)
        assert_allclose(both.probability(2.0, 4.0)[number], one.probability(2.0, 4.0), rtol=1e-13)
    table = both.table()
    assert table["parameter"].tolist() == ["mean", "mean", "sd", "sd"]
    assert table["arm"].tolist() == ["a", "b", "a", "b"]


def test_draws_follow_the_marginals():
    posterior = PRIOR.update(Y)
    draws = posterior.sample(1000, seed=4)
    for name in ("mean", "variance", "sd"):
        marginal = posterior.marginal(name)
        cdf = [marginal.probability(marginal.support[0], v) for v in draws[name]]
        assert stats.kstest(cdf, "uniform").pvalue > 0.01
    tree = posterior.to_arviz(400, seed=1)
    assert tree["log_likelihood"]["y"].shape == (1, 400, 12)
    assert_array_equal(tree["observed_data"]["y"], Y)
    wide = posterior.predictive().interval(0.5)
    inside = np.mean(
        (tree["posterior_predictive"]["y"] >= wide.lower) & (tree["posterior_predictive"]["y"] <= wide.upper)
    )
    assert_allclose(inside, 0.5, atol=0.03)


def test_large_mean_small_spread():
    shifted = st.NormalInverseGamma.reference().update(1e9 + np.array([1.0, 2.0, 3.0, 4.0]))
    assert_allclose(shifted.marginal("variance").scale, 2.5, rtol=1e-14)


@pytest.mark.parametrize(
    "bad", [(0, 0, 1, 1), (0, 1, -1, 1), (0, 1, 1, np.nan), (np.inf, 1, 1, 1), (0, 1, [1, 2], [1, 2, 3])]
)
def test_bad_parameters(bad):
    with pytest.raises(st.DomainError, match="NormalInverseGamma needs"):
        st.NormalInverseGamma(*bad)


def test_wrong_questions():
    with pytest.raises(st.IncompatibleError, match="not known"):
        PRIOR.update(st.normal(Y, sd=1.0))
    with pytest.raises(st.DomainError, match="marginal needs one of"):
        PRIOR.marginal("median")
    with pytest.raises(st.DomainError):
        PRIOR.update([np.nan, 1.0])


def test_calibration_and_coverage():
    rng, arms, n = np.random.default_rng(12), 2000, 4
    prior = st.NormalInverseGamma(1.0, 0.5, 3.0, 4.0)
    variance = 4.0 / rng.standard_gamma(3.0, arms)
    mean = 1.0 + np.sqrt(variance / 0.5) * rng.standard_normal(arms)
    by = np.repeat(np.arange(arms), n)
    posterior = prior.update(st.normal(mean[by] + np.sqrt(variance)[by] * rng.standard_normal(n * arms), by=by))
    assert stats.kstest(posterior.marginal("mean").cdf(mean), "uniform").pvalue > 0.01
    assert stats.kstest(posterior.probability(high=variance, of="variance"), "uniform").pvalue > 0.01
    for of, truth in (("mean", mean), ("sd", np.sqrt(variance))):
        low, high = posterior.interval(0.9, of=of)
        assert stats.binomtest(int(((low <= truth) & (truth <= high)).sum()), arms, 0.9).pvalue > 0.01


def test_equals_the_conjugate_package():
    from conjugate.distributions import NormalInverseGamma as Theirs
    from conjugate.models import normal

    theirs = normal(x_total=Y.sum(), x2_total=np.sum(Y**2), n=12, prior=Theirs(mu=1.0, nu=0.5, alpha=2.0, beta=3.0))
    ours = PRIOR.update(Y)
    assert_allclose(
        [ours.mean, ours.strength, ours.shape, ours.scale],
        [theirs.mu, theirs.nu, theirs.alpha, theirs.beta],
        rtol=1e-12,
    )


def test_where_the_conjugate_package_loses_its_digits():
    """Its sum of squares cancels at a mean of 1e8: beta 11 instead of 8."""
    from conjugate.distributions import NormalInverseGamma as Theirs
    from conjugate.models import normal

    y = 1e8 + np.array([1.0, 2.0, 3.0, 4.0])
    prior = Theirs(mu=1e8, nu=1.0, alpha=2.0, beta=3.0)
    theirs = normal(x_total=y.sum(), x2_total=np.sum(y**2), n=4, prior=prior)
    assert st.NormalInverseGamma(1e8, 1, 2, 3).update(y).scale == 8.0
    assert theirs.beta == 11.0


def test_the_joint_density_is_highest_at_the_mode():
    belief = st.NormalInverseGamma(0.5, 2, 3, 4)
    mean, variance = belief.mode
    top = belief.log_density(mean, variance)
    for step in (1e-3, -1e-3):
        assert belief.log_density(mean + step, variance) < top
        assert belief.log_density(mean, variance * (1.0 + step)) < top
