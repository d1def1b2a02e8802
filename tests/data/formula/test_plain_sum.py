"""Sums of factors are read without the algebra of terms, and with the same answer."""

import pytest

from stattools.data.formula.formula import _algebra, plain_sum


@pytest.mark.parametrize(
    "source", ["1", "f0", "f1 + f0", "1 + f0", "f0 + 1", "f0 + f0", "f2 + 1 + f1 + f1 + 1", "f10 + f9 + f2"]
)
def test_a_sum_has_the_terms_of_the_algebra(source):
    assert plain_sum(source) == _algebra(source, source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "0",
        "0 + f0",
        "f0 + 0",
        "f0 - 1",
        "+ f0",
        "f0 +",
        "f0 + + f1",
        "f0 * f1",
        "f0 : f1",
        "f0 f1",
        "- f0",
        "(f0 + f1)",
    ],
)
def test_all_else_is_left_to_the_algebra(source):
    assert plain_sum(source) is None
