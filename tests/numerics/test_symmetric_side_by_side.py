"""Elementary symmetric functions of many sets at once are those of one after the other."""

import numpy as np
import pytest

from stattools.numerics.symmetric_functions import symmetric, symmetric_side_by_side

G = np.random.default_rng(4)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_they_are_those_of_one_set_after_the_other(order):
    logs, X = 3.0 * G.standard_normal((6, 7)), G.standard_normal((2, 6, 7))
    sizes, d = np.array([7, 5, 3, 7, 4, 2]), np.array([3, 5, 1, 6, 2, 1])
    padded = np.where(np.arange(7) < sizes[:, None], logs, -np.inf)
    found = symmetric_side_by_side(padded, X, d, order)
    for k, (size, chosen) in enumerate(zip(sizes, d, strict=True)):
        one = symmetric(logs[k, :size], X[:, k, :size], np.array([size]), np.array([chosen]), order)
        assert found.logs[k] == pytest.approx(one.logs[0], rel=1e-12)
        if order:
            assert found.means[:, k] == pytest.approx(one.means[:, 0], rel=1e-11)
        if order > 1:
            assert found.seconds[:, k] == pytest.approx(one.seconds[:, 0], rel=1e-11)


def test_origins_change_nothing_and_what_is_too_far_apart_is_left():
    logs = G.standard_normal((2, 5)) + np.array([[900.0], [-900.0]])
    d = np.array([2, 3])
    found = symmetric_side_by_side(logs, np.empty((0, 2, 5)), d, 0)
    near = symmetric_side_by_side(logs - [[900.0], [-900.0]], np.empty((0, 2, 5)), d, 0)
    assert found.logs - near.logs == pytest.approx(np.array([1800.0, -2700.0]), rel=1e-12)
    apart = np.array([[0.0, 0.0, 900.0, -900.0]])
    assert np.isnan(symmetric_side_by_side(apart, np.empty((0, 1, 4)), np.array([3]), 0).logs).all()
