"""The figures that show the answer: what each variable does to the mean, over the data, and the terms on one scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools import figures
from stattools.figures.answers import Panel, effect_panels
from stattools.inference.diagnostics.goodness import grouped
from stattools.inference.fits.fit import Fit
from stattools.inference.plots.drawing import mean_of
from stattools.inference.plots.predictions import shares
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.reporting.answer.basis import MOST_LEVELS, POINTS, Basis
from stattools.reporting.answer.findings import Effect, over_quartiles
from stattools.reporting.document import Block, Figure, inline
from stattools.reporting.stories import story

PANELS = 6
"""Variables that are drawn, the clearest first."""
QUARTILES = ", its interquartile range"
MOST_GROUPS = 6
MOST_DOTS, MOST_RATIOS = 400, 24
BINS = 8


NOT_SEEN = (Outcome.CATEGORY, Outcome.TIME)
"""Outcomes of which no number is seen beside a mean: labels, and times that may be censored."""


def figures_of(basis: Basis) -> list[Block]:
    """The effects on the mean, and several terms side by side where they are ratios."""
    fit, terms = basis.fit, basis.terms
    found: list[Block] = [*_effects(basis)]
    ratio = story(fit.model).ratio
    shown = [term for term in terms if not term.is_curve]
    wide = [over_quartiles(fit, term) for term in shown]
    pairs = zip(shown, wide, strict=True)
    told = [one for term, over in pairs for one in (over or (0.0, term.effects))[1] if one.factor]
    if ratio and fit.kinds and 1 < len(told) <= MOST_RATIOS:
        found.append(_ratios(fit, told, ratio, has_numbers=any(wide)))
    return found


def _ratios(fit: Fit, told: list[Effect], ratio: str, *, has_numbers: bool) -> Figure:
    """The terms as ratios, one line each."""
    names = [_plain(one) for one in told]
    middle, lower, upper = (np.exp([one.numbers[end] for one in told]) for end in ("estimate", "lower", "upper"))
    said, many = f"{100 * fit.level:.4g} % interval", ratio.replace("ratio", "ratios")
    over = ", of numbers for one interquartile range more" if has_numbers else ""
    return Figure(
        "ratios",
        lambda: figures.coefficients(
            names, middle, lower, upper, xlabel=f"{ratio}, logarithmic axis, {said}", center=1.0, log=True, on=None
        ),
        alt=f"{len(names)} {many} with {said}s, from {middle.min():.3g} to {middle.max():.3g}",
        caption=f"Each {ratio} with its {said}{over}; 1 is no effect.",
    )


def _plain(one: Effect) -> str:
    """What an effect compares, as a figure writes it: race 2 / 1."""
    said = "".join(span.content for span in inline(one.compared)).removeprefix("for ").removeprefix("per unit of ")
    if one.modified:
        said = f"{''.join(span.content for span in inline(one.modified))}, {said}"
    if said.endswith(QUARTILES):
        width, _, name = said.removeprefix("per ").removesuffix(QUARTILES).partition(" of ")
        said = f"{name}, per {width}"
    return f"{one.category}: {said}" if one.category else said


def _effects(basis: Basis) -> list[Figure]:
    fit, model = basis.fit, basis.fit.model
    found = [_panel(basis, variable) for variable in _in_order(basis)[:PANELS]]
    panels = [panel for panel in found if panel is not None]
    if not panels or max(len(panel.groups) for panel in panels) > MOST_GROUPS:
        return []
    outcome = model.likelihood.outcome
    bounded = model.likelihood.is_event or outcome in (Outcome.CATEGORY, Outcome.TRIALS, Outcome.UNIT)
    bounds = (0.0, 1.0) if bounded else (-np.inf, np.inf)
    what = mean_of(model)
    names = ", ".join(panel.xlabel for panel in panels)
    dots = " Grey points are the data." if any(len(panel.seen[0]) for panel in panels) else ""
    dots = dots.replace("the data", "shares in groups of rows") if bounded and dots else dots
    return [
        Figure(
            "effects",
            lambda: effect_panels(panels, ylabel=what, bounds=bounds),
            alt=f"Predicted {what} by {names}, with intervals",
            caption=f"The {what} that the model predicts as one variable moves and the others stay as they are in the "
            f"rows, with {100 * fit.level:.4g} % intervals.{dots}",
        )
    ]


def _in_order(basis: Basis) -> list[str]:
    """The variables, those of the clearest terms first."""
    ranked = sorted(basis.terms, key=lambda term: -term.lead.strength)
    said = [name for term in ranked for name in sorted(term.unit.variables)]
    return [name for name in dict.fromkeys(said) if name in basis.variables]


def _panel(basis: Basis, variable: str) -> Panel | None:
    fit, frame, rows = basis.fit, basis.means(variable), basis.rows
    if frame is None or rows is None:
        return None
    levels, column = basis.variables[variable], np.asarray(rows.column(variable))
    if levels is None:
        points = frame[variable].to_numpy(dtype=float)[:POINTS]
        return Panel(variable, points, _bands(frame), _dots(fit, column.astype(float)))
    levels = levels[:MOST_LEVELS]
    names = [f"{level:g}" if isinstance(level, float) else str(level) for level in levels]
    return Panel(variable, np.arange(float(len(names))), _bands(frame), _at_levels(fit, column, levels), names)


def _bands(frame: pd.DataFrame) -> dict[str, Any]:
    groups: Any = frame.groupby("category", sort=False) if "category" in frame else [("", frame)]
    return {
        str(label): tuple(part[name].to_numpy(dtype=float) for name in ("estimate", "lower", "upper"))
        for label, part in groups
    }


def _dots(fit: Fit, x: Floats) -> tuple[Floats, Floats]:
    """Outcomes against a number: as they are, of events their shares in groups of rows."""
    model = fit.model
    nothing = np.empty(0)
    if model.likelihood.outcome in NOT_SEEN or len(x) != len(model.rows.y):
        return nothing, nothing
    if model.likelihood.is_event or model.likelihood.outcome is Outcome.TRIALS:
        share, weight, _ = shares(model)
        middle, observed, _ = grouped(x, share, weight, min(BINS, max(2, len(x) // 10)))
        return np.asarray(middle), np.asarray(observed)
    y = _observed(fit)
    some = np.linspace(0, len(y) - 1, min(len(y), MOST_DOTS)).astype(int)
    return x[some], y[some]


def _at_levels(fit: Fit, column: Any, levels: tuple[Any, ...]) -> tuple[Floats, Floats]:
    """The observed mean at each level."""
    model = fit.model
    if model.likelihood.outcome in NOT_SEEN or len(column) != len(model.rows.y):
        return np.empty(0), np.empty(0)
    y, weight = _observed(fit), model.rows.weight
    if model.likelihood.is_event or model.likelihood.outcome is Outcome.TRIALS:
        y, weight, _ = shares(model)
    weight = np.ones(len(y)) if weight is None else weight
    found = [(k, float(np.average(y[some], weights=weight[some]))) for k, level in enumerate(levels)
             if (some := column == level).any() and weight[some].sum() > 0]  # fmt: skip
    return np.array([k for k, _ in found], dtype=float), np.array([mean for _, mean in found])


def _observed(fit: Fit) -> Floats:
    """The outcomes, of counts in exposures the rates at the average exposure, as the means are."""
    return np.asarray(fit.model.likelihood.observed(fit.model.rows.y), dtype=float)
