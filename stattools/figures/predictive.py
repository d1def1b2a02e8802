"""Outcomes that were seen beside those that a model would make: frequencies with the intervals of replicated ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    on: Any = None,
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
