"""Exact sums against rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_array_equal

from stattools.numerics.sums import ExactSum, pair_difference, pair_product, pair_quotient
from tests.sizes import examples

numbers = some.lists(some.floats(-1e200, 1e200), min_size=1, max_size=30)
moderate = some.lists(some.floats(-1e100, 1e100).map(lambda x: 0.0 if abs(x) < 1e-120 else x), min_size=1, max_size=20)


def exact(high, low):
    return Fraction(float(high)) + Fraction(float(low))


def close(pair, value, bits=100):
    return abs(exact(*pair) - value) <= abs(value) * Fraction(1, 2**bits)


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(numbers)
def test_sum_is_the_rational_sum(values):
    high, low = ExactSum.of(np.array(values)).rounded()
    value = sum(map(Fraction, values))
    assert abs(Fraction(float(high[0])) - value) <= Fraction(float(np.spacing(abs(high[0])))) * Fraction(1 + 2**-40) / 2
    assert abs(exact(high[0], low[0]) - value) <= abs(value) * Fraction(1, 2**100) + Fraction(1, 10**300)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(moderate)
def test_sum_of_squares_is_the_rational_sum(values):
    high, low = ExactSum.of_products(np.array(values), np.array(values)).rounded()
    assert close((high[0], low[0]), sum(Fraction(v) ** 2 for v in values))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(numbers, some.randoms(use_true_random=False), some.integers(0, 30))
def test_order_and_grouping_change_no_bit(values, random, cut):
    whole = ExactSum.of(np.array(values)).rounded()
    shuffled = random.sample(values, len(values))
    parts = ExactSum.of(np.array(shuffled[:cut])) + ExactSum.of(np.array(shuffled[cut:]))
    assert_array_equal(parts.rounded(), whole)
    undone = parts + ExactSum.of(np.array([1e33, 0.1])) - ExactSum.of(np.array([0.1, 1e33]))
    assert_array_equal(undone.rounded(), whole)


def test_groups_are_summed_apart():
    rng = np.random.default_rng(0)
    values, codes = rng.standard_cauchy(1000) * 10.0 ** rng.integers(-9, 9, 1000), rng.integers(0, 7, 1000)
    high, _ = ExactSum.of(values, codes, 7).rounded()
    for group in range(7):
        assert high[group] == float(sum(Fraction(v) for v in values[codes == group]))


@pytest.mark.parametrize("tiny", [5e-324, 1e-310, -3e-308, 1e-300])
def test_tiny_numbers(tiny):
    assert ExactSum.of(np.array([tiny, tiny, 1.0, -1.0])).rounded()[0][0] == 2 * tiny


def test_nothing():
    assert ExactSum.of(np.zeros(3)).rounded()[0].tolist() == [0.0]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(some.lists(some.floats(1e-9, 1e9), min_size=4, max_size=4))
def test_arithmetic_of_pairs(values):
    a, b = ((np.array([h]), np.array([h * 1e-17 * low])) for h, low in (values[:2], values[2:]))
    a, b = ((h, np.minimum(low, h * 1e-16)) for h, low in (a, b))
    x, y = exact(a[0][0], a[1][0]), exact(b[0][0], b[1][0])
    product, quotient, difference = pair_product(a, b), pair_quotient(a, b), pair_difference(a, b)
    assert close([part[0] for part in product], x * y)
    assert close([part[0] for part in quotient], x / y)
    assert abs(exact(difference[0][0], difference[1][0]) - (x - y)) <= max(x, y) * Fraction(1, 2**98)
