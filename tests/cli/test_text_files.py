"""Text as tables: the columns and rows that are written there, or an error with the line."""

import bz2
import gzip
import lzma

import pytest

from stattools.cli.files import table
from stattools.errors import DomainError, FileError

READ = {
    "a mark at the start": (b"\xef\xbb\xbfy,x\n1,2\n", {"y": [1], "x": [2]}),
    "line ends of old machines": (b"y,x\r1,2\r3,4\r", {"y": [1, 3], "x": [2, 4]}),
    "line ends of several kinds": (b"y,x\r\n1,2\n3,4\r5,6", {"y": [1, 3, 5], "x": [2, 4, 6]}),
    "blank lines": (b"\n\ny,x\n\n1,2\n\n3,4\n\n", {"y": [1, 3], "x": [2, 4]}),
    "a line end in quotes": (b'y,x\n1,"a\nb, c"\n2,d\n', {"y": [1, 2], "x": ["a\nb, c", "d"]}),
    "names of rows": (b",y,x\na,2,3\n", {"Unnamed: 0": ["a"], "y": [2], "x": [3]}),
    "a number among the names": (b"y,2019\n3,4\n", {"y": [3], "2019": [4]}),
    "semicolons and commas": (b"y;x\n1,5;2\n3,5;4\n", {"y": [1.5, 3.5], "x": [2, 4]}),
    "semicolons and points": (b"y;x\n1.5;2\n3.5;4\n", {"y": [1.5, 3.5], "x": [2, 4]}),
    "a name with a comma": (b'"a, b";c\n1;2\n', {"a, b": [1], "c": [2]}),
    "tabs": (b"y\tx\n1\t2\n", {"y": [1], "x": [2]}),
}

REFUSED = {
    "every row ends in a comma": (b"y,x\n1,2,\n3,4,\n", r"header has, 2; line 2 of .*a.csv has 3 \(it ends in a"),
    "a row ends in a comma": (b"y,x\n1,2\n3,4,\n5,6\n", r"line 3 of .*a.csv has 3"),
    "every row is longer": (b"y,x\n9,1,2\n8,3,4\n", "line 2 of .* has 3. Write missing"),
    "a row is shorter": (b"y,x,z\n1,2,3\n3,4\n", "line 3 of .* has 2"),
    "a line of spaces": (b"y,x\n1,2\n \n", "line 3 of .* has 1"),
    "lines before the header": (b"# of 2020\ny,x\n1,2\n", "line 2 of .* has 2"),
    "two columns of one name": (b"y,x,x\n1,2,3\n", "two columns named 'x'"),
    "two names but for spaces": (b"y,x, x\n1,2,3\n", "two columns named 'x'"),
    "no header": (b"1,2\n3,4.5\n", "that of .* has numbers"),
    "header only": (b"y,x\n", "header only"),
    "nothing": (b"", "is empty"),
    "blank lines only": (b"\n \n\n", "is empty"),
    "a quote that is never closed": (b'y,x\n1,"a\n2,b\n', "line 3 of .*quote is never closed"),
    "text behind a quote": (b'y,x\n1,"a"b\n2,c\n', "line 2 of .*text behind it"),
    "the character NUL": (b"y,x\n1,2\n3,\x004\n", "line 3 of .* NUL"),
    "NUL in a name": (b"y,x\x00\n1,2\n", "line 1 of .* NUL"),
    "UTF-16": ("y,x\n1,2\n".encode("utf-16"), "byte 0xff, .*UTF-16"),
    "Latin-1": ("y,ü\n1,2\n".encode("latin-1"), "byte 0xfc, .*Latin-1"),
    "compressed without saying so": (gzip.compress(b"y,x\n1,2\n"), "byte 0x8b"),
    "decimals of two kinds": (b"y;x\n1.5;2,5\n3.5;4,5\n", "column 'x' .*numbers with commas, such as '2,5'"),
    "thousands": (b'y,x\n1,"1,200"\n2,30\n', "column 'x' .*numbers with commas, such as '1,200'"),
}


@pytest.mark.parametrize("content, columns", READ.values(), ids=READ)
def test_what_is_written_is_read(content, columns, tmp_path):
    (tmp_path / "a.csv").write_bytes(content)
    assert table(tmp_path / "a.csv").to_dict("list") == columns


@pytest.mark.parametrize("content, words", REFUSED.values(), ids=REFUSED)
def test_what_would_be_read_otherwise_is_refused(content, words, tmp_path):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(DomainError, match=words):
        table(tmp_path / "a.csv")


@pytest.mark.parametrize("pack, ending", [(gzip.compress, "gz"), (bz2.compress, "BZ2"), (lzma.compress, "xz")])
def test_text_that_is_packed(pack, ending, tmp_path):
    path, content = tmp_path / f"a.csv.{ending}", pack(b"y,x\n" + b"1,2\n" * 99)
    path.write_bytes(content)
    assert len(table(path)) == 99
    for broken in (content[:-9], b"no", pack(content)):
        path.write_bytes(broken)
        with pytest.raises(DomainError, match=r"cannot unpack|UTF-8"):
            table(path)


def test_what_is_no_file_is_refused(tmp_path):
    for path, words in ((tmp_path, "a folder"), (tmp_path / "none.csv", "No such file")):
        with pytest.raises(FileError, match=f"fit cannot read .*{words}"):
            table(path)


def test_a_fault_of_ours_is_not_told_as_a_damaged_file(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("y,x\n1,2\n")
    monkeypatch.setattr("stattools.cli.files._texts_of_numbers", lambda *_: {}["ours"])
    with pytest.raises(KeyError, match="ours"):
        table(tmp_path / "a.csv")
