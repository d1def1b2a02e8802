import numpy as np
from matplotlib.figure import Figure

from stattools.figures import effect_curves, effect_levels

x = np.linspace(0.0, 1.0, 11)
two = {"g = a": (x, x - 0.1, x + 0.1), "g = b": (x**2, x**2, x**2)}


def test_curves_stay_within_the_bounds_of_a_probability():
    axes = effect_curves(x, {"": two}, xlabel="x", ylabel="p", bounds=(0.0, 1.0)).axes[0]
    assert axes.get_ylim() == (0.0, 1.0)
    assert [line.get_label() for line in axes.lines] == list(two)
    assert axes.get_legend() is not None


def test_several_panels_share_one_legend_and_the_first_label():
    made = effect_curves(x, {"one": two, "three": two}, xlabel="x", ylabel="p")
    assert [axes.get_ylabel() for axes in made.axes] == ["p", ""]
    assert len(made.legends) == 1
    given = Figure().subplots(1, 2)
    effect_curves(x, {"one": two, "three": two}, xlabel="x", ylabel="p", on=given)
    assert given[0].get_legend() is not None
    assert not given[0].get_figure().legends


def test_levels_without_an_interval_are_points():
    groups = {"": ([1.0, 2.0], [0.5, np.nan], [1.5, np.nan])}
    axes = effect_levels(["a", "b"], {"": groups}, xlabel="g", ylabel="mean").axes[0]
    assert len(axes.collections[0].get_segments()) == 1
    assert axes.lines[0].get_ydata().tolist() == [1.0, 2.0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]
