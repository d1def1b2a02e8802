import pytest

from stattools.errors import DomainError
from stattools.validation.claims.markup import delimited_cells, is_delimited
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
        delimited_cells(text, "a")


def test_fields_between_semicolons_have_decimals_after_a_comma_unless_a_point_is_there():
    assert read_claim(";coef;se\nx;1,234;2,345\n").columns["estimate"].value == [1.234]
    assert read_claim(";coef;se\nx;1,234;2.5\n").columns["estimate"].value == [1234.0]


def test_a_page_of_tables_one_below_the_other():
    text = "Model:,OLS,AIC:,568.1\n ,coef , std err ,P>|t|\nx, 0.5,0.1,0.01\nOmnibus:,6.5\n"
    claim = read_claim(text)
    assert (claim.terms, claim.columns["p"].value, claim.facts["aic"].value) == (("x",), [0.01], 568.1)
