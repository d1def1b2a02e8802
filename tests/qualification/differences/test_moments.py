import pytest

from stattools.qualification.differences.difference import reproduce
from stattools.qualification.differences.moments import MOMENTS


@pytest.mark.parametrize("difference", MOMENTS, ids=lambda one: one.subject)
def test_every_side_is_given_by_its_convention_and_by_no_other(difference):
    found = reproduce(difference)
    assert found.ok, found.row()
