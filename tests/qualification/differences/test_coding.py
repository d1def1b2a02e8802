import pytest

from stattools.qualification.differences.coding import CODING
from stattools.qualification.differences.difference import reproduce


@pytest.mark.parametrize("difference", CODING, ids=lambda one: one.subject)
def test_every_side_is_given_by_its_convention_and_by_no_other(difference):
    found = reproduce(difference)
    assert found.ok, found.row()
