"""Logistic, Poisson and linear regressions at once against Newton's method on each."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import climbed, estimated

CASES = ("logistic", "poisson", "ols")


def made(name, m, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(80, 2))
    eta = 0.3 + X @ [0.6, -0.4]
    draw = {
        "logistic": lambda: (random.random((m, 80)) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
        "poisson": lambda: random.poisson(np.exp(eta), (m, 80)).astype(float),
        "ols": lambda: 1e6 + eta + random.normal(size=(m, 80)),
    }
    return X, draw[name]()


@pytest.mark.parametrize("name", CASES)
def test_weighted_replicates_from_a_common_start_are_the_fits(name):
    X, Y = made(name, 1)
    model = getattr(st, name)(Y[0], X)
    W = np.random.default_rng(2).multinomial(80, np.full(80, 1 / 80), size=60).astype(float)
    start = st.fit(model).estimate
    found = estimated(model, None, W, start)
    assert_allclose(climbed(model, model.rows.X, Y, W, None, start).estimate, found, rtol=1e-9)
    for k in (0, 17, 59):
        alone = st.fit(getattr(st, name)(Y[0], X, weights=W[k]))
        assert (np.abs(found[k] - alone.estimate) <= 1e-8 * alone.se).all()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("m", [3, 60])
def test_outcomes_are_the_fits_with_few_members_and_from_the_pooled_start(name, own, m):
    X, Y = made(name, m)
    model = getattr(st, name)(Y[0], X)
    columns = np.repeat(model.rows.X[None], m, axis=0) if own else model.rows.X
    found = climbed(model, columns, Y, None, None)
    assert found.settled.all()
    for k in (0, m - 1):
        alone = st.fit(getattr(st, name)(Y[k], X))
        assert (np.abs(found.estimate[k] - alone.estimate) <= 1e-8 * alone.se).all()
        assert_allclose(found.covariance[k], alone.covariance, rtol=1e-7, atol=1e-12)
        assert_allclose(found.loglik[k], alone.loglik, rtol=1e-11)  # y has 1e6 in it


@pytest.mark.parametrize("name", CASES)
def test_members_far_from_each_other_keep_their_digits(name):
    """Each has the columns standardized about its own means."""
    X, Y = made(name, 4)
    model = getattr(st, name)(Y[0], X)
    away = 1e6 * np.arange(4.0)
    columns = np.repeat(model.rows.X[None], 4, axis=0)
    columns[:, :, 1] += away[:, None]
    found, near = climbed(model, columns, Y, None, None), climbed(model, model.rows.X, Y, None, None)
    assert found.settled.all()
    assert_allclose(found.estimate[:, 1:], near.estimate[:, 1:], rtol=1e-6)
    assert_allclose(found.loglik, near.loglik, rtol=1e-10)


def test_separated_outcomes_are_doubtful_and_others_are_not():
    X, Y = made("logistic", 60)
    Y[7] = X[:, 0] > 0
    Y[9] = 1.0
    model = st.logistic(Y[0], X)
    assert np.flatnonzero(~climbed(model, model.rows.X, Y, None, None).settled).tolist() == [7, 9]


def test_counts_of_very_different_sizes_climb_from_their_own_means():
    random = np.random.default_rng(3)
    X = random.normal(size=(60, 2))
    Y = random.poisson(np.exp(0.3 * X[:, 0]) * 10.0 ** np.arange(7)[:, None]).astype(float)
    model = st.poisson(Y[0], X)
    assert climbed(model, model.rows.X, Y, None, None).settled.all()


def test_groups_do_not_start_at_the_maximum_of_the_first():
    """Steps of means alone do not lead from there to the maxima of groups with other slopes."""
    random = np.random.default_rng(4)
    x, slope = random.normal(size=(60, 80)), np.append(6.0, np.full(59, -1.0))
    Y = (random.random((60, 80)) < 1.0 / (1.0 + np.exp(-slope[:, None] * x))).astype(float)
    model = st.logistic(Y[0], x[0][:, None])
    assert climbed(model, np.stack([np.ones((60, 80)), x], axis=2), Y, None, None).settled[1:].all()
