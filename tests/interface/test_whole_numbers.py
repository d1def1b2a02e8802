"""Counts: what is one, and what is said of what is not."""

import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.interface.arguments import LARGEST_COUNT, whole_number


def test_whole_numbers_of_every_kind():
    for value in (3, 3.0, np.int8(3), np.float32(3), np.array(3), np.array(3.0)):
        assert whole_number(value, "draws", at_least=3) == 3
        assert type(whole_number(value, "draws", at_least=3)) is int
    assert whole_number(LARGEST_COUNT, "draws", at_least=1) == LARGEST_COUNT


@pytest.mark.parametrize(
    "value, said",
    [
        (2, "draws is one whole number, at least 3; got 2."),
        (True, "at least 3; got True."),
        (np.True_, "at least 3; got np.True_."),
        ("10", "at least 3; got '10'."),
        (np.nan, "at least 3; got nan."),
        (10**400, "draws is at most 2**53: double precision skips counts beyond; got a number of 1329 bits."),
        (1e300, "draws is at most 2**53: double precision skips counts beyond; got a number of 997 bits."),
        (-(10**5000), "at least 3; got minus a number of 16610 bits."),
        (3 + 0j, "at least 3; got (3+0j)."),
        (np.ma.masked, "at least 3; got masked."),
        (np.array([3]), "at least 3; got array([3])."),
    ],
    ids=range(11),
)
def test_what_is_no_count_is_refused(value, said):
    with pytest.raises(DomainError) as error:
        whole_number(value, "draws", at_least=3)
    assert str(error.value).endswith(said)
