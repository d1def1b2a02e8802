"""Residuals against fitted values with their normal quantiles, and which rows pull at the fit.

Residuals of fits with random effects against fitted values, with the effects of the groups taken away or without.

The effects of groups in order, each with its interval: a caterpillar plot.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools import figures
from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.goodness import grouped
from stattools.inference.diagnostics.residuals import KINDS
from stattools.inference.estimates import Estimates
from stattools.inference.needs import require
from stattools.inference.plots.drawing import Drawing, level_of, mean_of
from stattools.interface.arguments import word_of
from stattools.interface.arrays import Floats
from stattools.text.columns import many, percent

SEED = 0
"""Of quantile residuals of discrete outcomes, so that a figure is the same each time."""

WORST = 5
"""So many rows of the largest Cook's distances are named."""

ROWS_OF_A_GROUP = 25

CAPTION = (
    "Left: 95 % of the points belong between the shaded ends, and a line that bends away from zero would mean that the "
    "model misses something. Right: points within the shaded ends mean residuals as normal as the model says."
)


def residuals(fit: Any, *, kind: str | None = None, seed: object = None) -> Drawing:
    """See `Fit.plot`."""
    model = fit.model
    if model.is_mixed:
        return mixed_residuals(fit, kind, seed)
    outcome, fitted = figures.plain(model.outcome_name), fit.predict(align=False)
    kind, residual = _residuals(fit, word_of(kind, KINDS), seed)
    label, unit, sd = f"{kind} residual", "", 1.0 if kind == "quantile" else None
    largest = float(np.abs(residual).max())
    if kind == "response":
        label, precision = f"residual of {outcome}", model.rows.precision
        if precision is not None:
            residual, label = residual * np.sqrt(precision), label + " × √precision"
        if model.has_scale:
            unit, largest = " residual standard deviations", float(np.abs(residual).max() / fit.scale)
    axis = f"fitted {outcome}" if model.has_scale else f"fitted {mean_of(model)}"
    alt = f"Residuals against fitted values and normal quantiles; the largest is {largest:.1f}{unit}"
    return _drawing(fitted, residual, model.rows.weight, axis, label, sd, alt)


def _drawing(
    fitted: Floats, residual: Floats, weight: Floats | None, axis: str, label: str, sd: float | None, alt: str
) -> Drawing:
    """Residuals against fitted values and normal quantiles, with what the axes are called."""
    names = {"fitted_label": axis, "residual_label": label}
    trend = trend_of(fitted, residual, weight)
    return Drawing(
        lambda on: figures.residuals(fitted, residual, **names, sd=sd, trend=trend, weight=weight, on=on), alt, CAPTION
    )


def _residuals(fit: Any, kind: str | None, seed: object) -> tuple[str, Floats]:
    """The residuals of this kind; by default those of least squares, quantile residuals of other likelihoods, and
    Pearson's of one that does not know its quantiles.
    """
    if kind is None and fit.model.has_scale:
        kind = "response"
    if kind not in (None, "quantile"):
        if seed is not None:
            raise IncompatibleError(f"{kind} residuals are not randomized: leave seed= out.")
        return kind, fit.residuals_of(kind, align=False)
    try:
        return "quantile", fit.residuals_of("quantile", seed=SEED if seed is None else seed, align=False)
    except IncompatibleError:
        if kind is not None:
            raise
        return "pearson", fit.residuals_of("pearson", align=False)


def trend_of(fitted: Floats, residual: Floats, weight: Floats | None) -> tuple[Floats, Floats] | None:
    """Mean residual in groups of rows of similar fitted value; None of few rows, or few values."""
    bins = min(12, len(fitted) // ROWS_OF_A_GROUP)
    if bins < 3:
        return None
    middle, mean, _ = grouped(fitted, residual, weight, bins)
    return (middle, mean) if len(middle) >= 3 else None


def influence(fit: Any) -> Drawing:
    """See `Fit.plot`."""
    require(fit, "leverage")
    model = fit.model
    h, cook = fit.leverage(align=False), fit.cooks_distance(align=False)
    pearson = fit.residuals_of("pearson", align=False)
    alone = h >= 1.0 - 1e-12
    seen = np.ones(len(h), dtype=bool) if model.rows.weight is None else model.rows.weight > 0
    there = np.flatnonzero(~alone & seen)
    standardized = pearson[there] / np.sqrt(1.0 - h[there])
    names = row_names(model)
    worst = np.argsort(-cook[there], kind="stable")[:WORST].tolist()
    notes = []
    if (alone & seen).any():
        some = [names[k] for k in np.flatnonzero(alone & seen)]
        notes.append(f"leverage 1, alone in deciding a coefficient: {', '.join(some[:5])}{' …' * (len(some) > 5)}")
    if not seen.all():
        notes.append(f"{int((~seen).sum()):,} of weight 0 not shown")
    first = names[there[worst[0]]] if worst else "none"
    largest = float(cook[there].max()) if len(there) else 0.0
    size = model.predictor.size_first
    on_lines = np.allclose(cook[there], standardized**2 * h[there] / (size * (1.0 - h[there])), rtol=1e-6, atol=1e-12)
    shown: dict[str, Any] = {"size": size if on_lines else None, "names": [names[k] for k in there]}
    return Drawing(
        lambda on: figures.influence(
            h[there], standardized, cook[there], **shown, worst=worst, note="; ".join(notes), on=on
        ),
        alt=f"Standardized residuals against leverage; the largest Cook's distance is {largest:.2g}, of row {first}",
        caption=f"Rows {'beyond the lines' if on_lines else 'of a large distance'} pull at the fit: leave them out, "
        "and look at how far the estimates move.",
    )


def row_names(model: Any) -> list[str]:
    """What each row that was used is called: by the index of a pandas table, else by its number."""
    places = model.places
    kept = np.arange(places.n) if places.kept is None else places.kept
    index = places.origin.index
    return [str(name) for name in (kept if index is None else index[kept])]


BEFORE_GROUPS = ("marginal", "quantile")
"""Residuals of what the model expects without what is known of the groups."""


def mixed_residuals(fit: Any, kind: str | None, seed: object) -> Drawing:
    """See `Fit.plot`: by default conditional residuals of a normal outcome, Pearson's where there are curves, and
    quantile residuals elsewhere.
    """
    fixed = fit.model.fixed
    normal, weight, outcome = fixed.has_scale, fixed.rows.weight, figures.plain(fit.model.outcome_name)
    if kind is None:
        plain = "conditional" if fixed.rows.precision is None else "pearson"
        kind = plain if normal else "pearson" if fit.model.smooths else "quantile"  # curves have no average over groups
    if kind != "quantile" and seed is not None:
        raise IncompatibleError(f"{kind} residuals are not randomized: leave seed= out.")
    options = {"seed": SEED if seed is None else seed} if kind == "quantile" and not normal else {}
    residual = fit.residuals_of(kind, align=False, **options)
    known = kind not in BEFORE_GROUPS
    fitted = fit.predict(groups="known" if known else "population", align=False)
    whose = "with the effects of groups" if known else "without effects of groups"
    axis = f"fitted {outcome if normal else mean_of(fixed)}, {whose}"
    sd = 1.0 if kind == "quantile" or (normal and kind == "pearson") else None
    alt = f"{kind.capitalize()} residuals against fitted values, {whose}, and normal quantiles"
    return _drawing(fitted, residual, weight, axis, f"{kind} residual", sd, alt)


def groups_with_effects(fit: Estimates, name: str) -> None:
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
