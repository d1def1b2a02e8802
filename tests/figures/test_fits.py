"""What figures of a fit draw is what they are given: quantiles, intervals, shares."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from stattools.figures import (
    agreement,
    coefficients,
    convergence,
    frequencies,
    means,
    offsets,
    residuals,
    rootogram,
    style,
)
from stattools.figures.fits import _quantiles
from tests.cases import rng


def test_normal_quantiles_are_blom_s():
    r = rng(1).normal(size=21)
    left, right = residuals(np.arange(21.0), r, fitted_label="fitted", residual_label="left").axes
    assert_allclose(left.lines[-1].get_ydata(), r)
    line = right.lines[-1]
    assert_allclose(line.get_ydata(), np.sort(r))
    assert_allclose(line.get_xdata(), stats.norm.ppf((np.arange(1, 22) - 0.375) / 21.25) * r.std(), rtol=1e-12)


def test_intervals_are_those_given():
    (axes,) = coefficients(["a", "b"], [1.0, 2.0], [0.0, 1.5], [3.0, 2.5], xlabel="log odds").axes
    assert_allclose([s[:, 0] for s in axes.collections[0].get_segments()], [[0.0, 3.0], [1.5, 2.5]])
    (axes,) = means([1.0, 2.0], [1.5, 2.5], [0.1, 0.2], xlabel="predicted", ylabel="observed").axes
    assert_allclose([s[:, 1] for s in axes.collections[0].get_segments()], [[1.3, 1.7], [2.1, 2.9]])


def test_distances_and_steps():
    (axes,) = offsets({"a": 0.5, "b": -3.0}, xlabel="standard errors").axes
    assert_allclose([s[:, 0] for s in axes.collections[0].get_segments()], [[0.0, 0.5], [0.0, -3.0]])
    (axes,) = convergence({"Newton": ([0, 1], [1.0, 1e-9])}, xlabel="step", ylabel="gap").axes
    assert axes.lines[0].get_xdata().tolist() == [1, 2]  # counted from 1, as the axis is logarithmic


def test_counts_are_percents_or_roots():
    (axes,) = frequencies([0, 1], [0.75, 0.25], {"Poisson": [0.7, 0.3]}, xlabel="k").axes
    assert [bar.get_height() for bar in axes.patches] == [75.0, 25.0]
    assert_allclose(axes.lines[0].get_ydata(), [70.0, 30.0])
    (axes,) = rootogram([0, 1], [9.0, 4.0], {"Poisson": ([4.0, 1.0], [16.0, 9.0])}, xlabel="k").axes
    assert [bar.get_height() for bar in axes.patches] == [3.0, 2.0]
    assert_allclose([s[:, 1] for s in axes.collections[0].get_segments()], [[2.0, 4.0], [1.0, 3.0]])


def test_an_interval_without_an_end_has_an_arrow_at_the_edge_and_a_ratio_a_logarithmic_axis():
    made = coefficients(["a", "b"], [2.0, 0.5], [1.0, -np.inf], [4.0, 0.9], xlabel="odds ratio", center=1.0, log=True)
    axes = made.axes[0]
    assert axes.get_xscale() == "log"
    arrow = [line for line in axes.lines if line.get_marker() == "<"]
    assert [line.get_xdata()[0] for line in arrow] == [axes.get_xlim()[0]]
    assert not [line for line in axes.lines if line.get_marker() == ">"]


def test_of_very_many_residuals_some_are_drawn_and_the_title_says_how_many():
    many = np.arange(20_000.0)
    with style():
        left, right = residuals(many, np.sin(many), fitted_label="f", residual_label="r").axes
    assert left.get_title(loc="left") == "Residuals, 5,000 of 20,000"
    assert len(right.lines[1].get_xdata()) == 5000


def test_the_shaded_ends_of_quantiles_hold_each_of_normal_residuals_in_95_of_100():
    g, outside = rng(3), []
    for _ in range(200):
        _, ordered, lower, upper = _quantiles(g.normal(size=30), np.ones(30), 1.0, 0.0)
        outside.append(np.mean((ordered < lower) | (ordered > upper)))
    assert 0.04 < np.mean(outside) < 0.06


def test_weights_are_repeated_residuals():
    r, w = rng(4).normal(size=20), np.repeat([1.0, 3.0], 10)
    light = _quantiles(r, w, 1.0, 0.0)
    long = _quantiles(np.repeat(r, w.astype(int)), np.ones(40), 1.0, 0.0)
    middle = np.flatnonzero(np.isin(long[1], r[:10]))
    assert_allclose(light[0][np.isin(light[1], r[:10])], long[0][middle])


def test_digits_end_at_the_cap_and_nan_is_left_out():
    (axes,) = agreement(["a", "b"], {"estimates": [16.0, 9.0], "se": [3.0, np.nan]}, cap=12.0, xlabel="digits").axes
    first, second = axes.lines
    assert_array_equal(first.get_xdata(), [12.0, 9.0])
    assert_array_equal(second.get_xdata(), [3.0, np.nan])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first on top
