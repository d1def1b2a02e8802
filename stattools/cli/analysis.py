"""One analysis of one file: the fit, what checks it, what it is compared with, and the report of all of it.

Where no maximum exists the report says so and why, and shows the way out: it is `Analysis.failure`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

import stattools as st
from stattools.cli.guess import Guess
from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.existence.overlap import SeparationError
from stattools.interface.when_needed import pd
from stattools.reporting import sections
from stattools.reporting.answer.without_maximum import box_without_maximum, limits
from stattools.reporting.document import Block, Document, Paragraph, Section, Table, code, literal
from stattools.reporting.plain_words import plain_words
from stattools.reporting.tables import count, number, p_value


@dataclass(frozen=True)
class Plan:
    """What is asked for, beside the model."""

    level: float = 0.95
    cov: Any = "information"
    penalty: Any = None
    wants_posterior: bool = False
    prior: Any = None
    seed: int = 0
    validates: bool = True
    draws: int = 1000


@dataclass(frozen=True)
class Analysis:
    """The results; `failure` is why there is no fit, `unchecked` why there is no agreement."""

    model: Any
    chosen: Guess
    fit: Any = None
    agreement: Any = None
    unchecked: str = ""
    posterior: Any = None
    comparison: Any = None
    failure: IdentificationError | None = None

    @property
    def ok(self) -> bool:
        """True where there is a fit, its reference agrees, and draws are to be trusted."""
        agrees = self.agreement is None or self.agreement.ok
        trusted = not isinstance(self.posterior, st.Posterior) or self.posterior.diagnostics.ok
        return self.failure is None and agrees and trusted


def analyze(
    build: Callable[[str, Any], Any],
    formula: str,
    frame: pd.DataFrame,
    chosen: Guess,
    rivals: Sequence[str],
    plan: Plan,
    advance: Callable[[str], None] = lambda what: None,
) -> Analysis:
    """Fit `build(formula, frame)`, validate it, compare it with the formulas of `rivals`, draw a posterior if asked."""
    advance("fitting")
    model = build(formula, frame)
    options: dict[str, Any] = {"level": plan.level, "cov": plan.cov, "penalty": plan.penalty}
    try:
        fit = st.fit(model, **options)
    except IdentificationError as error:
        return Analysis(model, chosen, failure=error)
    agreement, unchecked = None, ""
    if plan.validates:
        advance("comparing with a reference")
        try:
            agreement = st.validate(fit)
        except IncompatibleError as error:
            unchecked = error.message
    comparison = None
    if rivals:
        advance("comparing with other models")
        names = ["this model", *(f"model {number}" for number in range(2, len(rivals) + 2))]
        comparison = compared(build, [formula, *rivals], frame, names, options, first=fit)
    drawn = None
    if plan.wants_posterior:
        advance("drawing from the posterior")
        drawn = st.posterior(model, prior=plan.prior, seed=plan.seed, draws=plan.draws)
    return Analysis(model, chosen, fit, agreement, unchecked, drawn, comparison)


def compared(
    build: Callable[[str, Any], Any],
    formulas: Sequence[str],
    frame: pd.DataFrame,
    names: Sequence[str],
    options: Mapping[str, Any],
    *,
    first: Any = None,
) -> Any:
    """The fits of several formulas to the rows that are complete in all of them, side by side; `first` is that of the
    first one to all of its rows, where it is known.
    """
    models = [build(formula, frame) for formula in formulas]
    rows = _common_rows(models, len(frame))
    if rows is not None:  # a row counts where all models have it
        models = [build(formula, frame.iloc[rows]) for formula in formulas]
    known = [] if first is None or rows is not None else [first]
    fits = known + [st.fit(model, **options) for model in models[len(known) :]]
    return st.compare(*fits, names=list(names))


def _common_rows(models: Sequence[Any], n: int) -> Any:
    """Numbers of the rows that are complete in all models; None where each has the same."""
    kept = [np.arange(n) if model.kept is None else np.asarray(model.kept) for model in models]
    if all(np.array_equal(kept[0], other) for other in kept[1:]):
        return None
    return reduce(np.intersect1d, kept)


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
    if model.likelihood.has_firth:
        way = [
            Paragraph(
                "A penalty gives an estimate that always exists: "
                + (
                    "Firth's, which is Jeffreys' prior, takes the bias of first order away. "
                    if model.likelihood.canonical
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
