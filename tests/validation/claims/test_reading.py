import pytest

from stattools.errors import DomainError, FileError
from stattools.validation.claims.reading import read_claim

TEXT = "term,estimate,std.error\nx,0.50,0.1\n"


def test_text_with_a_line_break_is_the_table_and_without_one_its_path(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"\ufeff{TEXT}", encoding="utf-8")
    for given in (TEXT, path, str(path)):
        claim = read_claim(given)
        assert claim.terms == ("x",)
        assert claim.columns["estimate"].half == pytest.approx([0.005])
    assert read_claim(path).name == "a.csv"
    assert read_claim(TEXT, name="Table 2").name == "Table 2"


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileError, match="a claim cannot read"):
        read_claim(tmp_path / "none.csv")
    with pytest.raises(FileError, match="a folder"):
        read_claim(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(DomainError, match="UTF-8"):
        read_claim(tmp_path / "a.csv")
    with pytest.raises(DomainError, match="is empty"):
        read_claim(" \n\n")
