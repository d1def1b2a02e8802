"""Exact sums against rational arithmetic, in any order."""

from fractions import Fraction

import numpy as np
from numpy.testing import assert_array_equal

from stattools.models.exact_sum import added, expansion, expansions, rounded

VALUES = np.random.default_rng(0).standard_normal(60) * 10.0 ** np.random.default_rng(1).integers(-30, 30, 60)


def test_an_expansion_is_the_exact_sum_whatever_the_order():
    parts = expansion(VALUES.tolist())
    assert sum(map(Fraction, parts)) == sum(map(Fraction, VALUES.tolist()))
    assert parts == expansion(VALUES[::-1].tolist())


def test_sums_by_index_and_in_two_pieces():
    index = np.arange(60) % 3
    whole = expansions(VALUES, index, 3)
    pieces = added(expansions(VALUES[:31], index[:31], 3), expansions(VALUES[31:], index[31:], 3))
    assert_array_equal(rounded(whole, np.zeros(3)), rounded(pieces, np.zeros(3)))
    for arm in range(3):
        assert sum(map(Fraction, whole[:, arm].tolist())) == sum(map(Fraction, VALUES[arm::3].tolist()))
    assert_array_equal(expansions(np.ones(60), index, 3), [[20.0] * 3])
