"""Curves of one parameter: a likelihood with its intervals, a posterior beside its prior, a profile.

How a log-likelihood falls on both sides of its maximum, beside the parabola that Wald's interval stands on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, INK, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def likelihood(
    theta: Numbers,
    relative: Numbers,
    *,
    maximum: float,
    intervals: Mapping[str, tuple[float, float]],
    xlabel: str,
    on: object = None,
) -> Figure:
    """The likelihood relative to its maximum, and under it the intervals made from it, one bar per kind."""
    theta, relative = np.asarray(theta), np.asarray(relative)
    ratio = {"height_ratios": [3.0, 0.35 * len(intervals) + 0.35]}
    figure, ((top,), (bottom,)) = canvas(4.4, nrows=2, ncols=1, on=on, sharex=True, gridspec_kw=ratio)
    top.plot(theta, relative, color=BLUE)
    top.fill_between(theta, relative, color=BLUE, alpha=0.12, linewidth=0)
    top.set(ylabel="likelihood / maximum", ylim=(0, 1.15), xlim=(theta[0], theta[-1]))
    bars(bottom, intervals, center=maximum)
    bottom.set(xlabel=xlabel)
    bottom.locator_params(axis="x", nbins=6)
    for axes in (top, bottom):
        axes.axvline(maximum, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    inside = maximum - theta[0] < 0.7 * (theta[-1] - theta[0])  # the words fit to the right of the line
    top.annotate(
        f"maximum at {maximum:.4g}",
        (maximum, 1.0),
        xytext=(6 if inside else -6, 2),
        textcoords="offset points",
        ha="left" if inside else "right",
        va="bottom",
    )
    return figure


def bars(axes: Axes, intervals: Mapping[str, tuple[float, float]], center: float) -> None:
    """One horizontal bar with end marks per interval, the first on top."""
    places = np.arange(len(intervals))
    for place, (lower, upper) in zip(places, intervals.values(), strict=True):
        axes.plot([lower, upper], [place, place], color=BLUE, marker="|", markersize=9, markeredgewidth=1.8)
        axes.plot(center, place, "o", color=BLUE, markersize=5, clip_on=False)
    axes.set_yticks(places, list(intervals))
    axes.set_ylim(len(intervals) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)


def posterior(
    theta: Numbers,
    density: Numbers,
    prior: Numbers | None,
    *,
    interval: tuple[float, float],
    label: str,
    mean: float,
    xlabel: str,
    on: object = None,
) -> Figure:
    """Prior (if it has one) and posterior density, the interval shaded under the posterior."""
    theta, density = np.asarray(theta), np.asarray(density)
    figure, ((axes,),) = canvas(3.4, nrows=1, ncols=1, on=on)
    inside = (theta >= interval[0]) & (theta <= interval[1])
    axes.fill_between(theta, density, where=inside, color=VERMILION, alpha=0.2, linewidth=0, label=label)
    axes.plot(theta, density, color=VERMILION, label="posterior")
    if prior is not None:
        axes.plot(theta, np.asarray(prior), color=INK, linewidth=1.3, linestyle=(0, (4, 3)), label="prior")
    axes.plot([mean, mean], [0, np.interp(mean, theta, density)], color=VERMILION, linewidth=1.0)
    top = float(density[np.isfinite(density)].max())
    if prior is not None:
        top = max(top, float(np.median(prior)))
    axes.locator_params(axis="x", nbins=6)
    axes.set(xlabel=xlabel, ylabel="density", xlim=(theta[0], theta[-1]), ylim=(0, 1.08 * top))
    legend(axes)
    return figure


def profile(x: Numbers, height: Numbers, *, cut: float, marks: Mapping[str, float], xlabel: str) -> Figure:
    """A profile log-likelihood less its supremum, the height at which a test rejects, and marked values of x."""
    x, height = np.asarray(x), np.asarray(height)
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1)
    axes.axhline(0.0, color=INK, linewidth=1.0)
    axes.axhline(cut, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.plot(x, height, color=BLUE)
    for k, (label, place) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        at = (place, np.interp(place, x, height))
        has_room = place > x[0] + 0.25 * (x[-1] - x[0])  # left of its line, where the curve comes up near the edge
        axes.plot(*at, "o", color=VERMILION, markersize=6)
        axes.annotate(
            plain(f"{label}: {place:.1f}", limit=60),
            at,
            xytext=(0, -80 - 20 * k),
            textcoords="offset points",
            ha="right" if has_room else "left",
            fontsize=9,
            arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.6, "relpos": (1 if has_room else 0, 0)},
        )
    axes.set(xlabel=xlabel, ylabel="log-likelihood − supremum", xlim=(x[0], x[-1]), ylim=(height.min(), 0.5))
    return figure


def densities(x: Numbers, curves: Mapping[str, Numbers], *, xlabel: str, ylabel: str, on: object = None) -> Figure:
    """Up to three densities over one axis, the first filled."""
    x = np.asarray(x)
    figure, ((axes,),) = canvas(3.4, nrows=1, ncols=1, on=on)
    for k, ((label, height), color) in enumerate(zip(curves.items(), (BLUE, VERMILION, INK), strict=False)):
        axes.plot(x, height, color=color, label=label, linestyle="-" if k == 0 else (0, (4, 3)))
        if k == 0:
            axes.fill_between(x, height, color=color, alpha=0.12, linewidth=0)
    axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(x[0], x[-1]))
    axes.set_ylim(bottom=0.0)
    legend(axes)
    return figure


def fall(
    x: Numbers,
    profile: Numbers,
    parabola: Numbers | None,
    *,
    cut: float,
    maximum: float,
    ends: Mapping[str, tuple[float, float]],
    xlabel: str,
    center: float | None = None,
    on: object = None,
) -> Figure:
    """A profile log-likelihood less its maximum, the parabola of the same top and bend, and the height of the cut.

    `ends` are two intervals by their labels, that of the profile and Wald's; each is drawn at the cut. Without a
    parabola there is the first alone.
    """
    x = np.asarray(x)
    figure, ((axes,),) = canvas(3.9, nrows=1, ncols=1, on=on)
    if center is not None:
        axes.axvline(center, color=INK, linewidth=1.0)
    axes.axhline(cut, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    floor = 2.2 * cut
    for values, color, dashes, (label, (low, high)) in zip(
        (profile, parabola)[: len(ends)], (BLUE, VERMILION), ("-", (0, (5, 2))), ends.items(), strict=False
    ):
        values = np.asarray(values, dtype=float)
        axes.plot(x, np.where(values >= 1.3 * floor, values, np.nan), color=color, linestyle=dashes, label=label)
        known = [end for end in (low, high) if np.isfinite(end)]
        axes.plot(known, [cut] * len(known), "o", color=color, markersize=5)
    axes.plot(maximum, 0.0, "o", color=BLUE, markersize=5)
    axes.set(xlabel=plain(xlabel, 80), ylabel="log-likelihood − maximum", xlim=(x[0], x[-1]), ylim=(floor, -0.12 * cut))
    axes.locator_params(axis="x", nbins=7)
    legend(axes, 2)
    return figure
