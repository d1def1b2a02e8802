"""Sums by label of batches, wherever the rows of a label are."""

from operator import iadd

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from stattools.data.files.rows import SumsByLabel, labels_of
from stattools.data.files.source import Batch
from stattools.errors import DomainError


def sums(labels, values, most=10):
    return SumsByLabel("the fit", "Take fewer.", most, labels, np.array(values, dtype=float))


def test_sums_of_the_same_label_are_added_and_new_labels_come_last():
    one, other = sums(["a", "b"], [[1, 2], [3, 4]]), sums(["c", "b"], [[10, 20], [30, 40]])
    one += other
    assert list(one.places) == ["a", "b", "c"]
    assert_array_equal(one.closed, [[1, 2], [33, 44], [10, 20]])
    assert_array_equal(other.closed, [[10, 20], [30, 40]])


def test_more_labels_than_are_held_are_refused():
    with pytest.raises(DomainError, match=r"the fit holds 1 sums for each group, and takes at most 2.* Take fewer"):
        iadd(sums(["a", "b"], [[1], [2]], most=2), sums(["c"], [[3]], most=2))


@pytest.mark.parametrize(
    "values", [["b", "a", "b"], [2, 1, 2], [0.5, 1.0, 0.5], pa.array(["b", "a", "b"]).dictionary_encode()]
)
def test_labels_of_a_batch_have_codes(values):
    batch = Batch(pa.record_batch({"g": values}), "part.parquet", 0, 0)
    known, codes = labels_of(batch, "g", np.arange(3), "the fit")
    assert [known[k] for k in codes] == batch.table.column("g").to_pylist()


def test_a_row_without_a_label_is_named():
    batch = Batch(pa.record_batch({"g": ["b", None]}), "part.parquet", 0, 0)
    with pytest.raises(DomainError, match=r"part\.parquet: the fit needs a group for every row; row 8 has none"):
        labels_of(batch, "g", np.array([7, 8]), "the fit")
