"""A comparison in text: each fact and each promise has a column only where somebody states it."""

import pytest

from stattools.benchmarking.comparison import SpeedComparison, Timing
from stattools.benchmarking.printing import cells, duration, lines, ratio, show

TWO = SpeedComparison("sum", (Timing("ours", (0.002, 0.001, 0.004)), Timing("loop", (0.01,), target=8.0)))


def test_a_promise_that_was_missed_is_said():
    head, body = cells(TWO)
    assert head == ["", "median", "times ours", "promised"]
    assert body == [["ours", "2.00 ms", "1.0", ""], ["loop", "10.0 ms", "5.0", "8.0 or more, missed"]]


def test_facts_stand_in_columns_of_their_own():
    told = SpeedComparison("sum", (Timing("ours", (1.0,), facts={"digits": 15.123}), Timing("loop", (3.0,))))
    head, body = cells(told)
    assert head == ["", "median", "times ours", "digits"]
    assert [row[-1] for row in body] == ["15.1", ""]


def test_what_was_skipped_is_said_below():
    told = SpeedComparison("sum", (Timing("ours", (1.0,)),), missing=("loop", "tree"))
    assert lines(told)[-1] == "Not to be had here, skipped: loop, tree."
    assert "skipped" not in "".join(lines(TWO))


def test_comparisons_are_printed_one_by_one(capsys):
    show([TWO, TWO])
    assert capsys.readouterr().out == 2 * ("\n".join(lines(TWO)) + "\n\n")


@pytest.mark.parametrize(
    ("seconds", "text"), [(75.0, "75.0 s"), (1.0, "1.00 s"), (0.5, "500 ms"), (2e-6, "2.00 µs"), (3e-9, "3.00 ns")]
)
def test_durations_have_a_unit_that_suits_them(seconds, text):
    assert duration(seconds) == text


def test_ratios_have_three_digits():
    assert [ratio(value) for value in (0.5, 3.0, 99.94, 1234.0)] == ["0.50", "3.0", "99.9", "1,234"]


def test_names_are_not_cut_where_facts_make_the_table_too_wide():
    names = ["stattools, Parquet files with reading", "statsmodels and pandas, with reading"]
    facts = dict.fromkeys(("processor s", "peak MB", "reads", "se apart"), 1.0)
    found = SpeedComparison("t", tuple(Timing(name, (1.0,), facts) for name in names))
    shown = lines(found)
    assert max(map(len, shown)) <= 80
    assert sum(line.startswith(names[1]) for line in shown) == 2
    assert sum("times ours" in line for line in shown) == 1
