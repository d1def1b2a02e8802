"""The model of a network: standardized inputs, its parameters, and rows that batch norm couples."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

import stattools as st
from tests.networks import ring

X = np.arange(24.0).reshape(12, 2) ** 1.5


LABELS = np.resize([1, 2, 3], 12)


def test_theta_of_another_shape_and_second_derivatives_are_refused():
    model = st.network(LABELS, X, hidden=[3])
    with pytest.raises(st.DomainError, match="17 parameters; got theta of shape"):
        model.loglik(np.zeros(3))
    with pytest.raises(st.IncompatibleError, match="no information matrix"):
        model.evaluate(model.start, order=2)


def test_rare_values_are_two_from_the_others():
    generator = np.random.default_rng(0)
    X = np.column_stack([generator.normal(size=2000), np.zeros(2000)])
    X[7, 1] = 255.0
    model = st.network(generator.integers(0, 2, 2000), X)
    inputs = model.inputs(X)
    assert inputs[7, 1] - inputs[8, 1] == pytest.approx(2.0, rel=1e-12)
    assert inputs[:, 0].var() == pytest.approx(np.abs(inputs[:, 0]).mean(), rel=1e-12)


def test_rows_of_weight_zero_do_not_move_the_standardization():
    rows, weights = np.vstack([X, [[1e9, 0.0]]]), np.append(np.ones(12), 0.0)
    model = st.network(np.append(LABELS, 1), rows, weights=weights)
    np.testing.assert_allclose(model.scale, st.network(LABELS, X).scale, rtol=1e-12)


def test_what_overflows_is_said_with_its_cause():
    model = st.network(LABELS, X, hidden=[3], activation="relu")
    with pytest.raises(st.DomainError, match="overflows at this theta"):
        model.score(np.full(17, 1e200))
    with pytest.raises(st.DomainError, match=r"theta\[0\] is nan"):
        model.loglik(np.full(17, np.nan))
    with pytest.raises(st.DomainError, match="Change its units"):
        st.network(LABELS, X * 1e250)
    with pytest.raises(st.IncompatibleError, match="knows no weights"):
        st.network(LABELS, X, batch_norm=True, weights=np.ones(12))


def test_batch_norm_couples_rows_until_it_is_frozen():
    model = st.network(ring.RING, ring.X, hidden=[4], batch_norm=True)
    theta = model.start
    with pytest.raises(st.IncompatibleError, match="freeze"):
        model.pointwise_loglik(theta)
    frozen = model.freeze(theta)
    assert frozen.pointwise_loglik(theta).shape == (240,)
    assert frozen.loglik(theta) == pytest.approx(frozen.pointwise_loglik(theta).sum(), rel=1e-12)
    with pytest.raises(st.DomainError, match="has one row"):
        st.fit(model, solver=st.Adam(batch=1), seed=0)


HOSTILE = (pd.DataFrame(X, columns=["x2", "x1"]), {"x1": [1.0], "": ["a"]}, X[:, :1], [["a", "b"]], "x", 3)
"""What is no design matrix of two columns x1, x2."""


@pytest.mark.parametrize("given", HOSTILE, ids=str)
def test_every_question_of_a_network_refuses_what_is_no_design_matrix(given):
    group = st.fit(st.network(LABELS, X, hidden=[2]), solver=st.LBFGS(max_steps=1), members=2)
    fit, theta = group.members[0], group.members[0].estimate
    asked = [fit.mean, group.mean, *(partial(one, theta) for one in (fit.model.mean, fit.model.eta))]
    for ask in (
        *asked,
        partial(fit.model.pointwise_loglik, theta),
        lambda one: fit.model.pointwise_loglik(theta, X, one),
    ):
        with pytest.raises(st.DomainError):
            ask(given)
    np.testing.assert_array_equal(group.mean(pd.DataFrame(X, columns=["x1", "x2"])), group.mean(X))
    assert fit.mean(np.empty((0, 2))).shape == (0, 3)


def test_an_input_that_was_never_seen_to_vary_does_not_judge_new_rows():
    still = np.column_stack([X, np.full(12, 7.0)])
    for solver in (st.Adam(epochs=3, validation=0.0), st.LBFGS(max_steps=5)):
        fit = st.fit(st.network(LABELS, still, hidden=[3]), solver=solver, seed=0)
        moved = still + [0.0, 0.0, 250.0]
        np.testing.assert_array_equal(fit.mean(moved), fit.mean(still))
    weights = np.append(np.ones(12), 0.0)  # a row of weight 0 is none
    model = st.network(np.append(LABELS, 1), np.vstack([still, [0.0, 0.0, 1.0]]), weights=weights, hidden=[3])
    assert not model.start[6:9].any()  # the weights of the third input
    assert model.start[:6].all()
