import pytest

from stattools.qualification.differences import DIFFERENCES
from stattools.qualification.differences.named import NAMED


@pytest.mark.slow
@pytest.mark.parametrize("cause", NAMED, ids=lambda one: f"{one.subject}: {one.program}")
def test_reproduce_finds_just_the_convention_that_is_named(cause):
    found = cause.found()
    assert len(found) == len(cause.conventions), found
    for words in cause.conventions:
        assert any(words in one for one in found), found


def test_each_is_of_a_difference():
    assert {one.subject for one in NAMED} <= {one.subject for one in DIFFERENCES}
