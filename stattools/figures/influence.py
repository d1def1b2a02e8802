"""Which rows pull at a fit: residuals against leverage, with the lines along which Cook's distance is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import BLUE, INK, VERMILION, Numbers, dots_per_inch, legend, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STEPS = sorted(np.arange(-97.0, 100.0, 5.0).tolist(), key=abs)
"""How far a name may be moved up or down from its point, in points: first the least."""
DASHES = ("-", (0, (4, 3)), (0, (1, 1.5)))


def influence(
    leverage: Numbers,
    residual: Numbers,
    cook: Numbers,
    *,
    size: int | None,
    names: Sequence[str],
    worst: Sequence[int],
    note: str = "",
    on: object = None,
) -> Figure:
    """Standardized residuals r against leverage h; Cook's distance r^2 h / (size (1 - h)) is the same along a line;
    size None draws none, where it is no function of the two.

    The `worst` rows are named with their distances. `note` says which rows have no place here.
    """
    leverage, residual = np.asarray(leverage), np.asarray(residual)
    figure, ((axes,),) = canvas(4.2, nrows=1, ncols=1, on=on)
    axes.axhline(0.0, color=INK, linewidth=1.0)
    many = 5.0 if len(residual) < 100 else 3.5 if len(residual) < 1000 else 2.5
    axes.plot(leverage, residual, "o", color=BLUE, markersize=many, alpha=0.6, markeredgewidth=0)
    reach = 1.15 * max(float(np.abs(residual).max(initial=0.0)), 2.5)
    right = min(1.12 * float(leverage.max(initial=0.01)), 1.0)
    h = np.linspace(right / 400, min(right, 1.0 - 1e-9), 400)
    if size is not None:
        for line, dashes in zip(_lines(float(np.max(cook, initial=0.0))), DASHES, strict=False):
            edge = np.sqrt(line * size * (1.0 - h) / h)
            if not (shown := edge <= reach).any():
                continue
            said = f"Cook's distance {line:g}"
            axes.plot(h[shown], edge[shown], color=VERMILION, linewidth=1.0, linestyle=dashes, label=said)
            axes.plot(h[shown], -edge[shown], color=VERMILION, linewidth=1.0, linestyle=dashes)
    axes.set(xlabel="leverage", ylabel="standardized residual", xlim=(0.0, right), ylim=(-reach, reach))
    if note:
        axes.annotate(plain(note, 90), (1.0, 0.01), xycoords="axes fraction", ha="right", va="bottom", fontsize=8.5)
    if axes.get_legend_handles_labels()[0]:
        legend(axes, 3)
    _name(axes, leverage, residual, {k: f"{plain(names[k])} ({cook[k]:.2g})" for k in worst})
    return figure


def _lines(largest: float) -> list[float]:
    """1 and 0.5, above which is much, and a round number that some row is beyond."""
    if largest <= 0.0:
        return [1.0, 0.5]
    power = 10.0 ** np.floor(np.log10(largest))
    last = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= largest)
    return [1.0, 0.5, *([float(f"{last:.3g}")] if last < 0.5 else [])]


def _name(axes: Axes, x: np.ndarray, y: np.ndarray, names: Mapping[int, str]) -> None:
    """Names beside their points, moved up or down where they would lie over each other."""
    box = axes.get_window_extent()
    points = 72.0 / dots_per_inch(axes)
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    taken: list[tuple[float, float, float]] = []
    for k, name in sorted(names.items(), key=lambda pair: y[pair[0]]):
        at = (x[k] - left) / (right - left) * box.width * points, (y[k] - low) / (high - low) * box.height * points
        wide, back = 5.2 * len(name), at[0] > 0.6 * box.width * points
        start = at[0] - wide - 6 if back else at[0] + 6
        free = [
            step
            for step in STEPS
            if 0.0 < at[1] + step < box.height * points - 8.0
            and not any(
                abs(at[1] + step - y) < 10.0 and start < end and start + wide > begin for y, begin, end in taken
            )
        ]
        step = free[0] if free else STEPS[0]
        taken.append((at[1] + step, start, start + wide))
        offset = (-6.0 if back else 6.0, step)
        axes.annotate(
            name, (x[k], y[k]), xytext=offset, textcoords="offset points", ha="right" if back else "left", fontsize=8.5
        )
