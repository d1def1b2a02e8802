import pytest

from stattools.errors import DomainError
from stattools.validation.claims.headings import groups
from stattools.validation.claims.printed import Cells
from stattools.validation.claims.rows import claim_of


def table(*head, rows, **options):
    return Cells("a", head, rows, **options)


def test_columns_between_two_estimates_are_of_the_first_unless_they_stand_alone():
    cells = table(("", "b", "se", "b", "se", "n"), rows=(("x", "1.0", "0.1", "2.0", "0.2", "5"),))
    assert [group.label for group in groups(cells)] == ["b 1", "b 2"]
    assert claim_of(cells, 2).columns["se"].value == [0.2]
    shared = table(("", "B", "SE", "Beta", "t", "p"), rows=(("x", "1.0", "0.1", "0.4", "10.0", "<0.001"),))
    claim = claim_of(shared, "B")
    assert (claim.columns["estimate"].value, claim.columns["se"].value, claim.columns["statistic"].value) == (
        [1],
        [0.1],
        [10],
    )


def test_coefficients_beside_their_ratios_are_two_rows():
    head = ("", "B", "S.E.", "Sig.", "Exp(B)", "95% CI for EXP(B)", "95% CI for EXP(B)")
    claim = claim_of(table(head, rows=(("x", "0.50", "0.10", "<0.001", "1.65", "1.36", "2.01"),)))
    assert (claim.terms, claim.shown) == (("x", "x"), ("", "exp"))
    assert claim.columns["lower"].value[1] == 1.36
    assert "exponentiated" not in claim.said


def test_names_of_models_that_are_headings_elsewhere():
    cells = table(("", "A", "B", "C"), rows=(("x", "1.0", "2.0", "3.0"), ("N", "9", "9", "9")))
    with pytest.raises(DomainError, match="3 columns"):
        claim_of(cells)
    assert claim_of(cells, "B").columns["estimate"].value == [2.0]
    low = table(("", "low", "low"), rows=(("x", "1.0", "2.0"),))
    assert claim_of(low, 1).columns["estimate"].value == [1.0]


@pytest.mark.parametrize("column", ["D", 4, 0, True])
def test_columns_that_are_not_there(column):
    cells = table(("", "A", "B"), rows=(("x", "1.0", "2.0"),))
    with pytest.raises(DomainError, match="is none of the columns of a: 1: 'A', 2: 'B'"):
        claim_of(cells, column)


def test_columns_that_nobody_knows_are_named():
    cells = table(("", "b", "se", "VIF", ""), rows=(("x", "1.0", "0.1", "2.5", "7"),))
    assert claim_of(cells).said == {"unread": "'VIF'"}
