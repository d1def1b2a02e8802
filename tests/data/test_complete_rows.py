"""Rows in which no column that is used has a value missing."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from stattools.data.dataset import apart_of, complete_rows, given
from stattools.data.tables.table import table
from stattools.errors import DomainError

TABLE = {"y": [1.0, None, 3.0], "x": [1.0, 2.0, np.inf], "g": ["a", "b", "a"]}


def test_rows_with_a_gap_are_counted_and_infinite_numbers_are_allowed_by_name():
    found = complete_rows(TABLE, table(TABLE), ("y", "x"), {"weights": [1.0, 2.0, 3.0]}, endless=("x",))
    assert_array_equal(found.rows, [0, 2])
    assert_array_equal(found.numbers["weights"], [1.0, 3.0])
    assert (found.dropped, found.n_dropped, found.origin) == ({"y": 1}, 1, None)
    with pytest.raises(DomainError, match="not finite"):
        complete_rows(TABLE, table(TABLE), ("y", "x"), {})


def test_extras_are_numbers_as_long_as_the_table():
    with pytest.raises(DomainError, match="holds categories"):
        complete_rows(TABLE, table(TABLE), ("y",), {"weights": "g"})
    with pytest.raises(DomainError, match="2 values and the table has 3 rows"):
        complete_rows(TABLE, table(TABLE), ("y",), {"weights": [1.0, 2.0]})


def test_no_complete_row_is_an_error():
    with pytest.raises(DomainError, match="no row is complete"):
        complete_rows({"y": [None]}, table({"y": [None]}), ("y",), {})


def test_columns_among_the_extras_are_left_out_by_a_dot():
    found = given({"weights": "w", "offset": None, "trials": [1.0]})
    assert (found, apart_of(found)) == ({"weights": "w", "trials": [1.0]}, ["w"])
