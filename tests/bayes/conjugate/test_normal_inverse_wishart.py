"""Multivariate normal rows: the univariate case, chains of predictives, scipy, Hotelling, integration, calibration."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st

RNG = np.random.default_rng(31)
Y = RNG.normal(size=(10, 2)) @ np.array([[1.0, 0.6], [0.0, 2.0]]) + [3.0, -1.0]
SCALE = np.array([[2.0, 0.4], [0.4, 1.0]])
PRIOR = st.NormalInverseWishart([1.0, 0.0], 0.5, 4.0, SCALE)


def test_one_component_is_normal_inverse_gamma():
    ours = st.NormalInverseWishart(1.0, 0.5, 4.0, 6.0).update(Y[:, :1])
    twin = st.NormalInverseGamma(1.0, 0.5, 2.0, 3.0).update(Y[:, 0])
    assert_allclose(ours.log_evidence, twin.log_evidence, rtol=1e-13)
    assert_allclose(np.asarray(ours.interval(0.9))[0], np.asarray(twin.interval(0.9)), rtol=1e-12)
    for a, b in zip(ours.variances.interval(0.9), twin.interval(0.9, of="variance"), strict=True):
        assert_allclose(a[0], b, rtol=1e-9)
    assert_allclose(ours.predictive().log_pdf([2.0]), twin.predictive().log_pdf(2.0), rtol=1e-13)
    assert_allclose(ours.loo().pointwise, twin.loo().pointwise, rtol=1e-12)
    assert_allclose(ours.log_density([2.0], [[3.0]]), twin.log_density(2.0, 3.0), rtol=1e-12)


def test_evidence_is_the_product_of_predictives():
    total, belief = 0.0, PRIOR
    for row in Y:
        t = belief.predictive()
        total += stats.multivariate_t(t.location, t.matrix, df=t.df).logpdf(row)
        belief = belief.update(row[None])
    assert_allclose(PRIOR.update(Y).log_evidence, total, rtol=1e-12)


def test_evidence_by_importance_sampling():
    """The mean likelihood of prior draws: independent of the algebra, with a noise of about 2 %."""
    draws = PRIOR.sample(40_000, seed=5)
    gap = Y[:2] - draws["mean"][:, None, :]
    distance = np.einsum("kni,kij,knj->k", gap, np.linalg.inv(draws["covariance"]), gap)
    log_likelihood = -0.5 * distance - np.linalg.slogdet(draws["covariance"])[1] - 2 * np.log(2 * np.pi)
    evidence = np.logaddexp.reduce(log_likelihood) - np.log(40_000)
    assert_allclose(PRIOR.update(Y[:2]).log_evidence, evidence, atol=0.1)


def test_joint_density():
    mean, C = np.array([0.5, 0.3]), np.array([[1.2, -0.1], [-0.1, 0.7]])
    expected = stats.invwishart(4, SCALE).logpdf(C) + stats.multivariate_normal([1.0, 0.0], C / 0.5).logpdf(mean)
    assert_allclose(PRIOR.log_density(mean, C), expected, rtol=1e-12)
    top = PRIOR.mode
    for eps in (1e-3, -1e-3):
        assert PRIOR.log_density(top[0] + eps, top[1]) < PRIOR.log_density(*top)
        assert PRIOR.log_density(top[0], top[1] * (1 + eps)) < PRIOR.log_density(*top)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(some.lists(some.tuples(some.floats(-1e5, 1e5), some.floats(-1e5, 1e5)), min_size=2, max_size=8), some.data())
def test_twice_is_once_to_the_last_bit(rows, data):
    cut = data.draw(some.integers(1, len(rows) - 1))
    order = np.array(data.draw(some.permutations(rows)))
    once, twice = PRIOR.update(rows), PRIOR.update(order[:cut]).update(order[cut:])
    assert twice == once
    assert hash(twice) == hash(once)
    assert_allclose(twice.log_evidence, once.log_evidence, rtol=1e-9)


def test_evidence_does_not_depend_on_the_order():
    values = []
    for order in permutations([Y[:3], Y[3:4], Y[4:]]):
        posterior = PRIOR
        for batch in order:
            posterior = posterior.update(batch)
        values.append(posterior.log_evidence)
    assert_allclose(values, values[0], rtol=1e-13)


@pytest.mark.parametrize("prior", [PRIOR, st.NormalInverseWishart.reference()])
def test_leave_one_out_is_the_predictive_of_the_others(prior):
    loo = prior.update(Y[:5]).update(Y[5:]).loo()
    for i in range(10):
        assert_allclose(loo.pointwise[i], prior.update(np.delete(Y, i, axis=0)).predictive().log_pdf(Y[i]), rtol=1e-11)


def test_reference_prior_is_hotelling():
    posterior = st.NormalInverseWishart.reference().update(Y)
    S = np.cov(Y.T)
    null = np.array([3.0, -1.0])
    gap = Y.mean(axis=0) - null
    T2 = 10 * gap @ np.linalg.solve(S, gap)
    p_value = stats.f.sf(T2 * (10 - 2) / (2 * 9), 2, 8)
    assert_allclose(posterior.joint_mean.tail(null), p_value, rtol=1e-11)
    assert_allclose(posterior.covariance, S * 9 / (9 - 3), rtol=1e-11)
    with pytest.raises(st.DomainError, match="improper"):
        _ = posterior.log_evidence
    with pytest.raises(st.DomainError, match="more than 2 rows"):
        st.NormalInverseWishart.reference().update(Y[:2])
    with pytest.raises(st.DomainError, match="without row"):
        st.NormalInverseWishart.reference().update(Y[:3]).loo()


def test_draws_and_tree():
    posterior = PRIOR.update(st.multivariate_normal(Y, names=["u", "v"]))
    draws = posterior.sample(4000, seed=6)
    for k, name in enumerate(("u", "v")):
        assert stats.kstest(draws["mean"][:, k], posterior.marginal(name).cdf).pvalue > 0.01
        variance = draws["covariance"][:, k, k]
        shape, scale = posterior.variances.shape[k], posterior.variances.scale[k]
        assert stats.kstest(variance, stats.invgamma(shape, scale=scale).cdf).pvalue > 0.01
    assert_allclose(draws["covariance"].mean(axis=0), posterior.covariance, rtol=0.06)
    tree = posterior.to_arviz(50, seed=1)
    assert tree["posterior"]["covariance"].dims == ("chain", "draw", "component", "other")
    assert tree["posterior_predictive"]["y"].shape == (1, 50, 10, 2)
    mean, C = (tree["posterior"][name].values[0, 7] for name in ("mean", "covariance"))
    expected = stats.multivariate_normal(mean, C).logpdf(Y)
    assert_allclose(tree["log_likelihood"]["row"].values[0, 7], expected, rtol=1e-9)
    assert_array_equal(tree["observed_data"]["y"], Y)
    table = posterior.table()
    assert table["component"].tolist() == ["u", "v", "u", "v"]


def test_wrong_data():
    with pytest.raises(st.IncompatibleError, match="components"):
        PRIOR.update(st.multivariate_normal(np.ones((3, 3)) * [[1.0], [2.0], [4.0]]))
    named = PRIOR.update(st.multivariate_normal(Y, names=["u", "v"]))
    with pytest.raises(st.IncompatibleError, match="components u, v; got a, b"):
        named.update(st.multivariate_normal(Y, names=["a", "b"]))
    with pytest.raises(st.DomainError, match="no component"):
        named.marginal("a")
    with pytest.raises(st.DomainError, match="seen none"):
        PRIOR.loo()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (([0, 0], 1, 1.0, SCALE), "df > d - 1"),
        (([0, 0], 0, 4, SCALE), "strength positive"),
        (([0, 0], 1, 4, [[1, 2], [2, 1]]), "positive definite"),
        (([0, 0], 1, 4, [[1, 0.5], [0.2, 1]]), "symmetric"),
        (([0, 0, 0], 1, 4, SCALE), "shape"),
        (([0, np.nan], 1, 4, SCALE), "mean finite"),
    ],
)
def test_bad_parameters(bad, message):
    with pytest.raises(st.DomainError, match=message):
        st.NormalInverseWishart(*bad)


@pytest.mark.slow
def test_calibration_and_coverage():
    rng, ranks, inside = np.random.default_rng(15), [], 0
    prior = st.NormalInverseWishart([1.0, 0.0], 0.5, 6.0, SCALE)
    truth = prior.sample(600, seed=rng)
    for mean, C in zip(truth["mean"], truth["covariance"], strict=True):
        posterior = prior.update(mean + rng.standard_normal((5, 2)) @ np.linalg.cholesky(C).T)
        variance = posterior.variances.probability(high=np.diagonal(C))
        ranks.append([*posterior.means.cdf(mean), *variance, posterior.joint_mean.tail(mean)])
        low, high = posterior.interval(0.9)
        inside += low[1] <= mean[1] <= high[1]
    for column in np.transpose(ranks):
        assert stats.kstest(column, "uniform").pvalue > 0.01
    assert stats.binomtest(int(inside), 600, 0.9).pvalue > 0.01


def test_equals_the_conjugate_package():
    from conjugate.distributions import NormalInverseWishart as Theirs
    from conjugate.models import multivariate_normal

    theirs = multivariate_normal(X=Y, prior=Theirs(mu=np.array([1.0, 0.0]), kappa=0.5, nu=4.0, psi=SCALE))
    ours = PRIOR.update(Y)
    assert_allclose(ours.mean, theirs.mu, rtol=1e-13)
    assert_allclose(ours.scale, theirs.psi, rtol=1e-12)
    assert (ours.strength, ours.df) == (theirs.kappa, theirs.nu)
