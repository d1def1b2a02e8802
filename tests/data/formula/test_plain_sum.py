"""Sums of factors are read without the algebra of terms, and with the same answer; all else is left to it."""

import pytest

from stattools.data.formula.formula import _algebra, parse
from stattools.errors import DomainError

COLUMNS = ["y", *(f"f{k}" for k in range(11))]


@pytest.mark.parametrize(
    "source",
    [
        "1",
        "f0",
        "f1 + f0",
        "1 + f0",
        "f0 + 1",
        "f0 + f0",
        "f2 + 1 + f1 + f1 + 1",
        "f10 + f9 + f2",
        "0 + f0",
        "f0 + 0",
        "f0 - 1",
        "f0 * f1",
        "f0 : f1",
        "(f0 + f1)",
        "f1 + f0 - f1",
    ],
)
def test_every_right_side_has_the_terms_of_the_algebra(source):
    found = parse(f"y ~ {source}", COLUMNS)
    assert [[factor.text for factor in term] for term in found.terms] == _algebra(source, source)


@pytest.mark.parametrize("source", ["f0 +", "f0 f1", "1 1", "f0 1"])
def test_what_is_no_sum_is_not_read_as_one(source):
    with pytest.raises(DomainError, match=r"cannot read the right side|stands alone"):
        parse(f"y ~ {source}", COLUMNS)
