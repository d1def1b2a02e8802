"""Sums of products from the first pass over files: of which formulas they are taken, and of which rows they are."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.files.first_pass import FIRST_ROWS, FIRST_SUMS, FirstSums
from tests.cases import rng


def scanned(folder, n=5_000, **columns):
    g = rng(3)
    table = {"y": g.normal(size=n), "x": 50.0 + g.normal(size=n), "k": g.integers(0, 9, n), "g": ["a", "b"] * (n // 2)}
    pq.write_table(pa.table(table | columns), folder / "rows.parquet", row_group_size=2_000)
    return st.scan(folder), table | columns


@pytest.mark.parametrize(("text", "names"), [
    ("y ~ x + k", ("x", "k")),
    ("y ~ k + x", ("k", "x")),
    ("y ~ 1", ()),
    ("y ~ 0 + x", None),
    ("y ~ x + g", None),
    ("y ~ C(k)", None),
    ("y ~ x + x:k", None),
    ("log(y) ~ x", None),
    ("y ~ log(x)", None),
])  # fmt: skip
def test_columns_of_numbers_with_an_intercept(tmp_path, text, names):
    rows = st.ols(text, scanned(tmp_path, y=rng(3).uniform(1.0, 2.0, 5_000))[0]).rows
    first = rows.later.get(FIRST_SUMS)
    assert (None if first is None else first.coding.design.names[1:]) == names


def test_the_sums_are_those_of_all_complete_rows_about_the_first(tmp_path):
    source, table = scanned(tmp_path, x=np.where(np.arange(5_000) % 10 == 3, np.nan, rng(4).normal(size=5_000)))
    rows = st.ols("y ~ x + k", source).rows
    first = rows.later[FIRST_SUMS]
    good = ~np.isnan(table["x"])
    X, y = np.column_stack([np.ones(5_000), table["x"], table["k"]])[good], table["y"][good]
    assert_allclose(first.center, np.append(0.0, X[: good[:2_000].sum(), 1:].mean(axis=0)), atol=1e-12)
    assert_allclose(first.phi[1:], np.linalg.lstsq(X[:1_800], y[:1_800])[0][1:], rtol=1e-6)
    Z, v = X - first.center, y - first.middle
    r = v - Z @ first.phi
    assert_allclose(np.triu(first.sums.G), np.triu(Z.T @ Z), rtol=1e-12, atol=1e-9)
    assert_allclose(first.sums.g, Z.T @ r, atol=1e-8)
    assert_allclose([first.sums.square, first.sums.rss, first.sums.size], [v @ v, r @ r, y @ y], rtol=1e-12)


def test_they_are_of_the_model_whose_pass_took_them_alone(tmp_path):
    source, _ = scanned(tmp_path)
    rows = st.ols("y ~ x + k", source).rows
    first = rows.later[FIRST_SUMS]
    assert first.are_of(rows)
    assert not first.are_of(rows.without_columns())
    assert not first.are_of(rows.standardized()[0])
    assert not first.are_of(replace(rows, coding=replace(rows.coding, codes=np.zeros(2))))
    assert not first.are_of(st.ols("y ~ k + x", source).rows)


def test_other_models_take_none(tmp_path):
    source, _ = scanned(tmp_path, w=np.ones(5_000))
    assert FIRST_SUMS not in st.ols("y ~ x", source, weights="w").rows.later
    assert FIRST_SUMS not in st.poisson("k ~ x", source).rows.later
    assert FIRST_SUMS in st.ols("y ~ x", source).rows.later


def test_too_few_or_infinite_first_rows_give_none(tmp_path):
    source, table = scanned(tmp_path)
    coding = st.ols("y ~ x + k", source).rows.coding
    assert FirstSums.about(coding, source.head(("y", "x", "k"), FIRST_ROWS)) is not None
    assert FirstSums.about(coding, source.head(("y", "x", "k"), 600)) is None
    huge, _ = scanned(tmp_path, x=np.full(5_000, 1e300) * np.sign(table["y"]))
    assert FirstSums.about(replace(coding, check=None), huge.head(("y", "x", "k"), FIRST_ROWS)) is None


def test_columns_that_depend_on_one_another_in_the_first_rows_alone(tmp_path):
    """The slopes there are one of many that fit them, and the fit is that of all rows."""
    g = rng(6)
    x, k = g.normal(size=40_000), g.normal(size=40_000)
    k[:10_000] = 2.0 * x[:10_000]
    table = {"y": 1.0 + x - k + g.normal(size=40_000), "x": x, "k": k}
    pq.write_table(pa.table(table), tmp_path / "rows.parquet")
    there, here = (st.fit(st.ols("y ~ x + k", data)) for data in (st.scan(tmp_path), table))
    assert there.solution.reads <= 2
    assert_allclose(there.estimate, here.estimate, rtol=1e-11)
