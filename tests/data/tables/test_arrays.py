from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from numpy.testing import assert_array_equal
from scipy import sparse

import stattools as st
from stattools.data.tables.arrays import (
    default_names,
    matrix,
    named,
    vector,
    with_intercept,
)
from stattools.errors import DomainError

X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
FRAME = pd.DataFrame(X, columns=["a", "b"])


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_float_matrix_in_either_order_is_the_same_memory(order):
    values = np.array(X, order=order)
    found, names = matrix(values)
    assert np.shares_memory(found, values)
    assert found.flags[f"{order}_CONTIGUOUS"]
    assert names is None


@pytest.mark.parametrize(
    "values",
    [
        X,
        X.tolist(),
        X.astype(int),
        X.astype(np.float32),
        X.astype(">f8"),
        X[:, [0, 1]][::1],
        X.astype(object),
        np.asmatrix(X),
    ],
    ids=["float", "lists", "int", "float32", "big-endian", "copy", "object", "matrix"],
)
def test_numbers_of_every_kind_are_float64(values):
    found, _ = matrix(values)
    assert type(found) is np.ndarray
    assert found.dtype == np.dtype(np.float64)
    assert_array_equal(found, X)


def test_a_strided_view_is_made_contiguous():
    found, _ = matrix(np.repeat(X, 2, axis=0)[::2])
    assert found.flags.c_contiguous
    assert_array_equal(found, X)


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.astype({"a": "Int64", "b": "double[pyarrow]"}),
        pl.from_pandas(FRAME),
        pa.Table.from_pandas(FRAME),
        FRAME.to_dict("list"),
        FRAME.to_records(index=False),
    ],
    ids=["pandas", "dtypes", "polars", "arrow", "dict", "records"],
)
def test_frames_bring_their_names(frame):
    found, names = matrix(frame)
    assert_array_equal(found, X)
    assert names == ("a", "b")


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (FRAME["a"], ("a",)),
        (pl.Series("a", X[:, 0]), ("a",)),
        (pd.Series(X[:, 0]), None),
        (X[:, 0], None),
        ([1.0, 3.0, 5.0], None),
        (pa.array(X[:, 0]), None),
        (range(1, 7, 2), None),
    ],
)
def test_one_dimension_is_one_column(values, names):
    found, label = matrix(values)
    assert_array_equal(found, X[:, :1])
    assert label == names


def test_truth_values_are_zero_and_one():
    assert_array_equal(matrix(pd.DataFrame({"a": [True, False]}))[0], [[1.0], [0.0]])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.ones((2, 2, 2)), r"one row per observation, .*; got shape \(2, 2, 2\)"),
        (np.ones((0, 2)), r"at least one row; got shape \(0, 2\)"),
        (3.0, "must be a table"),
        (np.float64(3), r"got shape \(\)"),
        ([[1, 2], [3]], "X is ragged: its rows have different lengths"),
        ([[1, "a"]], "X must hold numbers; got <U"),
        (np.array([[1, "a"]], dtype=object), "X, column '1', holds categories; they need a table with a formula"),
        (pd.DataFrame({"g": ["a", "b"]}), "X, column 'g', holds categories"),
        (np.array([[1j]]), "X must hold numbers; got complex128"),
        (np.array([["2020-01-01"]], dtype="M8[D]"), "X must hold numbers; got datetime64"),
        (
            [[1.0, np.nan], [np.inf, 2.0]],
            "X has 2 missing or infinite values; the first is nan in row 0, column 1 .*formula",
        ),
        ([[1, None]], "X, column '1', has 1 missing or infinite values; the first is None in row 0"),
        (np.ma.MaskedArray([[1, 2]], mask=[[False, True]]), "X, column '1', has 1 missing"),
        (FRAME.where(FRAME > 1), "X, column 'a', has 1 missing or infinite values; the first is nan in row 0"),
        (scipy.sparse.eye_array(3), "X is a sparse matrix; make it dense with .toarray"),
        (None, "X must be a matrix of predictors; got None. A formula comes first"),
        ("y ~ x", "A formula comes first"),
    ],
)
def test_what_is_no_matrix(values, words):
    with pytest.raises(DomainError, match=words):
        matrix(values)


def test_a_vector_of_numbers_is_the_same_array():
    y = np.array([1, 0, 1])
    assert vector(y, "y") is y
    assert vector(y[:, None], "y").base is y


