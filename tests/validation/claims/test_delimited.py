import pytest

from stattools.errors import DomainError
from stattools.validation.claims.delimited import cells, is_delimited
from stattools.validation.claims.reading import read_claim


@pytest.mark.parametrize(
    "text",
    [
        '"","Estimate","Std. Error"\n"x",0.50,1e-3\n',
        "\tEstimate\tStd. Error\nx\t0.50\t1e-3\n",
        ";Estimate;Std. Error\nx;0,50;1e-3\n",
    ],
)
def test_cells_keep_their_digits(text):
    claim = read_claim(text)
    assert claim.terms == ("x",)
    assert claim.columns["estimate"].half == pytest.approx([0.005])
    assert (claim.columns["estimate"].value, claim.columns["se"].value) == ([0.5], [0.001])
    assert is_delimited(text)


@pytest.mark.parametrize("text, said", [("term\nx\n", "is none"), ("a,b\n1,2,3\n", "line 2")])
def test_what_is_no_table(text, said):
    with pytest.raises(DomainError, match=said):
        cells(text, "a")
