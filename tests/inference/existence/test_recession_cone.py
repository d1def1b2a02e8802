"""The linear program on few rows answers as the one on all rows does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import linprog
from scipy.sparse import csr_array

import stattools as st
from stattools.inference.existence.separation import direction, recession_cone, still
from tests.cases import rng


def everything(space) -> bool:
    """The slow twin: all half-cone in one program."""
    A, H = space.A[~space.held].toarray(), space.A[space.held].toarray()
    equal = {"A_eq": H, "b_eq": np.zeros(len(H))} if len(H) else {}
    found = linprog(-A.sum(axis=0), A_ub=-A, b_ub=np.zeros(len(A)), bounds=(-1, 1), method="highs", **equal)
    return -found.fun > 1e-6


def models(seed: int, n: int):
    g = rng(seed)
    X = np.column_stack([g.normal(size=n), g.integers(0, 2, n), (g.random(n) < 0.15)]).astype(float)
    steep = g.choice([0.5, 3.0, 30.0])
    eta = steep * X[:, 0] + g.logistic(size=n)
    yield lambda: st.logistic(eta > 0, X)
    yield lambda: st.softmax(np.digitize(eta, [-steep, steep]), X)
    yield lambda: st.poisson(np.where(X[:, 2] > 0, 0, g.poisson(np.exp(np.clip(0.3 * eta, -3, 3)))), X)


@settings(max_examples=40, deadline=None)
@given(some.integers(0, 10**6), some.integers(10, 60))
def test_few_rows_are_enough(seed, n):
    for make in models(seed, n):
        try:
            space = recession_cone(make())
        except st.DomainError:  # one class only
            continue
        d = direction(space, ~space.held)
        assert (d is not None) == everything(space)
        if d is not None:
            margins = space.A @ d
            assert margins[~space.held].min() >= -1e-9
            assert margins[~space.held].max() > 1e-7
            assert np.abs(margins[space.held]).max(initial=0.0) <= 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_half_spaces_of_categories_are_differences_to_each_rival(seed):
    g = rng(seed)
    model = st.softmax(g.integers(0, 4, 30), g.normal(size=(30, 2)))
    cone, d = recession_cone(model), g.normal(size=model.predictor.size)
    X = np.asarray(model.standardized_rows()[0].whole.X)
    eta = np.column_stack([np.zeros(30), X @ d.reshape(3, -1).T])
    lead = np.take_along_axis(eta, model.rows.y[:, None].astype(int), axis=1) - eta
    length = np.linalg.norm(X, axis=1, keepdims=True)
    np.testing.assert_allclose(cone.A @ d, (lead / length).ravel(), atol=1e-13)
    assert cone.A.nnz <= 2 * X.shape[1] * len(cone.rows)


def test_what_moves_no_row():
    basis = still(csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])))
    np.testing.assert_allclose(np.abs(basis.ravel()), [0.5**0.5, 0.5**0.5, 0.0], atol=1e-15)
    np.testing.assert_allclose(still(csr_array((0, 2))), np.eye(2))
