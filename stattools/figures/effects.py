"""Predicted means as one column moves: curves with bands along a number, points with intervals at levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import panels_of
from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

type Band = tuple[Numbers, Numbers, Numbers]
"""Middle, lower and upper ends; the ends are NaN where there are none."""

COLORS = (BLUE, VERMILION, GREEN, ORANGE, INK)
DASHES = ("-", (0, (5, 2)), "-.", (0, (1, 1.5)))
MARKS = ("o", "s", "^", "D", "v")


def effect_curves(
    x: Numbers,
    panels: Mapping[str, Mapping[str, Band]],
    *,
    xlabel: str,
    ylabel: str,
    seen: Numbers = (),
    bounds: tuple[float, float] = (-np.inf, np.inf),
    on: object = None,
) -> Figure:
    """A panel per category, in it a curve with its band for each group; ticks below show where the rows are."""
    figure, grid = panels_of(len(panels), 3.8, on=on)
    for axes, (title, groups) in zip(grid, panels.items(), strict=True):
        for k, (label, (middle, lower, upper)) in enumerate(groups.items()):
            color = COLORS[k % len(COLORS)]
            axes.fill_between(x, lower, upper, color=color, alpha=0.18, linewidth=0)
            axes.plot(x, middle, color=color, linestyle=DASHES[k % len(DASHES)], label=plain(label))
        _finished(axes, title, xlabel, ylabel if axes is grid[0] else "", bounds)
        if len(seen):
            foot = axes.get_xaxis_transform()
            axes.vlines(seen, 0.0, 0.025, color=INK, alpha=0.35, linewidth=0.7, transform=foot, clip_on=False)
    _legend(figure, grid, next(iter(panels.values())), on)
    return figure


def effect_levels(
    names: Sequence[str],
    panels: Mapping[str, Mapping[str, Band]],
    *,
    xlabel: str,
    ylabel: str,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    on: object = None,
) -> Figure:
    """A panel per category, in it for each group a point with its interval at every level, side by side."""
    figure, grid = panels_of(len(panels), 3.8, on=on)
    places = np.arange(len(names))
    turned = sum(len(name) for name in names) > 60 / min(len(panels), 3)
    for axes, (title, groups) in zip(grid, panels.items(), strict=True):
        for k, (label, (middle, lower, upper)) in enumerate(groups.items()):
            at = places + 0.5 * (k - 0.5 * (len(groups) - 1)) / len(groups)
            color, middle = COLORS[k % len(COLORS)], np.asarray(middle, dtype=float)
            there = np.isfinite(np.asarray(lower, dtype=float))
            axes.vlines(at[there], np.asarray(lower)[there], np.asarray(upper)[there], color=color, linewidth=1.8)
            axes.plot(at, middle, MARKS[k % len(MARKS)], color=color, markersize=5, label=plain(label))
        _finished(axes, title, xlabel, ylabel if axes is grid[0] else "", bounds)
        turn = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if turned else {}
        axes.set_xticks(places, [plain(name) for name in names], **turn)
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.grid(axis="x", visible=False)
    _legend(figure, grid, next(iter(panels.values())), on)
    return figure


def _finished(axes: Axes, title: str, xlabel: str, ylabel: str, bounds: tuple[float, float]) -> None:
    axes.set(xlabel=xlabel, ylabel=ylabel, title=plain(title))
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, bounds[0]), min(high, bounds[1]))
    axes.margins(x=0.01)


def _legend(figure: Figure, grid: Sequence[Axes], groups: Mapping[str, object], on: object) -> None:
    """What the groups are: above a single panel, above all panels of a figure of its own."""
    if len(groups) == 1:
        return
    if len(grid) == 1:
        legend(grid[0])
    elif on is None:
        figure.legend(*grid[0].get_legend_handles_labels(), loc="outside upper left", ncols=4)
    else:
        grid[0].legend()
