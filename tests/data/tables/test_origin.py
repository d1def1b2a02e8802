"""What comes in as pandas goes out with its index, what comes in as Polars as Polars, arrays as arrays."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import stattools as st
from stattools.data.tables.origin import ARRAYS, Origin, origin_of


@pytest.mark.parametrize(
    ("given", "backend", "has_index"),
    [
        ((np.ones(2),), None, False),
        (([1, 2], {"x": [1, 2]}), None, False),
        ((pl.DataFrame({"x": [1, 2]}),), "polars", False),
        ((np.ones(2), pl.Series([1, 2])), "polars", False),
        ((pl.Series([1, 2]), pd.DataFrame({"x": [1, 2]})), "pandas", True),
        (({"x": pl.Series([1, 2]), "g": pd.Series([1, 2])},), "pandas", True),
        ((pa.table({"x": [1, 2]}),), "pyarrow", False),
        ((pa.array([1, 2]), None), "pyarrow", False),
        ((pd.Index([1, 2]), pd.Categorical(["a", "b"])), None, False),
    ],
)
def test_the_backend_is_that_of_whom_has_an_index_or_else_of_the_first(given, backend, has_index):
    found = origin_of(*given) or ARRAYS
    assert found.backend == backend
    assert (found.index is not None) == has_index


def test_some_rows_have_their_part_of_the_index():
    assert Origin("pandas", pd.Index(list("abc"))).take(np.array([2, 0])).index.tolist() == ["c", "a"]
    assert Origin("polars").take(slice(1, 2)).index is None


def test_columns_of_a_frame_that_are_not_there_are_null():
    there = np.array([True, False])
    columns = {"a": (np.array([1.5, 2.5]), there), "b": (np.array(["u", "v"], dtype=object), None)}
    assert Origin("polars").frame(columns).to_dicts() == [{"a": 1.5, "b": "u"}, {"a": None, "b": "v"}]
    assert Origin("pyarrow").frame(columns).to_pylist() == [{"a": 1.5, "b": "u"}, {"a": None, "b": "v"}]


def test_arrays_in_arrays_out_and_tables_beside_them():
    g = np.random.default_rng(1)
    X, y = g.normal(size=(30, 2)), g.integers(0, 2, 30)
    fit = st.fit(st.logistic(y, X))
    for answer in (fit.predict(), fit.residuals, fit.leverage(), fit.predict(X[:4]), fit.predict(kind="class")):
        assert type(answer) is np.ndarray
    index = pd.Index([f"p{k}" for k in range(30)])
    for given in ((pd.Series(y, index), X), (y, pd.DataFrame(X, index)), (pd.Series(y, index), pd.DataFrame(X, index))):
        fit = st.fit(st.logistic(*given))
        assert fit.residuals.index.equals(index)
        assert fit.predict(X[:4]).shape == (4,)
        assert type(fit.predict(X[:4])) is np.ndarray
    assert isinstance(st.fit(st.logistic(y, pl.DataFrame(X))).residuals, pl.Series)
    assert isinstance(st.fit(st.logistic(pl.Series(y), X)).residuals, pl.Series)
    fit = st.fit(st.logistic(y, X, weights=pd.Series(np.ones(30), index)))
    assert type(fit.residuals) is np.ndarray  # an index of the weights alone says which rows they belong to, no more


def test_labels_stay_what_they_are_where_some_are_missing():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "y": [0, 1, 0, 1, 0, 1]})
    new = pd.DataFrame({"x": [1.0, np.nan, 6.0]})
    for y, dtype in ((frame.y, "Int64"), (frame.y == 1, "boolean"), (frame.y.map({0: "no", 1: "yes"}), "str")):
        fit = st.fit(st.logistic("y ~ x", frame.assign(y=y)))
        found = fit.predict(new, missing="null", kind="class")
        assert found.dtype == dtype or dtype == "str"
        assert found.isna().tolist() == [False, True, False]
        assert [found[0], found[2]] == [y[0], y[1]]
        polars = fit.predict(pl.from_pandas(new), missing="null", kind="class")
        assert polars.to_list() == [y[0], None, y[1]]
        assert fit.predict({"x": [1.0, None, 6.0]}, missing="null", kind="class").tolist() == [y[0], None, y[1]]
