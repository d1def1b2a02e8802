"""FormulaTable of other packages as formulas: any name, an intercept first, one name for one column."""

import numpy as np

import stattools as st
from stattools.validation.foreign.description import FormulaTable, in_our_order

X = np.column_stack([np.arange(6.0), np.ones(6), np.arange(6.0) ** 2])
NAMES = ["np.log(a)", "const", "C(g)[T.b c]"]


def test_a_formula_of_columns_with_any_name_has_their_names():
    columns = FormulaTable()
    outcome = columns.add("y", np.array([1.0, 3, 2, 5, 4, 6]))
    model = st.ols(f"{outcome} ~ {columns.side(X, NAMES)}", columns.table)
    assert model.names == ("Intercept", "np.log(a)", "C(g)[T.b c]")
    assert in_our_order(X, NAMES) == [1, 0, 2]
    assert in_our_order(X[:, [0, 2]], NAMES[::2]) == [0, 1]


def test_a_name_that_is_taken_is_changed_and_a_column_that_is_there_is_used_again():
    columns = FormulaTable()
    assert columns.add("x1", np.zeros(6)) == "`x1`"
    assert columns.side(X[:, :1]) == "0 + `x1_`"
    assert columns.side(X[:, :1], ["x1_"], bare=True) == "`x1_`"
    assert columns.side(X[:, 1:2]) == "1"
