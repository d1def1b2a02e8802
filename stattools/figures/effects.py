"""Predicted means as columns move, in panels: curves with bands along a number, points with intervals at levels.

The effects of groups in order; smooth curves with a band for each of their values and one for all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True, eq=False)
class Panel:
    """One variable: a band for each `group` along numbers `at`, or at levels where `names` has them; `seen` are the
    points of the data, x and y.
    """

    xlabel: str
    at: Numbers
    groups: Mapping[str, Band]
    seen: tuple[Numbers, Numbers] = ((), ())
    names: Sequence[str] = ()


def effect_panels(
    panels: Sequence[Panel], *, ylabel: str, bounds: tuple[float, float] = (-np.inf, np.inf), on: object = None
) -> Figure:
    """The panels side by side, three to a line, on one scale of the mean."""
    figure, grid = panels_of(len(panels), 3.4, on=on)
    for k, (axes, panel) in enumerate(zip(grid, panels, strict=True)):
        _points(axes, panel)
        (_levels if panel.names else _curves)(axes, panel)
        axes.set(xlabel=plain(panel.xlabel), ylabel=ylabel if k % 3 == 0 else "")
        axes.set_ylim(*_ends(panels, bounds))
    if len(panels[0].groups) > 1 and on is None:
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=4)
    return figure


def _points(axes: Axes, panel: Panel) -> None:
    x, y = panel.seen
    if len(x):
        beside = 0.22 if panel.names else 0.0  # of levels the intervals stand in the middle
        axes.plot(np.asarray(x) - beside, y, "o", color=INK, alpha=0.35, markersize=4, markeredgewidth=0)


def _curves(axes: Axes, panel: Panel) -> None:
    for k, (label, (middle, lower, upper)) in enumerate(panel.groups.items()):
        color = COLORS[k % len(COLORS)]
        axes.fill_between(panel.at, lower, upper, color=color, alpha=0.18, linewidth=0)
        axes.plot(panel.at, middle, color=color, linestyle=DASHES[k % len(DASHES)], label=plain(label))
    axes.margins(x=0.02)


def _levels(axes: Axes, panel: Panel) -> None:
    places = np.arange(len(panel.names))
    for k, (label, (middle, lower, upper)) in enumerate(panel.groups.items()):
        at = places + 0.5 * (k - 0.5 * (len(panel.groups) - 1)) / len(panel.groups)
        color = COLORS[k % len(COLORS)]
        axes.vlines(at, lower, upper, color=color, linewidth=1.8)
        axes.plot(at, middle, MARKS[k % len(MARKS)], color=color, markersize=5, label=plain(label))
    turned = sum(len(name) for name in panel.names) > 18
    turn: dict[str, Any] = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if turned else {}
    axes.set_xticks(places, [plain(name) for name in panel.names], **turn)
    axes.set_xlim(-0.6, len(panel.names) - 0.4)
    axes.grid(axis="x", visible=False)


def _ends(panels: Sequence[Panel], bounds: tuple[float, float]) -> tuple[float, float]:
    """Where the scale of the mean ends: around all bands, and around the data but for the outermost of them."""
    shown = [np.asarray(end, dtype=float) for panel in panels for band in panel.groups.values() for end in band]
    seen = [np.asarray(panel.seen[1], dtype=float) for panel in panels if len(panel.seen[1])]
    shown += [np.quantile(y, [0.02, 0.98]) for y in seen]
    values = np.concatenate(shown)
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    room = 0.06 * (high - low) or 1.0
    return max(low - room, bounds[0]), min(high + room, bounds[1])


NAMED = 60
"""So many groups have their names beside them; of more, names would lie over each other."""


def caterpillar(
    panels: Mapping[str, tuple[Sequence[str], Numbers, Numbers, Numbers]], *, ylabel: str, on: object = None
) -> Figure:
    """For each effect a panel: names of groups, estimates, lower and upper ends, the largest estimate at the top."""
    count = max(len(names) for names, *_ in panels.values())
    height = 1.2 + 0.2 * count if count <= NAMED else 6.0
    figure, grid = panels_of(len(panels), height, on)
    for axes, (title, (names, *numbers)) in zip(grid, panels.items(), strict=True):
        estimate, lower, upper = (np.asarray(v, dtype=float) for v in numbers)
        order, places = np.argsort(estimate, kind="stable"), np.arange(len(names))
        ends = np.array([(estimate - lower)[order], (upper - estimate)[order]])
        axes.axvline(0.0, color=INK, linewidth=1.0)
        size = 4.0 if len(names) <= NAMED else 2.0
        axes.errorbar(
            estimate[order], places, xerr=ends, fmt="o", color=BLUE, markersize=size, linewidth=1.4 * size / 4.0
        )
        axes.set(xlabel=plain(title), ylim=(-0.8, len(names) - 0.2))
        axes.set_yticks(places, [plain(names[k], 18) for k in order]) if len(names) <= NAMED else axes.set_yticks([])
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
    grid[0].set_ylabel(ylabel)
    return figure


type Bands = tuple[Numbers, Numbers, Numbers, Numbers, Numbers]
"""Middle, pointwise lower and upper ends, simultaneous lower and upper ends."""


def smooth(
    x: Numbers, panels: Mapping[str, Bands], *, xlabel: str, ylabel: str, seen: Sequence[Numbers] = (), on: Any = None
) -> Figure:
    """A panel for each curve over the same x and with the same height; ticks below show where its rows are, `seen`."""
    figure, grid = panels_of(len(panels), 3.8, on=on)
    low = min(float(np.min(bands[3])) for bands in panels.values())
    high = max(float(np.max(bands[4])) for bands in panels.values())
    room = 0.06 * (high - low) or 1.0
    for k, (axes, (title, bands)) in enumerate(zip(grid, panels.items(), strict=True)):
        middle, lower, upper, lowest, highest = (np.asarray(one, dtype=float) for one in bands)
        axes.axhline(0.0, color=INK, linewidth=0.8)
        axes.fill_between(x, lowest, highest, color=BLUE, alpha=0.12, linewidth=0)
        axes.fill_between(x, lower, upper, color=BLUE, alpha=0.22, linewidth=0)
        axes.plot(x, middle, color=BLUE)
        axes.set(xlabel=xlabel, ylabel=ylabel if k == 0 else "", title=plain(title))
        axes.set_xlim(float(np.min(x)), float(np.max(x)))
        axes.set_ylim(low - room, high + room)
        axes.locator_params(axis="x", nbins=6)
        if k < len(seen):
            foot = axes.get_xaxis_transform()
            axes.vlines(seen[k], 0.0, 0.025, color=INK, alpha=0.35, linewidth=0.7, transform=foot, clip_on=False)
    return figure
