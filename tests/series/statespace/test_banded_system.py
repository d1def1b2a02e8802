"""The factored system against weighted least squares with dense matrices."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

import stattools as st
from stattools.series.statespace.posterior_precision import Affine, solved

N = 8
FULL = np.array([2.0, 0.5])


def equations():
    """y_t = z_t + t g with variance 2, and z_{t+1} = z_t with variance 1/2: a random walk about a line."""
    y = np.random.default_rng(0).standard_normal(N).cumsum()
    seen = Affine(np.zeros(N), sparse.csr_array(np.eye(N)), np.arange(float(N))[:, None])
    level = Affine(np.zeros(N), sparse.csr_array(np.eye(N)), np.zeros((N, 1)))
    return [(0, seen, y), (1, level[1:] - level[:-1], np.zeros(N - 1))]


def dense():
    """The normal matrix of (z, g), and their weighted least squares estimate."""
    A = np.vstack([np.hstack([rows.local.toarray(), rows.shared]) for _, rows, _ in equations()])
    W = np.concatenate([np.full(len(right), 1.0 / FULL[k]) for k, _, right in equations()])
    K = A.T @ (W[:, None] * A)
    return K, np.linalg.solve(K, A.T @ (W * np.concatenate([right for *_, right in equations()])))


def test_estimates_and_variances():
    K, expected = dense()
    found = solved(equations(), FULL)
    assert_allclose(np.concatenate([found.z, found.g]), expected, rtol=1e-12, atol=1e-13)
    (_, seen, _), _ = equations()
    B = np.hstack([seen.local.toarray(), seen.shared])
    assert_allclose(found.variance(seen), np.diagonal(B @ np.linalg.solve(K, B.T)), rtol=1e-12)
    assert_allclose(seen.at(found.z, found.g), B @ expected, rtol=1e-12, atol=1e-13)


def test_draws_have_the_covariance():
    """Draws are linear in their noise: its unit vectors, one a draw, give a root of the covariance."""
    K, _ = dense()
    found = solved(equations(), FULL)
    parts = iter([np.hstack([np.eye(N), np.zeros((N, 1))]), np.eye(N + 1)[N:]])
    z, g = found.draw(lambda shape: next(parts), N + 1)
    root = np.vstack([z - found.z[:, None], g - found.g[:, None]])
    assert_allclose(root @ root.T, np.linalg.inv(K), rtol=1e-10, atol=1e-12)


def test_what_is_not_determined_is_refused():
    (_, seen, y), _ = equations()
    with pytest.raises(st.IdentificationError, match="do not determine every state"):
        solved([(0, Affine(seen.fixed, seen.local, 0.0 * seen.shared), y)], FULL)
