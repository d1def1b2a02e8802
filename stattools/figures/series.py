"""A series in time: its level with an interval and a forecast, the gain of its filter, its one-step errors.

Gaps under two rules, and where a cumulative product underflows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

type Band = tuple[Numbers, Numbers, Numbers, Numbers]
"""Times, middle, lower and upper ends."""


def level(
    times: Numbers,
    observed: Numbers,
    smoothed: Band,
    *,
    forecast: Band | None = None,
    ylabel: str,
    xlabel: str = "time",
    interval: str = "95 % interval",
    what: str = "level",
    on: object = None,
) -> Figure:
    """The observed series, the smoothed level with its interval, and what comes next with the interval of a value."""
    figure, ((axes,),) = canvas(3.9, nrows=1, ncols=1, on=on)
    axes.plot(times, observed, "o-", color=INK, alpha=0.45, markersize=2.6, linewidth=0.7, label="observed")
    place, middle, lower, upper = smoothed
    axes.fill_between(place, lower, upper, color=BLUE, alpha=0.22, linewidth=0, label=f"{what}, {interval}")
    axes.plot(place, middle, color=BLUE)
    if forecast is not None:
        place, middle, lower, upper = forecast
        axes.fill_between(place, lower, upper, color=VERMILION, alpha=0.18, linewidth=0, label=f"forecast, {interval}")
        axes.plot(place, middle, color=VERMILION)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.margins(x=0.01)
    legend(axes)
    return figure


def states(
    times: object,
    observed: Numbers,
    panels: Mapping[str, tuple[Numbers, Numbers, Numbers]],
    *,
    label: str,
    on: object = None,
) -> Figure:
    """A panel for each state with its band; in that of the level stand the observations."""
    figure, grid = canvas(0.7 + 2.3 * len(panels), nrows=len(panels), ncols=1, on=on, sharex=True)
    for k, (axes, (name, (middle, lower, upper))) in enumerate(zip(grid.ravel(), panels.items(), strict=True)):
        if k == 0:
            axes.plot(times, observed, "o", color=INK, alpha=0.45, markersize=2.6, markeredgewidth=0, label="observed")
        axes.fill_between(times, lower, upper, color=BLUE, alpha=0.22, linewidth=0, label=None if k else label)
        axes.plot(times, middle, color=BLUE)
        axes.set(ylabel=plain(name))
        axes.margins(x=0.01)
    legend(grid[0][0])
    grid[-1][0].set_xlabel("time")
    return figure


def fan(
    times: object,
    observed: Numbers,
    ahead: Any,
    middle: Numbers,
    bands: Mapping[str, tuple[Numbers, Numbers]],
    *,
    ylabel: str,
    on: object = None,
) -> Figure:
    """What was observed, and what comes next with one band inside the other, the widest first."""
    figure, ((axes,),) = canvas(3.9, nrows=1, ncols=1, on=on)
    axes.plot(times, observed, "o-", color=INK, alpha=0.6, markersize=3, linewidth=0.9, label="observed")
    for k, (label, (lower, upper)) in enumerate(bands.items()):
        axes.fill_between(ahead, lower, upper, color=VERMILION, alpha=0.16 + 0.1 * k, linewidth=0, label=label)
    axes.plot(ahead, middle, "o-" if len(ahead) < 30 else "-", color=VERMILION, markersize=3)
    axes.set(xlabel="time", ylabel=ylabel)
    axes.margins(x=0.01)
    legend(axes)
    return figure


def gain(times: Numbers, weight: Numbers, *, limit: float, xlabel: str = "time") -> Figure:
    """The weight of each new value in the level, which falls from 1 to its limit."""
    figure, ((axes,),) = canvas(2.9, nrows=1, ncols=1)
    axes.axhline(limit, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label=f"limit {limit:.3f}")
    axes.plot(times, weight, "o-", color=BLUE, markersize=3, linewidth=1.2, label="gain")
    axes.set(xlabel=xlabel, ylabel="weight of a new value", ylim=(0, 1.05))
    axes.margins(x=0.01)
    legend(axes)
    return figure


def innovations(times: Numbers, error: Numbers, *, lags: int = 20, xlabel: str = "time", on: object = None) -> Figure:
    """Standardized one-step errors in time, and their autocorrelations with the band of white noise."""
    times, error = np.asarray(times), np.asarray(error, dtype=float)
    known = np.isfinite(error)
    e = error[known] - error[known].mean()
    lags = min(lags, len(e) - 1)
    correlation = [float(e[k:] @ e[:-k]) / float(e @ e) for k in range(1, lags + 1)]
    figure, ((top,), (below,)) = canvas(4.8, nrows=2, ncols=1, on=on)
    top.axhline(0.0, color=INK, linewidth=0.8)
    for edge in (-1.96, 1.96):
        top.axhline(edge, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    top.vlines(times[known], 0.0, error[known], color=BLUE, linewidth=1.0)
    top.plot(times[known], error[known], "o", color=BLUE, markersize=3)
    top.set(xlabel=xlabel, ylabel="standardized error")
    top.margins(x=0.01)
    band = 1.96 / np.sqrt(len(e))
    below.axhspan(-band, band, color=INK, alpha=0.1, linewidth=0)
    below.axhline(0.0, color=INK, linewidth=0.8)
    below.vlines(np.arange(1, lags + 1), 0.0, correlation, color=BLUE, linewidth=3.0)
    reach = max(0.5, 1.1 * float(np.abs(correlation).max()))
    below.set(xlabel="lag", ylabel="autocorrelation", ylim=(-reach, reach), xlim=(0.3, lags + 0.7))
    below.locator_params(axis="x", integer=True)
    return figure


def levels(
    time: object, observed: Numbers, level: Numbers, coming: Any, *, ylabel: str, xlabel: str = "time", on: Any = None
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
