"""What can be written in Markdown without being read as a mark; reports ask more of it in `tests/reporting`."""

import pytest

from stattools.text.markup import escape, opened, pipes


@pytest.mark.parametrize("text", ["1. a", "12) a", "- a", "+ a", "> a", "--- a", "= a"])
def test_a_line_opens_nothing(text):
    assert opened(text) != text
    assert opened(text).replace("\\", "") == text


def test_a_line_that_opens_nothing_stays():
    assert opened("-0.5 is a number") == "-0.5 is a number"
    assert opened("1.5") == "1.5"


def test_cells_stay_cells():
    table = pipes([["", "n"], [escape("a|b"), "1"]], "cr")
    assert table.split("\n") == ["|      |   n |", "| :--: | --: |", "| a\\|b |   1 |"]
