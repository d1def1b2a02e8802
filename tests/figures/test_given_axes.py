"""A figure goes where it is sent, in the house style, and leaves nothing behind."""

import matplotlib.style
import numpy as np
import pytest
from matplotlib.colors import same_color, to_hex
from matplotlib.figure import Figure

import stattools as st
from stattools import figures
from stattools.figures.given_axes import axes_of, handed_out
from stattools.figures.house_style import INK
from tests.figures.test_contract import grid


def draw(on):
    return figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel="a", ylabel="b", on=on)


def both(on):
    return figures.residuals(grid, np.sin(9 * grid), fitted_label="fitted", residual_label="left", on=on)


def test_axes_that_are_given_are_drawn_on_and_nothing_else():
    mine = Figure(figsize=(4, 6))
    top, low = mine.subplots(2, 1)
    assert handed_out(draw, low) is mine
    assert low.get_xlabel() == "a"
    assert not top.lines
    assert top.spines["right"].get_visible()
    assert not low.spines["right"].get_visible()
    panels = Figure().subplots(1, 2)
    for given in (panels, list(panels), tuple(panels), panels[:, None]):
        assert handed_out(both, given) is panels[0].get_figure()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda: Figure().subplots(), "2 panels: ax= takes 2 different Axes; got 1"),
        (lambda: Figure().subplots(1, 3), "got 3"),
        (lambda: [Figure().subplots()] * 2, "2 different Axes"),
        (lambda: [Figure().subplots(), Figure().subplots()], "Axes of one figure"),
        (lambda: "axes", "ax= takes Matplotlib's Axes"),
        (list, "ax= takes Matplotlib's Axes"),
        (lambda: Figure(), "ax= takes Matplotlib's Axes"),
        (lambda: [1, None], "ax= takes Matplotlib's Axes"),
    ],
)
def test_other_axes_are_refused(given, said):
    with pytest.raises(st.DomainError, match=said):
        handed_out(both, given())


def test_one_panel_takes_one_axes():
    axes = Figure().subplots()
    assert axes_of([axes], 1) == [axes]
    with pytest.raises(st.DomainError, match="1 panel"):
        axes_of([axes, axes], 1)


def test_the_ink_is_that_of_the_axes_on_a_dark_ground():
    with matplotlib.style.context("dark_background"):
        dark = Figure()
        axes = dark.subplots()
    handed_out(draw, axes)
    dashed = axes.lines[0]
    assert to_hex(dashed.get_color()) == "#ffffff"
    assert not any(same_color(text.get_color(), INK) for text in axes.get_legend().get_texts())
    assert same_color(axes.xaxis.label.get_color(), "white")


def test_the_style_stays_when_the_figure_is_rendered_under_other_settings():
    made = handed_out(draw)
    with matplotlib.rc_context({"xtick.color": "red", "xtick.labelsize": 30.0, "grid.color": "red"}):
        made.axes[0].set_xlim(0.0, 1000.0)  # ticks that were not there
        made.draw_without_rendering()
        label = made.axes[0].get_xticklabels()[-1]
        assert same_color(label.get_color(), INK)
        assert label.get_fontsize() == 9.0
        assert not same_color(made.axes[0].get_xgridlines()[-1].get_color(), "red")


def test_notebooks_show_it_and_pyplot_knows_nothing_of_it():
    from IPython.core.formatters import DisplayFormatter
    from matplotlib import pyplot

    made = handed_out(draw)
    shown, _ = DisplayFormatter().format(made)
    assert shown["image/png"][:4] == b"\x89PNG"
    assert not pyplot.get_fignums()


def test_long_labels_of_small_axes_are_written_on_several_lines():
    small = Figure(figsize=(2, 2)).subplots()
    figures_label = "the predicted mean of an outcome with a long name"
    handed_out(lambda on: figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel=figures_label, ylabel="b", on=on), small)
    assert small.get_xlabel().count("\n") >= 1
    assert small.get_xlabel().replace("\n", " ") == figures_label
