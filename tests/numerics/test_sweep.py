"""The parts cover the rows in order, whatever the cores."""

import itertools

import pytest

from stattools.numerics.threads import ROUNDS, Share, spans, sweep


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


@pytest.mark.parametrize("n", [1, 7, 100, 4096, 100_001])
@pytest.mark.parametrize("of", [1, 3, 8])
@pytest.mark.parametrize("size", [1, 50, 1000])
def test_shares_are_every_row_once(n, of, size):
    blocks = [rows for number in range(of) for rows in spans(0, n, size, Share(number, of))]
    assert sorted(row for rows in blocks for row in range(rows.start, rows.stop)) == list(range(n))


@pytest.mark.parametrize("n", [5_000, 99_999])
def test_shares_are_from_everywhere_and_alike(n):
    shares = [Share(number, 8) for number in range(8)]
    rows = [list(spans(0, n, share.block_size(n, 10**6), share)) for share in shares]
    lengths = [sum(part.stop - part.start for part in parts) for parts in rows]
    assert min(map(len, rows)) >= ROUNDS - 1
    assert max(lengths) - min(lengths) <= n // (8 * ROUNDS) + 1
