"""Digits are drawn where they are, at the cap where they are more, and not at all where there are none."""

import numpy as np
from numpy.testing import assert_array_equal

from stattools.figures import agreement


def test_digits_end_at_the_cap_and_nan_is_left_out():
    (axes,) = agreement(["a", "b"], {"estimates": [16.0, 9.0], "se": [3.0, np.nan]}, cap=12.0, xlabel="digits").axes
    first, second = axes.lines
    assert_array_equal(first.get_xdata(), [12.0, 9.0])
    assert_array_equal(second.get_xdata(), [3.0, np.nan])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first on top
