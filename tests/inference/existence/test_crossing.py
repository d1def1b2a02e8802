"""Effects at cuts that leave a label no positive probability somewhere are refused."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import IdentificationError


def test_cuts_that_cross_in_a_row_are_named():
    g = np.random.default_rng(0)
    x, y = g.normal(size=60), g.integers(1, 5, 60)
    far = np.append(x[:58], [9.0, -9.0])
    with pytest.raises(IdentificationError, match="fitted probability of 3 would be negative in 1 of the rows"):
        st.fit(st.ordinal("y ~ x", {"y": y, "x": far}, nonparallel=["x"]))
    weights = np.append(np.ones(58), [0.0, 0.0])  # rows that nobody saw need no probabilities
    st.fit(st.ordinal("y ~ x", {"y": y, "x": far, "w": weights}, nonparallel=["x"], weights="w"))


def test_rows_beyond_are_refused_in_predictions():
    g = np.random.default_rng(1)
    table = {"y": g.integers(1, 4, 90), "x": g.normal(size=90)}
    fit = st.fit(st.ordinal("y ~ x", table, nonparallel=["x"]))
    with pytest.raises(st.DomainError, match="negative"):
        fit.predict({"x": [-1e4, 1e4]})


def test_a_label_that_no_row_of_some_weight_has_is_named():
    table = {"y": [1, 2, 3, 1, 3, 2], "x": [1.0, 2.0, 1.5, 3.0, 0.5, 2.5], "w": [1, 0, 1, 1, 1, 0]}
    with pytest.raises(IdentificationError, match="no row has 2 for y"):
        st.fit(st.ordinal("y ~ x", table, weights="w"))
    with pytest.raises(IdentificationError, match="no row has 2 for y"):
        st.fit(st.ordinal("y ~ x", table).subset(np.array([0, 2, 3, 4])))
