"""Samples of rows: the batches of one row group are one."""

import numpy as np
import pyarrow as pa
from numpy.testing import assert_array_equal

from stattools.data.files.source import Batch, Sample

FINITE = frozenset({"x"})


def drawn(tables, places, finite=FINITE):
    batches = [
        Batch(table, where, 0, 10 * k, finite) for k, (table, where) in enumerate(zip(tables, places, strict=True))
    ]
    return Sample(tuple(batches), tuple(np.full(len(table), float(k)) for k, table in enumerate(tables)), 100)


def test_the_batches_of_a_row_group_are_joined_in_order():
    tables = [pa.record_batch({"x": [float(k), k + 0.5], "g": ["a", str(k)]}) for k in range(4)]
    sample = drawn(tables, ["one", "one", "two", "one"])
    sample = Sample((sample.batches[0]._replace(finite=frozenset({"x", "g"})), *sample.batches[1:]), sample.lots, 100)
    found = sample.joined()
    assert [batch.where for batch in found.batches] == ["one", "two", "one"]
    assert [batch.number for batch in found.batches] == [0, 20, 30]
    assert found.batches[0].table.to_pydict() == {"x": [0.0, 0.5, 1.0, 1.5], "g": ["a", "0", "a", "1"]}
    assert found.batches[0].finite == FINITE
    assert_array_equal(found.lots[0], [0.0, 0.0, 1.0, 1.0])
    assert found.n == sample.n == 8


def test_coded_text_and_tables_of_other_types_stay_apart():
    coded = [pa.record_batch({"g": pa.array(level).dictionary_encode()}) for level in (["a", "b"], ["c", "a"])]
    assert [batch.table for batch in drawn(coded, ["one", "one"]).joined().batches] == coded
    others = [pa.record_batch({"x": [1.0]}), pa.record_batch({"x": [1]})]
    assert [batch.table for batch in drawn(others, ["one", "one"]).joined().batches] == others


def test_a_sample_without_rows_has_nothing_to_join():
    assert Sample((), (), 5).joined().n == 0
