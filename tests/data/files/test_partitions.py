"""Columns in the names of folders count as those in files: the fit is that of the same rows in memory."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

import stattools as st

N = 400
rng = np.random.default_rng(2)
DATA = pd.DataFrame({"x": rng.normal(size=N), "year": rng.integers(2019, 2023, N)})
DATA["city"] = rng.choice(["São Paulo", "a/b=c", "Rome"], N)
DATA["y"] = DATA.x + (DATA.city == "Rome") + 0.1 * (DATA.year - 2020) + rng.normal(size=N)
GAP = DATA.assign(city=DATA.city.where(DATA.index % 7 > 0, None))


def written(folder, data, columns, format="parquet"):
    schema = pa.schema([(name, pa.string() if name == "city" else pa.int32()) for name in columns])
    options = {"partitioning": ds.partitioning(schema, flavor="hive"), "format": format}
    ds.write_dataset(pa.Table.from_pandas(data, preserve_index=False), folder, **options)
    return folder


def same(a, b):
    assert a.names == b.names
    assert (a.n, a.model.n_dropped, a.model.dropped) == (b.n, b.model.n_dropped, b.model.dropped)
    np.testing.assert_allclose(a.estimate, b.estimate, rtol=1e-10)
    np.testing.assert_allclose(a.se, b.se, rtol=1e-10)


@pytest.mark.parametrize("format", ["parquet", "arrow"])
@pytest.mark.parametrize("data", [DATA, GAP], ids=["whole", "gaps"])
@pytest.mark.parametrize("formula", ["y ~ x + city + year", "y ~ C(year, contr.sum) + city", "y ~ x"])
def test_the_fit_is_that_in_memory(tmp_path, format, data, formula):
    table = st.scan(written(tmp_path / "d", data, ["year", "city"], format))
    assert (table.kinds["year"], table.kinds["city"], len(table)) == ("whole", "text", N)
    same(st.fit(st.ols(formula, table)), st.fit(st.ols(formula, data)))


def test_a_pattern_and_a_list_name_the_same_columns(tmp_path):
    written(tmp_path / "d", DATA, ["year"])
    one = st.scan(tmp_path / "d")
    for given in (str(tmp_path / "d" / "*" / "*.parquet"), str(tmp_path / "d" / "year=*" / "*"), [tmp_path / "d"]):
        assert st.scan(given).parts == one.parts
    inside = st.scan(tmp_path / "d" / "year=2019")
    assert (inside.parts, len(inside)) == ({}, int((DATA.year == 2019).sum()))


def test_predictions_of_folders_alone(tmp_path):
    table = st.scan(written(tmp_path / "d", GAP.assign(x=np.nan), ["year", "city"]))
    fit = st.fit(st.ols("y ~ year + city", GAP))
    found = pq.read_table(fit.predict_to(tmp_path / "p.parquet", table))["mean"].to_numpy()
    assert (np.isnan(found).sum(), len(found)) == (GAP.city.isna().sum(), N)
    mean = fit.predict(GAP.dropna())
    np.testing.assert_allclose(np.sort(found[~np.isnan(found)]), np.sort(mean))


def test_a_column_of_the_files_is_theirs(tmp_path):
    for year in (2019, 2020):
        (tmp_path / f"year={year}").mkdir()
        pq.write_table(pa.table({"y": [1.0, 2.0, 4.0], "year": [0, 1, 2]}), tmp_path / f"year={year}" / "a.parquet")
    table = st.scan(tmp_path)
    assert table.parts == {}
    assert st.fit(st.ols("y ~ year", table)).estimate == pytest.approx([5 / 6, 1.5])


@pytest.mark.parametrize(
    "names, kind",
    [
        (["k=1", "k=02"], "whole"),
        (["k=1", "k=b"], "text"),
        (["k=1.5", "k=2"], "text"),
        (["k=9" + "9" * 18] * 1, "text"),
    ],
)
def test_kinds(tmp_path, names, kind):
    for name in names:
        (tmp_path / name).mkdir()
        feather.write_feather(pa.table({"y": [1.0]}), tmp_path / name / "a.feather")
    assert st.scan(tmp_path).kinds["k"] == kind


def test_folders_that_do_not_name_the_same_columns(tmp_path):
    for name in ("k=1", "j=2"):
        (tmp_path / name).mkdir()
        pq.write_table(pa.table({"y": [1.0]}), tmp_path / name / "a.parquet")
    with pytest.raises(st.DomainError, match=r"same columns: that of .*k=1.*names 'k', that of .*j=2.*not|'j'"):
        st.scan(tmp_path)
