"""The model of the intercept alone against statsmodels, and of rows in files against the same rows in memory."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng


def data(n: int = 200):
    g = rng(2)
    frame = pd.DataFrame({"x": g.normal(size=n), "w": g.integers(1, 4, n), "e": g.uniform(0.5, 3.0, n)})
    frame["c"] = g.poisson(frame.e * np.exp(0.3 + 0.5 * frame.x))
    frame["y"] = 5.0 + 3.0 * frame.e + frame.x + g.normal(size=n)
    return frame


def test_r_squared_without_an_intercept_is_about_zero():
    frame = data()
    assert_allclose(st.fit(st.ols("y ~ 0 + x", frame)).r_squared, sm.OLS(frame.y, frame.x).fit().rsquared, rtol=1e-10)
    halves = np.column_stack([frame.x > 0, frame.x <= 0]).astype(float)  # whose sum is an intercept
    ref = sm.OLS(frame.y, halves).fit()
    assert_allclose(st.fit(st.ols(frame.y, halves, intercept=False)).r_squared, ref.rsquared, rtol=1e-10)


@pytest.mark.parametrize(
    "make",
    [
        lambda table: st.ols("y ~ x", table, offset="e", weights="w"),
        lambda table: st.ols("y ~ 0 + x", table, offset="e"),
        lambda table: st.poisson("c ~ x", table, exposure="e", weights="w"),
    ],
)
def test_rows_in_files_are_compared_with_the_same_intercept(tmp_path, make):
    frame = data()
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "a.parquet", row_group_size=70)
    there, here = (st.fit(make(table)).goodness() for table in (st.scan(tmp_path), frame))
    shared = [name for name in here if name in there]
    assert_allclose(there[shared], here[shared], rtol=1e-8)


@pytest.mark.parametrize("formula", ["y ~ 0 + C(g) + x", "y ~ 0 + h + C(g)", "y ~ 0 + x:C(g)"])
def test_levels_kept_as_codes_say_whether_they_hold_a_constant(formula, monkeypatch):
    g = rng(5)
    frame = data(900).assign(g=np.arange(900) % 300, h=g.choice(["a", "b"], 900))
    fit = st.fit(st.ols(formula, frame, weights="w"))
    X, y, w = np.asarray(fit.model.rows.X), frame.y.to_numpy(), frame.w.to_numpy()
    whole = type(fit.model.rows.X).copy
    one_row = lambda levels: whole(levels) if len(levels) == 1 else pytest.fail("the levels became columns")  # noqa: E731
    monkeypatch.setattr(type(fit.model.rows.X), "copy", one_row)
    ones = np.ones(900)
    holds = np.allclose(X @ np.linalg.lstsq(X, ones, rcond=None)[0], ones)
    about = w @ y / w.sum() if holds else 0.0
    assert_allclose(fit.r_squared, 1 - w @ (y - X @ fit.estimate) ** 2 / (w @ (y - about) ** 2), rtol=1e-10)
