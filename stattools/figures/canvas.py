"""The axes that a figure is drawn on: of a figure of its own in the house's width, or those that were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.house_style import WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def canvas(
    height: float, *, nrows: int, ncols: int, on: object = None, width: float = WIDTH, **subplots: object
) -> tuple[Figure, np.ndarray]:
    """A figure of the house's width with axes as `Figure.subplots` lays them out, always as a 2-d array; or the axes
    that were given to draw `on`, with their figure.
    """
    from stattools.figures.given_axes import ShownFigure, axes_of

    if on is not None:
        axes = axes_of(on, nrows * ncols)
        return axes[0].get_figure(root=True), np.array(axes, dtype=object).reshape(nrows, ncols)  # type: ignore[return-value]
    figure = ShownFigure(figsize=(width, height))
    return figure, figure.subplots(nrows, ncols, squeeze=False, **subplots)  # type: ignore[arg-type]


def panels_of(count: int, height: float, on: object = None) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, three to a line; those of a line that is not full are taken away."""
    ncols = min(count, 3)
    nrows = -(-count // ncols)
    if on is not None:
        figure, grid = canvas(height, nrows=1, ncols=count, on=on)
        return figure, list(grid.ravel())
    figure, grid = canvas(height if nrows == 1 else 0.3 + 2.5 * nrows, nrows=nrows, ncols=ncols)
    for axes in grid.ravel()[count:]:
        axes.remove()
    return figure, list(grid.ravel()[:count])
