"""Rows in the order of their groups."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from stattools.latent.blocks import GroupRows, first_of, shifted
from stattools.latent.modes import SeenRows
from stattools.likelihoods import Poisson

ROWS = GroupRows(
    Poisson(), np.array([0.0, 2.0, 1.0, 3.0, 4.0]), np.array([1.0, 2.0, 0.0, 1.0, 3.0]), np.array([2, 1, 2])
)


def test_sums_over_groups_and_back():
    assert_array_equal(ROWS.sums(np.arange(5.0)), [1.0, 2.0, 7.0])
    assert_array_equal(ROWS.sums_along(np.arange(10.0).reshape(2, 5)), [[1.0, 2.0, 7.0], [11.0, 7.0, 17.0]])
    assert_array_equal(ROWS.spread(np.array([1.0, 2.0, 3.0])), [1.0, 1.0, 2.0, 3.0, 3.0])


def test_some_groups_are_the_rows_of_these():
    part, where = ROWS.part(slice(1, 3))
    assert_array_equal(part.y, ROWS.y[where])
    assert_array_equal(part.counts, [1, 2])


def test_weights_count_and_a_row_of_weight_zero_says_nothing_however_impossible():
    eta = np.array([0.1, 0.2, -np.inf, 0.3, 0.4])
    loglik, score, information = ROWS.terms(eta)
    single = Poisson().evaluate(eta, ROWS.y)
    assert loglik[2] == score[2] == information[2] == 0.0
    assert_array_equal(loglik[[1, 4]], single[0][[1, 4]] * [2.0, 3.0])
    assert_array_equal(ROWS.loglik(eta), loglik)
    together = SeenRows(Poisson(), ROWS.y, ROWS.weight).evaluate(eta)
    assert_array_equal(together[0], loglik.sum())
    assert_array_equal(together[1][:, 0], score)
    assert_array_equal(score[[1, 4]], single[1][[1, 4]] * [2.0, 3.0])


def test_nodes_of_a_row_stand_together():
    repeated = ROWS.repeated(3)
    assert_array_equal(repeated.y[:6], [0.0, 0.0, 0.0, 2.0, 2.0, 2.0])
    assert_array_equal(shifted(np.array([1.0, 2.0]), np.array([[0.0, 1.0], [0.0, 5.0]])), [1.0, 2.0, 2.0, 7.0])
    assert_array_equal(first_of(np.arange(8.0).reshape(2, 2, 2), 2), [0.0, 4.0])
