"""The sample that is held: rows of all parts in order, written when they are asked for."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.data.files import rows as held_sample
from stattools.data.files.rows import HeldSample
from stattools.data.rows.rows import Low, Rows
from stattools.numerics.columns import StackedColumns


def test_the_rows_of_all_parts_stand_one_below_the_other():
    x = np.arange(5.0)
    apart: list[Any] = [StackedColumns((1.0, part), len(part)) for part in (x[:2], x[2:])]
    parts = [Rows(apart[0], x[:2], x[:2]), Rows(apart[1], x[2:], x[2:])]
    held = HeldSample(tuple(parts))
    assert_array_equal(held.rows.X, np.column_stack([np.ones(5), x]))
    assert_array_equal(held.rows.y, x)
    assert_array_equal(held.rows.weight, x)
    assert held.rows.offset is None
    assert held.rows.low is None
    assert held.rows is held.rows
    assert_array_equal(held.without_columns().rows.X, np.ones((5, 1)))
    assert_array_equal(held.without_columns().rows.y, x)


def test_the_rests_of_columns_are_those_of_the_parts_that_have_them():
    X, low = np.ones((2, 3)), Low(np.array([1]), np.array([[1e-17], [2e-17]]))
    held = HeldSample((Rows(X, np.zeros(2)), Rows(X, np.zeros(2), low=low)))
    assert held.rows.low is not None
    assert held.rows.low.columns.tolist() == [1]
    assert held.rows.low.values.tolist() == [[0.0], [0.0], [1e-17], [2e-17]]


@pytest.mark.parametrize("make, asked", [(st.ols, False), (st.logistic, True)])
def test_least_squares_of_plain_columns_writes_no_sample(tmp_path, monkeypatch, make, asked):
    g = np.random.default_rng(0)
    x, z = g.normal(size=(2, 4_000))
    pq.write_table(pa.table({"x": x, "z": z, "y": (g.random(4_000) < 0.4).astype(float)}), tmp_path / "a.parquet")
    seen = []
    joined = held_sample.one_below_the_other
    monkeypatch.setattr(held_sample, "one_below_the_other", lambda parts: seen.append(parts) or joined(parts))
    fit = st.fit(make("y ~ x + z", st.scan(tmp_path)))
    assert np.isfinite(fit.se).all()
    assert bool(seen) == asked
