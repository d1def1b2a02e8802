"""Training and what it learned: curves by epoch, activations by layer, weights and mistakes as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DASHES = ("-", (0, (5, 2)), "-.", (0, (1, 1.5)))


def training(
    curves: Mapping[str, tuple[Numbers, Numbers]],
    *,
    ylabel: str,
    xlabel: str = "epoch",
    log: bool = False,
    on: object = None,
) -> Figure:
    """Curves by epoch, each (epochs, values), told apart by color and dashes; `log` for both axes logarithmic."""
    figure, ((axes,),) = canvas(3.4, nrows=1, ncols=1, on=on)
    for k, (label, (epoch, value)) in enumerate(curves.items()):
        color = (BLUE, VERMILION, GREEN, ORANGE)[k % 4]
        axes.plot(epoch, value, color=color, linestyle=DASHES[k % 4], label=plain(label, limit=40))
    if log:
        axes.set(xscale="log", yscale="log")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    legend(axes)
    return figure


def activations(layers: Mapping[str, Sequence[Numbers]], *, xlabel: str, bounds: tuple[float, float]) -> Figure:
    """Histograms of activations: one line per network, one panel per layer."""
    depth = max(len(values) for values in layers.values())
    figure, grid = canvas(0.9 + 1.35 * len(layers), nrows=len(layers), ncols=depth, sharex=True, sharey=True)
    edges = np.linspace(*bounds, 31)
    for number, (line, (label, values)) in enumerate(zip(grid, layers.items(), strict=True)):
        for place, (axes, units) in enumerate(zip(line, values, strict=True), 1):
            share = np.histogram(units, edges)[0] / np.size(units)
            axes.bar(edges[:-1], 100 * share, np.diff(edges), align="edge", color=BLUE, alpha=0.75)
            axes.set_xlim(*bounds)
            axes.grid(axis="x", visible=False)
            if number == 0:
                axes.set_title(f"layer {place}", fontsize=9, fontweight="normal")
        line[0].set_ylabel(plain(label))
    figure.supxlabel(xlabel, fontsize=10)
    return figure


def pictures(images: Sequence[NDArray[np.float64]], titles: Sequence[str], *, columns: int, signed: bool) -> Figure:
    """Small images with a title each: gray where larger is darker, or `signed` with orange below and blue above 0."""
    from matplotlib.colors import LinearSegmentedColormap

    lines = -(-len(images) // columns)
    side = 7.2 / columns
    figure, grid = canvas(lines * (side + 0.28) + 0.1, nrows=lines, ncols=columns)
    both = LinearSegmentedColormap.from_list("signed", [VERMILION, "white", BLUE])
    for axes in grid.ravel():
        axes.set_axis_off()
    for axes, image, title in zip(grid.ravel(), images, titles, strict=False):
        top = float(np.abs(image).max()) or 1.0
        limits = {"cmap": both, "vmin": -top, "vmax": top} if signed else {"cmap": "gray_r", "vmin": 0.0, "vmax": top}
        axes.imshow(image, interpolation="nearest", **limits)
        axes.set_title(plain(title, limit=40), fontsize=9, fontweight="normal", color=INK, loc="center")
    return figure
