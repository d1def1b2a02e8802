"""What was found of parameters beside the first that have formulas: the dispersion, the probability of a zero, a scale.

Each has its terms and tests as those of the first have, in a clause of the box and in a table of the results.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from stattools.inference.fits.fit import Fit
from stattools.inference.hypotheses.wald import TermsOfParameter, terms_of
from stattools.inference.intervals.coefficients import whole_table
from stattools.likelihoods.likelihood import label_of
from stattools.models.model import Model
from stattools.reporting.answer.findings import TermFinding, effect, of_term
from stattools.reporting.comparisons import OfFormula
from stattools.reporting.document import code

SUBJECTS = {
    "alpha": "the overdispersion `alpha`",
    "dispersion": "the dispersion",
    "precision": "the precision",
    "scale": "the scale",
}
"""What parameters are called in a sentence; others by their names."""


@dataclass(frozen=True)
class Beside:
    """A parameter with a formula of its own: what its linear predictor is called, what moves, and what was found."""

    label: str
    subject: str
    ratio: str
    terms: tuple[TermFinding, ...]

    def moved(self, row: object) -> str:
        """What a unit of a column does to the parameter."""
        return f"{'multiplies' if self.ratio else 'changes'} {self.subject}"


def other_parameters(fit: Fit) -> tuple[Beside, ...]:
    """The parameters beside the first whose formulas have terms, with what was found of each."""
    return tuple(_found(fit, of) for of in terms_of(fit.model)[1:] if of.spaces.terms)


def _found(fit: Fit, of: TermsOfParameter) -> Beside:
    model, rows = fit.model, whole_table(fit).to_dict("records")
    beside = Beside(of.label, *_words(model, of.label), ())
    part = OfFormula(model.design, model.terms, tuple(of.spaces.names), model.rows)
    found = []
    for k, term in enumerate(of.spaces.terms):
        own = tuple(of.columns(k))
        bare = [rows[j] | {"term": str(rows[j]["term"]).removeprefix(f"{of.label}: ")} for j in own]
        effects = tuple(effect(part, j, row, beside) for j, row in zip(own, bare, strict=True))
        found.append(of_term(fit, term, own, effects))
    return replace(beside, terms=tuple(found))


def _words(model: Model, label: str) -> tuple[str, str]:
    """What moves, and what the exponential of a coefficient is, "" where it is no ratio."""
    likelihood = model.likelihood
    name, link = next((name, link) for name, link in likelihood.others if label_of(likelihood, name) == label)
    if link == "logit":
        what = {"zero": "an extra zero" if likelihood.facts.inflated else "a zero"}.get(name, code(name))
        return f"the odds of {what}", "odds ratio"
    if link == "log":
        return SUBJECTS.get(name, f"the parameter {code(name)}"), "ratio"
    return f"the linear predictor of {code(name)}", ""
