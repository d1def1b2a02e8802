import pytest

from stattools.cli.claims import cells
from stattools.errors import DomainError


@pytest.mark.parametrize(
    "text",
    [
        '"","Estimate","Std. Error"\n"x",0.50,1e-3\n',
        "\tEstimate\tStd. Error\nx\t0.50\t1e-3\n",
        ";Estimate;Std. Error\nx;0,50;1e-3\n",
    ],
)
def test_cells_keep_their_digits(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert cells(path) == [{"": "x", "Estimate": "0.50", "Std. Error": "1e-3"}]


@pytest.mark.parametrize("text, said", [("", "is none"), ("term\nx\n", "is none"), ("a,b\n1,2,3\n", "line 2")])
def test_what_is_no_table(tmp_path, text, said):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DomainError, match=said):
        cells(tmp_path / "a.csv")


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(DomainError, match="UTF-8"):
        cells(tmp_path / "a.csv")
