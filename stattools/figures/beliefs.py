"""Figures of priors and groups: a conclusion over priors, a funnel of groups, estimates before and after shrinkage.

Figures of decisions: how a probability moves as data come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, INK, ORANGE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def sensitivity(
    means: Numbers,
    strengths: Numbers,
    values: np.ndarray,
    *,
    size: float,
    label: str,
    xlabel: str,
    ylabel: str,
    cutoff: float | None = None,
    marks: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """A conclusion, values[i, j] under the prior of strength i and mean j: its levels, the one of a decision, marked
    priors, and the strength that equals the size of the data.
    """
    means, strengths = np.asarray(means), np.asarray(strengths)
    figure, ((axes,),) = canvas(4.4, nrows=1, ncols=1)
    axes.set_yscale("log")
    low, high = float(np.min(values)), float(np.max(values))
    if high > low:
        axes.contourf(means, strengths, values, levels=np.linspace(low, high, 13), cmap="Blues", alpha=0.4)
        lines = axes.contour(means, strengths, values, levels=7, colors=[BLUE], linewidths=0.8)
        axes.clabel(lines, fontsize=8, fmt=lambda v: f"{v:.3g}")
    if cutoff is not None and low < cutoff < high:
        edge = axes.contour(means, strengths, values, levels=[cutoff], colors=[VERMILION], linewidths=2.4)
        axes.clabel(edge, fontsize=9, fmt=lambda v: f"{v:.3g}")
        axes.plot([], [], color=VERMILION, linewidth=2.4, label=plain(f"{label} = {cutoff:g}", limit=40))
    axes.axhline(size, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), label="as much as the data")
    for (name, (mean, strength)), color in zip((marks or {}).items(), (INK, VERMILION, ORANGE), strict=False):
        axes.plot(mean, strength, "o", color=color, markersize=7, markeredgecolor="white", label=plain(name))
    axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(means[0], means[-1]), ylim=(strengths[0], strengths[-1]))
    axes.grid(visible=False)
    legend(axes)
    return figure


def funnel(
    size: Numbers,
    share: Numbers,
    *,
    center: float,
    limits: Mapping[str, tuple[Numbers, Numbers, Numbers]],
    xlabel: str,
    ylabel: str,
    names: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Shares against the size of their groups, and between which limits (size, lower, upper) chance would hold them."""
    figure, ((axes,),) = canvas(4.2, nrows=1, ncols=1)
    axes.axhline(center, color=INK, linewidth=1.2)
    axes.plot(size, share, "o", color=BLUE, markersize=4, alpha=0.6, markeredgewidth=0)
    for (label, (at, lower, upper)), color in zip(limits.items(), (INK, VERMILION), strict=False):
        dashes = (0, (4, 3)) if color == INK else "-"
        axes.plot(at, lower, color=color, linewidth=1.4, linestyle=dashes, label=plain(label, limit=60))
        axes.plot(at, upper, color=color, linewidth=1.4, linestyle=dashes)
    for name, (x, y) in (names or {}).items():
        axes.annotate(plain(name), (x, y), xytext=(6, 4), textcoords="offset points", fontsize=9)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log")
    legend(axes)
    return figure


def shrinkage(
    observed: Numbers, shrunken: Numbers, weight: Numbers, *, center: float | None, xlabel: str, ylabel: str
) -> Figure:
    """Estimates after shrinkage against those before, in three colors by the weight of the prior in them."""
    observed, shrunken, weight = (np.asarray(v, dtype=float) for v in (observed, shrunken, weight))
    figure, ((axes,),) = canvas(4.4, nrows=1, ncols=1)
    ends = np.array([observed.min(), observed.max()])
    axes.plot(ends, ends, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), label="not shrunken")
    if center is not None:
        axes.axhline(center, color=INK, linewidth=1.2, label="mean of the prior")
    for low, high, color in ((0.0, 1 / 3, BLUE), (1 / 3, 2 / 3, ORANGE), (2 / 3, 1.01, VERMILION)):
        some = (weight >= low) & (weight < high)
        if some.any():
            name = f"{100 * low:.0f}-{min(100 * high, 100):.0f} % prior"
            look: dict[str, Any] = {"markersize": 5, "alpha": 0.65, "markeredgewidth": 0}
            axes.plot(observed[some], shrunken[some], "o", color=color, label=name, **look)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    legend(axes)
    return figure


def accumulation(
    seen: Numbers,
    probability: Numbers,
    loss: Sequence[Numbers],
    *,
    labels: Sequence[str],
    limits: Sequence[float],
    xlabel: str,
    ylabel: str,
    loss_label: str,
) -> Figure:
    """A probability that moves as data come in, with limits of a decision; under it the expected loss of each choice,
    on a log scale.
    """
    seen = np.asarray(seen)
    figure, ((top,), (bottom,)) = canvas(5.2, nrows=2, ncols=1, sharex=True)
    for limit in limits:
        top.axhline(limit, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    top.plot(seen, probability, "o-", color=BLUE, markersize=3.5, linewidth=1.4)
    top.set(ylabel=ylabel, ylim=(-0.03, 1.05))
    for values, label, color in zip(loss, labels, (VERMILION, BLUE), strict=False):
        bottom.plot(seen, values, "o-", color=color, markersize=3.5, linewidth=1.4, label=label)
    bottom.set_yscale("log")
    bottom.set(xlabel=xlabel, ylabel=loss_label)
    bottom.margins(x=0.01)
    legend(bottom)
    return figure
