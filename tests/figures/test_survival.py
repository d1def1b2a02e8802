"""Curves of survival: steps, bands, and the table of those at risk."""

import numpy as np

from stattools import figures

CURVE = ([2.0, 5.0], [0.75, 0.5], [0.4, np.nan], [0.9, np.nan], [3.0])


def test_curves_are_steps_from_one():
    figure = figures.survival(
        {"a$": CURVE, "b": CURVE}, at_risk={"a$": [4, 2], "b": [3, 1]}, ticks=[0, 4], xlabel="months"
    )
    top, bottom = figure.axes
    assert top.lines[0].get_xdata().tolist() == [0.0, 2.0, 5.0]
    assert top.lines[0].get_ydata().tolist() == [1.0, 0.75, 0.5]
    assert top.lines[1].get_ydata().tolist() == [0.75]  # censored at 3
    assert [text.get_text() for text in bottom.texts] == ["4", "2", "3", "1"]
    assert [label.get_text() for label in bottom.get_yticklabels()] == [r"a\$", "b"]
    assert bottom.get_xlabel() == "months"


def test_one_curve_without_a_table():
    figure = figures.survival({"all": CURVE}, at_risk=None, ticks=[0, 4], xlabel="t")
    assert len(figure.axes) == 1
    assert figure.axes[0].get_legend() is None


def test_an_effect_over_time_has_its_points_its_trend_and_its_level():
    figure = figures.over_time([1, 10, 100], [0.1, 0.3, 0.2], ([10], [0.2]), level=0.25, xlabel="t", ylabel="b")
    (axes,) = figure.axes
    assert axes.get_xscale() == "log"
    assert [line.get_ydata()[0] for line in axes.lines] == [0.1, 0.25, 0.2]
