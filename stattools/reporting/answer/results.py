"""The results of a regression: a table of all terms, adjusted means and contrasts of its factors, and the figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.fits.fit import Fit
from stattools.inference.plots.drawing import mean_of
from stattools.likelihoods.outcomes import Outcome
from stattools.reporting.answer.basis import MOST_LEVELS, Basis
from stattools.reporting.answer.changes import DIGITS
from stattools.reporting.answer.figures import figures_of
from stattools.reporting.answer.findings import Effect, TermFinding, over_quartiles
from stattools.reporting.answer.other_parameters import other_parameters
from stattools.reporting.document import Block, Section, Table, code, literal
from stattools.reporting.stories import story
from stattools.reporting.tables import between, between_factors, decimals, number, p_value
from stattools.text.columns import percent

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


def factors(basis: Basis) -> list[tuple[str, tuple[Any, ...]]]:
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


def _contrasts(fit: Fit, variable: str, levels: tuple[Any, ...]) -> list[Block]:
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


def _level(level: Any) -> Any:
    """A level as a reader writes it: 1 for 1.0."""
    return int(level) if isinstance(level, float) and level.is_integer() else level