@pytest.mark.parametrize(
    "values", [["a", "b"], pd.Series(["a", "b"]), pl.Series(["a", "b"]), pd.DataFrame({"y": ["a", "b"]})]
)
def test_a_vector_of_text_is_categories(values):
    assert vector(values, "y").cat.categories.tolist() == ["a", "b"]


def test_names():
    assert default_names(2) == ("x1", "x2")
    assert named(None, None, 2) == ("x1", "x2")
    assert named(None, ("a", "b"), 2) == ("a", "b")
    assert named(["c", "d"], ("a", "b"), 2) == ("c", "d")
    assert named("c", None, 1) == ("c",)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a"], "names= needs one name for each of the 2 columns of X .*; got 1: 'a'"),
        (["Intercept", "a", "b"], "an intercept that is added has its own.; got 3"),
        (["a", "a"], "two columns of X have the name 'a'"),
        ([1, 2], "need names, texts"),
    ],
)
def test_wrong_names(names, words):
    with pytest.raises(DomainError, match=words):
        named(names, None, 2)


def test_the_intercept_comes_first():
    assert_array_equal(with_intercept(X), np.column_stack([[1, 1, 1], X]))


def test_a_column_of_gaps_becomes_numbers():
    frame = pd.DataFrame({"a": [None, None], "b": [None, True]})
    assert_array_equal(matrix(frame, gaps=True)[0], [[np.nan, np.nan], [np.nan, 1.0]])


@pytest.mark.parametrize(
    "X",
    [
        np.array(3.0),
        np.zeros((0, 2)),
        [],
        [[Decimal("sNaN"), 1.0]],
        "x",
        sparse.eye(2).tocsr(),
        np.zeros((2, 2, 2)),
        {},
    ],
    ids=repr,
)
def test_what_is_no_matrix_is_refused_as_ever(X):
    fit = st.fit(st.ols([1.0, 2.0, 4.0, 3.0, 1.0], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [2.0, 1.0]]))
    for missing in ("raise", "null"):
        with pytest.raises(st.DomainError):
            fit.predict(X, missing=missing)


def test_arrays_may_have_gaps_too():
    g = np.random.default_rng(2)
    X = g.normal(size=(20, 2))
    fit = st.fit(st.ols(X @ [1.0, 2.0] + g.normal(size=20), X))
    new = X[:5].copy()
    new[1, 0] = np.nan
    for given in (new, new.tolist(), pl.DataFrame(new, schema=["x1", "x2"]), np.ma.masked_invalid(new)):
        found = np.asarray(fit.predict(given, missing="null"), dtype=float)
        assert np.isnan(found).tolist() == [False, True, False, False, False]
        np.testing.assert_allclose(found[[0, 2, 3, 4]], fit.predict(X[[0, 2, 3, 4]]), rtol=1e-12)
    assert np.isnan(fit.predict([np.nan, 1.0], missing="null")).tolist() == [True]
    one = st.fit(st.ols(X[:, 1] + g.normal(size=20), X[:, 0]))
    series = pd.Series([0.5, np.nan], list("ab"))
    assert one.predict(series, missing="null").isna().tolist() == [False, True]
    below = pd.DataFrame({"x1": [np.inf, None, 1.0], "x2": [1.0, 2.0, 3.0]})
    with pytest.raises(st.DomainError, match="has 1 missing or infinite values; the first is inf in row 0"):
        fit.predict(below, missing="null")
    new[3, 1] = np.inf
    with pytest.raises(st.DomainError, match="row 3"):
        fit.predict(new, missing="null")
    with pytest.raises(st.DomainError, match="missing or infinite"):
        fit.predict(new)


def test_errors_about_new_rows_count_all_of_them():
    fit = st.fit(st.ols("y ~ log(x) + g", {"y": [1.0, 2, 4, 3, 5], "x": [1.0, 2, 3, 4, 5], "g": list("aabba")}))
    with pytest.raises(st.DomainError, match="row 2"):
        fit.predict({"x": [None, 1.0, -1.0], "g": ["a", "a", "b"]}, missing="null")
    with pytest.raises(st.DomainError, match="row 2"):
        fit.predict({"x": [None, 1.0, 1.0], "g": ["a", "a", "c"]}, missing="null")
