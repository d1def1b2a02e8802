"""Which files are scanned: each once, none left out unsaid, and none that would never end."""

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

import stattools as st
from tests.sizes import first


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """One file in a folder, which is the place of work."""
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"x": [1.0, 2.0], "y": [1.0, 3.0]}), tmp_path / "data" / "a.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


TWICE = {
    "a link": (lambda f: (f / "b.parquet").symlink_to("a.parquet"), "data"),
    "a link by a pattern": (lambda f: (f / "b.parquet").symlink_to("a.parquet"), "data/*.parquet"),
    "a hard link": (lambda f: os.link(f / "a.parquet", f / "b.parquet"), "data"),
    "a link of a link": (lambda f: [(f / "c.pq").symlink_to("a.parquet"), (f / "b.pq").symlink_to("c.pq")], "data/b*"),
    "a linked folder": (lambda f: (f.parent / "other").symlink_to("data"), ["data", "other"]),
    "another spelling": (lambda f: None, ["data/a.parquet", "./data/../data/a.parquet"]),
    "relative and absolute": (lambda f: None, ["data/a.parquet", os.path.abspath]),
    "a folder and its file": (lambda f: None, ["data", "data/a.parquet"]),
    "patterns that overlap": (lambda f: None, ["data/*.parquet", "data/a*"]),
    "a loop": (lambda f: (f / "loop").symlink_to("."), "data"),
    "a loop by a pattern": (lambda f: (f / "loop").symlink_to("."), "data/**/*.parquet"),
    "two loops without files": (
        lambda f: [(f / "l").symlink_to("."), (f / "m").symlink_to("."), (f / "a.parquet").unlink()],
        "data/**/*.parquet",  # 2^40 names
    ),
    "a folder linked into itself": (
        lambda f: [(f / "p=1").mkdir(), (f / "a.parquet").rename(f / "p=1" / "b.pq"), (f / "p=2").symlink_to("p=1")],
        "data",
    ),
}  # fmt: skip


@pytest.mark.parametrize("make, paths", TWICE.values(), ids=TWICE)
def test_a_file_under_two_names_is_refused(folder, make, paths):
    make(folder)
    if paths == "data/b*":
        assert st.scan(paths).n_rows == 2  # by one name only
        paths = ["data/b*", "data/c.pq"]
    if isinstance(paths, list):
        paths = [path("data/a.parquet") if callable(path) else path for path in paths]
    with pytest.raises(st.DomainError, match=r"one file under two names|given twice|are one folder \(a link\)"):
        st.scan(paths)


def test_links_that_lead_elsewhere_are_followed(folder):
    other = folder.parent / "other"
    other.mkdir()
    pq.write_table(pa.table({"x": [3.0], "y": [4.0]}), other / "b.parquet")
    (folder / "linked").symlink_to(other)
    assert st.scan("data").n_rows == 3
    assert st.scan("data/**/*.parquet").n_rows == 3
    (folder / "linked").unlink()
    (folder / "b.parquet").symlink_to(other / "b.parquet")
    assert st.scan("data").n_rows == 3


@pytest.mark.parametrize(
    "name", ["_temporary/0/b.parquet", ".ipynb_checkpoints/a-checkpoint.parquet", "_delta_log/1.parquet"]
)
@pytest.mark.parametrize("paths", ["data", "data/**/*.parquet"])
def test_what_programs_leave_beside_their_data_is_not_read(folder, name, paths):
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_bytes((folder / "a.parquet").read_bytes())
    for other in ("_SUCCESS", ".a.parquet.crc", "b.parquet.part", "_metadata", ".b.parquet"):
        (folder / other).touch()
    assert st.scan(paths).n_rows == 2
    assert st.scan(folder / name).n_rows == 2  # by its name
    assert st.scan(f"data/{name[0]}*/**/*.parquet").n_rows == 2


def test_folders_of_a_column_whose_name_begins_with_a_mark_are_read(folder):
    (folder / "_day=1").mkdir()
    (folder / "a.parquet").rename(folder / "_day=1" / "a.parquet")
    assert st.scan("data").names == ("x", "y", "_day")
    (folder / "_day=1" / "_day=2").mkdir()
    (folder / "_day=1" / "a.parquet").rename(folder / "_day=1" / "_day=2" / "a.parquet")
    with pytest.raises(st.DomainError, match="name the column '_day' twice"):
        st.scan("data")


def test_an_ending_in_capitals_is_read(folder):
    (folder / "B.PARQUET").write_bytes((folder / "a.parquet").read_bytes())
    assert st.fit(st.ols("y ~ 1", st.scan("data"))).n == 4


@pytest.mark.parametrize("paths", ["data", "data/*.parquet", "data/b.parquet", ["data"]], ids=str)
@pytest.mark.parametrize(
    "make, words",
    [
        (lambda path: path.symlink_to("nothing"), "No such file"),
        (lambda path: path.symlink_to("b.parquet"), "symbolic links"),
        (os.mkfifo, "it is a FIFO"),
        (lambda path: path.symlink_to("/dev/zero"), "it is a device"),
        (lambda path: path.touch(), "cannot be opened as Parquet"),
    ],
    ids=["broken link", "loop", "FIFO", "device", "no bytes"],
)
def test_what_cannot_be_read_is_named_and_not_left_out(folder, make, words, paths):
    make(folder / "b.parquet")
    with pytest.raises(st.DomainError, match=rf"data/b.parquet.*{words}"):
        st.scan(paths)


def test_a_file_that_is_packed_as_a_whole_is_named(folder):
    (folder / "b.parquet.gz").touch()
    with pytest.raises(st.DomainError, match="unpack it"):
        st.scan("data")


def test_a_folder_that_cannot_be_read_is_named(folder, monkeypatch):
    (folder / "secret").mkdir()
    scandir = os.scandir

    def refused(path):
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)  # root may read all
    with pytest.raises(st.FileError, match=r"cannot read 'data/secret': Permission denied"):
        st.scan("data")


@pytest.mark.parametrize(
    "paths, words",
    [("", "empty"), ("a\0b", "NUL"), (b"data", "got bytes"), ([3], "got int"), ("n" * 300, "found no file")],
)
def test_what_is_no_path_is_refused(paths, words):
    with pytest.raises(st.DomainError, match=f"st.scan .*{words}"):
        st.scan(paths)


def test_the_home_folder(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    assert st.scan("~/data").n_rows == st.scan("~/data/*.parquet").n_rows == 2


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


@pytest.mark.parametrize("format", first(1, ["parquet", "arrow"]))
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
