"""The answer of a regression without an intercept, whose coefficients are logarithms of ratios: Cox's, and that of
matched sets. All terms are told, the clearest first, as in the box of other regressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stattools.data.design.design import TermSpaces
from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import whole_table
from stattools.models.survival.cox import CoxRegression
from stattools.reporting.answer.answered import Answered, checked
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.answer.box import limits, sure, told
from stattools.reporting.answer.findings import TermFinding, called, effect, of_term
from stattools.reporting.answer.results import table_of_terms
from stattools.reporting.document import Block, Box, Section, code
from stattools.reporting.tables import listed, p_said


@dataclass(frozen=True)
class RatioWords:
    """The words of a coefficient: whose `ratio` its exponential is, and what that multiplies, the `subject`."""

    ratio: str
    subject: str

    def moved(self, row: object) -> str:
        """What one unit of a column does."""
        return f"multiplies {self.subject}"


def named_terms(model: CoxRegression) -> str:
    """The terms of a formula without an intercept, in a sentence."""
    design = model.design
    spaces = TermSpaces(design.parsed, design.names, design.levels)
    return listed([called(term.text) for term in spaces.terms])


def terms_of_ratios(fit: Fit, words: RatioWords) -> tuple[TermFinding, ...]:
    """What was found, term by term in the order of the formula."""
    model, rows, design = fit.model, whole_table(fit).to_dict("records"), fit.model.design
    spaces = TermSpaces(design.parsed, design.names, design.levels)
    number = {name: k for k, name in enumerate(model.names)}
    found = []
    for term, columns in zip(spaces.terms, spaces.columns, strict=True):
        own = tuple(number[design.names[column]] for column in columns)
        effects = tuple(effect(model, k, rows[k], words) for k in own)
        found.append(of_term(fit, term, own, effects))
    return tuple(found)


def found(fit: Fit, seen: str, words: RatioWords) -> str:
    """The sentence of what was found among what was `seen`."""
    terms = terms_of_ratios(fit, words)
    bent = [one for one in terms if one.is_curve]
    flat = [one.term for one in bent if not one.is_clear(fit.level)]
    return f"In {seen}, {told(fit, terms, [_curve(one) for one in bent if one.is_clear(fit.level)], flat)}."


def _curve(one: TermFinding) -> str:
    tested = f"{one.tested}, " if one.tested else ""
    return f"{code(one.term)} acts as part of a curve" + (
        f" ({tested}{p_said(one.p_value)})" if one.p_value == one.p_value else ""
    )


def answer(fit: Fit, question: str, seen: str, words: RatioWords, more: Sequence[Block] = ()) -> Answered:
    """The box, the table of all terms, and the checks with what `more` there is to tell of them."""
    basis = basis_of(fit)
    said = (question, found(fit, seen, words), sure(basis), limits(basis))
    table = table_of_terms(fit, terms_of_ratios(fit, words), ratio=words.ratio)
    results, diagnostics = Section("Results", (table,)), Section("Diagnostics", (*checked(basis), *more))
    return Answered(Box(tuple(filter(None, said))), (results,), (diagnostics,))
