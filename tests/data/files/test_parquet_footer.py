"""The footer of a Parquet file, whole and damaged: what pyarrow says of a whole one, and never the end of a process."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stattools.data.files.scan import chunks_of

G = np.random.default_rng(0)
N = 600
TABLE = pa.table(
    {
        "x": G.normal(size=N),
        "y": G.normal(size=N),
        "k": G.integers(-5, 5, N),
        "s": pa.array(G.normal(size=N), pa.float32()),
        "u": pa.array(G.integers(0, 9, N), pa.uint8()),
        "t": np.resize(["a", "b", "cc"], N),
        "m": pa.array([None if i % 7 == 0 else float(i) for i in range(N)]),
        "many": pa.array([[1.0, 2.0]] * N),
    }
)
KINDS = {
    "plain": {},
    "index": {"write_page_index": True},
    "checksums": {"write_page_index": True, "write_page_checksum": True},
    "second version": {"write_page_index": True, "data_page_version": "2.0", "compression": "none"},
}


@pytest.mark.parametrize("options", [*KINDS.values(), {"write_statistics": False}, {"use_dictionary": False}], ids=str)
def test_a_whole_footer_says_what_pyarrow_says(tmp_path, options):
    path = tmp_path / "a.parquet"
    pq.write_table(TABLE, path, row_group_size=200, **options)
    metadata = pq.read_metadata(path)
    found = chunks_of(path)
    assert len(found) == 3
    for number, group in enumerate(found):
        for k, (name, chunk) in enumerate(group.items()):
            theirs = metadata.row_group(number).column(k)
            assert name == theirs.path_in_schema
            said = theirs.statistics
            assert chunk.missing == (said and said.null_count)
            if said is not None and name in "xykusm":
                dtype = np.dtype(TABLE.schema.field(name).type.to_pandas_dtype())
                ends = chunk.ends(dtype)
                assert ends is not None
                assert ends.tolist() == [said.min, said.max]


READ = """
import json, sys
import stattools as st
path, data = sys.argv[1] + "/damaged.parquet", open(sys.argv[1] + "/whole.parquet", "rb").read()
for place, bits in json.loads(sys.stdin.read()):
    damaged = bytearray(data)
    damaged[place] ^= bits
    open(path, "wb").write(damaged)
    try:
        fit = st.fit(st.ols("y ~ x + k + t + m", st.scan(path)))
        print(json.dumps([True, fit.estimate.tolist()]), flush=True)
    except st.StattoolsError as error:
        print(json.dumps([False, str(error)]), flush=True)
"""


def _answers(folder, flips):
    """What a process of its own says of each of the files with one byte changed."""
    read = subprocess.run(
        [sys.executable, "-c", READ, str(folder)], input=json.dumps(flips), capture_output=True, text=True, check=False
    )
    assert read.returncode == 0, (flips[len(read.stdout.splitlines())], read.stderr[-800:])
    return [json.loads(line) for line in read.stdout.splitlines()]


@pytest.mark.parametrize("kind", [pytest.param(k, marks=() if k == "index" else pytest.mark.slow) for k in KINDS])
def test_one_wrong_byte_is_an_error_that_names_the_file_or_changes_nothing(kind, tmp_path):
    """A byte of the footer ended the process ("terminate called ..."), or was a UnicodeDecodeError."""
    path = tmp_path / "whole.parquet"
    pq.write_table(TABLE, path, row_group_size=200, **KINDS[kind])
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    first = len(data) // 3 if kind == "checksums" else footer - (footer // 50 if kind != "plain" else 0)
    g = np.random.default_rng(1)
    flips = [(int(place), int(g.integers(1, 256))) for place in g.integers(first, len(data), 200)]
    whole, *answers = _answers(tmp_path, [(0, 0), *flips])
    assert whole[0]
    for flip, (fitted, said) in zip(flips, answers, strict=True):
        assert said == whole[1] if fitted else "damaged.parquet" in said, (flip, said)


def test_the_byte_that_ended_the_process(tmp_path):
    """The type of a column of one row group, in the footer alone."""
    path = tmp_path / "whole.parquet"
    pq.write_table(TABLE, path, row_group_size=200, write_page_index=True)
    data = path.read_bytes()
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    # The metadata of a chunk begin with field 1, the type, in zigzag: 15 04 is INT64, 15 0a DOUBLE.
    places = [k + 1 for k in range(start, len(data) - 8) if data[k : k + 2] in (b"\x15\x04", b"\x15\x0a")]
    whole, *answers = _answers(tmp_path, [(0, 0), *((place, 12) for place in places)])
    refused = [said for fitted, said in answers if not fitted]
    assert len(refused) > 3
    assert all("damaged.parquet" in said for said in refused), [s for s in refused if "damaged" not in s]
    assert all(said == whole[1] for fitted, said in answers if fitted)
