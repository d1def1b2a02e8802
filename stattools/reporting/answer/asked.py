"""What a regression asks of its data, as a question."""

from __future__ import annotations

from stattools.inference.hypotheses.wald import units_of
from stattools.models.model import Model
from stattools.networks.network_model import NetworkModel
from stattools.reporting.answer.findings import called
from stattools.reporting.document import code
from stattools.reporting.stories import story
from stattools.reporting.tables import listed


def question(model: Model) -> str:
    """How the outcome depends on the columns."""
    return dependence(model, story(model).asked)


def dependence(model: Model | NetworkModel, asked: str) -> str:
    """How what is asked depends on the columns, as a question."""
    columns = listed([term for term in model.first_terms if term != "Intercept"])
    *beside, last = model.formulas or ("",)
    many = f" In formulas: {', '.join(map(code, beside))} and {code(last)}." if beside else ""
    formula = many or (f" In one formula: {code(last)}." if last else "")
    do, is_ = ("do", "are") if asked.startswith(("the odds", "the log odds")) else ("does", "is")
    return (f"How {do} {asked} depend on {columns}?" if columns else f"What {is_} {asked}?") + formula


def asked_of(model: Model) -> str:
    """The question without the formula, about terms rather than columns."""
    terms = list(dict.fromkeys(_terms(model)))
    asked = story(model).asked
    do, is_ = ("do", "are") if asked.startswith(("the odds", "the log odds")) else ("does", "is")
    return f"How {do} {asked} depend on {listed(terms)}?" if terms else f"What {is_} {asked}?"


def _terms(model: Model) -> list[str]:
    return [called(unit.name) for unit in units_of(model)]
