import os
import socket
from pathlib import Path

import pytest

from stattools.errors import DomainError, FileError
from stattools.interface.files import path_of, require_regular


@pytest.mark.parametrize("given", ["a/ü b.csv", b"a/\xc3\xbc b.csv", Path("a/ü b.csv")], ids=["text", "bytes", "path"])
def test_text_bytes_and_paths_are_one_path(given):
    assert path_of(given, "save") == Path("a/ü b.csv")


def test_the_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    assert path_of("~/fit", "save") == Path("/home/somebody/fit")
    assert path_of("./~/fit", "save") == Path("~/fit")


def test_bytes_that_are_no_text_name_a_file(tmp_path):
    path = path_of(os.fsencode(tmp_path) + b"/\xff", "save")
    path.write_bytes(b"x")
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff"]


@pytest.mark.parametrize(
    "given, words",
    [
        (3, "needs a path, .*; got 3 of type int"),
        (None, "got None"),
        (["a"], "of type list"),
        ("", "got an empty one"),
        ("a\0b", r"without the character NUL; got 'a\\x00b'"),
        ("\ud800", r"that the file system can write; got '\\ud800'"),
    ],
)
def test_what_names_no_file_is_refused(given, words):
    with pytest.raises(DomainError, match=f"save needs a path.*{words}|save {words}"):
        path_of(given, "save")


def test_only_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s"))
    (tmp_path / "broken").symlink_to("nothing")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("file")
    assert require_regular(tmp_path / "link", "load").st_size == 3
    for path, words in {
        tmp_path: "it is a folder",
        tmp_path / "pipe": "it is a FIFO",
        tmp_path / "s": "it is a socket",
        Path("/dev/zero"): "it is a device",
        tmp_path / "broken": "No such file",
        tmp_path / "loop": "symbolic links",
        tmp_path / ("n" * 300): "name too long",
    }.items():
        with pytest.raises(FileError, match=f"load cannot read .*{words}"):
            require_regular(path, "load")
