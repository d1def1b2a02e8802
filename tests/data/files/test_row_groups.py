"""Damage that leaves numbers numbers: found where it contradicts what the footer says of the values."""

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import stattools as st
from stattools.data.files.scan import batches_of, is_checked


def written(path, **options):
    x = np.arange(300.0) % 7
    table = pa.table({"x": x, "k": np.arange(300), "y": 2 * x + np.arange(300) % 3})
    pq.write_table(table, path, row_group_size=100, use_dictionary=False, compression="none", **options)
    return path


@pytest.mark.parametrize("byte, value", [(7, 0x7F), (7, 0xC0)], ids=["too large", "too small"])
def test_a_value_that_the_footer_excludes_is_named(tmp_path, byte, value):
    path = written(tmp_path / "a.parquet")
    data = bytearray(path.read_bytes())
    place = data.index(np.arange(1.0, 4.0).tobytes())  # values 1, 2, 3 of x in the first row group
    data[place + byte] = value
    path.write_bytes(data)
    with pytest.raises(
        st.DomainError, match=r"row group 0 cannot be read: column 'x' has, by the footer .*0.0 to 6.0,"
    ):
        st.fit(st.ols("y ~ x", st.scan(path)))
    assert st.fit(st.ols("y ~ k", st.scan(path))).n == 300  # which does not read it


def test_whole_files_are_read_whatever_their_values(tmp_path):
    g = np.random.default_rng(0)
    x, z = g.normal(size=200), g.normal(size=200)
    x[3], z[:100] = np.nan, np.nan
    table = pa.table(
        {
            "x": x,
            "z": pa.array([None if np.isnan(v) else v for v in z]),
            "s": pa.array(g.normal(size=200), pa.float32()),
            "h": pa.array(g.normal(size=200).astype(np.float16)),
            "u": pa.array(g.integers(0, 9, 200), pa.uint8()),
            "b": g.random(200) < 0.5,
            "g": np.resize(["a", "ü", "c"], 200),
            "zero": np.where(g.random(200) < 0.5, 0.0, -0.0),
            "y": g.normal(size=200),
        }
    )
    for options in ({}, {"write_statistics": False}, {"use_dictionary": False}, {"data_page_version": "2.0"}):
        pq.write_table(table, tmp_path / "a.parquet", row_group_size=60, **options)
        for right in ("x", "z", "s", "h", "u + b + g"):
            missing = {"x": 1, "z": 100}.get(right, 0)
            assert st.fit(st.ols(f"y ~ {right}", st.scan(tmp_path))).n == 200 - missing


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
@pytest.mark.parametrize("statistics", [True, False])
def test_an_infinite_value_is_named_whatever_the_footer_says(tmp_path, bad, statistics):
    x = np.arange(300.0) % 7
    x[202] = bad
    table = pa.table({"x": x, "y": np.arange(300.0) % 5})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=100, write_statistics=statistics)
    with pytest.raises(
        st.DomainError, match=r"row group 2: column 'x' is not finite in 1 of 100 rows, first in row 2 "
    ):
        st.ols("y ~ x", st.scan(tmp_path))


@pytest.mark.parametrize("checksum", [False, True])
def test_a_report_says_once_that_files_have_no_checksums(tmp_path, checksum):
    for name in "ab":
        path = written(tmp_path / f"{name}.parquet", write_page_checksum=checksum)
        assert is_checked(path) == checksum
    report = st.report(st.fit(st.ols("y ~ x", st.scan(tmp_path))), to=tmp_path / "r").read_text(encoding="utf-8")
    assert report.count("2 of 2: damage that leaves numbers within their range is not seen") == (not checksum)


def test_arrow_files_have_no_checksums(tmp_path):
    pyarrow.feather.write_feather(pa.table({"x": [1.0]}), tmp_path / "a.arrow")
    assert not is_checked(tmp_path / "a.arrow")


def test_batches_come_from_the_allocator_of_the_system_and_arrows_own_is_left_as_it_was(tmp_path):
    path, before = tmp_path / "rows.parquet", pa.default_memory_pool().backend_name
    pq.write_table(pa.table({"x": np.arange(100_000.0)}), path)
    system, own = pa.system_memory_pool(), pa.default_memory_pool()
    taken, others = system.bytes_allocated(), own.bytes_allocated()
    batches = [batch.table for batch in batches_of(path, (100_000,), ["x"], [], 0, 50_000, False)]
    assert system.bytes_allocated() - taken >= 2 * 8 * 50_000
    assert own.bytes_allocated() - others < 8 * 50_000
    assert pa.default_memory_pool().backend_name == before
    assert sum(batch.num_rows for batch in batches) == 100_000
