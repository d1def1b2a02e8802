"""Gaps are shaded from their first to their last time, and products end at the floor."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.figures import gaps, levels, products


def test_each_run_of_gaps_is_one_shade():
    (axes,) = gaps(np.arange(6), [np.nan, 1, np.nan, np.nan, 4, 5], {"carry": np.ones(6)}, xlabel="t", ylabel="y").axes
    spans = sorted((patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches)
    assert_allclose(spans, [(-0.5, 0.5), (1.5, 3.5)])


def test_forecasts_reach_beyond_the_series():
    coming = {"time": [3.0, 4.0], "mean": [2.0, 2.0], "lower": [1.0, 0.0], "upper": [3.0, 4.0]}
    (axes,) = levels([0, 1, 2], [1, 2, 3], [1, 1, 2], coming, ylabel="y").axes
    assert axes.get_xlim() == (-0.5, 4.5)
    assert axes.lines[-1].get_ydata().tolist() == coming["mean"]
    (axes,) = levels([0, 1, 2], [1, 2, 3], [1, 1, 2], None, ylabel="y").axes
    assert axes.get_xlim() == (-0.5, 2.5)


def test_products_are_cut_off_below_the_floor_and_marked_where_they_break():
    (axes,) = products(np.arange(1, 500), {"w": -np.arange(1.0, 500.0)}, {"w": 308}, floor=-308.0, xlabel="n").axes
    line, mark = axes.lines
    assert line.get_ydata().min() > -368.0
    assert mark.get_xydata().tolist() == [[308.0, -309.0]]
