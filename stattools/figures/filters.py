"""Filters: a series with its level and what comes next, gaps under two rules, and where a product underflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def levels(
    time: Any, observed: Any, level: Any, coming: Any, *, ylabel: str, xlabel: str = "time", on: Any = None
) -> Figure:
    """Observations, the level that follows them, and forecasts (a frame with time, mean, lower, upper) or None."""
    figure, ((axes,),) = canvas(3.6, nrows=1, ncols=1, on=on)
    time = _clock(time)
    axes.plot(time, observed, "o", color=INK, markersize=3.5, alpha=0.6, markeredgewidth=0, label="observed")
    axes.plot(time, level, color=BLUE, label="level", drawstyle="steps-post" if len(time) < 30 else "default")
    if coming is not None:
        ahead = _clock(coming["time"])
        axes.fill_between(ahead, coming["lower"], coming["upper"], color=VERMILION, alpha=0.2, linewidth=0)
        axes.plot(ahead, coming["mean"], color=VERMILION, label="forecast")
        time = np.concatenate([time, ahead])
    axes.set(xlabel=xlabel, ylabel=ylabel)
    if time.dtype.kind == "M":
        axes.margins(x=0.01)
    else:
        axes.set_xlim(time[0] - 0.5, time[-1] + 0.5)
    legend(axes)
    return figure


def _clock(time: object) -> np.ndarray:
    """Dates as they are, other times as numbers."""
    time = np.asarray(time)
    return time if time.dtype.kind == "M" else time.astype(float)


def gaps(time: object, observed: Numbers, rules: Mapping[str, Numbers], *, xlabel: str, ylabel: str) -> Figure:
    """A series with gaps, shaded, and one filtered line per rule."""
    figure, ((axes,),) = canvas(3.4, nrows=1, ncols=1)
    time, observed = np.asarray(time, dtype=float), np.asarray(observed, dtype=float)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.isnan(observed), [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        axes.axvspan(time[start] - 0.5, time[end - 1] + 0.5, color=INK, alpha=0.07, linewidth=0)
    axes.plot(time, observed, "o", color=INK, markersize=4.5, markeredgewidth=0, label="observed")
    marks = ((BLUE, "-", "s"), (VERMILION, (0, (4, 2)), "D"), (GREEN, "-", "^"))
    for (label, values), (color, line, mark) in zip(rules.items(), marks, strict=False):
        axes.plot(time, values, color=color, linestyle=line, marker=mark, markersize=3.5, label=plain(label, 40))
    axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(time[0] - 0.5, time[-1] + 0.5))
    legend(axes)
    return figure


def products(time: Any, logs: Mapping[str, Numbers], breaks: Mapping[str, int], *, floor: float, xlabel: str) -> Figure:
    """Powers of ten of cumulative products, the smallest number of floating point, and where each formula breaks."""
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1)
    time = np.asarray(time)
    axes.axhspan(floor - 60.0, floor, color=VERMILION, alpha=0.12, linewidth=0)
    axes.text(11.0, floor - 12.0, "1 / product overflows", va="top", color=VERMILION)
    for (label, values), color in zip(logs.items(), (BLUE, GREEN, ORANGE), strict=False):
        values = np.asarray(values)
        shown = values > floor - 60.0
        axes.plot(time[shown], values[shown], color=color, label=plain(label, 40))
        place = breaks[label]
        axes.plot(place, values[min(place, len(values) - 1)], "o", color=VERMILION, markersize=6, zorder=3)
        axes.annotate(
            f"n = {place:,}",
            (place, values[min(place, len(values) - 1)]),
            xytext=(-6, 7),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=8.5,
        )
    axes.set(xlabel=xlabel, ylabel="power of ten of the product", ylim=(floor - 60.0, 5.0))
    axes.set(xscale="log", xlim=(10, 1.3 * time[-1]))
    legend(axes)
    return figure
