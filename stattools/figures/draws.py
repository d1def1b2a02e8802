"""Draws of parameters: their distributions beside the priors, and their traces by chain.

Outcomes that were seen beside those that a model would make: frequencies with the intervals of replicated ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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
