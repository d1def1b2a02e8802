import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.validation.claims.printed import Printed, column_of, decimal_mark, is_number, printed


@pytest.mark.parametrize(
    "text, value, half",
    [
        ("2.380", 2.38, 0.0005),
        ("-1.2e-05", -1.2e-5, 0.5e-6),
        ("(0.12)", 0.12, 0.005),
        ("12", 12.0, 0.5),
        ("1,234.5*", 1234.5, 0.05),
        ("1'234.5", 1234.5, 0.05),
        ("1\N{THIN SPACE}234.5", 1234.5, 0.05),
        ("<0.001", 0.0005, 0.0005),
        ("< 2e-16 ***", 1e-16, 1e-16),
        (">0.9", 0.95, 0.05),
        ("p = .03", 0.03, 0.005),
        ("\N{MINUS SIGN}.45\N{DAGGER}", -0.45, 0.005),
        ("0.12a", 0.12, 0.005),
        ("12.5 %", 12.5, 0.05),
        ("1.2 \N{MULTIPLICATION SIGN} 10\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT FIVE}", 1.2e-5, 0.5e-6),
        ("$1.2\\times10^{-5}$", 1.2e-5, 0.5e-6),
        ("$-$0.123$^{***}$", -0.123, 0.0005),
        ("0.123\\sym{***}", 0.123, 0.0005),
        ("0.123456789012", 0.123456789012, 0.0),
    ],
)
def test_a_printed_number_reaches_half_a_digit(text, value, half):
    assert printed(text, "") == (pytest.approx(value, rel=1e-15), pytest.approx(half, rel=1e-12))
    assert is_number(text)


@pytest.mark.parametrize(
    "value",
    [0.0, -0.5, 12.0, 1.2e-05, -3e-7, 5e-05, 1e16, 2.5e20, 123456.7891, 1.23456789e-05, 1.2345678e-05, 0.00012345678],
)
def test_a_number_as_python_writes_it_is_read_as_any_other_text(value):
    text = repr(value)
    assert column_of([text], "").value[0] == value
    assert printed(text, "") == printed(f"{text}*", "")
    assert column_of([text, "0.5"], "").half.tolist() == column_of([f"{text}*", "0.5"], "").half.tolist()


@pytest.mark.parametrize("text", ["much", "1.2.3", "--1", "(1.2) (3)", "1e999", ">3", "inf", "12 3", "1.2, 3.4"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(DomainError, match="needs numbers in the column"):
        printed(text, "the column")


@pytest.mark.parametrize("text", ["", "NA", "\N{EM DASH}", ".", " n/a "])
def test_a_cell_that_says_nothing(text):
    assert np.isnan(printed(text, "")).all()
    assert not is_number(text)


def test_the_ends_of_rounding_hold_and_what_is_beyond_does_not():
    found = Printed.of([(2.83, 0.005), (np.nan, np.nan)])
    assert found.holds(np.array([2.835, 1.0])).tolist() == [True, True]
    assert found.holds(np.array([2.8251 - 0.0002, 1.0])).tolist() == [False, True]


def test_decimals_after_a_comma():
    assert decimal_mark(["0,50", "1.234,5"], "a") == ","
    assert [printed(text, "", ",") for text in ("1.234,5", "-0,50*")] == [(1234.5, 0.05), (-0.5, 0.005)]
    assert decimal_mark(["1,234"], "a") == "."
    assert printed("1\N{RIGHT SINGLE QUOTATION MARK}234,5", "", ",") == (1234.5, 0.05)


@pytest.mark.parametrize("texts, said", [(["0,5", "0.5"], "one decimal mark"), (["1,234", "2,345"], "can be told")])
def test_a_decimal_mark_that_cannot_be_told_is_asked_for(texts, said):
    with pytest.raises(DomainError, match=said):
        decimal_mark(texts, "a")
