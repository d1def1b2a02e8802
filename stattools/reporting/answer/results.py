"""The results of a regression: a table of all terms, adjusted means and contrasts of its factors, and the figures.

The figures that show the answer: what each variable does to the mean, over the data, and the terms on one scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools import figures
from stattools.errors import StattoolsError
from stattools.figures.effects import Panel, effect_panels
from stattools.inference.diagnostics.goodness import grouped
from stattools.inference.fits.fit import Fit
from stattools.inference.plots.drawing import mean_of
from stattools.inference.plots.predictions import shares
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.reporting.answer.basis import MOST_LEVELS, POINTS, Basis
from stattools.reporting.answer.changes import DIGITS
from stattools.reporting.answer.findings import Effect, TermFinding, over_quartiles
from stattools.reporting.answer.other_parameters import other_parameters
from stattools.reporting.document import Block, Figure, Section, Table, code, inline, literal
from stattools.reporting.stories import story
from stattools.reporting.tables import between, between_factors, decimals, number, p_value
from stattools.text.columns import percent

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
    bounded = model.likelihood.facts.is_event or outcome in (Outcome.CATEGORY, Outcome.TRIALS, Outcome.UNIT)
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
    levels, column = basis.variables[variable], np.asarray(rows.columns[variable])
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
    if model.likelihood.facts.is_event or model.likelihood.outcome is Outcome.TRIALS:
        share, weight, _ = shares(model)
        middle, observed, _ = grouped(x, share, weight, min(BINS, max(2, len(x) // 10)))
        return np.asarray(middle), np.asarray(observed)
    y = _observed(fit)
    some = np.linspace(0, len(y) - 1, min(len(y), MOST_DOTS)).astype(int)
    return x[some], y[some]


def _at_levels(fit: Fit, column: NDArray[np.generic], levels: tuple[object, ...]) -> tuple[Floats, Floats]:
    """The observed mean at each level."""
    model = fit.model
    if model.likelihood.outcome in NOT_SEEN or len(column) != len(model.rows.y):
        return np.empty(0), np.empty(0)
    y, weight = _observed(fit), model.rows.weight
    if model.likelihood.facts.is_event or model.likelihood.outcome is Outcome.TRIALS:
        y, weight, _ = shares(model)
    weight = np.ones(len(y)) if weight is None else weight
    found = [
        (k, float(np.average(y[some], weights=weight[some])))
        for k, level in enumerate(levels)
        if (some := column == level).any() and weight[some].sum() > 0
    ]
    return np.array([k for k, _ in found], dtype=float), np.array([mean for _, mean in found])


def _observed(fit: Fit) -> Floats:
    """The outcomes, of counts in exposures the rates at the average exposure, as the means are."""
    return np.asarray(fit.model.likelihood.observed(fit.model.rows.y), dtype=float)


COMPARED = (3, 6)
"""So many levels have their contrasts shown; two are in the table of terms already."""

MOST_FACTORS = 4


def results(basis: Basis) -> tuple[Section, ...]:
    """The section of results; none where there is nothing but an intercept."""
    terms, errors = basis.terms, basis.called if basis.fit.cov != "information" else ""
    blocks: list[Block] = [table_of_terms(basis.fit, terms, errors)] if terms else []
    for one in other_parameters(basis.fit):
        made = table_of_terms(basis.fit, one.terms, errors, ratio=one.ratio)
        blocks.append(replace(made, caption=f"The formula of {code(one.label)}, for {one.subject}. {made.caption}"))
    if not blocks:
        return ()
    blocks += figures_of(basis) if terms else ()
    for variable, levels in factors(basis):
        blocks += _means(basis, variable)
        if COMPARED[0] <= len(levels) <= COMPARED[1]:
            blocks += _contrasts(basis.fit, variable, levels)
    return (Section("Results", tuple(blocks)),)


def table_of_terms(fit: Fit, terms: tuple[TermFinding, ...], errors: str = "", *, ratio: str | None = None) -> Table:
    """One row per effect, and one per term of several coefficients with their common test; `errors` names the standard
    errors where they are not those of the model, `ratio` what exponentials are where these are no regression's story.
    """
    ratio = story(fit.model).ratio if ratio is None else ratio
    several = bool(terms and terms[0].lead.category)
    statistic = "t" if np.all(np.isfinite(fit.t_df)) else "z"
    rows = [row for term in terms for row in _rows(fit, term, statistic, several)]
    head = ("term", *(("category",) if several else ()), "what is compared", ratio or "difference")
    if fit.kinds:
        head = (*head, f"{percent(fit.level)} interval", "test", "p")
    align = f"l{'l' if several else ''}lr{'crr' if fit.kinds else ''}"
    many = ratio.replace("ratio", "ratios") if ratio else ""
    where = f"{many[0].upper()}{many[1:]}, each with an interval of its own" if many else _scale(terms)
    held = "; the other columns are held fixed" if len(terms) > 1 else ""
    rests = f". Intervals and tests rest on {errors} standard errors" if errors and fit.kinds else ""
    base = f", each category against {code(fit.model.labels[0])}" if several and fit.model.labels is not None else ""
    caption = f"{where}{base}{held}{rests}."
    return Table(head, tuple(rows), align, caption)


def _scale(terms: tuple[TermFinding, ...]) -> str:
    subjects = [one.subject for term in terms for one in term.effects if not term.is_product]
    return f"Differences in {subjects[0]}" if subjects and len(set(subjects)) == 1 else "Differences"


def _rows(fit: Fit, term: TermFinding, statistic: str, several: bool) -> Iterator[tuple[str, ...]]:
    first = code(term.term)
    blank = ("",) if several else ()
    if term.tested:
        together = "all levels together" if term.is_factor and not term.is_product else "all together"
        yield (first, *blank, together, "", "", term.tested, p_value(term.p_value))
        first = ""
    if term.is_curve and term.tested:
        return
    for one in term.effects:
        yield (first, *_cells(fit, one, statistic, several))
        first = ""
    quartiles = None if term.is_curve else over_quartiles(fit, term)
    for one in () if quartiles is None else quartiles[1]:
        yield ("", *_cells(fit, one, statistic, several, tested=False))


def _cells(fit: Fit, one: Effect, statistic: str, several: bool, *, tested: bool = True) -> tuple[str, ...]:
    numbers = one.numbers
    middle, lower, upper, se = (numbers[name] for name in ("estimate", "lower", "upper", "se"))
    compared = one.compared.removeprefix("for ")
    if one.subject.startswith(("the factor by which", "the effect of")):
        compared = f"{one.modified}: change {one.compared}"
    elif one.subject.startswith("the logarithm of"):
        compared = f"logarithm, {compared}"
    compared = f"{compared} (part of a curve)" if "in other terms too" in one.held else f"{compared}{one.held}"
    if one.factor:
        value = float(np.exp(middle))
        places = decimals(value * se, digits=2) if np.isfinite(se) else decimals(value, digits=4)
        size = number(value, places)
        ends = between_factors(float(np.exp(lower)), float(np.exp(upper)), places) if fit.kinds else ""
    else:
        places = min(decimals(se), decimals(abs(middle), DIGITS)) if np.isfinite(se) else decimals(abs(middle), 4)
        size, ends = number(middle, places), between(lower, upper, places) if fit.kinds else ""
    category = (code(one.category),) if several else ()
    if not fit.kinds:
        return (*category, compared, size)
    test = f"{statistic} = {number(numbers['statistic'], 2)}" if tested else ""
    return (*category, compared, size, ends, test, p_value(numbers["p_value"]) if tested else "")


def factors(basis: Basis) -> list[tuple[str, tuple[object, ...]]]:
    """The variables with a few levels, each with these, the reference first."""
    few = [(name, levels) for name, levels in basis.variables.items() if levels and 2 <= len(levels) <= MOST_LEVELS]
    return few[:MOST_FACTORS]


def _means(basis: Basis, variable: str) -> list[Block]:
    """The adjusted mean at each level."""
    fit, table = basis.fit, basis.means(variable)
    if table is None:
        return []
    several = "category" in table
    rows = []
    for row in table.to_dict("records"):
        places = decimals(float(row["se"]))
        label = (code(row["category"]),) if several else ()
        cells = number(float(row["estimate"]), places), between(float(row["lower"]), float(row["upper"]), places)
        rows.append((*label, code(_level(row[variable])), *cells))
    head = (("category",) if several else ()) + (code(variable), literal(mean_of(fit.model)), _named(fit))
    caption = (
        f"Adjusted means of {code(variable)}: the average prediction if every row had that level and kept its other "
        "columns."
    )
    return [Table(head, tuple(rows), f"{'l' if several else ''}lrc", caption)]


def _contrasts(fit: Fit, variable: str, levels: tuple[object, ...]) -> list[Block]:
    """Each two levels against each other, adjusted for their number."""
    ratio = bool(story(fit.model).ratio) and fit.model.likelihood.outcome is not Outcome.CATEGORY
    try:
        table = fit.contrasts(variable, values=list(levels), adjust="tukey", ratio=ratio, over="grid")
    except StattoolsError:
        return []
    pairs, several = list(combinations(levels, 2)), "category" in table
    rows = []
    for k, row in enumerate(table.to_dict("records")):
        first, second = (code(_level(level)) for level in pairs[k % len(pairs)])
        middle, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
        se = float(row["se_log"] * middle if ratio else row["se"])
        places = decimals(se, digits=2) if ratio else decimals(se)
        ends = (between_factors if ratio else between)(lower, upper, places)
        label = (code(row["category"]),) if several else ()
        rows.append((*label, f"{second} against {first}", number(middle, places), ends, p_value(float(row["p_value"]))))
    what = story(fit.model).ratio if ratio else "difference"
    head = (("category",) if several else ()) + (code(variable), what or "difference", _named(fit), "p")
    caption = (
        f"Every two levels of {code(variable)}, adjusted by Tukey's method for their {len(pairs)} comparisons; "
        "numbers of the other columns at their mean, categories counted alike."
    )
    return [Table(head, tuple(rows), f"{'l' if several else ''}lrcr", caption)]


def _named(fit: Fit) -> str:
    return f"{percent(fit.level)} interval"


def _level(level: object) -> object:
    """A level as a reader writes it: 1 for 1.0."""
    return int(level) if isinstance(level, float) and level.is_integer() else level
