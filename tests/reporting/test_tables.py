import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stattools.reporting import tables


@given(st.floats(-1e6, 1e6), st.floats(1e-4, 1e4))
def test_an_estimate_is_shown_to_a_hundredth_of_its_standard_error(estimate, se):
    shown = tables.number(estimate, tables.decimals(se))
    assert abs(float(shown.replace(",", "")) - estimate) <= max(0.005 * se * 1.0001, 0.5)
    assert not (float(shown.replace(",", "")) == 0 and shown.startswith("-"))


@pytest.mark.parametrize("value, places, text", [(math.nan, 2, "n/a"), (-math.inf, 2, "-∞"), (0.0, 12, "0")])
def test_numbers_that_are_none(value, places, text):
    assert tables.number(value, places) == text


def test_tiny_scales_keep_the_digits_that_their_standard_error_allows():
    places = tables.decimals(3.21e-9)
    assert tables.number(1.23456e-6, places) == "1.23456e-06"
    assert tables.number(-1e-12, places) == "0"


@given(st.floats(1e-30, 1e3))
def test_a_bound_is_never_below_the_value(value):
    assert float(tables.bound(value, 1e-8)) >= value * (1 - 1e-8)
    assert float(tables.bound(value, 1e-8)) <= max(1e-8, 10 * value) * (1 + 1e-8)


def test_round_off_never_shows():
    assert tables.small(3e-15) == tables.small(-8e-13) == "<1e-6"
    assert tables.agreeing(13.2) == tables.agreeing(15.9) == tables.agreeing(math.inf) == "≥ 6"
    assert tables.bound(0.0, 1e-8) == tables.bound(7e-16, 1e-8) == "1e-8"
    assert tables.bound(math.inf, 1e-8) == "∞"


def test_the_coefficient_table_rounds_by_standard_error_and_names_everything():
    data = pd.DataFrame(
        {"term": ["a|b"], "estimate": [1.23456], "se": [0.0123], "statistic": [100.37], "p_value": [0.0]}
    ).assign(lower=1.2101, upper=1.2591)
    table = tables.coefficients(data, statistic="t", interval="95 % Wald interval")
    assert table.header == ("term", "estimate", "standard error", "95 % Wald interval", "t", "p")
    assert table.rows == (("`a|b`", "1.2346", "0.0123", "1.2101 to 1.2591", "100.37", "<0.001"),)


def test_categories_get_a_column():
    data = pd.DataFrame(
        {"category": ["fig"], "term": ["x"], "estimate": [1.0], "reference": [1.0], "difference_in_se": [1e-12]}
    ).assign(digits=12.0, se=0.5, reference_se=0.5, se_digits=9.4)
    table = tables.agreement(data)
    assert table.header[:2] == ("category", "term")
    assert table.rows == (("`fig`", "`x`", "1.000000", "1.000000", "<1e-6", "≥ 6", "≥ 6"),)


def test_any_frame():
    table = tables.frame(pd.DataFrame({"a*": ["x|y"], "n": [3], "r": [0.123456789]}))
    assert table.rows == (("x|y", "3", "0.123457"),)
    assert table.header[0] == r"a\*"
    assert table.align == "lrr"
