"""Panels of effects share one scale of the mean, and the outermost data do not set it."""

import numpy as np

from stattools.figures.effects import Panel, effect_panels

BAND = (np.array([1.0, 2.0]), np.array([0.5, 1.5]), np.array([1.5, 2.5]))


def test_panels_share_a_scale_that_single_points_do_not_stretch():
    seen = np.linspace(0, 1, 101), np.r_[np.full(100, 2.0), 1e6]
    figure = effect_panels(
        [Panel("x", [0.0, 1.0], {"": BAND}, seen), Panel("g", [0, 1], {"": BAND}, names=["a", "b"])],
        ylabel="mean of y",
        bounds=(0.0, np.inf),
    )
    first, second = figure.axes
    assert first.get_ylim() == second.get_ylim()
    assert first.get_ylim()[0] >= 0.0
    assert first.get_ylim()[1] < 10.0
    assert [label.get_text() for label in second.get_xticklabels()] == ["a", "b"]
