"""The triangle by blocks is the triangle of the whole."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows, Triangle, triangle
from stattools.numerics.columns import Columns
from tests.cases import rng
from tests.columns import indicators


@pytest.mark.parametrize("n", [2, 5, 3000])
@pytest.mark.parametrize("weighted", [False, True])
def test_gram_of_the_triangle_is_the_gram_of_the_rows(n, weighted):
    g = rng(n)
    X, y = g.normal(size=(n, 4)), g.normal(size=n)
    w = g.integers(0, 3, n).astype(float) if weighted else None
    R = triangle(Rows(X, y, w), beside=True)
    whole = np.column_stack([X, y])
    assert R.shape == (5, 5)
    assert_allclose(R.T @ R, whole.T @ (whole if w is None else whole * w[:, None]), atol=1e-10)
    assert_allclose(R, np.triu(R), atol=0)


def test_offset_is_taken_off_the_response():
    g = rng(3)
    X, y, offset = g.normal(size=(50, 2)), g.normal(size=50), g.normal(size=50)
    assert_allclose(triangle(Rows(X, y, None, offset), beside=True), triangle(Rows(X, y - offset), beside=True))


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_levels_kept_as_codes_give_the_triangle_of_their_columns(k, weighted):
    g = rng(k)
    codes, others, values = np.append(np.arange(40) % 9 - 1, 8), g.normal(size=(41, 2)), g.normal(size=(41, 2))
    X = indicators(others, codes, 9, 1) if k == 1 else Columns(others, codes, 1 + np.arange(18).reshape(9, 2), values)
    y, w = g.normal(size=41), g.integers(0, 3, 41).astype(float) if weighted else None
    found, expected = (triangle(Rows(kept, y, w), beside=True) for kept in (X, np.asarray(X)))
    assert_allclose(found.T @ found, expected.T @ expected, atol=1e-12)
    assert_allclose(found, np.triu(found), atol=0)


@pytest.mark.parametrize("n", [3, 11, 40])
def test_few_rows_at_a_time_wait_for_others(n, monkeypatch):
    """Triangles of blocks with fewer rows than columns would cost more than one of all."""
    X, decomposed, qr = np.random.default_rng(n).standard_normal((n, 7)), [], np.linalg.qr
    monkeypatch.setattr(np.linalg, "qr", lambda A, mode: decomposed.append(len(A)) or qr(A, mode=mode))
    parts = [Triangle(X[k : k + 3]) for k in range(0, n, 3)]
    R = sum(parts[1:], parts[0]).R
    assert_allclose(R.T @ R, X.T @ X, atol=1e-12)
    assert all(rows >= 14 for rows in decomposed)
    found = triangle(Rows(X, np.zeros(n)))
    assert_allclose(found.T @ found, X.T @ X, atol=1e-12)
    assert found.shape == (7, 7)
    assert not np.tril(found, -1).any()
