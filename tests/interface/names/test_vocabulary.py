"""A row of the table of foreign names, and how it is found."""

import pytest

from stattools.interface.names.answers import Row, plain, rows_of, vocabulary


@pytest.mark.parametrize("name", ["pvalues", "p_values", "pValues", "p_value", "PVALUE", "get_pvalues"])
def test_spellings_of_a_name_are_one(name):
    assert [row.ours for row in rows_of(name, vocabulary().fit)] == ["fit.table()"]


def test_a_name_of_nobody_has_no_rows():
    assert not list(rows_of("a_name_of_nobody", vocabulary().fit))
    assert plain("get") == "get"


def test_a_row_without_code_says_its_note():
    assert Row("", r="ranef", note="there are none").sentence == "there are none"
    assert Row("f.n", r="nobs", note="or not").sentence == "use f.n; or not"
