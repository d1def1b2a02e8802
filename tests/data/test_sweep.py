"""The parts cover the rows in order, whatever the cores."""

import itertools

import pytest

from stattools.data.sweep import sweep


@pytest.mark.parametrize("n", [1, 10, 4096, 4097, 100_000])
def test_parts_are_consecutive_and_whole(n):
    parts = sweep(n, lambda first, last: (first, last))
    assert parts[0][0] == 0
    assert parts[-1][1] == n
    assert all(one[1] == two[0] for one, two in itertools.pairwise(parts))


def test_errors_come_through():
    def part(first, last):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sweep(100_000, part)
