"""What varies between groups: the effect of each with its interval, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import panels_of
from stattools.figures.house_style import BLUE, INK, Numbers, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
