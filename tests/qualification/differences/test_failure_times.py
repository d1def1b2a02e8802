import pytest

from stattools.qualification.differences.difference import reproduce
from stattools.qualification.differences.failure_times import FAILURE_TIMES


@pytest.mark.parametrize("difference", FAILURE_TIMES, ids=lambda one: one.subject)
def test_every_side_is_given_by_its_convention_and_by_no_other(difference):
    found = reproduce(difference)
    assert found.ok, found.row()
