"""Predicted probabilities: are they calibrated, and how do they move with a column?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas, panels_of
from stattools.figures.house_style import BLUE, INK, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def calibration(
    predicted: Numbers,
    observed: Numbers,
    lower: Numbers,
    upper: Numbers,
    probability: Numbers,
    *,
    event: str,
    weight: Numbers | None = None,
    unit: str = "rows",
    level: float = 0.95,
    on: object = None,
) -> Figure:
    """Observed share against predicted probability, in groups of rows; below, how many rows were predicted what."""
    predicted, observed = np.asarray(predicted), np.asarray(observed)
    errors = [observed - np.asarray(lower), np.asarray(upper) - observed]
    top = (
        1.0 if max(np.max(upper), np.max(probability)) > 0.6 else float(max(np.max(upper), np.max(probability)) * 1.05)
    )
    grid = {"height_ratios": [4.0, 1.0]}
    figure, ((axes,), (below,)) = canvas(4.8, nrows=2, ncols=1, on=on, sharex=True, gridspec_kw=grid)
    axes.plot([0, top], [0, top], color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label="perfect calibration")
    axes.errorbar(
        predicted,
        observed,
        yerr=np.maximum(errors, 0.0),
        fmt="o",
        color=BLUE,
        markersize=5,
        linewidth=1.3,
        capsize=2.5,
        label=f"groups of {unit}, {100.0 * level:.6g} % interval",
    )
    ends = _ends(top)
    axes.set(ylabel=f"observed share of {event}", ylim=ends, xlim=ends)
    legend(axes)
    below.hist(probability, weights=weight, bins=np.linspace(0, top, 41).tolist(), color=BLUE, alpha=0.55)
    below.set(xlabel=f"predicted probability of {event}", ylabel=unit)
    below.grid(axis="x", visible=False)
    return figure


def _ends(top: float) -> tuple[float, float]:
    """Limits of an axis from 0 to `top` that leave room for a whole mark at either end."""
    return (-0.02 * top, 1.02 * top)


def calibrations(
    panels: Mapping[str, tuple[Numbers, Numbers, Numbers, Numbers]], *, ylabel: str, on: object = None
) -> Figure:
    """A panel per category: observed share, with its interval, against predicted probability in groups of rows."""
    figure, grid = panels_of(len(panels), 3.4, on=on)
    top = max(float(np.max([np.max(predicted), np.max(upper)])) for predicted, _, _, upper in panels.values())
    top = 1.0 if top > 0.6 else 1.05 * top
    ends = _ends(top)
    for k, (axes, (name, (predicted, observed, lower, upper))) in enumerate(zip(grid, panels.items(), strict=True)):
        errors = np.maximum([np.subtract(observed, lower), np.subtract(upper, observed)], 0.0)
        axes.plot([0, top], [0, top], color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
        axes.errorbar(predicted, observed, yerr=errors, fmt="o", color=BLUE, markersize=4, linewidth=1.2, capsize=2.0)
        axes.set(xlabel="predicted probability", xlim=ends, ylim=ends, title=plain(name))
        axes.set_ylabel(ylabel if k % 3 == 0 else "")
    return figure


def probabilities(
    x: Numbers, curves: Mapping[str, tuple[Numbers, Numbers, Numbers]], *, xlabel: str, ylabel: str = "probability"
) -> Figure:
    """One narrow panel per category: its probability (mean, lower, upper) as x grows, all on the same axes."""
    columns = min(len(curves), 7)
    lines = -(-len(curves) // columns)
    figure, grid = canvas(0.6 + 2.1 * lines, nrows=lines, ncols=columns, sharex=True, sharey=True)
    panels, top = grid.ravel(), float(max(np.max(upper) for _, _, upper in curves.values()))
    for axes, (label, (mean, lower, upper)) in zip(panels, curves.items(), strict=False):
        axes.fill_between(x, 100 * np.asarray(lower), 100 * np.asarray(upper), color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(x, 100 * np.asarray(mean), color=BLUE)
        axes.set_title(plain(label).replace(" ", "\n", 1), fontsize=9, fontweight="normal")
        axes.set(ylim=(0, 105 * top), xlim=(np.min(x), np.max(x)))
        axes.locator_params(axis="x", nbins=4, integer=float(np.ptp(x)) >= 4.0)
    for axes in panels[len(curves) :]:
        axes.set_axis_off()
    figure.supxlabel(xlabel, fontsize=10)
    figure.supylabel(f"{ylabel}, %", fontsize=10)
    return figure
