import pytest

from stattools.qualification.differences.difference import reproduce
from stattools.qualification.differences.ranks import RANKS
from tests.sizes import first


@pytest.mark.parametrize("difference", first(1, RANKS), ids=lambda one: one.subject)
def test_every_side_is_given_by_its_convention_and_by_no_other(difference):
    found = reproduce(difference)
    assert found.ok, found.row()
