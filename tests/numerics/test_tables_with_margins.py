"""Tables as rare as the one seen, against enumeration, SciPy and R."""

from fractions import Fraction
from itertools import product
from math import factorial, prod

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from stattools.numerics.distributions.counts import (
    _bounds,
    _columns,
    _many,
    log_probability,
    share_as_rare,
    share_as_rare_of_draws,
)

JOB = np.array([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]])
"""Agresti's job satisfaction."""

R = {
    0.782684938966532: JOB,
    0.659240942688102: np.array([[3, 2, 6, 5], [5, 4, 13, 7], [7, 5, 8, 16], [6, 1, 9, 7]]),
}
"""R 4.5.0: fisher.test(table, workspace = 2e8)$p.value."""


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


@pytest.mark.parametrize("p_value", R)
def test_tables_of_a_hundred_are_rs(p_value):
    found = share_as_rare(R[p_value], 3_000_000)
    assert found == pytest.approx(p_value, rel=1e-9)  # R adds the logs of its paths in buckets
    assert share_as_rare(R[p_value].T[::-1], 3_000_000) == pytest.approx(found, rel=1e-11)


def all_tables(left, columns):
    """All tables whose rows have so much left and whose columns add to these, as tuples of columns."""
    if not columns:
        yield ()
        return
    for column in product(*(range(most + 1) for most in left)):
        if sum(column) == columns[0]:
            rest = tuple(most - one for most, one in zip(left, column, strict=True))
            if len(columns) > 1 or not any(rest):
                yield from ((column, *others) for others in all_tables(rest, columns[1:]))


@pytest.mark.parametrize("seed", range(12))
def test_the_share_is_that_of_exact_rationals(seed):
    g = np.random.default_rng(seed)
    table = g.integers(0, 4, (2 + seed % 2, 2 + seed % 3))
    table[:, 0] += table.sum(axis=1) == 0
    table[0] += table.sum(axis=0) == 0
    ways = [
        Fraction(1, prod(factorial(one) for column in other for one in column))
        for other in all_tables(tuple(table.sum(axis=1).tolist()), tuple(table.sum(axis=0).tolist()))
    ]
    seen = Fraction(1, prod(map(factorial, table.ravel().tolist())))
    rare = sum(way for way in ways if way <= seen * (1 + Fraction(1, 10**7)))
    assert share_as_rare(table, 1_000_000) == pytest.approx(float(rare / sum(ways)), rel=1e-12)


def test_bounds_hold_for_all_tables():
    log_of = gammaln(np.arange(20) + 1.0)
    rows, columns = (1, 3, 4), (2, 2, 4)  # in ascending order, as `share_as_rare` has them
    sums = [log_of[np.array(table)].sum() for table in all_tables(rows, columns)]
    (least,), (most,) = _bounds(np.array([rows]), np.array(columns), log_of)
    assert least <= min(sums) < max(sums) <= most
    assert most - max(sums) < 1.5 > min(sums) - least


def test_columns_are_counted_as_they_are_made():
    nodes = np.array([[2, 3, 5], [0, 1, 3], [4, 4, 4]])
    assert _many(nodes, 4) == sum(len(_columns(left, 4)) for left in nodes)


def test_draws_come_near_and_what_is_too_large_is_not_added_up():
    assert share_as_rare(JOB, 100_000) is None
    share = share_as_rare_of_draws(JOB, 20_000, np.random.default_rng(1))
    assert share == pytest.approx(0.7827, abs=0.012)  # Monte Carlo 0.003
