"""The linear program on few rows answers as the one on all rows does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import linprog

import stattools as st
from stattools.inference.existence.recession import direction, null_space, recession_cone
from tests.cases import rng


def everything(space) -> bool:
    """The slow twin: all half-spaces in one program."""
    A = space.normals(np.flatnonzero(~space.moves.held))
    if not A.size:
        return False
    found = linprog(-A.sum(axis=0), A_ub=-A, b_ub=np.zeros(len(A)), bounds=(-1, 1), method="highs")
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
        d = direction(space, ~space.moves.held)
        assert (d is not None) == everything(space)
        if d is not None:
            assert space.margins(d).min() >= -1e-9
            assert space.margins(d).max() > 1e-7


@pytest.mark.parametrize("seed", range(3))
def test_margins_normals_and_total_agree(seed):
    g = rng(seed)
    space = recession_cone(st.softmax(g.integers(0, 4, 30), g.normal(size=(30, 2))))
    A = space.normals(np.arange(len(space.moves.rows)))
    d = g.normal(size=A.shape[1])
    active = g.random(len(space.moves.rows)) < 0.7
    np.testing.assert_allclose(space.margins(d), A @ d, atol=1e-14)
    np.testing.assert_allclose(space.total(active), active @ A, atol=1e-12)


def test_null_space():
    basis = null_space(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    np.testing.assert_allclose(np.abs(basis.ravel()), [0.5**0.5, 0.5**0.5, 0.0], atol=1e-15)
