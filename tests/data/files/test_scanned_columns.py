import numpy as np
import pyarrow as pa
import pytest

from stattools.data.files.rows import cleaned
from stattools.errors import DomainError


def test_a_row_is_complete_where_no_column_misses_a_value():
    batch = pa.record_batch({"x": [1.0, None, float("nan"), 4.0], "y": [1, 2, 3, None]})
    found = cleaned(batch, 10, {"x": "number", "y": "whole"})
    assert found.columns["x"].tolist() == [1.0]
    assert (found.rows.tolist(), found.gaps) == ([10], {"x": 2, "y": 1})


def test_infinities_of_both_signs_are_not_missing():
    batch = pa.record_batch({"x": [np.inf, -np.inf, 1.0]})
    assert cleaned(batch, 0, {"x": "number"}).gaps == {"x": 0}


def test_a_level_that_the_first_pass_did_not_see_is_refused():
    batch = pa.record_batch({"g": ["a", "c"]})
    with pytest.raises(DomainError, match="'c', which was not there in the first pass"):
        cleaned(batch, 0, {"g": "text"}, {"g": ["a", "b"]})
