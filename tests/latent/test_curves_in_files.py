"""Curves of rows in files and on a cluster: the numbers of the same rows in memory, from one read after the first."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st

rng = np.random.default_rng(0)
N = 3000
TABLE = pd.DataFrame(
    {
        "x": rng.uniform(2.0, 3.0, N), "v": rng.exponential(size=N), "z": rng.normal(size=N),
        "g": np.array(list("abc"))[rng.integers(0, 3, N)], "one": 1.0,
    }
)  # fmt: skip
TABLE["y"] = np.sin(6.0 * TABLE.x) + 0.2 * TABLE.z * TABLE.v + rng.normal(size=N)
TABLE.loc[7, "x"] = np.nan


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    TABLE.to_parquet(path, row_group_size=700)
    return st.scan(path)


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ z + s(x, k=15)",
        "y ~ z + s(x, k=15) + s(log(v), k=10)",
        pytest.param("y ~ g + s(x, by=g, k=12)", marks=pytest.mark.slow),
        pytest.param("y ~ s(x, by=z)", marks=pytest.mark.slow),
        pytest.param("y ~ 0 + g + s(v, k=8)", marks=pytest.mark.slow),
    ],
)
def test_rows_in_files_have_the_curves_of_rows_in_memory(scanned, formula):
    ours, theirs = (st.fit(st.glm(formula, rows, family="normal")) for rows in (TABLE, scanned))
    assert_allclose(theirs.loglik, ours.loglik, rtol=1e-11)
    assert_allclose(theirs.estimate, ours.estimate, rtol=1e-9, atol=1e-11)
    assert_allclose(theirs.se, ours.se, rtol=1e-9)
    for one, other in zip(ours.found.of_curves, theirs.found.of_curves, strict=True):
        assert one.term.name == other.term.name
        assert_allclose(other.edf, one.edf, rtol=1e-9)
        assert_allclose(other.coefficients, one.coefficients, rtol=1e-7, atol=1e-9)
        assert_allclose(other.covariance, one.covariance, rtol=1e-7, atol=1e-9)
    some = TABLE.iloc[10:15]
    near, far = (one.predict(some, interval=0.9)[["mean", "lower", "upper"]] for one in (ours, theirs))
    assert_allclose(far.to_numpy(dtype=float), near.to_numpy(dtype=float), rtol=1e-8)
    assert theirs.model.fixed.rows.reads == 2
    assert theirs.model.dropped == ours.model.dropped


@pytest.mark.slow
def test_partitions_of_dask_have_the_same_curves():
    dask = pytest.importorskip("dask.dataframe")
    rows = dask.from_pandas(TABLE, npartitions=4)
    ours, theirs = (st.fit(st.linear_mixed("y ~ z + s(x, k=15)", some)) for some in (TABLE, rows))
    assert_allclose(theirs.loglik, ours.loglik, rtol=1e-11)
    assert_allclose(theirs.found.of_curves[0].edf, ours.found.of_curves[0].edf, rtol=1e-9)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y ~ s(x) + (1 | g)", "for curves or for groups"),
        ("y ~ s(g)", "is a curve over numbers"),
        ("y ~ s(one)", "'one' is 1 in all rows"),
        ("y ~ s(scale(x))", "is learned from all rows at once"),
    ],
)
def test_what_rows_in_files_do_not_have_is_said(scanned, formula, said):
    with pytest.raises(st.StattoolsError, match=said):
        st.linear_mixed(formula, scanned)


def test_other_regressions_name_the_normal_outcome(scanned):
    with pytest.raises(st.IncompatibleError, match='family="normal"'):
        st.poisson("y ~ s(x)", scanned)
    with pytest.raises(st.DomainError, match='family="normal"'):
        st.ols("y ~ s(x)", scanned)
