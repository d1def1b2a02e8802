from dataclasses import replace

import pytest

from stattools.qualification.differences import DIFFERENCES, PAGES
from stattools.qualification.differences.difference import NOT_REACHED, gives, reproduce, written

EVENT = next(one for one in DIFFERENCES if one.subject == "Which outcome is the event")


SLOW = ("The integral of a generalized linear mixed model", "Kruskal and Wallis's test")


@pytest.mark.parametrize(
    "difference",
    [pytest.param(one, marks=[pytest.mark.slow] * (one.subject in SLOW), id=one.subject) for one in DIFFERENCES],
)
def test_every_side_is_given_by_its_convention_and_by_no_other(difference):
    found = reproduce(difference)
    assert found.ok, found.row()


def test_a_digit_that_is_not_the_convention_s_is_found():
    first, second = EVENT.sides
    wrong = replace(EVENT, sides=(replace(first, printed=("1.2165", "-0.6809")), second))
    assert reproduce(EVENT).ok
    assert not reproduce(wrong).ok
    assert reproduce(wrong).sides_given == (False, True)


def test_a_convention_that_gives_both_sides_is_no_cause():
    first, second = EVENT.sides
    same = replace(EVENT, sides=(first, replace(second, printed=first.printed, compute=first.compute)))
    found = reproduce(same)
    assert found.sides_given == (True, True)
    assert not found.told_apart
    assert not found.ok


@pytest.mark.parametrize(
    ("number", "text", "right"),
    [
        (0.00818, "0.0082", True),
        (0.00818, "0.0081", False),
        (2.8573e-08, "2.857e-08", True),
        (2.8576e-08, "2.857e-08", False),
        (12.5, "12", True),
        (12.5, "13", True),
        (float("inf"), NOT_REACHED, True),
        (float("inf"), "87", False),
        (87.0, NOT_REACHED, False),
    ],
)
def test_printed_digits(number, text, right):
    assert gives([number], [text]) is right


def test_as_many_digits_are_written_as_were_printed():
    assert written(31.36001, "31.36") == "31.36"
    assert written(87.0, NOT_REACHED) == "87"


def test_subjects_are_unique_and_pages_are_listed():
    assert len({one.subject for one in DIFFERENCES}) == len(DIFFERENCES)
    assert len({page.address for page in PAGES}) == len(PAGES)


def test_the_row_is_plain():
    row = reproduce(EVENT).row()
    assert row["ok"]
    assert row["sides"][0]["found"] == row["sides"][0]["printed"]
