"""Batch by batch: early stopping, slower rates, what a batch must hold, and the penalty in it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.neural_network import MLPClassifier

import stattools as st
from tests.networks.ring import RING, X


def test_early_stopping_keeps_the_best_epoch_and_the_history_says_so():
    model = st.network(RING, X, hidden=[30], activation="relu")
    at_one_rate = st.Adam(rate=0.05, epochs=300, slowdowns=0)
    fit = st.fit(model, solver=at_one_rate, seed=0)
    assert fit.reason == "early stopping: 5 epochs without a better validation score"
    curve = fit.curve()
    best = int(curve.validation.idxmax())
    assert best == len(curve) - 6
    assert (np.diff(curve.epoch) == 1).all()
    np.testing.assert_array_equal(
        st.fit(model, solver=replace(at_one_rate, epochs=best + 1), seed=0).estimate, fit.estimate
    )


def test_training_slows_down_from_its_best_epoch_before_it_stops():
    model = st.network(RING, X, hidden=[30], activation="relu")
    once, twice = (st.fit(model, solver=st.Adam(rate=0.05, epochs=300, slowdowns=k), seed=0) for k in (0, 2))
    assert twice.reason.endswith("a better validation score, at a rate of 0.0005")
    pd.testing.assert_frame_equal(twice.curve()[: len(once.curve())], once.curve())
    assert len(twice.curve()) >= len(once.curve()) + 10


@pytest.mark.slow
def test_the_log_score_of_new_digits_is_at_most_that_of_scikit_learn_by_the_defaults_of_both():
    """Means over splits, where both stop early; scikit-learn is given pixels from 0 to 1, and standardized ones."""
    images, digit = datasets.load_digits(return_X_y=True)
    ours, theirs = [], {"from 0 to 1": [], "standardized": []}
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(digit))
        train, test = order[:1000], order[1000:]
        X, y, new, truth = images[train], digit[train], images[test], digit[test]
        fit = st.fit(st.network(y, X, hidden=[64], activation="relu"), solver=st.Adam(), seed=seed)
        ours.append(fit.log_score((truth, new)))
        spread = np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
        for name, center, unit in (("from 0 to 1", 0.0, 16.0), ("standardized", X.mean(axis=0), spread)):
            peer = MLPClassifier((64,), early_stopping=True, random_state=seed).fit((X - center) / unit, y)
            p = peer.predict_proba((new - center) / unit)[np.arange(len(test)), truth]
            theirs[name].append(-np.log(np.maximum(p, 1e-300)).mean())
    assert np.mean(ours) <= min(np.mean(scores) for scores in theirs.values())


def test_one_row_with_batch_norm_is_refused_by_both_solvers():
    model = st.network([1.5], [[1.0]], batch_norm=True)
    for solver in (st.LBFGS(), st.Adam(validation=0.0)):
        with pytest.raises(st.DomainError, match="two or more; got 1"):
            st.fit(model, solver=solver, seed=0)


def test_a_ridge_pulls_weights_to_zero_in_batches_too():
    model = st.network(RING, X, hidden=[])
    solver = st.Adam(rate=0.05, batch=40, epochs=30, validation=0.0)
    weak, strong = (st.fit(model, solver=solver, penalty=st.Ridge(s), seed=0).estimate[:2] for s in (1e-6, 1e3))
    assert np.abs(strong).max() < 0.2
    assert np.abs(strong).max() < np.abs(weak).max()
