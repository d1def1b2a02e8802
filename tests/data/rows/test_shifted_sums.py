"""Sums of products over blocks are those of the whole."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.data.rows.rows import ShiftedSums
from tests.cases import rng


def test_sums_over_blocks_are_those_of_the_whole_and_parts_add_up():
    g = rng(1)
    Z, v, y, phi = g.normal(size=(15_000, 3)), g.normal(size=15_000), g.normal(size=15_000), g.normal(size=3)
    blocks = [(Z[i : i + 4_000], v[i : i + 4_000], None, y[i : i + 4_000]) for i in range(0, 15_000, 4_000)]
    found, parts = ShiftedSums.over(blocks, phi), ShiftedSums.over(blocks[:2], phi) + ShiftedSums.over(blocks[2:], phi)
    r = v - Z @ phi
    for sums in (found, parts):
        assert_allclose(np.triu(sums.G), np.triu(Z.T @ Z), rtol=1e-12, atol=1e-10)
        assert_allclose(sums.g, Z.T @ r, rtol=1e-10, atol=1e-9)
        assert_allclose([sums.square, sums.rss, sums.size], [v @ v, r @ r, y @ y], rtol=1e-12)


def test_without_phi_the_residual_is_v_and_its_sums_are_not_asked_for():
    g = rng(2)
    Z, v = g.normal(size=(50, 2)), g.normal(size=50)
    found = ShiftedSums.over([(Z, v, None, v)], None)
    assert_allclose(found.g, Z.T @ v)
    assert (found.rss, found.size) == (0.0, 0.0)
