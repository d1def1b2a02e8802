"""Tables as rare as the one seen, against enumeration, SciPy and R."""

import numpy as np
import pytest
from scipy import stats

from stattools.numerics.tables_with_margins import log_probability, share_as_rare, share_as_rare_of_draws

JOB = np.array([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]])
"""Agresti's job satisfaction; R: fisher.test(Job)$p.value is 0.7827."""


def test_a_probability_is_scipys():
    assert log_probability(JOB) == pytest.approx(stats.random_table(JOB.sum(1), JOB.sum(0)).logpmf(JOB), rel=1e-12)


@pytest.mark.parametrize("table", [[[3, 1], [1, 3]], [[8, 2], [1, 5]], [[0, 9], [7, 2]]])
def test_two_by_two_is_fishers(table):
    exact = stats.fisher_exact(table).pvalue
    assert share_as_rare(np.array(table), 1000) == pytest.approx(exact, rel=1e-9)


def test_larger_tables_are_those_of_all_permutations():
    """The slow twin: every way to deal the labels of the columns."""
    from itertools import permutations

    table = np.array([[2, 0, 1], [0, 2, 1], [1, 0, 0]])
    rows, columns = (np.repeat(np.arange(3), table.sum(axis=axis)) for axis in (1, 0))
    hits = total = 0
    for dealt in set(permutations(columns.tolist())):
        other = np.zeros_like(table)
        np.add.at(other, (rows, list(dealt)), 1)
        hits += log_probability(other) <= log_probability(table) + 1e-9
        total += 1
    assert share_as_rare(table, 10_000) == pytest.approx(hits / total, rel=1e-12)
    assert share_as_rare(table.T, 10_000) == pytest.approx(hits / total, rel=1e-12)


def test_draws_come_near_and_what_is_too_large_is_not_added_up():
    assert share_as_rare(JOB, 100_000) is None
    share = share_as_rare_of_draws(JOB, 20_000, np.random.default_rng(1))
    assert share == pytest.approx(0.7827, abs=0.012)  # Monte Carlo 0.003
