"""Each member of a batch is the fit that it is alone, and what is in doubt has no numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import (
    ENTRIES,
    climbed,
    estimated,
    groups_of,
    of_like_length,
    padded,
    replicates,
)
from tests.cases import rng

N, P, M = 40, 3, 4


def batch(kind):
    g = rng(len(kind))
    X = np.column_stack([np.ones(N), g.normal(size=(N, P - 1))])
    eta = 0.3 + 0.5 * X[:, 1]
    draw = {
        "ols": lambda: eta + g.normal(size=(M, N)),
        "logistic": lambda: (g.random((M, N)) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
        "poisson": lambda: g.poisson(np.exp(eta), (M, N)).astype(float),
    }
    return X, draw[kind](), g.integers(0, 3, (M, N)).astype(float)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["ols", "logistic", "poisson"])
def test_members_are_the_fits_that_they_are_alone(kind, weighted):
    X, Y, W = batch(kind)
    make = getattr(st, kind)
    found = climbed(make(Y[0], X, intercept=False), X, Y, W if weighted else None, None)
    assert found.settled.all()
    for m in range(M):
        fit = st.fit(make(Y[m], X, intercept=False, weights=W[m] if weighted else None))
        assert_allclose(found.estimate[m], fit.estimate, rtol=1e-7, atol=1e-9)  # decrements of up to 1e-8
        assert_allclose(found.covariance[m], fit.covariance, rtol=1e-7, atol=1e-12)
        assert_allclose([found.loglik[m], found.scale[m]], [fit.loglik, fit.scale], rtol=1e-10)
        assert found.n[m] == fit.n


def test_what_is_in_doubt_has_no_numbers():
    X, Y, _ = batch("ols")
    Y[1] = X @ [1.0, 2.0, 3.0]  # a perfect fit
    W = np.ones((M, N))
    W[2, P:] = 0.0  # no more rows than coefficients
    found = climbed(st.ols(Y[0], X, intercept=False), X, Y, W, None)
    assert found.settled.tolist() == [True, False, False, True]
    assert np.isnan(found.estimate).all(axis=1).tolist() == [False, True, True, False]
    near = estimated(st.ols(Y[0], X, intercept=False), Y, W, np.zeros(P))
    assert_allclose(near, found.estimate, rtol=1e-12)


def test_rows_beyond_the_end_count_for_nothing():
    X, Y, _ = batch("logistic")
    X2, y2, w2, o2 = padded(st.logistic(Y[0], X, intercept=False), N + 7)
    assert w2.tolist() == [1.0] * N + [0.0] * 7
    short = climbed(st.logistic(Y[0], X, intercept=False), X, Y[:1], None, None)
    long = climbed(st.logistic(Y[0], X, intercept=False), X2, y2[None], w2[None], o2)
    assert_allclose(long.estimate, short.estimate, rtol=1e-12)
    assert_allclose(long.loglik, short.loglik, rtol=1e-13)


def test_replicates_are_fitted_in_parts(monkeypatch):
    X, Y, _ = batch("logistic")
    model = st.logistic(Y[0], X, intercept=False)
    whole = replicates(model, Y, None)
    monkeypatch.setattr("stattools.solvers.batches.ENTRIES", 3 * N)
    assert_allclose(replicates(model, Y, None).estimate, whole.estimate, rtol=1e-12)


def test_members_of_like_length_go_together():
    lengths = np.array([3, 10, 4, 9, 1, 8])
    parts = [(n, sorted(chunk.tolist())) for n, chunk in of_like_length(lengths, 2)]
    assert parts == [(10, [1, 3, 5]), (4, [0, 2]), (1, [4])]
    assert [len(chunk) for _, chunk in of_like_length(np.full(5, ENTRIES // 4), 2)] == [2, 2, 1]


@pytest.mark.parametrize("weighted", [False, True])
def test_groups_of_a_table_are_padded_as_their_models_are(weighted):
    random = np.random.default_rng(0)
    codes = np.array([0, 1, 0, 2, 1, 0, 2, 0])
    X, offset = random.normal(size=(8, 2)), random.normal(size=8)
    beside = {"weights": random.integers(1, 4, 8)} if weighted else {}
    model = st.poisson(random.poisson(1.0, 8), X, offset=offset, **beside)
    order = np.argsort(codes, kind="stable")
    firsts, lengths = np.array([0, 4, 6]), np.array([4, 2, 2])
    X, y, w, o = groups_of(model.rows, order, firsts, lengths, 4)
    for k in range(3):
        one = padded(model.subset(order[firsts[k] : firsts[k] + lengths[k]]), 4)
        for found, expected in zip((X[k], y[k], w[k], o[k]), one, strict=True):
            np.testing.assert_array_equal(found, expected)


def test_groups_of_one_length_need_no_weights():
    model = st.poisson([1, 0, 2, 3], [[1.0], [2.0], [3.0], [4.0]])
    _, y, w, o = groups_of(model.rows, np.array([0, 2, 1, 3]), np.array([0, 2]), np.array([2, 2]), 2)
    assert y.tolist() == [[1.0, 2.0], [0.0, 3.0]]
    assert w is None
    assert o is None
