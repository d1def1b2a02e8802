"""Numbers and tables as a terminal shows them, sign by sign."""

import numpy as np
import pytest

from stattools.text.columns import aligned, decimals, number, p_text, place


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1234.5678, "1234.6"),
        (999999.4, "999999"),
        (123456789.0, "123456789"),
        (1.5e9, "1.5e09"),
        (0.00012345678, "0.00012346"),
        (1.25e-7, "1.25e-07"),
        (np.inf, "∞"),
        (-np.inf, "-∞"),
        (np.nan, "—"),
    ],
)
def test_numbers_have_an_exponent_only_beyond_reading(value, text):
    assert number(value) == text


def test_four_digits_of_a_standard_error_are_shown():
    assert [decimals(se) for se in (0.1234, 1.0, 12.0, 99999.0, 1e-7, np.nan, np.inf)] == [4, 3, 2, 0, None, None, None]
    assert place(2.0, decimals(0.0123)) == "2.00000"
    assert place(np.inf, 3) == "∞"
    assert place(2.0, None) == "2"


def test_p_values():
    assert [p_text(p) for p in (0.0, 0.00099, 0.001, 0.05, 1.0)] == ["<0.001", "<0.001", "0.001", "0.050", "1.000"]


def test_columns_are_aligned_below_a_rule_of_their_width():
    assert aligned(["term", "value"], [["x", "1.25"], ["longer", "-10"]]) == [
        "term    value",
        "─────────────",
        "x        1.25",
        "longer    -10",
    ]
    assert aligned(["a", "b"], [["x\x1by", "1"]])[2] == "x\\x1by  1"


def test_a_wide_table_cuts_its_names_and_keeps_its_numbers():
    names = ["an_intercept_of_a_very_long_name_" + end for end in ("one", "two")]
    lines = aligned(["", *["number"] * 6], [[name, *["-1.23456"] * 6] for name in names])
    assert max(map(len, lines)) <= 80
    assert lines[2].count("-1.23456") == 6
    assert lines[2].split()[0] != lines[3].split()[0]


def test_a_table_that_is_still_too_wide_is_shown_in_parts():
    lines = aligned(["", *(f"column {k}" for k in range(9))], [["x", *["-123456.789012"] * 9]])
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if "-123" in line] == ["x", "x", "x"]
    assert sum(line.count("-123456.789012") for line in lines) == 9


def test_prose_is_wrapped():
    lines = aligned(["cause", "", "share"], [["a", "many words " * 12, "100 %"], ["b", "few", "0 %"]], columns="lpr")
    assert max(map(len, lines)) <= 80
    assert lines[2].endswith("100 %")
    assert [line.split()[0] for line in lines[2:]] == ["a", "many", "b"]
