import pytest

from stattools.reporting.drift import ORDER, drift

OLD = """# T

## Fit

| term | estimate |
| :--- | -------: |
| `x`  |   0.5831 |

It took 5 steps to -1,234.50, or 1.20e-05.

## Provenance

| input          | value |
| :------------- | :---- |
| stattools      | 0.1.0 |
| data (SHA-256) | `ab`  |
| rows           | 10    |
| seed           | 1     |

| environment | version |
| :---------- | :------ |
| numpy       | 2.0.0   |
"""


@pytest.mark.parametrize(
    "old, new, moved, where",
    [
        ("0.5831", "0.5832", "round-off of the platform (last digits)", "Fit"),
        ("-1,234.50", "-1,234.51", "round-off of the platform (last digits)", "Fit"),
        ("1.20e-05", "1.21e-05", "round-off of the platform (last digits)", "Fit"),
        ("0.5831", "0.5833", "numbers", "Fit"),
        ("0.5831", "0.583", "numbers", "Fit"),
        ("1.20e-05", "1.20e-06", "numbers", "Fit"),
        ("5 steps", "6 steps", "numbers", "Fit"),
        ("It took", "They took", "words", "Fit"),
        ("It took 5 steps to -1,234.50, or 1.20e-05.\n\n", "", "words", "Fit"),
        ("`ab`", "`cd`", "the data", "Provenance"),
        ("| 10 ", "| 11 ", "the data", "Provenance"),
        ("| 0.1.0", "| 0.2.0", "the version of stattools", "Provenance"),
        ("| 1     |", "| 2     |", "the seed", "Provenance"),
    ],
)
def test_one_change_has_one_cause_and_one_place(old, new, moved, where):
    assert old in OLD
    found = drift(OLD, OLD.replace(old, new), "t.md")
    assert (found.moved, found.where, found.same) == ((moved,), (where,), False)
    assert found.environment == ()


def test_the_cause_comes_before_what_follows_from_it():
    new = OLD.replace("`ab`", "`cd`").replace("0.5831", "0.7").replace("5 steps", "6 steps")
    found = drift(OLD, new, "t.md")
    assert found.moved == ("the data", "numbers")
    assert found.where == ("Fit", "Provenance")
    assert set(found.moved) <= set(ORDER)


def test_versions_and_padding_are_no_drift():
    found = drift(OLD, OLD.replace("2.0.0", "2.1.0").replace("| term |", "| term      |"), "t.md")
    assert found.same
    assert found.environment == ("numpy 2.0.0 -> 2.1.0",)
    assert found.diff == ()


AGREED = """# T

## Agreement

**statsmodels agrees**: 9 coefficients to within 1e-6 standard errors (10 or more digits), standard errors to 8 digits.

| coefficient | ours | difference, se | digits, estimate | digits, se |
| :---------- | ---: | -------------: | ---------------: | ---------: |
| `a\\|b`      | 1.25 |          <1e-6 |       10 or more |          9 |
| `3`         | 9.00 |          <1e-6 |                9 |          7 |

The residuals sum to 3.1e-13 in 9 rows.
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(10 or more digits)", "(9 digits)"),
        ("(10 or more digits)", "(≥ 8 digits)"),
        ("(10 or more digits)", "(at least 6 digits)"),
        ("to 8 digits", "to 10 or more digits"),
        ("10 or more |", "9 |"),
        ("  9 |\n| `3`", "  10 or more |\n| `3`"),
        ("9 |          7", "8 |          6"),
        ("3.1e-13", "-8.74e-14"),
        ("1.25", "1.24"),
    ],
)
def test_round_off_is_called_so_and_holds_also_where_it_moves_a_word(old, new):
    assert old in AGREED
    found = drift(AGREED, AGREED.replace(old, new, 1), "t.md")
    assert found.moved == ("round-off of the platform (last digits)",)
    assert found.holds
    assert not found.same


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("(10 or more digits)", "(3 digits)", "numbers"),
        ("to 8 digits", "to 8 figures", "words"),
        ("10 or more |", "no |", "words"),
        ("9 |          7", "2 |          7", "numbers"),
        ("9 coefficients", "8 coefficients", "numbers"),
        ("9.00", "8.00", "numbers"),
        ("`3` ", "`4` ", "numbers"),
        ("3.1e-13", "3.1e-3", "numbers"),
        ("in 9 rows", "in 8 rows", "numbers"),
    ],
)
def test_what_is_no_round_off_is_not_called_so(old, new, moved):
    assert old in AGREED
    found = drift(AGREED, AGREED.replace(old, new, 1), "t.md")
    assert (found.moved, found.holds) == ((moved,), False)
