"""Curves of survival as steps with their bands and how many are at risk; an effect at the time of each event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = (BLUE, VERMILION, GREEN, ORANGE, INK)
DASHES = ("-", (0, (5, 2)), (0, (1, 1)), (0, (5, 1, 1, 1)))
SHORTEST = 28
"""Characters of a group's name that fit beside the table at risk."""


def survival(
    curves: Mapping[str, tuple[Numbers, Numbers, Numbers, Numbers, Numbers]],
    *,
    at_risk: Mapping[str, Sequence[float]] | None,
    ticks: Numbers,
    xlabel: str,
    ylabel: str = "probability without the event",
    on: object = None,
) -> Figure:
    """One curve for each group: times, heights, lower and upper ends just after each, and the times of the censored.

    `at_risk` has the numbers at the `ticks` for each group, None for a figure without that table.
    """
    tall = 0.0 if at_risk is None else 0.55 + 0.22 * len(curves)
    ratio = {"height_ratios": [3.4] if at_risk is None else [3.4, tall]}
    rows = 1 if at_risk is None else 2
    figure, grid = canvas(3.8 + tall, nrows=rows, ncols=1, on=on, sharex=True, gridspec_kw=ratio)
    top, end = grid[0, 0], float(np.max(np.asarray(ticks)))
    for k, (name, (times, heights, lower, upper, censored)) in enumerate(curves.items()):
        color, dashes = COLORS[k % len(COLORS)], DASHES[k // len(COLORS) % len(DASHES)]
        t, S = np.asarray(times, dtype=float), np.asarray(heights, dtype=float)
        start = min(0.0, float(t[0]))
        top.step([start, *t], [1.0, *S], where="post", color=color, linestyle=dashes, label=plain(name))
        ends = [np.asarray([1.0, *side]) for side in (lower, upper)]
        top.fill_between([start, *t], *ends, step="post", color=color, alpha=0.12, linewidth=0)
        marks = np.asarray(censored, dtype=float)
        place = np.searchsorted(t, marks, side="right") - 1
        top.plot(marks, np.append(S, 1.0)[place], "|", color=color, markersize=5, markeredgewidth=0.8)
        end = max(end, float(t[-1]))
    top.set(ylabel=ylabel, ylim=(0.0, 1.02))
    if len(curves) > 1:
        legend(top)
    if at_risk is None:
        top.set(xlabel=xlabel)
        return figure
    bottom = grid[1, 0]
    for k, counts in enumerate(at_risk.values()):
        for x, count in zip(np.asarray(ticks), counts, strict=True):
            bottom.text(x, k, f"{count:,.0f}", ha="center", va="center", fontsize=9, color=COLORS[k % len(COLORS)])
    names = [plain(name, SHORTEST) for name in at_risk]
    bottom.set_yticks(np.arange(len(names)), names if len(names) > 1 else ["at risk"])
    bottom.set(ylim=(len(names) - 0.4, -0.6), xlabel=xlabel, title="at risk" if len(names) > 1 else "")
    bottom.set_xticks(np.asarray(ticks))
    bottom.grid(visible=False)
    bottom.tick_params(axis="y", length=0)
    bottom.spines["left"].set_visible(False)
    bottom.set_xlim(-0.03 * end, 1.03 * end)
    return figure


def over_time(
    times: Numbers,
    effects: Numbers,
    trend: tuple[Numbers, Numbers],
    *,
    level: float,
    xlabel: str,
    ylabel: str,
    on: object = None,
) -> Figure:
    """The effect of a column at the time of each event, on a logarithmic axis, its `trend`, and the one `level` that a
    model says it has.
    """
    figure, ((axes,),) = canvas(3.6, nrows=1, ncols=1, on=on)
    axes.plot(times, effects, "o", color=BLUE, markersize=5, alpha=0.75, markeredgewidth=0)
    axes.axhline(level, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.plot(*trend, color=VERMILION, linewidth=1.8)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log")
    return figure
