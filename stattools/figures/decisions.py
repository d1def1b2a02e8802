"""Figures of decisions: how a probability moves as data come in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, INK, VERMILION, Numbers, legend

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
