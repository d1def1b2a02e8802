"""What each variable does to the mean, in panels of one figure: curves with bands, levels with intervals, over data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.figures.canvas import panels_of
from stattools.figures.effects import COLORS, DASHES, MARKS, Band
from stattools.figures.house_style import INK, Numbers, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
