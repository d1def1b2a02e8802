"""Small blocks for each level, against dense algebra."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.numerics.arrowhead import Within, by_block, times
from stattools.numerics.small_matrices import backward, factored, forward

rng = np.random.default_rng(0)
half = rng.standard_normal((5, 3, 3))
D = half @ half.transpose(0, 2, 1) + 0.1 * np.eye(3)
PLACES = np.array([[0, 4, 2], [1, 5, 7]])
WITHIN = Within(PLACES, D[:2])


def whole():
    found = np.zeros((9, 9))
    for rows, block in zip(PLACES, D, strict=False):
        found[np.ix_(rows, rows)] = block
    return found


def test_the_triangles_are_those_of_the_blocks():
    root = factored(np.moveaxis(D, 0, -1))[0]
    L = np.moveaxis(root, -1, 0)
    assert_allclose(L @ L.transpose(0, 2, 1), D, rtol=1e-12, atol=1e-12)
    for v in (rng.standard_normal((5, 3)), rng.standard_normal((5, 3, 2))):
        assert_allclose(times(L, by_block(forward, root, v)), v, rtol=1e-12, atol=1e-12)
        assert_allclose(times(L.transpose(0, 2, 1), by_block(backward, root, v)), v, rtol=1e-12, atol=1e-12)
    assert factored(np.array([[1.0, 2.0], [2.0, 1.0]])[:, :, None])[1].tolist() == [-3.0]


def test_what_stands_beside_the_diagonal_is_that_of_the_array():
    A, v = whole(), rng.standard_normal((9, 2))
    diagonal = np.eye(3) * WITHIN.blocks
    skew = Within(PLACES, np.triu(WITHIN.blocks, 1) + 0.5 * diagonal)
    for one, other in [
        (WITHIN.product(v), A @ v), (WITHIN.product(v[:, 0]), A @ v[:, 0]), (WITHIN.entries(*np.indices((9, 9))), A),
        (skew.product(v) + skew.pulled(v), A @ v),
    ]:  # fmt: skip
        assert_allclose(one, other, rtol=1e-12, atol=1e-12)
