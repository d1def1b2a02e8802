from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.claims.facts import COLUMNS, Right, right_of_fit
from stattools.validation.claims.printed import Claim, Printed, printed
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.standing import standing

RNG = np.random.default_rng(7)
FIT = st.fit(st.ols("y ~ x + z", {name: RNG.normal(size=50) for name in "yxz"}))
RIGHT = right_of_fit(FIT, 0.95)
PLACES = np.arange(3)


def rounded(values, digits):
    return Printed.of([printed(f"{value:.{digits}g}", "") for value in values])


def claim(digits, **facts):
    columns = {name: rounded(RIGHT.columns[name], digits) for name in COLUMNS}
    return Claim("a", RIGHT.names, columns, {name: rounded([value], digits) for name, value in facts.items()})


@pytest.mark.parametrize("digits", range(1, 13))
def test_rounded_numbers_hold(digits):
    found = standing(claim(digits, loglik=FIT.loglik, aic=FIT.aic, scale=FIT.scale), PLACES, RIGHT)
    assert (found.ok, found.count, found.distance) == (True, 21, 0.0)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("digits", [3, 5, 12])
def test_one_number_that_is_off_by_two_of_its_last_digits_is_found(column, digits):
    made = claim(digits)
    given = made.columns[column]
    value = given.value.copy()
    value[1] += 4.0 * max(given.half[1], 2e-3 * max(1.0, abs(value[1])) if digits == 12 else 0.0)
    found = standing(replace(made, columns={**made.columns, column: replace(given, value=value)}), PLACES, RIGHT)
    assert (found.ok, found.failing, found.wrong(column)) == (False, 1, [1])
    assert found.apart[column][1] > 0


def test_full_precision_holds_within_a_thousandth_of_a_standard_error():
    estimate, se = RIGHT.columns["estimate"], RIGHT.unit
    for share, ok in ((0.0009, True), (0.0011, False)):
        made = Claim("a", RIGHT.names, {"estimate": Printed(estimate + share * se, np.zeros(3))})
        assert standing(made, PLACES, RIGHT).ok == ok


def test_a_bound_is_an_interval_and_an_empty_cell_says_nothing():
    p = RIGHT.columns["p"]
    bound = Printed.of([printed("<0.999", ""), printed("", ""), printed("<0.001", "")])
    found = standing(Claim("a", RIGHT.names, {"p": bound}), PLACES, RIGHT)
    assert found.holds["p"].tolist() == [True, True, bool(p[2] < 0.001)]
    assert found.checked["p"].tolist() == [True, False, True]


def test_rows_that_are_no_parameters_are_not_compared():
    made = Claim("a", ("x", "other"), {"estimate": Printed(np.array([9.0, 9.0]), np.array([0.5, 0.5]))})
    found = standing(made, np.array([1, -1]), RIGHT)
    assert found.checked["estimate"].tolist() == [True, False]
    assert found.failing == 1


def test_a_fact_holds_under_the_words_of_its_definition():
    counted = standing(claim(5, aic=FIT.aic + 2.0, n=50.0, df=46.0, gini=0.3), PLACES, RIGHT)
    assert counted.facts["aic"] == "the scale counted as a parameter"
    assert (counted.facts["n"], counted.facts["df"], counted.unchecked) == ("", None, ("gini",))
    assert counted.failing == 1


def test_thresholds_in_a_table_of_ratios_are_as_they_are():
    columns = {str(name): np.array([0.5, 0.5]) for name in COLUMNS}
    right = Right(("x", "0|1"), columns, np.ones(2), lambda _: {})
    found = standing(read_claim("term,OR\nx,1.649\n/cut1,0.500\n"), np.array([0, 1]), right)
    assert found.ok


def test_no_number_is_within_its_rounding_of_an_infinite_one():
    """Such as exp(b) of a coefficient above 710."""
    infinite = replace(RIGHT, columns=RIGHT.columns | {"estimate": np.array([0.5, np.inf, 0.5])})
    given = Claim("a", RIGHT.names, {"estimate": Printed.of([printed("0.5", "")] * 3)}, {})
    found = standing(given, PLACES, infinite)
    assert found.holds["estimate"].tolist() == [True, False, True]
