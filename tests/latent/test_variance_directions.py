"""Second derivatives along changes of V, against differences and against matrices of rows by rows."""

import numpy as np
import pytest

from stattools.errors import IncompatibleError
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import MOST_EFFECTS, Deviance, changes_of, variance_directions, whole_joint
from stattools.latent.elimination import OneFactor
from stattools.solvers.mixed.maximum import maximum
from tests.latent.certified import term
from tests.latent.dense_structure import DenseStructure


def data(crossed: bool = False):
    rng = np.random.default_rng(4)
    n = 48
    x = np.round(rng.normal(size=n), 2)
    a, b = np.arange(n) % 7, np.arange(n) // 8
    X, one = np.column_stack([np.ones(n), x, x**2]), np.ones((n, 1))
    y = (
        1
        + x
        + (rng.normal(size=7) + 0.5)[a]
        + 2 * (rng.normal(size=7))[a] * x
        + rng.normal(size=6)[b]
        + rng.normal(size=n)
    )
    terms = [term(a, one), term(b, one, "h")] if crossed else [term(a, np.column_stack([np.ones(n), x]))]
    return coordinates(X, y, terms)


@pytest.fixture(scope="module", params=["one factor", "the same densely", "crossed"])
def case(request):
    found = data(request.param == "crossed")
    structure = OneFactor.of(found.columns) if request.param == "one factor" else DenseStructure(found.columns)
    return found, structure


@pytest.mark.parametrize("reml", [True, False])
def test_hessian_is_the_slope_of_the_gradient(case, reml):
    found, structure = case
    at = maximum(Deviance.of(structure, found, reml)).profile
    directions = variance_directions(at, found.columns)
    H = directions.hessian
    profiled = H[1:, 1:] - np.outer(H[1:, 0], H[0, 1:]) / H[0, 0]
    changes, step = changes_of(at.factors)[0], 1e-4
    for i, (k, E) in enumerate(changes):
        sides = []
        for way in (step, -step):
            T = list(at.factors)
            T[k] = np.linalg.cholesky(T[k] @ T[k].T + way * E)
            moved = at.of.at(at.of.theta(tuple(T)))
            sides.append([np.sum(moved.gammas[j] * other) for j, other in changes])
        slope = (np.array(sides[0]) - sides[1]) / (2 * step)
        np.testing.assert_allclose(profiled[i], slope, rtol=1e-5, atol=1e-5 * abs(profiled).max())  # differences


def test_sums_are_those_of_matrices_of_rows_by_rows(case):
    found, structure = case
    at = maximum(Deviance.of(structure, found, True)).profile
    directions = variance_directions(at, found.columns)
    dense, W = DenseStructure(found.columns), found.columns.W
    X, n = W[:-1].T, W.shape[1]
    Z = [dense.design(k) for k in range(len(at.factors))]
    each = [np.kron(np.eye(Z[k].shape[1] // len(E)), E) for k, E in changes_of(at.factors)[0]]
    changes = [Z[k] @ E @ Z[k].T for E, (k, _) in zip(each, changes_of(at.factors)[0], strict=True)]
    V = np.eye(n) + sum(
        z @ np.kron(np.eye(z.shape[1] // len(T)), T @ T.T) @ z.T for z, T in zip(Z, at.factors, strict=True)
    )
    changes, inverse = [V, *changes], np.linalg.inv(V)
    P = inverse - inverse @ X @ np.linalg.solve(X.T @ inverse @ X, X.T @ inverse)
    e = W[-1] - at.b @ W[:-1]
    for i, one in enumerate(changes):
        half = inverse @ one @ inverse
        np.testing.assert_allclose(directions.first[i], X.T @ half @ X, atol=1e-8)
        np.testing.assert_allclose(directions.crosses[i], X.T @ half @ e, atol=1e-8)
        assert directions.ones[i] == pytest.approx(e @ half @ e, rel=1e-8)
        for k, other in enumerate(changes):
            np.testing.assert_allclose(directions.second[i, k], X.T @ half @ other @ inverse @ X, atol=1e-8)
            assert directions.traces[i, k] == pytest.approx(np.trace(half @ other), rel=1e-8)
            assert directions.expected[i, k] == pytest.approx(np.trace(P @ one @ P @ other), rel=1e-8)
            assert directions.squares[i, k] == pytest.approx(e @ half @ other @ inverse @ e, rel=1e-8)


def test_effects_of_variance_zero_are_left_out():
    zero, full = np.zeros((1, 1)), np.array([[2.0, 0.0], [1.0, 1.0]])
    changes, without = changes_of((zero, full, np.array([[1.0, 0.0], [2.0, 0.0]])))
    assert [k for k, _ in changes] == [1, 1, 1, 2]
    assert without == (0, 2)
    np.testing.assert_allclose(changes[-1][1], [[1.0, 2.0], [2.0, 4.0]])


def test_too_many_crossed_effects_are_refused():
    found = data(crossed=True).columns
    many = type(found)(found.W, found.codes, (MOST_EFFECTS, 6), found.z)
    with pytest.raises(IncompatibleError, match='df="normal"'):
        whole_joint((np.eye(1), np.eye(1)), many)
