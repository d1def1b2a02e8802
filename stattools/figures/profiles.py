"""How a log-likelihood falls on both sides of its maximum, beside the parabola that Wald's interval stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, INK, VERMILION, Numbers, legend, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fall(
    x: Numbers,
    profile: Numbers,
    parabola: Numbers,
    *,
    cut: float,
    maximum: float,
    ends: Mapping[str, tuple[float, float]],
    xlabel: str,
    center: float | None = None,
    on: Any = None,
) -> Figure:
    """A profile log-likelihood less its maximum, the parabola of the same top and bend, and the height of the cut.

    `ends` are two intervals by their labels, that of the profile and Wald's; each is drawn at the cut.
    """
    x = np.asarray(x)
    figure, ((axes,),) = canvas(3.9, nrows=1, ncols=1, on=on)
    if center is not None:
        axes.axvline(center, color=INK, linewidth=1.0)
    axes.axhline(cut, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    floor = 2.2 * cut
    for values, color, dashes, (label, (low, high)) in zip(
        (profile, parabola), (BLUE, VERMILION), ("-", (0, (5, 2))), ends.items(), strict=True
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
