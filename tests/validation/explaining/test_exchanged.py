from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.claims.facts import COLUMNS, right_of_fit
from stattools.validation.claims.printed import Claim, Printed, printed
from stattools.validation.claims.standing import standing
from stattools.validation.explaining.slips import exchanged_columns, exchanged_rows, remaining, shown, wrong_numbers

RNG = np.random.default_rng(11)
DATA = {name: RNG.normal(size=70) for name in "xzw"}
RIGHT = right_of_fit(
    st.fit(st.ols("y ~ x + z + w", DATA | {"y": DATA["x"] - 2.0 * DATA["z"] + RNG.normal(size=70)})), 0.95
)
PLACES = np.arange(4)


def claim(digits=3, names=COLUMNS):
    columns = {
        name: Printed.of([printed(f"{value:.{digits}f}", "") for value in RIGHT.columns[name]]) for name in names
    }
    return Claim("a", RIGHT.names, columns)


def looked(made, look):
    now = standing(made, PLACES, RIGHT)
    return look(now, wrong_numbers(now))


@pytest.mark.parametrize(("one", "two"), [("se", "statistic"), ("p", "se"), ("lower", "upper"), ("estimate", "se")])
@pytest.mark.parametrize("digits", [2, 5])
def test_columns_under_each_others_headings_are_found(one, two, digits):
    made = claim(digits)
    columns = {**made.columns, one: made.columns[two], two: made.columns[one]}
    found, left = looked(replace(made, columns=columns), exchanged_columns)
    assert [finding.cause for finding in found] == ["swapped columns"]
    assert remaining(left) == 0


def test_a_column_alone_under_another_heading_is_found():
    made = claim(3, ("estimate", "se"))
    of_tests = claim(3).columns["statistic"]
    found, left = looked(replace(made, columns={**made.columns, "se": of_tests}), exchanged_columns)
    assert "The column of standard errors has the statistics" in found[0].evidence
    assert remaining(left) == 0


def test_rows_under_each_others_terms_are_found():
    made, order = claim(), [0, 2, 3, 1]
    columns = {name: Printed(given.value[order], given.half[order]) for name, given in made.columns.items()}
    found, left = looked(replace(made, columns=columns), exchanged_rows)
    assert [finding.cause for finding in found] == ["rows exchanged"]
    assert "x has the numbers of z" in found[0].evidence
    assert remaining(left) == 0


def test_two_numbers_of_one_column_exchanged_are_found():
    made, given = claim(), claim().columns["estimate"]
    order = [0, 2, 1, 3]
    columns = {**made.columns, "estimate": Printed(given.value[order], given.half[order])}
    found, left = looked(replace(made, columns=columns), exchanged_rows)
    assert "in the column of estimates" in found[0].evidence
    assert remaining(left) == 0


def test_right_and_other_numbers_are_not_called_exchanged():
    other = claim()
    given = other.columns["estimate"]
    moved = replace(other, columns={**other.columns, "estimate": replace(given, value=given.value + 0.7)})
    for made, count in ((claim(), 0), (moved, 4)):
        for look in (exchanged_columns, exchanged_rows):
            found, left = looked(made, look)
            assert found == []
            assert remaining(left) == count


def test_a_right_number_is_shown_with_the_digits_of_the_claimed_one():
    given = Printed(np.array([1.0, 2.0]), np.array([0.005, 0.0]))
    assert (shown(1.23456, given, 0), shown(1.23456789, given, 1)) == ("1.23", "1.23457")
