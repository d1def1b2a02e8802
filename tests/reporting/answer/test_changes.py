"""Changes that read: percents of factors, factors, differences, and their intervals without signs."""

import numpy as np
import pytest

from stattools.reporting.answer.changes import change, span


def test_an_interval_on_both_sides_of_nothing_says_so():
    assert span(-4.5, 9.4, "{:.1f}".format, " %") == "between 4.5 % lower and 9.4 % higher"


@pytest.mark.parametrize(
    "factor, said", [(0.02, "98.0 % lower"), (0.9, "10.0 % lower"), (1.5, "50 % higher"), (3.0, "3.00 times as high")]
)
def test_a_factor_up_to_two_is_told_in_percent(factor, said):
    told = change(np.log(factor), 0.1, np.log(factor) - 0.2, np.log(factor) + 0.2, factor=True)
    assert told.said.split()[-1] == said.split()[-1]
    assert abs(float(told.size.split()[0]) - float(said.split()[0])) < 1.0


def test_a_fit_without_errors_has_no_interval():
    told = change(1.2345, np.nan, np.nan, np.nan, factor=False)
    assert (told.said, told.with_interval("95 % interval")) == ("1.234 higher", "1.234 higher")
    assert change(np.inf, np.inf, 0.1, np.inf, factor=True).said == "without bound higher"


def test_the_ends_of_a_fall_stand_in_the_order_of_their_size():
    assert change(-2.0, 0.5, -3.0, -1.0, factor=False).interval == "1.000 to 3.000 lower"
