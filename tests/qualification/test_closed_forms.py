import pytest

from stattools.qualification.exact_answers import OF_CLOSED_FORMS
from stattools.qualification.qualification import run


@pytest.mark.parametrize("check", OF_CLOSED_FORMS, ids=lambda check: check.model)
def test_every_closed_form_is_right(check):
    (found,) = run([check])
    assert found.ok, found.row()
