"""Completeness: every public name and answer has a requirement, every requirement a test, every test a requirement."""

import pytest

import stattools as st
from stattools.qualification.dossier.procedure import REQUIREMENTS, written
from stattools.qualification.dossier.qualifying import procedures
from tests.cases import REGRESSIONS
from tests.matrix.test_contract import ELSEWHERE, FUNCTIONS


@pytest.fixture(scope="module")
def names():
    return [one.name for one in procedures()]


def test_every_requirement_has_a_test_and_every_test_a_requirement(names):
    assert len(set(names)) == len(names)
    without = [one.text for one in REQUIREMENTS if not one.names(names)]
    assert not without
    for one in REQUIREMENTS:
        for pattern in one.tests:
            alone = type(one)(one.phase, one.area, one.text, (pattern,))
            assert alone.names(names), f"{pattern} of {one.text!r} is no test"
    shown = {name for one in REQUIREMENTS for name in one.names(names)}
    assert set(names) == shown


def test_there_are_requirements_of_a_statistician():
    texts = [one.text for one in written()]
    assert len(texts) >= 60
    assert len(set(texts)) == len(texts)
    assert all(text.endswith(".") for text in texts)


def test_every_public_function_and_regression_is_shown_by_a_requirement_of_its_own(names):
    """The last one, which takes the examples of all names, does not count."""
    own = [one for one in REQUIREMENTS if "example: *" not in one.tests]
    shown = {name.removeprefix("example: ") for one in own for name in one.names(names)}
    made = {getattr(case.make, "func", case.make) for case in REGRESSIONS}
    elsewhere = {name for many in ELSEWHERE.values() for name in many}
    assert elsewhere <= shown
    assert [name for name in FUNCTIONS if name not in shown] == []
    assert {name for name in dir(st) if getattr(st, name) in made} <= shown


def test_every_answer_of_a_fit_is_in_a_requirement():
    public = {name for name in dir(st.Fit) if not name.startswith("_")}
    said = {name for one in REQUIREMENTS for name in one.answers}
    assert public - said == set()
    assert said - public == set()
