"""The predicted mean as one variable moves, everything else as it is: a curve with its band, or levels with intervals.

The frames are those of `fit.means`: averages over the rows, or over the reference grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from stattools import figures
from stattools.errors import DomainError
from stattools.inference.effects.groups import compared
from stattools.inference.effects.held_rows import levels_of
from stattools.inference.effects.moved_rows import Population, population
from stattools.inference.plots.drawing import Drawing, level_of
from stattools.inference.plots.words import mean_of
from stattools.interface.arguments import several
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.text.columns import percent

POINTS = 41
"""Points of a curve."""
MOST_TICKS = 200
"""So many rows are marked at the foot of a curve, evenly among them in the order of their values."""
MOST_GROUPS = 10
MOST_PANELS = 12


def effect(
    fit: Any,
    variable: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    values: Sequence[Any] | None = None,
    over: str | None = None,
    level: float | None = None,
    data: Any = None,
) -> Drawing:
    """See `Fit.plot`."""
    rows = population(fit.model, data, None, None, "overall")
    variable = the_variable(rows, variable)
    asked = {"over": "rows" if over is None else over, "level": level, "data": data}
    level = level_of(fit, level)
    return drawing(
        fit.model,
        rows,
        variable,
        by,
        values,
        lambda points: fit.means(variable, by=by, values=points, **asked),
        f"{percent(level)} interval" if fit.kinds else "a ridge fit has no intervals",
    )


def the_variable(rows: Population, variable: str | None) -> str:
    """The variable that moves: the one that was named, or the only one that there is."""
    if variable is None and len(rows.names) != 1:
        raise DomainError(f'plot("effect", variable) moves one of {", ".join(map(repr, rows.names))}: name it.')
    rows.require(found := rows.names[0] if variable is None else variable)
    return str(found)


def drawing(
    model: Any,
    rows: Population,
    variable: str,
    by: Any,
    values: Sequence[Any] | None,
    means: Callable[[Sequence[Any]], pd.DataFrame],
    said: str,
) -> Drawing:
    """The figure of means at the points of a variable: of `means(points)`, a frame with their intervals."""
    number = rows.levels(variable, ()) is None
    points = _points(rows, variable, values, number)
    frame = means(points)
    middle = "estimate" if "estimate" in frame else "mean"
    frame = frame if "lower" in frame else frame.assign(lower=np.nan, upper=np.nan)
    panels = _panels(frame, () if by is None else several(by), middle)
    many = max(len(groups) for groups in panels.values())
    if many > MOST_GROUPS or len(panels) > MOST_PANELS:
        raise DomainError(
            f"a figure shows up to {MOST_GROUPS} groups and {MOST_PANELS} categories; this one has {many} and "
            f"{len(panels)}. fit.means({variable!r}, by=...) is the table of all."
        )
    outcome = model.likelihood.outcome
    bounded = model.likelihood.is_event or outcome.has_several or outcome in (Outcome.TRIALS, Outcome.UNIT)
    shared: dict[str, Any] = {
        "xlabel": figures.plain(variable),
        "ylabel": f"{mean_of(model)}\n{said}",
        "bounds": (0.0, 1.0) if bounded else (-np.inf, np.inf),
    }
    alt = f"{mean_of(model)} by {variable}, from {frame[middle].min():.4g} to {frame[middle].max():.4g}, {said}"
    caption = "Each point is an average of predicted means, everything but this variable being as it is in the rows."
    if number and len(points) > 2:
        x, ticks = np.asarray(points, dtype=float), _ticks(rows, variable)
        return Drawing(lambda on: figures.effect_curves(x, panels, seen=ticks, **shared, on=on), alt, caption)
    names = [str(point) for point in points]
    return Drawing(lambda on: figures.effect_levels(names, panels, **shared, on=on), alt, caption)


def _points(rows: Population, variable: str, values: Sequence[Any] | None, number: bool) -> Sequence[Any]:
    """Where the mean is drawn: the levels, what was asked for, or evenly along the values of a number."""
    ordered = levels_of(rows, variable)
    if values is not None or ordered is not None:
        found = compared("figures", variable, rows.levels(variable, ()), ordered, values)
        return sorted(found) if number else found
    x = np.asarray(rows.column(variable), dtype=float)
    return np.linspace(x.min(), x.max(), POINTS).tolist()


def _ticks(rows: Population, variable: str) -> Floats:
    x = np.sort(np.asarray(rows.column(variable), dtype=float))
    return x if len(x) <= MOST_TICKS else x[np.linspace(0, len(x) - 1, MOST_TICKS).astype(int)]


def _panels(frame: pd.DataFrame, by: Sequence[str], middle: str) -> Mapping[str, Mapping[str, Any]]:
    """By category, and in it by group: middle, lower and upper."""
    panels: dict[str, dict[str, Any]] = {}
    keys = [name for name in ("category", *by) if name in frame]
    groups: Any = frame.groupby(keys, sort=False) if keys else [((), frame)]
    for key, part in groups:
        category, *cell = key if "category" in frame else ("", *key)
        label = ", ".join(f"{name} = {value}" for name, value in zip(by, cell, strict=True))
        ends = tuple(part[name].to_numpy(dtype=float) for name in (middle, "lower", "upper"))
        panels.setdefault(str(category), {})[label] = ends
    return panels
