"""Data trees of conjugate posteriors: groups, axes, and what is left out."""

import numpy as np
import pytest

import stattools as st
from stattools.bayes.conjugate import updating


def test_before_any_data_there_is_the_prior_alone():
    for prior in (st.Beta(1, 2), st.Normal([0.0, 1.0], [1.0, 2.0]), st.Dirichlet([1, 2, 3])):
        assert list(prior.to_arviz(5).children) == ["prior"]


def test_the_prior_of_each_arm_is_drawn_by_itself():
    posterior = st.Normal(0, 1).update(st.normal([1.0, 2.0], sd=1.0, by=["a", "b"]))
    prior = posterior.to_arviz(50, seed=1)["prior"]["mean"]
    assert prior.dims == ("chain", "draw", "arm")
    assert np.unique(prior).size == 100
    assert updating.over(posterior, posterior.prior) == st.Normal([0.0, 0.0], [1.0, 1.0])


def test_two_kinds_of_observations_have_axes_of_their_own():
    posterior = st.Gamma(1, 1).update(st.poisson_rate([3, 1])).update(st.exponential_rate([0.5]))
    tree = posterior.to_arviz(4)
    assert {name: found.dims[2:] for name, found in tree["log_likelihood"].data_vars.items()} == {
        "counts": ("obs of counts",),
        "times": ("obs of times",),
    }
    assert tree["constant_data"]["exposure of counts"].to_numpy().tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("prior", "data", "attribute"),
    [
        (st.Normal(0, 1), st.normal([1.0, 2.0, 3.0], sd=1.0), "per_measurement"),
        (st.NormalInverseWishart([0], 1, 2, [[1.0]]), st.multivariate_normal([[1.0], [2.0], [3.0]]), "per_row"),
    ],
)
def test_too_many_numbers_are_left_out_and_said_to_be(prior, data, attribute, monkeypatch):
    posterior = prior.update(data)
    assert posterior.to_arviz(4).attrs[attribute] == 1
    monkeypatch.setattr(updating, "MOST_CELLS", 11)
    tree = posterior.to_arviz(4)
    assert tree.attrs[attribute] == 0
    assert set(tree.children) == {"posterior", "prior", "log_prior", "observed_data"}


@pytest.mark.parametrize(
    "prior",
    [
        st.Normal(0, [[1.0, 2.0], [3.0, 4.0]]),
        st.Beta([[1.0, 2.0, 3.0]], 1),
        st.NormalInverseGamma(0, 1, [[2.0], [3.0]], 1),
    ],
)
def test_arms_in_a_matrix_lie_along_one_axis_as_in_tables(prior):
    arms = len(prior.table()["arm"].unique())
    for values in prior.to_arviz(5)["prior"].values():
        assert values.shape == (1, 5, arms)
