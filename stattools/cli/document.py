"""The report of an analysis: its parts in order, and the report that says why there is no maximum, and the way out."""

from __future__ import annotations

from typing import Any

from stattools.cli.analysis import Analysis
from stattools.errors import IdentificationError
from stattools.inference.existence.separation import SeparationError
from stattools.reporting import sections
from stattools.reporting.answer.without_maximum import box_without_maximum, limits
from stattools.reporting.document import Block, Document, Paragraph, Section, Table, code, literal
from stattools.reporting.plain_words import plain_words
from stattools.reporting.tables import count, number, p_value


def parts(analysis: Analysis) -> list[Any]:
    """What `st.report` takes, in order; of a family that nobody guessed there is no reason to give."""
    found: list[Any] = [analysis.fit, *_family(analysis)]
    if analysis.agreement is not None or analysis.unchecked:
        found.append(
            analysis.agreement or Section("Validation", (Paragraph(literal(plain_words(analysis.unchecked))),))
        )
    if analysis.comparison is not None:
        found.append(_comparison(analysis.comparison))
    if analysis.posterior is not None:
        found.append(analysis.posterior)
    return found


def failed(analysis: Analysis, error: IdentificationError, *, command: str, by: str | None = None) -> Document:
    """The report of an analysis without a fit: the data, the likelihood, why it has no maximum, and the way out."""
    model = analysis.model
    way: list[Block] = []
    if model.likelihood.facts.has_firth:
        way = [
            Paragraph(
                "A penalty gives an estimate that always exists: "
                + (
                    "Firth's, which is Jeffreys' prior, takes the bias of first order away. "
                    if model.likelihood.facts.canonical
                    else "Jeffreys' prior, as Firth's for the logit. "
                )
                + "The same report can be made with it."
            )
        ]
    return Document(
        f"{model.title} of {code(model.outcome_name)}: no maximum",
        (
            Section("Answer", (box_without_maximum(model, error),)),
            sections.data(model, by=by),
            *_family(analysis),
            sections.likelihood(model),
            Section(
                "Existence",
                (
                    Paragraph("**The likelihood has no unique maximum, so there are no estimates to report.**"),
                    Paragraph(literal(plain_words(error.message))),
                    *(limits(error.separation) if isinstance(error, SeparationError) else ()),
                    *way,
                ),
            ),
            sections.appendix(sections.provenance([model], command=command)),
        ),
    )


def _family(analysis: Analysis) -> tuple[Section, ...]:
    """Why by this family, where that was guessed."""
    why = analysis.chosen.told(code(analysis.model.outcome_name))
    return (Section("Family", (Paragraph(why),)),) if analysis.chosen.holds and why else ()


def _comparison(comparison: Any) -> Section:
    rows = []
    for row in comparison.table().to_dict("records"):
        tested = row["lr_df"] == row["lr_df"]
        cells = (
            (number(row["lr_statistic"], 2), f"{row['lr_df']:.0f}", p_value(row["p_value"])) if tested else ("",) * 3
        )
        sizes = (count(row["p"]), number(row["loglik"], 3), number(row["aic"], 2), number(row["bic"], 2))
        rows.append((literal(row["fit"]), code(row["formula"]), *sizes, *cells))
    header = ("model", "formula", "coefficients", "log-likelihood", "AIC", "BIC", "LR statistic", "df", "p")
    words = (
        "Smaller AIC and BIC are better. The likelihood-ratio test asks whether a model that is contained in a larger "
        "one loses by leaving the rest out. All are fitted to the "
        f"{count(len(comparison.fits[0].model.rows.X))} rows that are complete in all of them."
    )
    notes = tuple(Paragraph(literal(plain_words(note))) for note in comparison.notes)
    return Section("Comparison", (Paragraph(words), Table(header, tuple(rows), "llrrrrrrr"), *notes))
