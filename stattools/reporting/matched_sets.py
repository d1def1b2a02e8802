"""What a report says of conditional logistic regression: odds ratios within matched sets."""

from __future__ import annotations

from stattools.inference.fits.cox_fit import CoxFit
from stattools.models.regressions.times import ConditionalLogit
from stattools.reporting.answer.answered import Answered
from stattools.reporting.answer.ratios import RatioWords, answer, found, named_terms
from stattools.reporting.document import Block, Math, Paragraph, code
from stattools.reporting.first_table import described
from stattools.reporting.tables import coefficient_table, count


def question(model: ConditionalLogit) -> str:
    """What the model asks of its data."""
    return f"How do the odds of {code(model.outcome_name)} depend on {named_terms(model)}, within sets?"


def facts(model: ConditionalLogit) -> dict[str, str]:
    """Rows, cases and sets."""
    told = {"rows": count(model.said.n), "sets": count(len(model.strata)), "sets that tell": count(model.telling)}
    if model.said.weights is not None:
        told["rows repeated by weights"] = count(model.n)
    return told | ({"dropped for missing values": count(model.n_dropped)} if model.n_dropped else {})


def columns(model: ConditionalLogit) -> tuple[Block, ...]:
    """The columns of the table."""
    return described(model)


def likelihood(model: ConditionalLogit) -> tuple[Block, ...]:
    """The conditional likelihood."""
    return (
        Paragraph(
            "Within a set $s$ of rows the likelihood is that of which of them, $D_s$, have the outcome, given how many "
            "they are; what the rows of a set share drops out:"
        ),
        Math(
            r"L(\beta) = \prod_s \frac{\prod_{i \in D_s} e^{x_i \beta}}"
            r"{\sum_{D' \subset s, |D'| = |D_s|} \prod_{j \in D'} e^{x_j \beta}}"
        ),
    )


def estimates(fit: CoxFit) -> tuple[Block, ...]:
    """Coefficients, whose exponentials are those of the results."""
    return (*logarithms(fit, "odds ratios"), coefficient_table(fit))


def logarithms(fit: CoxFit, called: str) -> tuple[Block, ...]:
    """What coefficients are."""
    return (Paragraph(f"Coefficients are logarithms of {called}:"),)


def answered(fit: CoxFit, draw: object) -> Answered:
    """The box, and the table of all terms."""
    return answer(fit, question(fit.model), _seen(fit.model), words(fit.model))


def conclusion(fit: CoxFit, checked: str) -> str:
    """All odds ratios, the clearest first."""
    said = found(fit, _seen(fit.model), words(fit.model))
    return f"{said.removesuffix('.')}{checked}."


def _seen(model: ConditionalLogit) -> str:
    return f"{count(model.telling)} sets with both outcomes"


def words(model: ConditionalLogit) -> RatioWords:
    """What coefficients are ratios of."""
    return RatioWords("odds ratio", f"the odds of {code(model.outcome_name)} within a set")
