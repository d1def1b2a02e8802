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
