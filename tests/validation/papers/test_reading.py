import pytest

from stattools.errors import DomainError, FileError
from stattools.validation.papers.text import paper_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_in_unicode(tmp_path, encoding):
    path = tmp_path / "a.md"
    path.write_bytes("χ²\r\np".encode(encoding))
    assert paper_text(path, "a.md") == "χ²\np"


@pytest.mark.parametrize(
    "held, said", [(b"%PDF-1.7", "pdftotext"), (b"PK\x03\x04", "pandoc"), ("ü".encode("latin-1"), "0xfc")]
)
def test_what_is_no_text(tmp_path, held, said):
    (tmp_path / "a").write_bytes(held)
    with pytest.raises(DomainError, match=said):
        paper_text(tmp_path / "a", "a")


def test_no_file(tmp_path):
    with pytest.raises(FileError):
        paper_text(tmp_path / "none", "none")
