import pytest

from stattools.qualification.closed_forms import CHECKS
from stattools.qualification.qualification import run


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.model)
def test_every_closed_form_is_right(check):
    (found,) = run([check])
    assert found.ok, found.row()
