import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from stattools.data.files.coding import CleanColumns, cleaned
from stattools.errors import DomainError


def test_whether_a_column_is_there_is_answered_without_a_series(monkeypatch):
    columns = CleanColumns({"x": np.arange(3.0)})
    monkeypatch.setattr(pd, "Series", None)  # a call of it would raise an error
    assert "x" in columns
    assert "z" not in columns


def test_a_row_is_complete_where_no_column_misses_a_value():
    batch = pa.record_batch({"x": [1.0, None, float("nan"), 4.0], "y": [1, 2, 3, None]})
    found = cleaned(batch, 10, {"x": "number", "y": "whole"})
    assert found.columns["x"].tolist() == [1.0]
    assert (found.rows.tolist(), found.gaps, found.n) == ([10], {"x": 2, "y": 1}, 4)


def test_infinities_of_both_signs_are_not_missing():
    batch = pa.record_batch({"x": [np.inf, -np.inf, 1.0]})
    assert cleaned(batch, 0, {"x": "number"}).gaps == {"x": 0}


def test_a_level_that_the_first_pass_did_not_see_is_refused():
    batch = pa.record_batch({"g": ["a", "c"]})
    with pytest.raises(DomainError, match="'c', which was not there in the first pass"):
        cleaned(batch, 0, {"g": "text"}, {"g": ["a", "b"]})


def test_columns_that_have_a_finite_sum_are_finite_and_those_known_are_not_looked_at():
    batch = pa.record_batch(
        {"x": [1.0, 2.0], "large": [1e308, 1e308], "inf": [np.inf, 1.0], "s": pa.array([1.0, 2.0], pa.float32())}
    )
    kinds = dict.fromkeys(batch.schema.names, "number")
    assert cleaned(batch, 0, kinds).finite == {"x", "s"}
    assert cleaned(batch, 0, kinds, finite=frozenset({"inf"})).finite == {"x", "s", "inf"}
