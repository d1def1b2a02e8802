"""How many times as long as ours others take."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, FAINT, INK, ORANGE, VERMILION, Numbers, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def ratios(
    names: Sequence[str],
    values: Numbers,
    low: Numbers,
    high: Numbers,
    *,
    xlabel: str,
    groups: Sequence[str] = (),
    lost: Sequence[bool] = (),
    promised: Numbers = (),
) -> Figure:
    """One line per peer on a logarithmic axis: the ratio of medians, the range of the rounds, and a line at 1.

    `groups` names the group of each peer: a heading stands above those that follow each other. Peers that are `lost`
    are vermilion; a tick is what was `promised`, nan for nothing.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    values, low, high = np.asarray(values), np.asarray(low), np.asarray(high)
    red = np.asarray(lost, dtype=bool) if len(lost) else values < 1.0
    places, headings = _places(len(names), groups)
    rows = len(names) + len(headings)
    figure, ((axes,),) = canvas(0.9 + 0.25 * rows, nrows=1, ncols=1)
    axes.axvline(1.0, color=INK, linewidth=1.0)
    for color, chosen in ((BLUE, ~red), (VERMILION, red)):
        axes.hlines(places[chosen], low[chosen], high[chosen], color=color, linewidth=1.2)
        axes.plot(values[chosen], places[chosen], "o", color=color, markersize=5)
    if len(promised):
        axes.plot(promised, places, "|", color=ORANGE, markersize=11, markeredgewidth=2.0)
    for place, group in headings:
        text = axes.text(0.0, place, f" {plain(group, 80)}", transform=axes.get_yaxis_transform(), va="center")
        text.set(fontsize=8.5, in_layout=False, zorder=3)
        axes.axhspan(place - 0.45, place + 0.45, color=FAINT, zorder=2.5, linewidth=0)  # over the line at 1
    axes.set(xscale="log", xlabel=xlabel, yticks=places, ylim=(-0.7, rows - 0.3))
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:,.12g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticklabels([plain(name, 52) for name in names])
    axes.grid(visible=False, axis="y")
    return figure


def _places(count: int, groups: Sequence[str]) -> tuple[np.ndarray, list[tuple[float, str]]]:
    """The height of each peer, the first on top, and of each heading with its text."""
    order: list[int | str] = list(range(count))
    if groups:
        order = [row for group, members in groupby(range(count), groups.__getitem__) for row in (group, *members)]
    places, headings = np.zeros(count), []
    for height, row in zip(reversed(range(len(order))), order, strict=True):
        if isinstance(row, str):
            headings.append((float(height), row))
        else:
            places[row] = height
    return places, headings
