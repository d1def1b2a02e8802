"""The sample that is held: rows of all parts in order."""

import numpy as np
from numpy.testing import assert_array_equal

from stattools.data.files.rows import joined
from stattools.data.rows.rows import Low, Rows


def test_the_rows_of_all_parts_stand_one_below_the_other():
    x = np.arange(5.0)
    X = np.column_stack([np.ones(5), x])
    held = joined([Rows(X[:2], x[:2], x[:2]), Rows(X[2:], x[2:], x[2:])])
    assert_array_equal(held.X, X)
    assert_array_equal(held.y, x)
    assert_array_equal(held.weight, x)
    assert held.offset is None
    assert held.low is None


def test_the_rests_of_columns_are_those_of_the_parts_that_have_them():
    X, low = np.ones((2, 3)), Low(np.array([1]), np.array([[1e-17], [2e-17]]))
    held = joined([Rows(X, np.zeros(2)), Rows(X, np.zeros(2), low=low)])
    assert held.low is not None
    assert held.low.columns.tolist() == [1]
    assert held.low.values.tolist() == [[0.0], [0.0], [1e-17], [2e-17]]
