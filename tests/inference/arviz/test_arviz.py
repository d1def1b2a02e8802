"""DataTrees: what ArviZ reads from them, that they are reproducible, and that their numbers are the posterior's."""

import arviz
import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.inference.arviz.datatree import datatree, energy_fraction, pareto_smoothed


@pytest.fixture(scope="module")
def posterior():
    return st.posterior(st.coin([1, 0, 1, 1, 0, 1]), prior=st.Beta(1, 1))


@pytest.fixture(scope="module")
def tree(posterior):
    return posterior.to_arviz(draws=4000, seed=7)


def test_groups_dims_and_attributes(tree):
    expected = {"posterior", "prior", "posterior_predictive", "prior_predictive", "observed_data", "constant_data"}
    assert set(tree.children) == expected | {"log_likelihood", "log_prior"}
    assert dict(tree["posterior"].sizes) == {"chain": 1, "draw": 4000}
    for group in ("posterior_predictive", "prior_predictive"):
        assert dict(tree[group]["successes"].sizes) == {"chain": 1, "draw": 4000, "obs": 1}
    assert tree["observed_data"]["successes"].dims == tree["constant_data"]["trials"].dims == ("obs",)
    assert tree["observed_data"]["obs"].values.tolist() == ["all trials"]
    assert (tree["observed_data"]["successes"].item(), tree["constant_data"]["trials"].item()) == (4, 6)
    assert tree.attrs["inference_library"] == "stattools"
    assert tree.attrs["inference_library_version"] == st.__version__
    assert (tree.attrs["seed"], tree.attrs["prior"]) == (7, "Beta(1, 1)")


def test_draws_are_those_of_posterior_and_prior(posterior, tree):
    for group, belief in {"posterior": posterior, "prior": posterior.prior}.items():
        theta, successes = tree[group]["theta"].values, tree[f"{group}_predictive"]["successes"].values
        predictive = belief.predictive(6)
        assert abs(theta.mean() - belief.mean) < 4 * belief.sd / np.sqrt(theta.size)
        assert abs(successes.mean() - predictive.mean) < 4 * predictive.sd / np.sqrt(theta.size)
        assert np.corrcoef(theta.ravel(), successes.ravel())[0, 1] > 0.5  # each replicate comes from its own draw


@pytest.mark.parametrize("kind", ["hdi", "eti"])
def test_summary_by_arviz(posterior, tree, kind):
    table = arviz.summary(tree, kind="stats", ci_kind=kind, ci_prob=0.9, round_to="none")
    row = table.loc["theta"]
    low, high = posterior.interval(0.9, kind=kind)
    assert_allclose(row["mean"], posterior.mean, atol=0.02)  # 4,000 draws
    assert_allclose(row["sd"], posterior.sd, atol=0.02)
    assert_allclose([row[f"{kind}90_lb"], row[f"{kind}90_ub"]], [low, high], atol=0.03)


def test_same_seed_same_tree(posterior, tree):
    assert tree.identical(posterior.to_arviz(draws=4000, seed=7))
    assert not tree.identical(posterior.to_arviz(draws=4000, seed=8))
    assert_array_equal(
        tree["posterior"]["theta"], posterior.to_arviz(seed=np.random.default_rng(7))["posterior"]["theta"]
    )


def test_before_any_data_there_is_a_prior_alone():
    assert set(st.Beta(2, 2).to_arviz(draws=10).children) == {"prior"}


def test_draws_is_a_count(posterior):
    with pytest.raises(st.DomainError, match="draws is one whole number, at least 1; got 0"):
        posterior.to_arviz(draws=0)


def test_any_groups_with_named_axes():
    draws = np.arange(12.0).reshape(1, 4, 3)
    made = datatree(
        {"posterior": {"beta": draws}, "observed_data": {"y": [1.0, 2.0]}},
        dims={"beta": ("coef",), "y": ("obs",)},
        coords={"coef": ("a", "b", "c"), "obs": (10, 20)},
        attrs={"seed": 1},
    )
    assert isinstance(made, xarray.DataTree)
    assert made["posterior"]["beta"].dims == ("chain", "draw", "coef")
    assert_array_equal(made["posterior"]["beta"].sel(coef="b").values[0], draws[0, :, 1])
    assert made["observed_data"]["y"].sel(obs=20).item() == 2.0
    assert not any("created_at" in node.attrs for node in made.subtree)


def test_pareto_smoothing_needs_a_tail():
    """A fifth of the draws is the tail, and six points determine its shape: ArviZ has NaN of 25 draws, refuses 24."""
    ratios = np.random.default_rng(0).normal(size=30)
    assert np.isfinite(pareto_smoothed(ratios)[1])
    with pytest.raises(st.DomainError, match="needs 30 draws"):
        pareto_smoothed(ratios[:29])
    with pytest.raises(st.DomainError, match="needs 30 draws"):
        st.posterior(st.probit([0, 1, 1, 0, 1, 0], np.arange(6.0)), method="laplace", draws=4)


def test_energies_that_never_move_have_a_fraction_of_0():
    """Chains that stand still were 0 / 0, with a warning of NumPy."""
    assert energy_fraction(np.ones((2, 20))).tolist() == [0.0, 0.0]
    moving = np.random.default_rng(0).normal(size=(1, 20))
    assert energy_fraction(np.vstack([moving, np.ones((1, 20))])).tolist() == [*energy_fraction(moving), 0.0]
