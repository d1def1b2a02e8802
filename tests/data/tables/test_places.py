"""Answers per row at their places among all rows of a table."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.data.tables.origin import Origin
from stattools.data.tables.places import Places

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
