import pytest

from stattools.qualification.differences.difference import reproduce
from stattools.qualification.differences.proportions import PROPORTIONS


@pytest.mark.parametrize("difference", PROPORTIONS, ids=lambda one: one.subject)
def test_every_side_is_given_by_its_convention_and_by_no_other(difference):
    found = reproduce(difference)
    assert found.ok, found.row()
