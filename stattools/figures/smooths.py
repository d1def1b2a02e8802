"""A smooth curve, or its slope, with a band for each of its values and one for all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.figures.canvas import panels_of
from stattools.figures.house_style import BLUE, INK, Numbers, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
