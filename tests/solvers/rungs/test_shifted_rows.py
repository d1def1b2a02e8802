"""Sums over blocks of shifted rows are those of the whole matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from stattools.solvers.rungs.shifted_rows import NotConstant, Shifted
from tests.cases import rng


def problem(n=20_000):
    g = rng(5)
    X = np.column_stack([np.ones(n), 50.0 + g.normal(size=n), g.normal(size=n)])
    return Rows(X, 20.0 + g.normal(size=n), weight=g.integers(0, 4, n).astype(float), offset=g.normal(size=n))


@pytest.mark.parametrize("order", ["C", "F"])
def test_sums_of_two_blocks_are_those_of_the_whole(order):
    rows = problem()
    rows = Rows(np.asarray(rows.X, order=order), rows.y, weight=rows.weight, offset=rows.offset)
    shifted = Shifted.of(rows)
    assert shifted.shift.first == 0
    assert shifted.shift.center[1] == pytest.approx(50.0, abs=0.5)
    Z, v, w = rows.X - shifted.shift.center, rows.y - rows.offset - shifted.shift.middle, rows.weight
    phi = np.array([0.1, -0.2, 0.3])
    r = v - Z @ phi
    found = shifted.sums(phi)
    assert_allclose(found.G, Z.T @ (w[:, None] * Z), rtol=1e-11, atol=1e-9)
    assert_allclose(found.g, Z.T @ (w * r), rtol=1e-10, atol=1e-8)
    assert_allclose(
        [found.square, found.rss, found.size], [v @ (w * v), r @ (w * r), rows.y @ (w * rows.y)], rtol=1e-12
    )
    g, rss, size = shifted.residual_sums(phi)
    assert_allclose(g, found.g, rtol=1e-9, atol=1e-8)
    assert_allclose([rss, size], [found.rss, found.size], rtol=1e-12)


def test_columns_are_left_where_nothing_takes_up_the_shift():
    rows = problem()
    assert not Shifted.of(Rows(rows.X[:, 1:], rows.y)).shift.center.any()


def test_a_column_that_is_constant_in_the_sample_alone_is_told():
    rows = problem(5000)
    X = rows.X.copy()
    shifted = Shifted.of(Rows(X, rows.y))
    X[-1, 0] = 2.0
    with pytest.raises(NotConstant):
        shifted.sums(None)
