"""One number tells whether all of an array are finite, also where their sum overflows."""

import numpy as np
import pytest

from stattools.numerics.threads import WORTH_A_THREAD, all_finite

SIZES = [1, 9_999, 10_007, 2 * WORTH_A_THREAD]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_found_wherever_it_stands(size, value):
    values = np.ones(size)
    assert all_finite(values)
    for place in {0, size // 2, size - 1}:
        values[place] = value
        assert not all_finite(values)
        values[place] = 1.0


@pytest.mark.parametrize("size", SIZES)
def test_numbers_whose_sum_overflows_are_finite(size):
    assert all_finite(np.full(size, 1.7e308))


def test_two_infinities_of_both_signs_are_not_finite():
    values = np.zeros((300, 100))
    values[7, 3], values[200, 50] = np.inf, -np.inf
    assert not all_finite(values)
    assert not all_finite(values.T)


def test_no_numbers_are_finite():
    assert all_finite(np.empty(0))
