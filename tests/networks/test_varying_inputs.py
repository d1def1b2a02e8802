"""A network without its zero inputs trains to what the whole one does."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.networks.fitting_networks import VaryingInputs, train_by_adam
from tests.networks.ring import RING, X

SOLVER = st.Adam(rate=0.02, batch=32, epochs=4, validation=0.0)
WITH_ZEROS = np.column_stack([np.full(len(X), 3.0), X[:, 0], np.zeros(len(X)), X[:, 1]])


@pytest.mark.parametrize("hidden", [[], [5], [4, 3]], ids=str)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_training_without_the_zero_inputs_is_that_of_the_whole_network(hidden, batch_norm):
    whole = st.network(RING, WITH_ZEROS, hidden=hidden, activation="tanh", batch_norm=batch_norm and bool(hidden))
    varying = VaryingInputs.of(whole)
    assert varying.kept.tolist() == [1, 3]
    assert varying.model.perceptron.size == whole.perceptron.size - 2 * (hidden or [1])[0]
    start = whole.start_from(7)
    theta = varying.without(start)
    assert varying.model.loglik(theta) == pytest.approx(whole.loglik(start), rel=1e-12)
    direct = train_by_adam(whole, SOLVER, st.Ridge(0.1), start, np.random.default_rng(1))
    found = varying.back(train_by_adam(varying.model, SOLVER, st.Ridge(0.1), theta, np.random.default_rng(1)))
    np.testing.assert_allclose(found.estimate, direct.estimate, rtol=1e-9, atol=1e-12)
    assert found.loglik == pytest.approx(direct.loglik, rel=1e-10)
    assert found.model.rows is whole.rows
    np.testing.assert_allclose(found.model.mean(found.estimate), direct.model.mean(direct.estimate), rtol=1e-9)


def test_an_input_that_varies_only_where_nothing_counts_is_left_out():
    weight = np.ones(len(X))
    weight[3] = 0.0
    rare = np.where(np.arange(len(X)) == 3, 9.0, 1.0)
    model = st.network(RING, np.column_stack([X, rare]), hidden=[3], weights=weight)
    assert VaryingInputs.of(model).kept.tolist() == [0, 1]
    fit = st.fit(model, solver=SOLVER, seed=1)
    assert fit.estimate[6:9].tolist() == [0.0, 0.0, 0.0]


def test_all_inputs_stay_where_each_varies_none_does_or_the_rows_are_many(monkeypatch):
    every = st.network(RING, X, hidden=[3])
    none = st.network(RING, np.ones((len(X), 2)), hidden=[3])
    for model in (every, none):
        assert VaryingInputs.of(model).model is model
    some = st.network(RING, WITH_ZEROS, hidden=[3])
    monkeypatch.setattr("stattools.networks.fitting_networks.HELD", 10)
    assert VaryingInputs.of(some).model is some


def test_a_fit_has_parameters_and_names_of_all_inputs():
    model = st.network(RING, WITH_ZEROS, hidden=[3])
    fit = st.fit(model, solver=replace(SOLVER, epochs=2), seed=1)
    assert fit.estimate.shape == (model.perceptron.size,)
    assert fit.model.terms == model.terms
    assert fit.loglik == pytest.approx(fit.model.loglik(fit.estimate), rel=1e-12)
