"""The curve of a variable with its bands, or its slope: a panel for each level of a factor that has a curve each."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools import figures
from stattools.errors import DomainError, quoted
from stattools.inference.plots.drawing import Drawing, level_of
from stattools.inference.smooths.chosen import require_curves
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.text.columns import percent

MOST = 400
"""So many rows have a tick."""
KINDS = ("curve", "slope")


def smooth_curve(
    fit: Any, variable: str | None = None, *, values: Any = None, kind: str = "curve", level: float | None = None
) -> Drawing:
    """See `Fit.plot`."""
    level, kind = level_of(fit, level), word_of(kind, KINDS)
    if not is_one_of(kind, KINDS):
        raise DomainError(f'plot("smooth") has kind="curve" and kind="slope"; got kind={quoted(kind)}.')
    require_curves(fit, 'plot("smooth")')
    name = fit.model.smooths[0].design.part.name if variable is None else variable
    smooth = fit.smooth(name, at=values, level=level)
    smooth = smooth if kind == "curve" else smooth.derivative()
    table, count = smooth.table(), len(smooth.x)
    columns = (kind, "lower", "upper", "lower_simultaneous", "upper_simultaneous")
    panels, seen = {}, []
    for k, curve in enumerate(smooth.curves):
        own = table.iloc[k * count : (k + 1) * count]
        title = curve.term.name if len(smooth.curves) > 1 else ""
        panels[title] = tuple(own[column].to_numpy() for column in columns)
        seen.append(_ticks(curve.term))
    said = f"{'curve' if kind == 'curve' else 'slope of the curve'} {smooth.name}"
    edf = smooth.curves[0].edf if len(smooth.curves) == 1 else None
    ylabel = smooth.name if kind == "curve" else f"slope of {smooth.name}"
    return Drawing(
        lambda on: figures.smooth(
            smooth.x,
            panels,
            xlabel=figures.plain(smooth.variable),
            ylabel=figures.plain(ylabel, 40),
            seen=seen,
            on=on,
        ),
        f"The {said} with {percent(level)} bands" + ("" if edf is None else f", {edf:.2f} degrees of freedom"),
        f"The dark band covers each value of the curve with {percent(level)}, the light one the whole of it; ticks "
        "show where the rows are. The curve has mean 0 over these.",
    )


def _ticks(term: Any) -> Floats:
    """Where the rows of a curve lie: its values of x, at most `MOST` of them."""
    u = term.first + term.basis @ np.arange(-1.0, 3.0)  # B-splines times their middles are the place itself
    x = term.least + term.step * (u - term.design.places(np.array([term.least]))[0])
    own = x if term.weight is None else x[term.weight != 0.0]
    return own if len(own) <= MOST else np.quantile(own, np.linspace(0.0, 1.0, MOST))
