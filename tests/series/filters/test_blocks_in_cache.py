"""Blocks are the whole: whatever their size, each kernel call gets the values that enter it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.series.filters import blocks_in_cache
from stattools.series.filters.blocks_in_cache import Trouble, compact, kept_contiguous, newest_first, sweep
from tests.cases import rng
from tests.series.filters.twins import loop_of_order


def kernel(a, b, before, y):
    for r in range(len(y)):
        y[r] = loop_of_order(np.array([part[r] for part in a]), b[r], before[:, r])


@pytest.mark.parametrize("block", [1, 2, 5, 8, 100])
@pytest.mark.parametrize("k", [1, 3])
def test_blocks_of_any_size_are_the_whole(block, k, monkeypatch):
    monkeypatch.setattr(blocks_in_cache, "BLOCK", block)
    g = rng(k)
    a, b, before = tuple(g.uniform(-1, 1, (k, 3, 8))), g.normal(size=(3, 8)), g.normal(size=(k, 3))
    whole, blocks = np.empty((3, 8)), np.empty((8, 3)).T  # whose rows are not contiguous
    sweep(kernel, a, b, before, whole, whole=True)
    sweep(kernel, a, b, before, blocks)
    assert_allclose(blocks, whole, rtol=1e-15)


def test_trouble_is_told_with_its_place_in_the_whole(monkeypatch):
    monkeypatch.setattr(blocks_in_cache, "BLOCK", 4)

    def fails(a, b, before, y):
        if b.max() == 1.0:
            raise Trouble("it is bad", *np.argwhere(b == 1.0)[0])
        y[:] = 0.0

    b = np.zeros((6, 10))
    b[4, 7] = 1.0
    with pytest.raises(Trouble) as caught:
        sweep(fails, (b,), b, np.zeros((1, 6)), np.empty((6, 10)))
    told = caught.value.told("a filter", (2, 3), "Do this.")
    assert isinstance(told, DomainError)
    assert str(told) == "a filter: it is bad at index 7 of series (1, 1). Do this."


def test_newest_first_reaches_back():
    y, before = np.array([[1.0, 2.0]]), np.array([[0.0], [-1.0], [-2.0]])
    assert newest_first(y, 1, before).tolist() == [[2.0]]
    assert newest_first(y, 3, before).tolist() == [[2.0], [1.0], [0.0]]


def test_repeated_rows_are_kept_once():
    repeated = np.broadcast_to(np.arange(4.0), (3, 4))
    assert compact(repeated).tolist() == [[0.0, 1.0, 2.0, 3.0]]
    assert compact(np.eye(3)).tolist() == np.eye(3).tolist()
    assert kept_contiguous(repeated, np.eye(3))
    assert not kept_contiguous(np.eye(4)[:, ::2])
