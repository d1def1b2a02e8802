"""Blocks and standardized columns: the same sums as the whole, whatever the block size, layout and scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from tests.cases import rng


def rows(n: int = 700, p: int = 4, order: str = "C", weighted: bool = False) -> Rows:
    g = rng(0)
    X = np.asarray(np.column_stack([np.ones(n), g.normal(5.0, 2.0, (n, p - 1))]), order=order)
    return Rows(X, g.normal(size=n), g.integers(0, 4, n).astype(float) if weighted else None, g.normal(size=n))


@given(some.integers(1, 900))
def test_blocks_cover_every_row_once_in_order(size):
    data = rows()
    blocks = list(data.blocks(size))
    for field in range(4):
        assert (
            (np.concatenate([block[field] for block in blocks]) == (data.X, data.y, None, data.offset)[field]).all()
            if (field != 2)
            else blocks[0].weight is None
        )


def test_blocks_are_views():
    data = rows()
    assert all(np.shares_memory(block.X, data.X) for block in data.blocks())


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("weighted", [False, True])
def test_standardized_columns(order, weighted):
    data = rows(order=order, weighted=weighted)
    standard, T = data.standardized()
    X = np.concatenate([block.X for block in standard.blocks()])
    assert_allclose(X, data.X @ T, atol=1e-12)
    weight = np.ones(len(X)) if data.weight is None else data.weight
    assert_allclose(weight @ X[:, 1:] / data.n, 0.0, atol=1e-13)
    assert_allclose(weight @ X[:, 1:] ** 2 / data.n, 1.0, rtol=1e-12)
    assert (X[:, 0] == 1.0).all()


def test_without_a_constant_column_nothing_is_centered():
    data = rows()
    data = Rows(data.X[:, 1:], data.y)
    standard, T = data.standardized()
    assert_allclose(np.concatenate([block.X for block in standard.blocks()]), data.X @ T, rtol=1e-14)
    assert (np.diag(np.diagonal(T)) == T).all()


def test_a_huge_offset_survives_standardizing():
    """x = 1e9 + noise: the centered column keeps all the digits that the data have."""
    noise = rng(1).normal(size=300)
    x = 1e9 + noise
    standard, _ = Rows(np.column_stack([np.ones(300), x]), np.zeros(300)).standardized()
    centered = np.concatenate([block.X for block in standard.blocks()])[:, 1]
    exact = x - 1e9
    assert abs(centered.mean()) < 1e-6  # the mean of numbers near 1e9 is known to about 1e-7
    assert_allclose(centered - centered[0], (exact - exact[0]) / exact.std(), rtol=1e-12)


def test_n_is_the_sum_of_the_frequencies():
    assert Rows(np.ones((3, 1)), np.zeros(3), np.array([2.0, 0.0, 5.0])).n == 7.0
