"""The surrogate of a sample climbs to the maximum of all rows in few reads of them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import stattools as st
from stattools.data.files import first_pass


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(20_000, 3))
    eta = 0.4 * X[:, 0] - 0.3 * X[:, 1] - 1.0
    data = {name: X[:, k] for k, name in enumerate("abc")} | {
        "y": (rng.uniform(size=len(X)) < 1 / (1 + np.exp(-eta))).astype(float),
        "t": eta + rng.normal(size=len(X)),
        "far": 2000.0 + X[:, 2],
        "rare": (np.arange(len(X)) % 10_000 == 7_777).astype(float),
    }
    data["y"][[7_777, 17_777]] = 0.0, 1.0
    pq.write_table(pa.table(data), tmp_path / "a.parquet", row_group_size=3000)
    return data, tmp_path


@pytest.mark.parametrize("formula", ["y ~ a + b + c", "y ~ a + far"])
def test_a_logistic_fit_takes_four_reads(table, formula, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 6000)
    data, folder = table
    fit, reference = (
        st.fit(st.logistic(formula, source), solver=solver)
        for source, solver in ((st.scan(folder), None), (data, st.Newton(tolerance=1e-12)))
    )
    assert fit.solution.reads <= 4
    assert np.abs((fit.estimate - reference.estimate) / reference.se).max() < 1e-8
    np.testing.assert_allclose(fit.se, reference.se, rtol=1e-8)


def test_least_squares_takes_four_reads(table, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 2000)
    data, folder = table
    fit, reference = st.fit(st.ols("t ~ a + far", st.scan(folder))), st.fit(st.ols("t ~ a + far", data))
    assert fit.solution.reads <= 4
    np.testing.assert_allclose(fit.estimate, reference.estimate, rtol=1e-10)
    np.testing.assert_allclose([fit.scale, fit.loglik], [reference.scale, reference.loglik], rtol=1e-12)


@pytest.mark.parametrize("make, formula", [(st.logistic, "y ~ a + rare"), (st.ols, "t ~ a + rare")])
def test_a_column_that_the_sample_misses_is_fitted_from_all_rows(table, make, formula, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 1000)
    data, folder = table
    model = make(formula, st.scan(folder))
    assert not model.rows.sampled.X[:, 2].any()
    np.testing.assert_allclose(st.fit(model).estimate, st.fit(make(formula, data)).estimate, rtol=1e-7)


def test_weights_do_not_cost_reads(table, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 2000)
    data, folder = table
    weighted = data | {"w": np.arange(len(data["y"])) % 3}
    pq.write_table(pa.table(weighted), folder / "a.parquet", row_group_size=3000)
    fit = st.fit(st.logistic("y ~ a + b + c", st.scan(folder), weights="w"))
    assert fit.solution.reads <= 4
    assert fit.solution.decrement < 1e-8
