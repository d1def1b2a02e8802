"""What `st.fit` of a network takes, and what it refuses."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError
from tests.networks.ring import RING, SMALL, X


def test_the_same_seed_is_the_same_fit_and_another_is_not():
    model = st.network(RING, X, hidden=[5], activation="relu")
    first, again, other = (st.fit(model, solver=SMALL, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.estimate, again.estimate)
    assert not np.array_equal(first.estimate, other.estimate)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"solver": st.Newton()}, st.IncompatibleError, "st.LBFGS"),
        ({"cov": "HC1"}, st.IncompatibleError, "cov="),
        ({"penalty": st.Jeffreys()}, st.IncompatibleError, "st.Ridge only"),
        ({"restarts": 0}, st.DomainError, "restarts="),
        ({"members": 1.5}, st.DomainError, "members="),
        ({"ensemble": "wide", "members": 2}, st.DomainError, "ensemble="),
        ({"sed": 1}, TypeError, "sed"),
        ({"solver": st.Adam(validation=0.999)}, st.DomainError, "leaves too few"),
        ({"seed": -1}, st.DomainError, "seed="),
        ({"seed": 1.5}, st.DomainError, "seed="),
        ({"ensemble": "bootstrap"}, st.DomainError, "members="),
        ({"level": 0.9}, st.IncompatibleError, "level="),
    ],
)
def test_what_training_refuses(options, error, says):
    with pytest.raises(error, match=says):
        st.fit(st.network(RING, X, hidden=[2]), **options)


def test_rows_of_weight_0_alone_are_no_network():
    table = {"y": np.arange(8.0), "x": np.arange(8.0) ** 2, "w": [0, 0, 1, 2, 1, 1, 1, 1]}
    some = st.network("y ~ x", table, weights="w", hidden=[2], likelihood=st.Gaussian())
    assert some.subset(np.array([1, 2])).n == 1
    with pytest.raises(DomainError, match="none of these 2 rows counts"):
        some.subset(np.array([0, 1]))
