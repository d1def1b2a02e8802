import datetime

import pytest

from stattools.errors import DomainError
from stattools.reporting.provenance import byline


def test_nothing_is_said_that_was_not_given():
    assert byline(None, None) == byline(" ", "") == ""
    assert byline("Ada *L*", None) == r"Ada \*L*".replace("L*", r"L\*")
    assert byline(None, datetime.datetime(2026, 1, 2, 3)) == "2026-01-02"
    assert byline("Ada", "spring 2026") == "Ada, spring 2026"


@pytest.mark.parametrize("author, date", [(3, None), (None, 2026)])
def test_what_is_no_name_and_no_day(author, date):
    with pytest.raises(DomainError, match="report needs"):
        byline(author, date)
