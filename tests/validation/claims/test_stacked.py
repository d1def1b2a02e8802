"""Names with their estimates, and brackets below them, without headings."""

import pytest

from stattools.errors import DomainError
from stattools.validation.claims.plain_text import is_stacked
from stattools.validation.claims.reading import read_claim

PRINTED = """
Intercept               49.842***
                       (33.44)
sex[T.male]              2.660
                        (3.95)
age                      0.173
                        (6.54)
N                          400
"""


@pytest.mark.parametrize(
    ("note", "kind"), [("t statistics in parentheses", "statistic"), ("Coefficient (Standard error)", "se")]
)
def test_brackets_hold_what_the_note_says(note, kind):
    claim = read_claim(PRINTED + note + "\n")
    assert claim.terms == ("Intercept", "sex[T.male]", "age")
    assert claim.columns["estimate"].value.tolist() == [49.842, 2.660, 0.173]
    assert claim.columns[kind].value.tolist() == [33.44, 3.95, 6.54]
    assert float(claim.facts["n"].value) == 400.0


def test_what_nobody_says_is_asked_for():
    with pytest.raises(DomainError, match="nobody says what parentheses hold"):
        read_claim(PRINTED)


def test_a_bracket_without_an_estimate_above_is_no_such_table():
    assert not is_stacked("x  0.5\n(0.1)\nz  0.2\n(0.3)\n\n(0.4)\n")
