"""Look-ahead of four steps against the loop, where it is long enough and at the ends."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.cases import rng
from tests.series.filters.twins import filter_loop, loop

compiled = pytest.importorskip("stattools.series.filters.compiled")


@pytest.mark.parametrize("n", [1, 3, 4, 5, 11])
def test_the_recurrence_is_the_loop(n):
    g = rng(n)
    a, b, before = g.uniform(-1, 1, (2, n)), g.normal(size=(2, n)), g.normal(size=(1, 2))
    y = np.empty((2, n))
    compiled.recurrence((a,), b, before, y)
    for r in range(2):
        assert_allclose(y[r], loop(a[r], b[r], before[0, r]), rtol=1e-13, atol=1e-14)
    compiled.recurrence((np.broadcast_to(a[:1], (2, n)),), b, before, y)  # one row that is repeated
    assert_allclose(y[1], loop(a[0], b[1], before[0, 1]), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("weight", [1e-12, 0.3, 1.0 - 1e-9])
def test_the_filter_is_the_loop_for_weights_of_any_size(weight):
    x, w, y = rng(1).uniform(1, 2, (1, 10)), np.full((1, 10), weight), np.empty((1, 10))
    compiled.exponential((w,), x, np.array([[1.5]]), y)
    assert_allclose(y[0], filter_loop(x[0], w[0], before=1.5), rtol=1e-15)


def test_a_filter_at_the_value_that_it_sees_starts_there_exactly():
    x, y = np.full((1, 9), 0.1), np.empty((1, 9))
    compiled.exponential((np.full((1, 9), 0.3),), x, np.array([[0.1]]), y)
    assert y[0, 0] == 0.1
    assert_allclose(y, 0.1, rtol=1e-15)
