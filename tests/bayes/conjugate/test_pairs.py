"""Every pair through the front door: `st.posterior` finds it, updates add up, leave-one-out agrees with PSIS."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

RNG = np.random.default_rng(40)
Y = RNG.normal(3, 2, 30)
X = RNG.normal(size=(30, 2))
LABELS = list("abacbabbcaaabbcaabcb")


def regression(rows):
    return st.ols(Y[rows], X[rows])


PAIRS = {
    "normal": (lambda rows: st.normal(Y[rows], sd=2.0), st.Normal(0, 5)),
    "normal, both unknown": (lambda rows: st.normal(Y[rows]), st.NormalInverseGamma(0, 1, 2, 2)),
    "regression": (regression, st.NormalInverseGammaRegression([1, 0, 0], 0.5, 2, 2)),
    "categories": (lambda rows: st.categories(LABELS[rows], names=["a", "b", "c"]), st.Dirichlet(1)),
    "multivariate normal": (
        lambda rows: st.multivariate_normal(X[rows]),
        st.NormalInverseWishart([0, 0], 1, 4, np.eye(2)),
    ),
}
LIMITS = {
    "normal": st.Normal.flat(),
    "normal, both unknown": st.NormalInverseGamma.reference(),
    "regression": st.NormalInverseGammaRegression.flat(),
    "categories": st.Dirichlet.haldane(),
    "multivariate normal": st.NormalInverseWishart.reference(),
}
ALL, FIRST, SECOND = slice(None), slice(0, 9), slice(9, None)


@pytest.mark.parametrize("name", PAIRS)
def test_the_posterior_has_the_type_of_the_prior_and_updates_add_up(name):
    model, prior = PAIRS[name]
    posterior = st.posterior(model(ALL), prior=prior)
    assert type(posterior) is type(prior)
    twice = st.posterior(model(SECOND), prior=st.posterior(model(FIRST), prior=prior))
    assert_allclose(twice.log_evidence, posterior.log_evidence, rtol=1e-12)
    assert twice.prior == posterior.prior == prior
    assert_allclose(np.asarray(twice.interval(0.9)), np.asarray(posterior.interval(0.9)), rtol=1e-12)
    assert posterior.table(0.9).shape[0] >= 1
    assert "posterior" in posterior.to_arviz(20, seed=1).children


@pytest.mark.parametrize("name", PAIRS)
def test_leave_one_out_agrees_with_psis(name):
    model, prior = PAIRS[name]
    loo = st.posterior(model(ALL), prior=prior).loo()
    table = loo.table(4000, seed=1)
    valid = table["psis_valid"]
    assert valid.mean() > 0.8
    assert_allclose(table["psis"][valid], table["exact"][valid], atol=0.1)  # the noise of 4,000 draws


@pytest.mark.parametrize("name", PAIRS)
def test_improper_limits(name):
    posterior = st.posterior(PAIRS[name][0](ALL), prior=LIMITS[name])
    assert type(posterior) is type(PAIRS[name][1])
    with pytest.raises(st.DomainError, match="improper"):
        _ = posterior.log_evidence
    assert np.isfinite(posterior.loo().elpd)
    assert "prior" not in posterior.to_arviz(20, seed=1).children


@pytest.mark.parametrize("name", PAIRS)
def test_the_only_observation_is_flagged(name):
    model, prior = PAIRS[name]
    loo = st.posterior(model(slice(0, 1)), prior=prior).loo()
    assert loo.alone.all()
    table = loo.table(500, seed=1)
    assert not table["psis_valid"].any()


def test_the_tree_has_the_log_density_of_the_prior_at_each_draw():
    def tree(name):
        model, prior = PAIRS[name]
        found = st.posterior(model(ALL), prior=prior).to_arviz(5, seed=1)
        return prior, found["posterior"].isel(chain=0, draw=3), found["log_prior"].isel(chain=0, draw=3)

    prior, at, logs = tree("normal")
    assert_allclose(logs["mean"], prior.log_density(float(at["mean"])), rtol=1e-13)
    prior, at, logs = tree("normal, both unknown")
    assert_allclose(logs["parameters"], prior.log_density(float(at["mean"]), float(at["variance"])), rtol=1e-13)
    prior, at, logs = tree("regression")
    sigma = float(at["sigma"])
    joint = prior.log_density(at["beta"].to_numpy(), sigma**2) + np.log(2.0 * sigma)  # of sigma, not of its square
    assert_allclose(logs["parameters"], joint, rtol=1e-12)
    prior, at, logs = tree("categories")
    assert_allclose(logs["parameters"], st.Dirichlet([1, 1, 1]).log_density(at["p"].to_numpy()), rtol=1e-12)
    prior, at, logs = tree("multivariate normal")
    joint = prior.log_density(at["mean"].to_numpy(), at["covariance"].to_numpy())
    assert_allclose(logs["parameters"], joint, rtol=1e-12)


def test_arms_have_a_log_prior_each():
    prior = st.NormalInverseGamma(0, 1, 2, 2)
    tree = st.posterior(st.normal(Y, by=["a", "b"] * 15), prior=prior).to_arviz(5, seed=1)
    at = tree["posterior"].isel(chain=0, draw=3)
    joint = prior.log_density(at["mean"].to_numpy(), at["variance"].to_numpy())
    assert_allclose(tree["log_prior"]["parameters"].isel(chain=0, draw=3), joint, rtol=1e-13)
