import pytest

from stattools.qualification.qualification import run
from stattools.qualification.simulations import COVERAGES, _judged, proportion


@pytest.mark.parametrize("check", COVERAGES, ids=lambda check: check.model)
def test_every_interval_holds_the_truth_as_often_as_it_says(check):
    (found,) = run([check])
    assert found.ok, found.row()


def test_an_interval_that_is_too_short_is_found():
    assert proportion("wald", 0.95).statistic > 0.05  # the textbook interval, which nobody should use
    assert _judged(240, 300).statistic > 4.0
