"""One test that cannot be made leaves the others."""

import numpy as np
import pytest

import stattools as st
from stattools.inference.hypotheses.result import not_made, several


def refused():
    raise st.DomainError("it is constant.")


def singular():
    return float(np.linalg.solve(np.zeros((1, 1)), np.ones(1))[0])


def test_the_others_stand_and_the_reasons_are_said():
    made, unmade = several({"one": lambda: 1.0, "two": refused, "three": singular, "four": refused})
    assert made == {"one": 1.0}
    assert list(unmade) == ["two", "three", "four"]
    assert not_made(unmade).startswith("Not made: two, four: it is constant. three: the information")


def test_where_none_can_be_made_the_reason_is_raised():
    with pytest.raises(st.DomainError, match="it is constant"):
        several({"one": refused, "two": singular})
    assert several({}) == ({}, {})
    assert not_made({}) == ""


def test_other_errors_are_no_reasons():
    with pytest.raises(ZeroDivisionError):
        several({"one": lambda: 1.0, "two": lambda: 1 // 0})
