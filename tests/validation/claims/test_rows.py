import pytest

from stattools.errors import DomainError
from stattools.validation.claims.printed import Cells
from stattools.validation.claims.rows import claim_of

NOTE = "Standard errors in parentheses, p-values in brackets"


def claim(*rows, head=("", "(1)"), notes=NOTE):
    return claim_of(Cells("a", (head,), rows, notes))


def test_brackets_beside_and_below():
    found = claim(("x", "1.5 (0.1)"), ("", "[0.04]"), ("z", "2.5"), ("", "(0.2)"))
    assert found.columns["se"].value.tolist() == [0.1, 0.2]
    assert found.columns["p"].value[0] == 0.04


def test_a_bracket_below_an_empty_cell_is_nobodys():
    found = claim(("x", "1.5"), ("", "(0.1)"), ("z", ""), ("", "(0.2)"), ("w", "2.5"), ("", "(0.3)"))
    assert found.terms == ("x", "w")
    assert found.columns["se"].value.tolist() == [0.1, 0.3]


def test_single_numbers_references_and_sections():
    found = claim(
        ("Race", ""),
        ("  white", "1.00 (ref.)"),
        ("  black", "1.5 (0.1)"),
        ("x", "2.5 (0.2)"),
        ("Year effects", "Yes"),
        ("R2", "0.5"),
        ("Hansen J", "3.5"),
    )
    assert found.terms == ("Race: black", "x")
    assert {name: float(fact.value) for name, fact in found.facts.items()} == {"r_squared": 0.5, "Hansen J": 3.5}


def test_a_term_may_have_the_name_of_a_single_number():
    assert claim(("n", "1.5 (0.1)"), ("N", "20")).terms == ("n",)


@pytest.mark.parametrize(
    "rows, notes, said",
    [
        ([("x", "1.5 (0.1)")], "", "nobody says what parentheses hold in a: '0.1' of 'x'"),
        ([("x", "1.5 {0.1}")], NOTE, "nobody says what braces hold"),
        ([("x", "1.5 (0.1)"), ("", "(0.2)")], NOTE, "two numbers of the kind se for 'x'"),
        ([("x", "much"), ("z", "1.5")], NOTE, "needs numbers in the column '.1.' of a; got 'much' of 'x'"),
    ],
)
def test_rows_that_cannot_be_read(rows, notes, said):
    with pytest.raises(DomainError, match=said):
        claim(*rows, notes=notes)
