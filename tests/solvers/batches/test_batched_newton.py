"""Many regressions at once against Newton's method on each."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches.batched_newton import batched_newton

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


@pytest.mark.parametrize("measured", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_weighted_replicates_from_a_common_start_are_the_fits(name, measured):
    X, Y = made(name, 1)
    model = getattr(st, name)(Y[0], X)
    W = np.random.default_rng(2).multinomial(80, np.full(80, 1 / 80), size=60).astype(float)
    start = st.fit(model).estimate
    found = batched_newton(model.likelihood, model.rows.X, Y, W, None, start=start, measured=measured)
    assert not found.doubtful.any()
    for k in (0, 17, 59):
        alone = st.fit(getattr(st, name)(Y[0], X, weights=W[k]))
        assert (np.abs(found.estimate[k] - alone.estimate) <= 1e-8 * alone.se).all()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("m", [3, 60])
def test_outcomes_are_the_fits_with_few_members_and_from_the_pooled_start(name, m):
    X, Y = made(name, m)
    model = getattr(st, name)(Y[0], X)
    found = batched_newton(model.likelihood, model.rows.X, Y, None, None)
    assert not found.doubtful.any()
    covariance = np.broadcast_to(found.covariance, (m, 3, 3))
    for k in (0, m - 1):
        alone = st.fit(getattr(st, name)(Y[k], X))
        assert (np.abs(found.estimate[k] - alone.estimate) <= 1e-8 * alone.se).all()
        assert_allclose(covariance[k] * alone.scale**2, alone.covariance, rtol=1e-7, atol=1e-12)


def test_separated_outcomes_are_doubtful_and_others_are_not():
    X, Y = made("logistic", 60)
    Y[7] = X[:, 0] > 0
    Y[9] = 1.0
    model = st.logistic(Y[0], X)
    found = batched_newton(model.likelihood, model.rows.X, Y, None, None)
    assert np.flatnonzero(found.doubtful).tolist() == [7, 9]
