"""Levels of a conclusion, limits of a funnel, and three colors by the weight of the prior."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from stattools.figures import accumulation, funnel, sensitivity, shrinkage

MEANS, STRENGTHS = np.linspace(0.0, 1.0, 5), np.array([1.0, 10.0, 100.0])


def sensed(values, **options):
    return sensitivity(MEANS, STRENGTHS, values, size=20.0, label="P", xlabel="m", ylabel="s", **options).axes[0]


def test_a_decision_is_a_line_where_it_lies_among_the_values():
    values = np.outer([0.2, 0.5, 0.9], MEANS)
    for cutoff, seen in ((0.3, True), (0.95, False)):
        told = [text.get_text() for text in sensed(values, cutoff=cutoff).get_legend().get_texts()]
        assert (f"P = {cutoff}" in told) == seen
        assert "as much as the data" in told
    assert sensed(np.ones((3, 5))).get_ylim() == (1.0, 100.0)  # a conclusion that no prior moves has no levels


def test_marked_priors_are_where_they_are():
    marks = [line.get_xydata()[0] for line in sensed(np.outer([1, 2, 3], MEANS), marks={"own": (0.5, 2.0)}).lines]
    assert [0.5, 2.0] in [mark.tolist() for mark in marks]


def test_both_limits_of_a_funnel():
    (axes,) = funnel([10, 100], [0.1, 0.4], center=0.3, limits={"95 %": ([10, 100], [0.0, 0.2], [0.7, 0.4])},
                     xlabel="n", ylabel="share", names={"A": (10, 0.1)}).axes  # fmt: skip
    assert_allclose([line.get_ydata() for line in axes.lines[2:]], [[0.0, 0.2], [0.7, 0.4]])
    assert axes.texts[0].get_text() == "A"


def test_colors_are_thirds_of_the_weight_of_the_prior():
    (axes,) = shrinkage([0.1, 0.5, 0.9], [0.3, 0.5, 0.8], [0.9, 0.5, 1.0], center=0.5, xlabel="x", ylabel="y").axes
    points = {line.get_label(): line.get_xdata().tolist() for line in axes.lines if line.get_marker() == "o"}
    assert points == {"33-67 % prior": [0.5], "67-100 % prior": [0.1, 0.9]}


def test_limits_and_losses_are_drawn():
    losses = ([1e-3, 1e-5], [1.0, 2.0])
    figure = accumulation([1, 2], [0.4, 0.7], losses, labels=("A", "B"), limits=(0.05, 0.95), xlabel="n", ylabel="P",
                          loss_label="loss")  # fmt: skip
    top, bottom = figure.axes
    assert [line.get_ydata()[0] for line in top.lines[:2]] == [0.05, 0.95]
    assert_array_equal(top.lines[2].get_xydata(), [[1, 0.4], [2, 0.7]])
    assert [line.get_ydata().tolist() for line in bottom.lines] == [list(loss) for loss in losses]
    assert bottom.get_yscale() == "log"
    assert [text.get_text() for text in bottom.get_legend().get_texts()] == ["A", "B"]
