"""A report's summary of the columns is that of NumPy, of rows in memory and in files."""

import numpy as np
import pytest

import stattools as st
from stattools.data.design import design
from stattools.inference.plots.drawing import summary
from stattools.numerics.columns import Columns
from tests.data.files.test_scanned_rows import DATA, write


@pytest.mark.parametrize("where", ["memory", "files"])
def test_columns_are_those_of_all_rows(where, tmp_path):
    reference = st.ols("t ~ x + g + z", DATA, weights="w")
    write(tmp_path, DATA, [300], 130)
    model = reference if where == "memory" else st.ols("t ~ x + g + z", st.scan(tmp_path), weights="w")
    found, rows = summary(model), reference.rows
    mean = rows.weight @ rows.X / reference.n
    sd = np.sqrt(rows.weight @ (rows.X - mean) ** 2 / reference.n)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-10)  # sums of blocks are added in another order
    np.testing.assert_allclose(found.sd, sd, rtol=1e-10)
    np.testing.assert_array_equal(found.low, rows.X.min(axis=0))
    np.testing.assert_array_equal(found.high, rows.X.max(axis=0))
    assert found.outcome == (rows.y.min(), rows.y.max())
    assert found.binary.tolist() == [name.startswith("g") for name in model.names]
    assert summary(model) is found


def test_levels_that_are_codes_are_summed_without_their_columns(monkeypatch):
    plain = summary(st.ols("t ~ x + g + z", DATA, weights="w"))
    monkeypatch.setattr(design, "MANY", 2)
    model = st.ols("t ~ x + g + z", DATA, weights="w")
    monkeypatch.setattr(Columns, "copy", lambda X: pytest.fail("the columns of the levels were made"))
    found = summary(model)
    for name in ("mean", "sd", "low", "high", "binary", "outcome"):
        np.testing.assert_allclose(getattr(found, name), getattr(plain, name), rtol=1e-12)


def test_what_varies_by_round_off_does_not_vary():
    x = np.array([0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2])
    assert summary(st.ols([1.0, 2.0, 3.0, 5.0], np.column_stack([x, np.arange(4.0)]))).sd[1] == 0.0
