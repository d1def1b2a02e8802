"""The box at the head of a report: what was asked, what was found with its interval, how sure, and what limits it.

Every term is told: those that the data tell from nothing with their effects, the others with what is still possible.
What `fit.check()` calls "no" stands here, allowed for or as a limit: see `rules.py`.

A number whose effect is a curve, of a spline or of several terms: the mean at its third quartile against the first.

One coefficient of a spline says nothing; what the mean does from one quartile to the other does, everything else as it
is in the rows.

The two levels of a factor that are clearest apart, with an interval adjusted for having looked at all of them.

    estimate -+ q(level; k, df) / sqrt(2) se,   q of the studentized range of k means

Source: Tukey (1953); Kramer, Biometrics 12 (1956), as `fit.contrasts(variable, adjust="tukey")`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.diagnostics.check import Check, Without
from stattools.inference.diagnostics.checks import NAME as INFLUENCE
from stattools.inference.effects.averages import population
from stattools.inference.estimates import df_along
from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import whole_table
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.likelihoods.likelihood import named_parts
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.reporting.answer.asked import asked_of
from stattools.reporting.answer.basis import Basis, basis_of
from stattools.reporting.answer.changes import Change, change
from stattools.reporting.answer.check_words import clause
from stattools.reporting.answer.findings import Effect, TermFinding, along_numbers, at_estimate, changed, effect
from stattools.reporting.answer.other_parameters import other_parameters
from stattools.reporting.document import Box, code, literal
from stattools.reporting.stories import event
from stattools.reporting.tables import between, count, decimals, have_factors, listed, number, p_said
from stattools.text.columns import percent


@dataclass(frozen=True)
class Curve:
    """The variable, what moves, by how much from `low` to `high`, and the test of all its terms together."""

    variable: str
    subject: str
    change: Change | None
    low: float
    high: float
    p_value: float

    @property
    def compared(self) -> str:
        """`at `x` = 5.2, its third quartile, against 1.8, its first`."""
        low, high = (f"{value:,.5g}" for value in (self.low, self.high))
        return f"at {code(self.variable)} = {high}, its third quartile, against {low}, its first"

    def said(self, named: str) -> str:
        """The clause for a sentence, its interval called `named`."""
        test = f"all its terms together {p_said(self.p_value)}"
        if self.change is None:
            return f"{code(self.variable)} acts along a curve ({test})"
        return f"{self.subject} is {self.change.with_interval(named)} {self.compared} ({test})"


def curves(fit: Fit, terms: Sequence[TermFinding]) -> list[Curve]:
    """The curves among the terms, one for each variable."""
    found: dict[str, list[TermFinding]] = {}
    for term in terms:
        numbers = [name for name in sorted(term.unit.variables) if not {name, f"C({name})"} & set(_levels(fit))]
        for variable in numbers if term.is_curve else ():
            found.setdefault(variable, []).append(term)
    return [_curve(fit, variable, some) for variable, some in found.items()]


def _levels(fit: Fit) -> Mapping[str, Any]:
    return {} if fit.model.design is None else fit.model.design.levels


def _curve(fit: Fit, variable: str, terms: Sequence[TermFinding]) -> Curve:
    model = fit.model
    subject = f"the mean of {code(model.outcome_name)}"
    if model.likelihood.facts.is_event or model.likelihood.outcome is Outcome.TRIALS:
        subject = f"the probability that {event(model)}"
    together = [model.names[k] for term in terms for k in term.unit.coefficients]
    try:
        p_value = float(fit.test(together).p_value)
    except StattoolsError:
        p_value = min(term.p_value for term in terms)
    try:
        x = _values(fit, variable)
        low, high = (float(value) for value in np.quantile(x, [0.25, 0.75]))
        told = _between(fit, variable, low, high) if high > low else None
    except StattoolsError:
        low = high = np.nan
        told = None
    return Curve(variable, subject, told, low, high, p_value)


def _values(fit: Fit, variable: str) -> Floats:
    if not fit.model.in_memory:
        raise StattoolsError("rows in files are not looked at one by one.")
    return np.asarray(population(fit.model).columns[variable], dtype=float)


def _between(fit: Fit, variable: str, low: float, high: float) -> Change | None:
    if fit.model.likelihood.outcome is Outcome.CATEGORY or not fit.kinds:
        return None
    ratio = fit.model.likelihood.outcome in (Outcome.COUNT, Outcome.POSITIVE)
    row = fit.contrasts(variable, values=[low, high], ratio=ratio).to_dict("records")[0]
    middle, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
    if ratio:
        middle, lower, upper = (float(np.log(value)) for value in (middle, lower, upper))
        return change(middle, float(row["se_log"]), lower, upper, factor=True)
    return change(middle, float(row["se"]), lower, upper, factor=False)


@dataclass(frozen=True)
class LevelPair:
    """The effect between two levels, and of how many differences it is the clearest."""

    effect: Effect
    high: Effect
    low: Effect | None
    levels: int

    @property
    def count(self) -> int:
        """The number of differences between the levels."""
        return self.levels * (self.levels - 1) // 2

    def of(self, fit: Fit) -> Effect:
        """The difference of these two levels by another fit with the same columns."""
        return _between_pairs(fit, self.high, self.low, self.levels)


def clearest(fit: Fit, term: TermFinding) -> LevelPair | None:
    """The pair that is clearest; None of a term that is no factor of three levels or more, or stands for categories."""
    few = len(term.effects) < 2 or term.is_product or not term.is_factor or not fit.kinds
    if few or any(one.category or not one.high or " where " in one.compared for one in term.effects):
        return None
    levels = len(term.effects) + 1
    low, high = _clearest(fit, [*(one.base for one in term.effects[:1]), *(one.k for one in term.effects)])
    one, other = term.effects[high - 1], term.effects[low - 1] if low else None
    return LevelPair(_between_pairs(fit, one, other, levels), one, other, levels)


def _clearest(fit: Fit, places: Sequence[int | None]) -> tuple[int, int]:
    """The numbers, the lower first, of the two levels whose difference is largest in `Effect.strength`, the first of
    equal ones; `places` are their coefficients, None of a reference level that has none. A level against all later ones
    at a time: two thousand levels have two million differences.
    """
    own = np.array([-1 if k is None else k for k in places])
    known = own >= 0
    estimate = np.where(known, fit.estimate[own], 0.0)
    variance = np.where(known, np.asarray(fit.covariance.diagonal())[own], 0.0)
    best, found = -1.0, (0, 1)
    for low in range(len(own) - 1):
        later = slice(low + 1, None)
        both = fit.covariance[own[low], own[later]] if known[low] else 0.0
        apart = np.abs(estimate[later] - estimate[low])
        square = variance[low] + variance[later] - 2.0 * np.where(known[later], both, 0.0)
        strength = np.where(square > 0.0, apart / np.sqrt(np.where(square > 0.0, square, 1.0)), apart)
        first = int(np.argmax(strength))
        if strength[first] > best:
            best, found = float(strength[first]), (low, low + 1 + first)
    return found


def _places(high: Effect, low: Effect | None) -> tuple[int, int | None]:
    """The coefficients of the two levels; None of the reference level that has none."""
    return high.k, high.base if low is None else low.k


def _between_pairs(fit: Fit, high: Effect, low: Effect | None, levels: int) -> Effect:
    along = np.zeros(len(fit.estimate))
    along[high.k] = 1.0
    if (base := _places(high, low)[1]) is not None:
        along[base] = -1.0
    numbers, df = along_numbers(fit, along), float(df_along(fit, along))
    reach = float(stats.studentized_range.ppf(fit.level, levels, df)) / np.sqrt(2.0) * numbers["se"]
    numbers |= {"lower": numbers["estimate"] - reach, "upper": numbers["estimate"] + reach}
    factor = high.factor and have_factors(*(numbers[name] for name in ("estimate", "lower", "upper")))
    compared = high.compared if low is None else f"for {high.high} against {low.high}"
    return replace(high, compared=compared, change=changed(numbers, factor), numbers=numbers, factor=factor)


CLEAR, UNCLEAR = 4, 2
"""So many terms are told with their effects; the table below the box has all."""


def box(basis: Basis) -> Box:
    """The answer of a regression in two to four sentences."""
    said = [asked_of(basis.own.model), found(basis), *besides(basis.fit), sure(basis), limits(basis)]
    return Box(tuple(sentence for sentence in said if sentence))


def conclusion(fit: Fit, checked: str = "") -> str:
    """What was found and how sure it is, in one quotation."""
    basis = basis_of(fit)
    said = " ".join(filter(None, (found(basis), *besides(basis.fit), sure(basis), limits(basis))))
    return f"{said.removesuffix('.')}{checked}."


def found(basis: Basis) -> str:
    """The sentence of what was found: all terms, the clearest first."""
    fit, model, terms = basis.fit, basis.fit.model, basis.terms
    if not terms:
        return _alone(fit)
    bent = curves(fit, terms)
    named = f"{percent(fit.level)} interval"
    clear = [curve.said(named) for curve in bent if not curve.p_value >= 1.0 - fit.level]
    flat = [curve.variable for curve in bent if curve.p_value >= 1.0 - fit.level]
    return f"In {observed(model)}, {told(fit, terms, clear, flat)}."


def besides(fit: Fit) -> list[str]:
    """A sentence for each parameter beside the first that has a formula with columns."""
    parts = []
    for one in other_parameters(fit):
        curves = [term for term in one.terms if term.is_curve]
        bent = [f"{code(term.term)} acts as part of a curve" for term in curves if term.is_clear(fit.level)]
        flat = [term.term for term in curves if not term.is_clear(fit.level)]
        parts.append(f"In the formula of {code(one.label)}, {told(fit, one.terms, bent, flat)}.")
    return parts


def told(fit: Fit, terms: Sequence[TermFinding], bent: Sequence[str] = (), flat: Sequence[str] = ()) -> str:
    """All terms in clauses, the clearest first; `bent` are the clauses of curves, `flat` the variables whose curves the
    data do not tell from nothing.
    """
    ordered = sorted(terms, key=lambda term: -term.lead.strength) if len(terms) > 1 else list(terms)
    clear = [term for term in ordered if term.is_clear(fit.level) and not term.is_curve]
    unclear = [term for term in ordered if not (term.is_clear(fit.level) or term.is_curve)]
    named = f"{percent(fit.level)} interval"
    parts = [*_effects(fit, clear[:CLEAR], named), *bent]
    if rest := clear[CLEAR:]:
        has = "has a clear effect" if len(rest) == 1 else "have clear effects"
        parts.append(f"{listed([term.term for term in rest], 12)} {has} too")
    if unclear or flat:
        parts.append(_open(unclear, flat, named))
    held = ", the other columns held fixed" if len(clear) + len(unclear) + len(bent) + len(flat) > 1 else ""
    return f"{'; '.join(parts)}{held}"


def _alone(fit: Fit) -> str:
    """Of a regression with an intercept and nothing else: the mean."""
    model = fit.model
    what = "the model has an intercept and nothing else"
    try:
        row = fit.means().to_dict("records")
    except StattoolsError:
        row = []
    if len(row) != 1 or "se" not in row[0]:
        return f"It was asked of {observed(model)}; {what}."
    mean, se, lower, upper = (float(row[0][name]) for name in ("estimate", "se", "lower", "upper"))
    ends = between(lower, upper, decimals(se))
    said = f"{number(mean, decimals(se))} ({percent(fit.level)} interval: {ends})"
    is_event = model.likelihood.facts.is_event or "trials" in model.likelihood.parts
    subject = f"the probability that {event(model)}" if is_event else f"the mean of {code(model.outcome_name)}"
    return f"In {observed(model)}, {subject} is {said}; {what}."


def observed(model: Model) -> str:
    """How much was seen: observations, or trials."""
    if "trials" not in model.likelihood.parts:
        return f"{count(model.n)} observations"
    trials, weight = named_parts(model.likelihood, model.rows.y)["trials"], model.rows.weight
    return f"{count(float((trials if weight is None else weight * trials).sum()))} trials"


def _effects(fit: Fit, terms: Sequence[TermFinding], named: str) -> list[str]:
    """One clause per term; a subject that was named in the clause before is not named again."""
    parts, subject = [], ""
    for term in terms:
        lead, pair = term.lead, clearest(fit, term)
        if pair is not None:
            lead = pair.effect
            adjusted = f"{named} adjusted for {pair.count} differences"
            said = f"{lead.change.with_interval(adjusted)} {lead.compared}{lead.held}"
            said += f", the clearest difference within {code(term.term)} ({term.tested}, {p_said(term.p_value)})"
        else:
            said = f"{lead.change.with_interval(named)} {lead.compared}{lead.held}"
            test = f"{term.tested}, {p_said(term.p_value)}"
            said += f", the clearest effect of {code(term.term)} ({test})" if term.tested else ""
        parts.append(said if lead.subject == subject else f"{lead.subject} {lead.verb} {said}")
        subject = lead.subject
    return parts


def _open(terms: Sequence[TermFinding], bent: Sequence[str], named: str) -> str:
    """What is not known: the intervals of a few, the names of the others."""
    told = [_possible(term, named) for term in terms[:UNCLEAR]]
    rest = [*(code(term.term) for term in terms[UNCLEAR:]), *map(code, bent)]
    several = [*told, *rest]
    named_all = " and ".join(filter(None, (", ".join(several[:-1]), several[-1])))
    return f"the data show no clear effect of {named_all}"


def _possible(term: TermFinding, named: str) -> str:
    """A term with what is still possible: its interval, or of several coefficients their test."""
    one = term.lead
    if term.tested or term.is_product or not one.change.interval:
        asked = f"{term.tested}, " if term.tested else ""
        return f"{code(term.term)} ({asked}{p_said(term.p_value)})" if term.p_value == term.p_value else code(term.term)
    where = one.compared.removeprefix("for ").removeprefix("per unit of ")
    unit = " per unit" if one.compared.startswith("per unit of ") else ""
    return f"{where} ({named}: {one.change.interval}{unit}{one.held})"


def sure(basis: Basis) -> str:
    """The sentence of how sure it is: what the intervals rest on, what another model says, what the checks found."""
    said = basis.why
    if (other := basis.beside) is not None:
        said += f"; {_beside(basis, other)}"
    if not (basis.failed or basis.doubtful or basis.answered):
        n = len(basis.looked.checks)
        said += f", and none of the {n} checks of the fit speaks against it" if n > 1 else ""
    return f"{said}."


def _beside(basis: Basis, other: Fit) -> str:
    """What the negative binomial regression says of the clearest term."""
    terms = basis.terms
    if not terms:
        return "a negative binomial regression allows for it too"
    first = max(terms, key=lambda term: term.lead.strength)
    lead, pair, named = first.lead, clearest(basis.fit, first), f"{percent(other.level)} interval"
    theirs = pair.of(other) if pair else effect(other.model, lead.k, whole_table(other).to_dict("records")[lead.k])
    named += f" adjusted for {pair.count} differences" if pair else ""
    return f"a negative binomial regression has it {theirs.change.with_interval(named)} {theirs.compared}"


def limits(basis: Basis) -> str:
    """The sentence of what limits it; "" where nothing does."""
    model = basis.own.model
    wrong = [f"{_with_and_without(basis, one) or clause(one, model)} (check: {one.check})" for one in basis.failed]
    pulled = [one for one in basis.doubtful if not wrong or one.check == INFLUENCE]
    worth = [f"{_with_and_without(basis, one) or clause(one, model)} (check: {one.check})" for one in pulled]
    if rest := [one.check for one in basis.doubtful if one not in pulled]:
        also = f"the check{'s' if len(rest) > 1 else ''} of {' and '.join(rest)} in the diagnostics"
        worth.append(f"and {also}" if worth else also)
    parts = []
    if wrong:
        parts.append(f"What limits it: {'; '.join(wrong)}")
    if worth:
        parts.append(f"{'worth a look' if wrong else 'Worth a look'}: {'; '.join(worth)}")
    return f"{'; '.join(parts)}." if parts else ""


def _with_and_without(basis: Basis, check: Check) -> str:
    """An effect with the rows that pull most, and without them."""
    if (
        check.check != INFLUENCE
        or not isinstance(check.detail, Without)
        or not check.term
        or basis.own.model.facts.is_partial
    ):
        return ""
    rest: Without = check.detail
    k = rest.which
    row = whole_table(basis.fit).to_dict("records")[k]
    one = effect(basis.fit.model, k, row)
    ratio = float(basis.fit.se[k] / basis.own.se[k])
    se = float(rest.se[k]) * (ratio if basis.fit.cov == "HC3" else 1.0)
    other = at_estimate(one, float(rest.estimate[k]), se)
    named = f"{percent(basis.fit.level)} interval"
    rows = literal(rest.rows)
    if not np.isfinite(se):
        return ""
    return (
        f"{one.subject} {one.verb} {one.change.said} {one.compared} with {rows} and "
        f"{other.change.with_interval(named)} without"
    )
