"""What comes in as pandas goes out with its index, what comes in as Polars as Polars, arrays as arrays."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import stattools as st
from stattools.data.tables.table import ARRAYS, Origin, Places, origin_of


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


SOME = Places(4, np.array([1, 3]), Origin("polars"))


def test_values_stand_at_their_rows():
    assert SOME.column(np.array([0.5, 0.25]), "mean").to_list() == [None, 0.5, None, 0.25]
    assert SOME.columns(np.array([[1.0, 2.0], [3.0, 4.0]]), ["a", "b"]).rows() == [
        (None, None), (1.0, 2.0), (None, None), (3.0, 4.0),
    ]  # fmt: skip
    assert Places(3, np.array([2])).columns(np.array([[1.0, 2.0]]), ["a", "b"])[2].tolist() == [1.0, 2.0]


def test_a_long_frame_has_as_many_lines_for_a_row_that_was_not_used():
    long = pd.DataFrame({"row": [0, 0, 1, 1], "category": list("uvuv"), "mean": [0.1, 0.9, 0.2, 0.8]})
    found = SOME.frame(long, ("row", "category"))
    assert found["row"].to_list() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found["category"].to_list() == list("uvuvuvuv")
    assert found["mean"].to_list() == [None, None, 0.1, 0.9, None, None, 0.2, 0.8]


def test_a_category_may_be_named_as_the_columns_of_a_long_frame_are():
    found = SOME.frame(pd.DataFrame({"row": [0.1, 0.2], "category": [0.9, 0.8]}))
    assert found.rows() == [(None, None), (0.1, 0.9), (None, None), (0.2, 0.8)]


def test_a_row_that_says_nothing_stands_for_all_where_none_was_used():
    nobody = Places(2, np.array([], dtype=int))
    assert np.isnan(nobody.column(np.array([np.nan]), "mean")).all()
    long = pd.DataFrame({"row": [0, 0], "category": ["u", "v"], "mean": np.nan})
    assert nobody.frame(long, ["row"]).row.tolist() == [0, 0, 1, 1]


def test_draws_are_as_wide_as_the_table():
    draws = np.ones((5, 2, 3))
    assert np.isnan(SOME.draws(draws)).all(axis=(0, 2)).tolist() == [True, False, True, False]
    assert Places(2).draws(draws) is draws


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(10, 18),
        pd.Index([1, 1, 2, 2, 3, 3, 4, 4]),
        pd.MultiIndex.from_product([["a", "b"], [1, 2, 3, 4]], names=["g", "k"]),
        pd.date_range("2024-01-31", periods=8, freq="ME"),
        pd.Index([np.nan, 1.0, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0], name="i"),
        pd.CategoricalIndex(list("aabbccdd")),
    ],
    ids=lambda index: type(index).__name__,
)
def test_every_index_is_carried_through(index):
    frame = pd.DataFrame({"y": [1.0, 2, 4, 3, np.nan, 5, 7, 6], "x": range(8)}, index=index)
    fit = st.fit(st.ols("y ~ x", frame))
    joined = frame.assign(r=fit.residuals, p=fit.predict(frame))
    assert joined.r.index.equals(index)
    assert joined.r.isna().tolist() == frame.y.isna().tolist()
    np.testing.assert_allclose((joined.y - joined.p)[frame.y.notna().to_numpy()], joined.r.dropna(), atol=1e-12)
    assert fit.predict(frame, interval=0.9).index.equals(index)


def test_grouped_arrays_with_an_index_keep_the_rows_without_trials():
    k, n = pd.Series([1, 0, 3, 2], list("abcd")), pd.Series([4, 0, 5, 6], list("abcd"))
    fit = st.fit(st.logistic(k, pd.DataFrame({"x": [1.0, 2.0, 3.0, 5.0]}, list("abcd")), trials=n))
    assert fit.residuals.index.tolist() == list("abcd")
    assert fit.residuals.isna().tolist() == [False, True, False, False]
    bare = st.fit(st.logistic(k.to_numpy(), [[1.0], [2.0], [3.0], [5.0]], trials=n.to_numpy()))
    assert np.isnan(bare.residuals).tolist() == [False, True, False, False]
