"""Curves of one parameter with the marks that they are given."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.figures import densities, fall, likelihood, posterior, profile

X = np.linspace(0.0, 1.0, 11)


def test_intervals_are_bars_below_the_likelihood():
    figure = likelihood(X, X, maximum=0.7, intervals={"Wald": (0.2, 0.8), "score": (0.3, 0.9)}, xlabel="θ")
    top, bottom = figure.axes
    assert_allclose(top.lines[0].get_xydata(), np.column_stack([X, X]))
    assert [list(line.get_xdata()) for line in bottom.lines[0:4:2]] == [[0.2, 0.8], [0.3, 0.9]]
    assert [label.get_text() for label in bottom.get_yticklabels()] == ["Wald", "score"]
    assert top.texts[0].get_text() == "maximum at 0.7"


def test_the_shade_under_a_posterior_is_its_interval():
    (axes,) = posterior(X, X, None, interval=(0.2, 0.8), label="60 %", mean=0.55, xlabel="θ").axes
    (shade,) = axes.collections
    ends = shade.get_paths()[0].get_extents()
    assert_allclose([ends.x0, ends.x1], [0.2, 0.8])
    assert_allclose(axes.lines[-1].get_ydata(), [0.0, 0.55])
    (axes,) = posterior(X, X, np.ones(11), interval=(0.2, 0.8), label="60 %", mean=0.5, xlabel="θ").axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["60 %", "posterior", "prior"]


def test_marks_stand_on_the_profile():
    (axes,) = profile(X, -X, cut=-0.5, marks={"b": 0.9, "a": 0.25}, xlabel="x").axes
    assert [line.get_ydata()[0] for line in axes.lines[:2]] == [0.0, -0.5]
    marks = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert_allclose(marks, [[0.25, -0.25], [0.9, -0.9]])
    assert [text.get_ha() for text in axes.texts] == ["left", "right"]  # near the left edge the curve is left of it


def test_the_first_density_is_filled():
    (axes,) = densities(X, {"a": X, "b": X**2}, xlabel="x", ylabel="density").axes
    assert (len(axes.lines), len(axes.collections)) == (2, 1)
    assert axes.get_ylim()[0] == 0.0


x = np.linspace(-1.0, 3.0, 41)


def test_each_interval_has_its_ends_at_the_cut_and_one_without_an_end_has_one_point():
    ends = {"profile": (0.1, np.inf), "Wald": (0.0, 2.0)}
    axes = fall(x, -((x - 1) ** 2), -((x - 1) ** 2), cut=-1.0, maximum=1.0, ends=ends, xlabel="b").axes[0]
    at_cut = [line.get_xdata() for line in axes.lines if np.ndim(line.get_ydata()) and set(line.get_ydata()) == {-1.0}]
    points = [list(map(float, values)) for values in at_cut if list(values) != [0, 1]]
    assert points == [[0.1], [0.0, 2.0]]
    assert axes.get_ylim()[0] == -2.2
