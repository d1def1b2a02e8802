"""Files that are replaced: whole or not at all, whoever writes, whatever fails."""

import errno
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import stattools as st
from stattools.errors import FileError
from stattools.interface.files import Drafts, replace_file


def put(path, content):
    return replace_file(path, lambda file: file.write(content), "save")


def test_writers_at_once_do_not_mix_and_a_reader_sees_a_whole_file(tmp_path):
    path, contents, done = tmp_path / "a", [bytes([k]) * 100_000 for k in range(4)], threading.Event()
    put(path, contents[0])

    def read():
        seen = set()
        while not done.is_set():
            seen.add(path.read_bytes())
        return seen

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(read)
        writers = [pool.submit(lambda k: [put(path, contents[k]) for _ in range(20)], k) for k in range(4)]
        for writer in writers:
            writer.result()
        done.set()
        assert reader.result() <= set(contents)
    assert os.listdir(tmp_path) == ["a"]


PROGRAM = """
import sys
import numpy as np
import stattools as st

def write(kind, slope, path, table):
    d = {"x": np.arange(200.0), "y": slope * np.arange(200.0) + np.sin(np.arange(200.0))}
    fit = st.fit(st.ols("y ~ x", d))
    if kind == "fit":
        return fit.save(path)
    if kind == "report":
        return st.report(fit, to=path)
    return fit.predict_to(path, st.scan(table))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("fit", lambda path: str(st.load(path).estimate)),
        pytest.param(
            "report", lambda path: next(path.parent.glob("*.md")).read_text("utf-8"), marks=pytest.mark.nightly
        ),
        ("predictions", lambda path: str(pq.read_table(path)["mean"])),
    ],
)
def test_processes_that_write_to_one_path(tmp_path, kind, read):
    """What a reader sees is always whole, what one of them wrote; at the end nothing else is there."""
    table, slopes, alone, shared = tmp_path / "t.parquet", (1.0, 2.0, 3.0), tmp_path / "alone", tmp_path / "shared"
    pq.write_table(pa.table({"x": np.arange(200.0)}), table)
    defined: dict = {}
    exec(PROGRAM, defined)
    wanted = []
    for folder, each in ((alone, slopes), (shared, slopes[:1])):
        folder.mkdir()
        for slope in each:
            defined["write"](kind, slope, folder / "f.parquet", table)
            wanted.append(read(folder / "f.parquet"))
    work = f"for _ in range(20): write({kind!r}, float(sys.argv[1]), {str(shared / 'f.parquet')!r}, {str(table)!r})"
    programs = [subprocess.Popen([sys.executable, "-c", f"{PROGRAM}\n{work}", str(slope)]) for slope in slopes]
    seen = []
    while any(program.poll() is None for program in programs):
        seen.append(read(shared / "f.parquet"))
    assert [program.returncode for program in programs] == [0, 0, 0]
    assert set(seen) <= set(wanted)
    assert read(shared / "f.parquet") in wanted
    names = [sorted(path.name for path in folder.rglob("*")) for folder in (alone, shared)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt, OSError(errno.ENOSPC, "No space left on device"), ZeroDivisionError]
)
def test_what_fails_halfway_leaves_the_old_file_and_nothing_else(tmp_path, failure):
    path = put(tmp_path / "a", b"old")

    def write(file):
        file.write(b"half")
        raise failure

    with pytest.raises(FileError if isinstance(failure, OSError) else failure) as caught:
        replace_file(path, write, "save")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]
    if isinstance(failure, OSError):
        assert caught.value.errno == errno.ENOSPC
        assert "Free space, or write elsewhere; what was there is as it was" in str(caught.value)


def test_a_limit_on_the_size_of_files_is_named(tmp_path, monkeypatch):
    def full(number):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="Disk quota exceeded"):
        put(tmp_path / "a", b"x")
    assert not os.listdir(tmp_path)


def test_the_longest_name_that_the_disk_takes_is_written(tmp_path):
    put(tmp_path / ("n" * 255), b"x")
    with pytest.raises(FileError, match=r"name too long\. Give a shorter name"):
        put(tmp_path / ("n" * 256), b"x")


def test_a_link_stays_a_link_and_permissions_stay(tmp_path):
    (tmp_path / "folder").mkdir()
    real = put(tmp_path / "folder" / "real", b"old")
    real.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to("folder/real")
    put(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    (tmp_path / "to nothing").symlink_to("folder/made")
    put(tmp_path / "to nothing", b"made")
    assert (tmp_path / "folder" / "made").read_bytes() == b"made"


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_permissions_of_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        assert stat.S_IMODE(put(tmp_path / "a", b"x").stat().st_mode) == 0o666 & ~mask
    finally:
        os.umask(before)


def test_what_is_no_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    for path, words in {
        tmp_path: "it is a folder",
        tmp_path / "pipe": "it is a FIFO",
        Path("/dev/full"): "it is a device",
        tmp_path / "loop": "links.* Give the file that the links were to lead to",
        tmp_path / "none" / "a": "No such file or directory. Make its folder first",
        tmp_path / "file" / "a": "Not a directory. Give a path that leads through folders only",
    }.items():
        with pytest.raises(FileError, match=f"save cannot write .*{words}"):
            put(path, b"x")
    assert sorted(os.listdir(tmp_path)) == ["file", "loop", "pipe"]


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path, monkeypatch):
    path = put(tmp_path / "a", b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write all
    with pytest.raises(FileError, match=r"may not be written\. .*change its permissions"):
        put(path, b"new")
    assert path.read_bytes() == b"old"


def test_of_several_files_all_are_replaced_or_none(tmp_path, monkeypatch):
    for name in "abc":
        put(tmp_path / name, b"old")
    replace, calls = os.replace, []

    def broken(old, new):
        calls.append(new)
        if len(calls) == 4:
            raise OSError(errno.EIO, "Input/output error")
        replace(old, new)

    monkeypatch.setattr(os, "replace", broken)
    with Drafts("report") as drafts:
        for name in "nabc":
            drafts.add(tmp_path / name, lambda file: file.write(b"new"))
        with pytest.raises(FileError, match="/c': Input/output error"):
            drafts.publish()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys("abc", b"old")
