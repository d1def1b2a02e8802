"""Shares with their intervals, and curves in percent on common axes."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.figures import calibration, probabilities


def test_points_bars_and_counts_are_those_given():
    figure = calibration([0.1, 0.3], [0.2, 0.4], [0.0, 0.3], [0.3, 0.5], [0.1, 0.1, 0.3], event="y", weight=[1, 2, 4])
    axes, below = figure.axes
    assert_allclose(axes.lines[1].get_xydata(), [[0.1, 0.2], [0.3, 0.4]])
    (bars,) = axes.collections
    assert_allclose([segment[:, 1] for segment in bars.get_segments()], [[0.0, 0.3], [0.3, 0.5]], atol=1e-15)
    assert sum(patch.get_height() for patch in below.patches) == 7.0
    assert axes.get_ylim()[1] == axes.get_xlim()[1] == 1.02 * (0.5 * 1.05)  # a common end, just above what is shown


def test_probabilities_are_percents_and_panels_without_a_curve_are_empty():
    x = np.linspace(0.0, 1.0, 5)
    figure = probabilities(x, {f"k{k}": (x, 0.5 * x, x) for k in range(8)}, xlabel="dose")
    panels = figure.axes
    assert len(panels) == 14
    assert [axes.axison for axes in panels] == [True] * 8 + [False] * 6
    assert_allclose(panels[0].lines[0].get_ydata(), 100.0 * x)
    assert panels[0].get_ylim() == (0.0, 105.0)
