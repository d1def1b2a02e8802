"""The effects of groups in order, each with its interval: a caterpillar plot."""

from __future__ import annotations

from typing import Any

from stattools import figures
from stattools.errors import IncompatibleError
from stattools.inference.plots.drawing import Drawing, level_of
from stattools.text.columns import percent
from stattools.text.one_line import many


def groups_with_effects(fit: Any, name: str) -> None:
    """A mixed model."""
    if not (fit.model.is_mixed and fit.model.random):
        raise IncompatibleError(f"effects of groups are those of (1 | g) in a formula; this is {fit.model.title}.")


def random_effects(fit: Any, variable: str | None = None, *, level: float | None = None) -> Drawing:
    """See `Fit.plot`."""
    level = level_of(fit, level)
    group = fit.model.random[0].group if variable is None else variable
    frame = fit.random_effects(group, level=level)
    panels = {
        str(term): (own["level"].map(str).tolist(), own["estimate"], own["lower"], own["upper"])
        for term, own in frame.groupby("term", sort=False)
    }
    count, shown = len(frame) // len(panels), percent(level)
    return Drawing(
        lambda on: figures.caterpillar(panels, ylabel=f"{figures.plain(group)}, {shown} intervals", on=on),
        f"Effects of {many(count, 'group')} of {group} in order, with {shown} intervals",
        f"The effect of each group of {group} given the data, with its {shown} interval: the less is known of a group, "
        "the nearer its effect is to 0.",
    )
