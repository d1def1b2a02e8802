"""Times of rows in files: an end for each, and what is no time."""

import numpy as np
import pytest

from stattools.data.formula.parts import survival_formula
from stattools.data.survival_data import SortedTimes
from stattools.errors import DomainError

SAID = survival_formula("st.cox", "survival(t, d) ~ x", ("t", "d", "x"), [])


def test_a_time_that_may_be_longer_has_no_end():
    import pandas as pd

    columns = {"t": pd.Series([2.0, 0.0, 3.0]), "d": pd.Series([1, 0, 1])}
    found = SortedTimes("st.cox", SAID)
    assert found.of(columns, np.arange(3)).tolist() == [[2.0, 2.0], [0.0, np.inf], [3.0, 3.0]]
    assert found.endless == ()
    with pytest.raises(DomainError, match="'t' is negative in row 7, -1"):
        found.of(columns | {"t": pd.Series([2.0, -1.0, 3.0])}, np.array([5, 7, 9]))
