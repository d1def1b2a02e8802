"""What print shows of an exact posterior."""

import numpy as np

import stattools as st


def test_one_distribution_has_one_row_and_no_name():
    lines = str(st.Beta(5, 3)).split("\n")
    assert lines[:3] == ["Beta(5, 3)", "", "  mean      sd  median   lower   upper"]
    assert lines[4].split()[0] == "0.6250"
    assert lines[-1] == "Intervals: 94 % highest density."


def test_many_arms_are_counted():
    lines = str(st.Gamma(np.arange(1.0, 31.0), 2)).split("\n")
    assert lines[-3] == "and 10 more; see table()"
    assert len(lines) == 27


def test_what_has_no_table_is_a_line():
    assert str(st.Dirichlet(1)) == "Dirichlet(1)"
    assert str(st.Cauchy(0, 1)) == "Cauchy(0, 1)"
