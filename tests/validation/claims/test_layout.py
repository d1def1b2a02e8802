import pytest

from stattools.errors import DomainError
from stattools.validation.claims.headings import headed
from stattools.validation.claims.printed import Cells
from stattools.validation.claims.rows import claim_of


def table(*head, rows=(("x", "0.5", "0.1"),), **options):
    return Cells("a.csv", (head,), rows, **options)


def test_columns_are_read_by_their_words_and_never_by_their_place():
    for head in (("term", "coef", "se"), ("", "Estimate", "Std. Error")):
        claim = claim_of(table(*head))
        assert claim.terms == ("x",)
        assert (claim.columns["estimate"].value, claim.columns["se"].value) == ([0.5], [0.1])
    claim = claim_of(table("term", "se", "coef"))
    assert (claim.columns["estimate"].value, claim.columns["se"].value) == ([0.1], [0.5])


def test_an_interval_of_two_columns():
    claim = claim_of(table("", "OR", "95% CI", "95% CI", rows=(("x", "1.2", "1.1", "1.3"),)))
    assert (claim.columns["lower"].value, claim.columns["upper"].value) == ([1.1], [1.3])
    assert claim.said == {"exponentiated": "OR", "level": "0.95"}


@pytest.mark.parametrize(
    "cells, column, said",
    [
        (table("term", "coef", "se", rows=()), None, "has none"),
        (table("row", "coef", "se"), None, "needs a column of terms"),
        (table("term", "ceof", "se"), None, "needs a column of estimates"),
        (table("term", "coef", "estimate"), None, "may be of estimates: 'coef', 'estimate'. Say which: column="),
        (table("term", "p", "coef", rows=(("x", "0.5", "much"),)), None, "needs numbers in the column 'coef'"),
        (table("term", "coef", "se", rows=(("x", "", "0.1"),)), None, "has none under 'coef'"),
        (table("term", "coef", "se"), "HR", "is none of the columns of a.csv: 1: 'coef'"),
    ],
)
def test_tables_that_claim_nothing(cells, column, said):
    with pytest.raises(DomainError, match=said):
        claim_of(cells, column)


def test_the_column_of_the_estimates_is_picked():
    assert claim_of(table("term", "coef", "estimate"), "coef").columns["estimate"].value == [0.5]
    assert [one.kind for one in headed(table("term", "coef", "se")) if one] == ["term", "estimate", "se"]
