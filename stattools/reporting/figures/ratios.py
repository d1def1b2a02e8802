"""How many times as long as ours others take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.reporting.figures.house_style import BLUE, INK, VERMILION, Numbers, canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def ratios(names: Sequence[str], values: Numbers, low: Numbers, high: Numbers, *, xlabel: str) -> Figure:
    """One line per peer on a logarithmic axis: the ratio of medians, the range of the rounds, and a line at 1."""
    values = np.asarray(values)
    places = np.arange(len(names))[::-1]
    figure, ((axes,),) = canvas(0.9 + 0.27 * len(names), nrows=1, ncols=1)
    axes.axvline(1.0, color=INK, linewidth=1.0)
    for color, chosen in ((BLUE, values >= 1.0), (VERMILION, values < 1.0)):
        axes.hlines(places[chosen], np.asarray(low)[chosen], np.asarray(high)[chosen], color=color, linewidth=1.2)
        axes.plot(values[chosen], places[chosen], "o", color=color, markersize=5)
    axes.set(xscale="log", xlabel=xlabel, yticks=places, yticklabels=names, ylim=(-0.7, len(names) - 0.3))
    axes.grid(visible=False, axis="y")
    return figure
