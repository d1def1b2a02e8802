"""The table of checks: a frame for programs, a page for people."""

import pandas as pd
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from tests.inference.diagnostics.checks.planted import rows

R = rows()
Y = R | {"y": R["eta"] + 0.6 * R["x"] ** 2 + R["noise"]}
TABLE = st.fit(st.ols("y ~ x + z", Y)).check()


def test_it_is_a_frame():
    assert isinstance(TABLE, pd.DataFrame)
    assert list(TABLE.columns) == ["check", "value", "verdict", "advice", "measure"]
    assert type(TABLE[TABLE.verdict == "no"]) is pd.DataFrame
    assert type(TABLE.table()) is pd.DataFrame
    assert TABLE.attrs["limits"]["form"] == (0.2, 0.5)
    assert set(TABLE.attrs["p_value"]) <= set(TABLE.check)


def test_what_is_not_ok_stands_first():
    order = [("no", "look", "ok").index(verdict) for verdict in TABLE.verdict]
    assert order == sorted(order)
    assert order[0] == 0


def test_the_page_shows_the_whole_advice_in_80_columns():
    lines = str(TABLE).splitlines()
    assert max(map(len, lines)) <= 80
    words = " ".join(" ".join(lines).split())
    assert words.startswith("Checks of y ~ x + z: ")
    for advice in TABLE.advice:
        for word in advice.split():
            assert word in words
    assert repr(TABLE).startswith("<CheckTable: y ~ x + z, ")
    assert "I(x**2)" in TABLE._repr_html_()


def test_what_could_not_be_checked_says_why():
    found = st.fit(st.ols("y ~ x + z", Y), penalty=st.Ridge(1.0)).check()
    assert set(found.attrs["unchecked"]) == {"heteroskedasticity", "influence", "collinearity"}
    assert "Not checked: heteroskedasticity, influence, collinearity." in " ".join(str(found).split())


def test_samples_have_no_checks():
    with pytest.raises(IncompatibleError, match="a regression without columns"):
        st.fit(st.coin([0, 1, 1])).check()


def test_fits_side_by_side_have_a_category_each():
    table = st.fit(st.one_vs_rest("g ~ x", R)).check()
    assert list(table.columns)[:2] == ["category", "check"]
    assert set(table.category) == {"a", "b", "c"}
    assert "a: maximum" in str(table)
    assert "b: form" in table.attrs["p_value"]
