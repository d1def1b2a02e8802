"""New rows of an array with gaps, and errors that count all of its rows."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

import stattools as st
from stattools.data.tables.array_gaps import rows_with_gaps, without_gaps


def test_a_column_of_gaps_becomes_numbers():
    frame = pd.DataFrame({"a": [None, None], "b": [None, True]})
    assert rows_with_gaps(frame).tolist() == [True, True]
    assert {name: list(column) for name, column in without_gaps(frame).items()} == {"a": [0.0, 0.0], "b": [True, True]}


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
