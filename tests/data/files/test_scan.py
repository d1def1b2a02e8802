"""Scans: what they find in files, and what they refuse, by file and row group."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import stattools as st
from stattools.data.files import scan as scans
from tests.interface.test_progress import Terminal

N = 400


def columns(n=N, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return {"x": x, "g": np.array(list("abc"))[np.arange(n) % 3], "y": (rng.uniform(size=n) < 0.5).astype(int)}


def write(folder, *tables, group=50):
    for k, table in enumerate(tables):
        pq.write_table(pa.table(table), folder / f"{k}.parquet", row_group_size=group)
    return folder


def test_a_folder_a_pattern_a_file_and_a_list_are_one_table(tmp_path):
    write(tmp_path, columns(100), columns(70))
    scan = st.scan(tmp_path)
    assert (scan.n_rows, scan.n_groups, scan.names) == (170, 4, ("x", "g", "y"))
    assert scan == st.scan(str(tmp_path / "*.parquet")) == st.scan([tmp_path / "0.parquet", tmp_path / "1.parquet"])
    assert st.scan(tmp_path / "1.parquet").n_rows == 70
    assert scan.counted == str(scan).split("\n")[0] == "170 rows, 3 columns, 4 row groups in 2 files"


@pytest.mark.parametrize("compression", ["uncompressed", "lz4"])
def test_arrow_files_are_read_like_parquet(tmp_path, compression):
    table = pa.table(columns())
    pyarrow.feather.write_feather(table, tmp_path / "a.feather", compression=compression, chunksize=90)
    scan = st.scan(tmp_path)
    assert (scan.n_rows, scan.n_groups) == (N, 5)
    a, b = st.fit(st.logistic("y ~ x + g", scan)), st.fit(st.logistic("y ~ x + g", columns()))
    np.testing.assert_allclose(a.estimate, b.estimate, rtol=1e-10)


def test_only_the_columns_that_are_needed_are_read(tmp_path):
    scan = st.scan(write(tmp_path, columns()))
    assert {batch.table.schema.names[0] for batch in scan.batches(["g"])} == {"g"}


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda folder: None, "has no Parquet or Arrow file"),
        (lambda folder: (folder / "a.csv").write_text("x\n1\n"), "open_csv"),
        (lambda folder: (folder / "a.parquet").write_text("no"), "a.parquet cannot be opened as Parquet"),
        (lambda folder: (folder / "a.arrow").write_text("no"), "a.arrow cannot be opened as Arrow IPC"),
        (lambda folder: write(folder, {"x": [1]}, {"z": [1]}), "0.parquet has 'x'"),
        (lambda folder: write(folder, {"x": [1]}, {"x": ["a"]}), "whole numbers in .*0.parquet and text in .*1.parq"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, make, words):
    make(tmp_path)
    with pytest.raises(st.DomainError, match=words):
        st.scan(tmp_path)


def test_csv_is_refused_with_the_way_to_convert_it(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    with pytest.raises(st.DomainError, match="write_dataset"):
        st.scan(tmp_path / "a.csv")
    with pytest.raises(st.DomainError, match="found no file"):
        st.scan(tmp_path / "*.parquet")


def test_a_corrupt_row_group_is_named(tmp_path):
    write(tmp_path, columns(), columns())
    path = tmp_path / "1.parquet"
    found = pq.ParquetFile(path).metadata.row_group(3).column(0)
    content = bytearray(path.read_bytes())
    at = found.dictionary_page_offset or found.data_page_offset
    content[at : at + 40] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(st.DomainError, match=r"1\.parquet, row group 3 cannot be read"):
        st.logistic("y ~ x", st.scan(tmp_path))


def test_numbers_may_be_whole_in_one_file_and_a_file_may_have_none(tmp_path):
    write(tmp_path, {"x": [1, 2, 3], "y": [1.0, 2.0, 2.0]}, {"x": [0.5, 1.5], "y": [1.0, 3.0]},
          {"x": pa.nulls(2), "y": [1.0, 2.0]})  # fmt: skip
    fit = st.fit(st.ols("y ~ x", st.scan(tmp_path)))
    same = st.fit(st.ols("y ~ x", {"x": [1, 2, 3, 0.5, 1.5], "y": [1.0, 2.0, 2.0, 1.0, 3.0]}))
    np.testing.assert_allclose(fit.estimate, same.estimate, rtol=1e-12)
    assert fit.model.dropped == {"x": 2}


def test_a_file_that_changes_or_goes_between_two_reads_is_named(tmp_path):
    model = st.logistic("y ~ x", st.scan(write(tmp_path, columns(), columns(seed=1))))
    kept = (tmp_path / "1.parquet").read_bytes()
    write_other = pa.table(columns(seed=2))
    pq.write_table(write_other, tmp_path / "1.parquet", row_group_size=50)
    with pytest.raises(st.DomainError, match=r"1\.parquet has changed since st\.scan looked at it"):
        st.fit(model)
    (tmp_path / "1.parquet").unlink()
    with pytest.raises(st.DomainError, match=r"1\.parquet cannot be found any more"):
        st.fit(model)
    (tmp_path / "1.parquet").write_bytes(kept[:-200])
    with pytest.raises(st.DomainError, match=r"1\.parquet has changed"):
        st.fit(model)


def test_a_file_that_changes_while_it_is_read_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(scans, "BATCH", 40)
    scan = st.scan(write(tmp_path, columns()))
    found = scan.batches(["x"])
    next(found)
    os.utime(tmp_path / "0.parquet", ns=(1, 1))
    with pytest.raises(st.DomainError, match=r"0\.parquet has changed"):
        list(found)


def test_a_checksum_that_is_wrong_is_found_in_the_first_read(tmp_path):
    table = pa.table({"x": np.arange(400.0), "y": np.arange(400.0) % 7})
    path = tmp_path / "a.parquet"
    options = {"compression": "none", "use_dictionary": False, "row_group_size": 100}
    pq.write_table(table, path, write_page_checksum=True, **options)
    content = bytearray(path.read_bytes())
    content[pq.ParquetFile(path).metadata.row_group(2).column(0).data_page_offset + 300] ^= 1  # a last digit of x
    path.write_bytes(content)
    with pytest.raises(st.DomainError, match=r"a\.parquet, row group 2 cannot be read: .*checksum"):
        st.ols("y ~ x", st.scan(path))


def spoiled(path, old, new, count=1):
    """The file with some bytes changed."""
    content = path.read_bytes()
    assert content.count(old) >= count
    path.write_bytes(content.replace(old, new, count))
    return path


def test_text_that_is_not_well_formed_is_named(tmp_path):
    rng = np.random.default_rng(7)
    table = pa.table({"y": rng.normal(size=100), "g": rng.choice(["fine", "worse"], 100)})
    options = {"compression": "none", "write_statistics": False, "row_group_size": 50}
    pq.write_table(table, tmp_path / "a.parquet", **options)
    spoiled(tmp_path / "a.parquet", b"worse", b"w\xff\xfese")
    with pytest.raises(st.DomainError, match=r"a\.parquet, row group 0 cannot be read: .*[Uu][Tt][Ff]"):
        st.ols("y ~ g", st.scan(tmp_path))


def test_offsets_of_an_arrow_file_that_point_anywhere_are_named(tmp_path):
    g = np.array(["north", "south"])[np.arange(60) % 2]
    table = pa.table({"y": np.arange(60.0), "g": g})
    path = tmp_path / "a.arrow"
    pyarrow.feather.write_feather(table, path, compression="uncompressed", chunksize=30)
    offsets = np.arange(0, 155, 5, dtype=np.int32)
    wild = offsets.copy()
    wild[3] = 2_000_000_000
    spoiled(path, offsets.tobytes(), wild.tobytes())
    with pytest.raises(st.DomainError, match=r"a\.arrow, row group 0 cannot be read"):
        st.ols("y ~ g", st.scan(path))


@pytest.mark.parametrize("end", [-1, 400, 40])
def test_a_file_that_was_cut_off_is_named(tmp_path, end):
    write(tmp_path, columns())
    path = tmp_path / "0.parquet"
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(st.DomainError, match=r"0\.parquet cannot be opened as Parquet"):
        st.scan(tmp_path)


@pytest.mark.parametrize(
    "values, words",
    [
        (np.array(["2024-01-01", "2024-01-02"], dtype="datetime64[s]"), r"whole numbers in .*0\.parquet and timestamp"),
        ([True, False], r"whole numbers in .*0\.parquet and true or false in .*1\.parquet"),
        ([[1], [2]], r"whole numbers in .*0\.parquet and list"),
    ],
)
def test_a_type_that_drifts_between_files_is_named(tmp_path, values, words):
    with pytest.raises(st.DomainError, match=words):
        st.scan(write(tmp_path, {"x": [1, 2]}, {"x": pa.array(values)}))


def test_dictionaries_may_hold_a_level_twice_or_a_missing_one(tmp_path):
    codes = pa.array(np.arange(40) % 4)
    odd = pa.DictionaryArray.from_arrays(codes, pa.array(["a", "b", "a", None]))
    y = np.arange(40.0) % 7
    pyarrow.feather.write_feather(pa.table({"y": y, "g": odd}), tmp_path / "a.arrow")
    fit = st.fit(st.ols("y ~ g", st.scan(tmp_path)))
    plain = np.array(["a", "b", "a", None], dtype=object)[np.arange(40) % 4]
    np.testing.assert_allclose(fit.estimate, st.fit(st.ols("y ~ g", {"y": y, "g": plain})).estimate, atol=1e-12)
    assert fit.model.dropped == {"g": 10}
    np.testing.assert_allclose(st.fit(st.ols("y ~ g", pa.table({"y": y, "g": odd}))).estimate, fit.estimate, atol=1e-12)


def test_whole_numbers_that_no_signed_integer_holds_are_refused(tmp_path):
    """They would wrap round and become negative: the slope of y on x had the other sign."""
    x = pa.array([1, 2, 2**63 + 5], pa.uint64())
    pq.write_table(pa.table({"y": [1.0, 3.0, 4.0], "x": x, "z": [1, 2, 3]}), tmp_path / "a.pq")
    with pytest.raises(st.DomainError, match=r"column 'x' holds 9223372036854775813, .*write it as a number"):
        st.fit(st.ols("y ~ x", st.scan(tmp_path)))
    assert st.fit(st.ols("y ~ z", st.scan(tmp_path))).n == 3


def test_models_fits_and_predictions_of_files_show_their_reads(tmp_path, monkeypatch):
    table = pa.table({"x": np.arange(60.0), "y": np.arange(60.0) % 7})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=20)
    monkeypatch.setattr(scans, "PATIENCE", 0.0)
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    fit = st.fit(st.ols("y ~ x", st.scan(tmp_path)))
    fit.predict_to(tmp_path / "p.pq")
    seen = terminal.getvalue()
    assert [f"read {k}" in seen for k in (1, fit.solution.reads, fit.solution.reads + 1)] == [True, True, True]
