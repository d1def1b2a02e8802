"""The triangle by blocks is the triangle of the whole."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from stattools.data.rows.triangle import triangle
from tests.cases import rng


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
