"""How many digits two computations share, one line per model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, GREEN, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def agreement(names: Sequence[str], digits: Mapping[str, Numbers], *, cap: float, xlabel: str) -> Figure:
    """Digits by model, a marker for each quantity; what is above `cap` is drawn there, NaN is left out."""
    figure, ((axes,),) = canvas(1.1 + 0.24 * len(names), nrows=1, ncols=1)
    places = np.arange(len(names))
    shapes = zip(digits.items(), (BLUE, VERMILION, GREEN), ("o", "s", "^"), (-0.2, 0.0, 0.2), strict=False)
    for (label, values), color, shape, shift in shapes:
        shown = np.minimum(np.asarray(values, dtype=float), cap)
        axes.plot(shown, places + shift, shape, color=color, markersize=4.5, label=label)
    axes.set_yticks(places, [plain(name, 44) for name in names])
    axes.set(xlabel=xlabel, xlim=(0.0, cap + 0.5), ylim=(len(names) - 0.4, -0.6))
    axes.tick_params(axis="y", length=0)
    legend(axes)
    return figure
