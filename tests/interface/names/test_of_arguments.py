"""What others call our arguments: each is one of ours, and the call that takes it takes it."""

import inspect
import re

import pytest

import stattools as st
from stattools.interface.names.answers import vocabulary
from tests.public_face import FILE


def parameters():
    for line in FILE.read_text(encoding="utf-8").splitlines():
        yield from re.findall(r"[(,] (\w+):|\((\w+):", line)


PARAMETERS = {name for names in parameters() for name in names if name}
PARAMETERS |= {"variables", "at", "nodes"}  # options of fit.marginal_effects, and of st.fit


@pytest.mark.parametrize("row", vocabulary().arguments, ids=lambda row: row.ours)
def test_an_argument_is_ours(row):
    assert row.ours.partition("=")[0] in PARAMETERS
    assert row.names
    assert all(hasattr(st, name) for name in re.findall(r"\bst\.(\w+)", row.ours + row.note))


def test_what_nothing_stands_for_says_what_to_do():
    for row in vocabulary().nothing:
        assert not row.ours
        assert row.note
        assert all(hasattr(st, name) for name in re.findall(r"\bst\.(\w+)", row.note))


def test_what_is_taken_by_position_is_no_argument_of_a_regression():
    taken = set(inspect.signature(st.ols).parameters)
    assert not taken & set(vocabulary().by_position)
