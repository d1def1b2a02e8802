"""The banded system against the loop, in room that is used again."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.series.filters.banded import Band, enter
from tests.cases import rng
from tests.series.filters.twins import dense, loop_of_order

FLOAT = np.dtype(float)


def test_room_is_used_again_for_tiles_of_another_shape():
    band, g = Band(FLOAT), rng(1)
    for rows, times, k in ((3, 7, 2), (1, 4, 2), (2, 1, 3), (5, 9, 1)):
        a = tuple(g.uniform(-1, 1, (k, rows, times)))
        b, before, y = g.normal(size=(rows, times)), g.normal(size=(k, rows)), np.empty((rows, times))
        band.solve(a, b, before, y)
        for r in range(rows):
            series = np.array([part[r] for part in a])
            assert_allclose(y[r], loop_of_order(series, b[r], before[:, r]), rtol=1e-12, atol=1e-12)


def test_the_band_of_one_number_stands_until_the_number_or_the_shape_is_another():
    band, g = Band(FLOAT), rng(7)
    for (rows, times), number in (((3, 7), 0.5), ((3, 7), 0.5), ((7, 3), 0.5), ((7, 3), -0.25), ((1, 4), -0.25)):
        a = (np.broadcast_to(number, (rows, times)),)
        b, before, y = g.normal(size=(rows, times)), g.normal(size=(1, rows)), np.empty((rows, times))
        band.solve(a, b, before, y)
        for r in range(rows):
            assert_allclose(y[r], loop_of_order(np.full((1, times), number), b[r], before[:, r]), rtol=1e-13)
    varying = g.uniform(-1, 1, (1, 4))
    band.solve((varying,), b, before, y)
    assert_allclose(y[0], loop_of_order(varying, b[0], before[:, 0]), rtol=1e-12)


def test_the_band_of_one_number_is_filled_once(monkeypatch):
    band, a, calls = Band(FLOAT), (np.broadcast_to(0.5, (2, 3)),), []
    negative = np.negative
    monkeypatch.setattr(np, "negative", lambda *given, **options: calls.append(1) or negative(*given, **options))
    for _ in range(3):
        band.filled(a)
    assert calls == [1]


def test_the_band_is_the_matrix_in_diagonals():
    a = rng(2).uniform(-1, 1, (2, 1, 6))
    filled = Band(FLOAT).filled(tuple(a))
    M = dense(a[:, 0], 6)
    for j in range(3):
        assert filled[j, : 6 - j].tolist() == np.diagonal(M, -j).tolist()


def test_values_before_enter_the_right_side():
    a, y = np.array([[[2.0, 3.0, 5.0]], [[7.0, 11.0, 13.0]]]), np.zeros((1, 3))
    enter(tuple(a), np.array([[1.0], [10.0]]), y)
    assert y.tolist() == [[2.0 + 70.0, 11.0, 0.0]]
