"""Draws of parameters: their distributions beside the priors, and their traces by chain.

Outcomes that were seen beside those that a model would make; a conclusion over priors, a funnel of groups, estimates
before and after shrinkage; how a probability moves as data come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.figures.canvas import canvas, panels_of
from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure


COLORS = (BLUE, VERMILION, GREEN, ORANGE, INK)
BINS = 40
MOST_STEPS = 1000
"""So many steps of a chain are drawn."""


def histograms(
    draws: Mapping[str, Numbers],
    intervals: Mapping[str, tuple[float, float]],
    priors: Mapping[str, Callable[[NDArray[np.float64]], Numbers] | None],
    *,
    label: str,
    on: object = None,
) -> Figure:
    """A panel per parameter: the draws as a histogram, the interval shaded and called `label`, the density of its prior
    where it has one.

    A prior that is far wider than the draws is the flat line at the foot.
    """
    figure, grid = panels_of(len(draws), 3.4, on=on)
    for k, (axes, (name, values)) in enumerate(zip(grid, draws.items(), strict=True)):
        heights, edges = np.histogram(values, bins=BINS, density=True)
        low, high = intervals[name]
        middle = 0.5 * (edges[1:] + edges[:-1])
        inside = (middle >= low) & (middle <= high)
        axes.bar(edges[:-1], heights, np.diff(edges), align="edge", color=VERMILION, alpha=0.2, linewidth=0)
        shown = label if not k else None
        axes.bar(
            edges[:-1][inside],
            heights[inside],
            np.diff(edges)[inside],
            align="edge",
            color=VERMILION,
            alpha=0.4,
            linewidth=0,
            label=shown,
        )
        mean = float(np.mean(values))
        axes.axvline(mean, color=VERMILION, linewidth=1.2)
        density = priors[name]
        if density is not None:
            x = np.linspace(edges[0], edges[-1], 201)
            height = np.asarray(density(x), dtype=float)
            axes.plot(x, np.where(np.isfinite(height), height, np.nan), color=INK, linewidth=1.3, linestyle=(0, (4, 3)))
        axes.set_ylim(0.0, 1.15 * float(heights.max()))
        axes.set(xlabel=plain(name, 40), ylabel="" if k % 3 else "density", xlim=(edges[0], edges[-1]))
        axes.locator_params(axis="x", nbins=4)
    if any(density is not None for density in priors.values()):
        grid[0].plot([], [], color=INK, linewidth=1.3, linestyle=(0, (4, 3)), label="prior")
    legend(grid[0], 2)
    return figure


def traces(draws: Mapping[str, NDArray[np.float64]], *, on: object = None) -> Figure:
    """For each parameter its draws (chains, steps) in their order, and how the ranks of each chain are spread.

    Ranks are among all draws; of chains that agree each has as many in every bin, up to chance, which is shaded.
    """
    figure, grid = canvas(0.4 + 1.7 * len(draws), nrows=len(draws), ncols=2, on=on)
    for k, ((left, right), (name, values)) in enumerate(zip(grid, draws.items(), strict=True)):
        chains, steps = values.shape
        shown = np.unique(np.linspace(0, steps - 1, MOST_STEPS).astype(int)) if steps > MOST_STEPS else np.arange(steps)
        ranks = np.argsort(np.argsort(values.ravel(), kind="stable"), kind="stable").reshape(values.shape)
        edges = np.linspace(0, values.size, 21)
        even = steps / 20.0
        reach = 1.96 * np.sqrt(even * (1.0 - 1.0 / 20.0) * (1.0 - 1.0 / max(chains, 2)))
        right.axhspan(even - reach, even + reach, color=INK, alpha=0.1, linewidth=0)
        for chain in range(chains):
            color = COLORS[chain % len(COLORS)]
            left.plot(shown, values[chain, shown], color=color, linewidth=0.6, alpha=0.8)
            counts = np.histogram(ranks[chain], edges)[0]
            right.step(
                edges, [*counts, counts[-1]], where="post", color=color, linewidth=1.1, label=f"chain {chain + 1}"
            )
        left.set(ylabel=plain(name, 18))
        left.margins(x=0.01)
        right.set(xlim=(0, values.size), ylim=(0.0, None), ylabel="draws")
        if k == len(draws) - 1:
            left.set_xlabel("step")
            right.set_xlabel("rank among all draws")
    grid[0][0].set_title("Trace")
    grid[0][1].set_title("Ranks by chain")
    return figure


def replicated(
    observed: Numbers,
    low: Numbers,
    high: Numbers,
    *,
    xlabel: str,
    label: str,
    edges: Numbers | None = None,
    names: Sequence[str] | None = None,
    unit: str = "rows",
    on: object = None,
) -> Figure:
    """Bars of the frequencies observed between the `edges`, or of each of the `names`, and lines where those of
    replicated outcomes lie.
    """
    observed = np.asarray(observed, dtype=float)
    ends = np.arange(len(observed) + 1) - 0.5 if edges is None else np.asarray(edges, dtype=float)
    width, middle = np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1, on=on)
    thin = 0.8 if edges is None else 0.94
    axes.bar(middle, observed, width=thin * width, color=BLUE, alpha=0.35, linewidth=0, label="observed")
    axes.vlines(middle, low, high, color=VERMILION, linewidth=3.0 if len(middle) < 40 else 1.8, label=label)
    axes.set(xlabel=xlabel, ylabel=f"number of {unit}", xlim=(ends[0] - 0.2 * width[0], ends[-1] + 0.2 * width[-1]))
    if names is not None:
        axes.set_xticks(middle, [plain(name) for name in names])
    elif edges is None:
        axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="x", visible=False)
    legend(axes)
    return figure


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
