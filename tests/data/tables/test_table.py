import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from stattools.data.tables.table import series, table
from stattools.errors import DomainError

FRAME = pd.DataFrame({"x": [1.0, 2.0], "body mass": [3, 4]})


@pytest.mark.parametrize(
    "data",
    [
        FRAME,
        pl.from_pandas(FRAME),
        pa.Table.from_pandas(FRAME),
        FRAME.to_dict("list"),
        {name: FRAME[name].to_numpy() for name in FRAME},
        FRAME.to_records(index=False),
        FRAME.set_index(pd.Index([7, 7])),
    ],
    ids=["pandas", "polars", "arrow", "lists", "arrays", "records", "index"],
)
def test_every_table_has_the_same_names_and_columns(data):
    found = table(data)
    assert found.names == ("x", "body mass")
    assert found.n == 2
    assert found.column("body mass").tolist() == [3, 4]
    assert found.column("body mass").index.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns named 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "two columns named 'a'"),
        (pd.DataFrame([[1, 2]], columns=["1", 1]), "two columns named '1'"),
        ({"a": [1, 2], "b": [1]}, "'b' has 1 rows, 'a' has 2"),
        ({"a": []}, "1 columns and no rows"),
        (pd.DataFrame({"a": [1]}).iloc[:0], "no rows"),
        ({}, "0 columns and no rows"),
        ({"a": 3}, "column 'a' must be a list or an array with one value per row; got 3"),
        ({"a": "abc"}, "column 'a' must be a list"),
        ({"a": np.ones((2, 2))}, r"one value per row; got an array of shape \(2, 2\)"),
        (FRAME["x"], "must be a table.*got Series"),
        ([1, 2], "must be a table.*got list"),
        (np.ones((2, 2)), "must be a table.*got ndarray"),
        (pl.from_pandas(FRAME).lazy(), "got LazyFrame .a lazy table: collect it first"),
        (None, "must be a table.*got NoneType"),
        ("data.csv", "must be a table.*got str"),
    ],
)
def test_what_is_no_table_is_refused(data, words):
    with pytest.raises(DomainError, match=words):
        [table(data).column(name) for name in ("a",)]


def test_two_labels_that_read_the_same_are_one_too_many():
    with pytest.raises(DomainError, match="two columns named '1'"):
        table({1: [0], "1": [0]})


@pytest.mark.parametrize("dtype", [">f8", "<f8", ">i4"])
def test_byte_order_does_not_matter(dtype):
    assert series(np.array([1, 2], dtype=dtype), "x").tolist() == [1, 2]


@pytest.mark.parametrize("dress", [np.asarray, pd.Series, pd.Index, lambda v: pd.Series(v).array])
def test_numbers_of_the_other_byte_order_are_picked_by_row(dress):
    values = np.array([3.0, 1.0, 2.0]).astype(">f8")
    found = table({"x": dress(values)}).column("x")
    assert found.dtype == np.dtype(float)
    assert found.iloc[[0, 2]].tolist() == [3.0, 2.0]


def test_a_column_of_pandas_is_taken_out_when_it_is_asked_for(monkeypatch):
    taken = []
    way = pd.DataFrame.__getitem__
    monkeypatch.setattr(pd.DataFrame, "__getitem__", lambda frame, key: taken.append(key) or way(frame, key))
    found = table(FRAME)
    assert not taken
    assert found.column("body mass").tolist() == [3, 4]
    assert taken == ["body mass"]


@pytest.mark.parametrize("label", [True, 7, 2.5, ("a", "b"), None, np.str_("x"), pd.Timestamp("2020-01-01"), len])
def test_labels_that_are_no_text_find_their_column(label):
    frame = pd.DataFrame({"first": [1.0, 2.0], "second": [3.0, 4.0], "third": [5.0, 6.0]})
    frame.columns = pd.Index(["first", label, "third"], dtype=object, tupleize_cols=False)
    found = table(frame)
    assert found.names == ("first", str(label), "third")
    assert found.column(str(label)).tolist() == [3.0, 4.0]
    assert dict(found.sources)["third"].tolist() == [5.0, 6.0]
