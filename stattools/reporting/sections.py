"""The sections of a report, one function each: question, data, likelihood, maximum, diagnosis, validation, conclusion,
provenance; posterior has a file of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.reporting import sentences
from stattools.reporting.accounts import account
from stattools.reporting.answer.answered import Answered
from stattools.reporting.document import Block, Box, Bullets, Listing, Paragraph, Quote, Section, Table, code, literal
from stattools.reporting.first_table import grouped
from stattools.reporting.plain_words import plain_words
from stattools.reporting.provenance import code_version, environment, extent, hash_name, without_checksums
from stattools.reporting.sentences import unversioned
from stattools.reporting.tables import agreement as agreement_table
from stattools.reporting.tables import count, decimals, facts, number
from stattools.validation.verdict import Agreement


def question(model: Any, words: Sequence[Block] = ()) -> Section:
    """What is asked: the author's own words if there are any, else what the model asks of the data."""
    return Section("Question", tuple(words) or (Paragraph(sentences.question(model)),))


def data(model: Any, *before: Block, by: str | None = None) -> Section:
    """The rows, what was dropped, the outcome, the columns, and the hash; `before` says where they come from, `by` is
    a column whose groups stand side by side.
    """
    told = account(model)
    digest = {hash_name(model): told.digest(model)}
    columns = told.columns(model) if by is None else grouped(model, by)
    return Section("Data", (*before, facts(told.facts(model) | digest, ("data", "value")), *columns))


def likelihood(model: Any) -> Section:
    """The likelihood written out."""
    return Section("Likelihood", account(model).likelihood(model))


def maximum(fit: Fit, *notes: Block) -> Section:
    """Estimates with their uncertainty, the certificate, the fit in numbers, and what is to be said of it beside."""
    told = account(fit.model)
    words = Paragraph(sentences.certificate(fit)), *told.estimates(fit), Paragraph(told.in_numbers(fit)), *notes
    return Section("Fit", words)


def estimates(fit: Fit) -> Block:
    """The table of the estimates alone."""
    return account(fit.model).estimates(fit)[0]


def diagnosis(fit: Fit) -> Section:
    """The figures that show a fit against its data."""
    words: tuple[Block, ...] = ()
    if fit.model.facts.is_regression:
        some, n = len(fit.model.rows.sampled.X), len(fit.model.rows.X)
        words = (Paragraph(f"The figures show a sample of {count(some)} of the {count(n)} rows."),) if some < n else ()
    return Section("Diagnostics", (*words, *account(fit.model).diagnostics(fit)))


def answered(fit: Fit) -> Answered:
    """The box of a fit, its results and its diagnostics: of a regression by what its checks say."""
    told = account(fit.model)
    if told.answered is not None:
        return told.answered(fit, told.diagnostics)
    drawn = (diagnosis(fit),) if told.diagnostics(fit) else ()
    return Answered(Box((sentences.question(fit.model), sentences.conclusion(fit))), (), drawn)


def validation(agreement: Agreement) -> Section:
    """The section on the model as an independent reference fits it."""
    same = abs(agreement.loglik - agreement.reference_loglik) < 1e-6 * (1.0 + abs(agreement.loglik))
    theirs = f"{agreement.reference_loglik:.6f}" if np.isfinite(agreement.reference_loglik) else "none"
    other = "the same in both" if same else f"the reference has {theirs}"
    blocks: list[Block] = [
        Paragraph(sentences.verdict(agreement)),
        agreement_table(agreement.rows, sentences.source(agreement)),
    ]
    blocks.append(
        Paragraph(
            f"Log-likelihood {agreement.loglik:.6f}, {other}. "
            "SE is the standard error; digits that agree are counted up to ten."
        )
    )
    if agreement.notes:
        blocks.append(
            Bullets(
                tuple(literal(said) for note in agreement.notes if (said := plain_words(sentences.unversioned(note))))
            )
        )
    return Section("Validation", tuple(blocks), folded=True)


def answer(*said: str) -> Section:
    """What can be quoted, at the head of a report."""
    return Section("Answer", tuple(Box((sentence,)) for sentence in said))


def conclusion(*quotes: str) -> Section:
    """What can be quoted."""
    return Section("Conclusion", tuple(map(Quote, quotes)))


def appendix(*parts: Section) -> Section:
    """What a reader looks up who wants to be sure, or to compute it again: folded."""
    several = Counter(part.title for part in parts)
    named, seen = [], Counter()
    for part in parts:
        seen[part.title] += 1
        title = f"{part.title} {seen[part.title]}" if several[part.title] > 1 else part.title
        named.append(replace(part, title=title, folded=False))
    return Section("Appendix", tuple(named), folded=True)


def provenance(models: Sequence[Any], *, command: str | None, seeds: Sequence[int] = ()) -> Section:
    """What the report was made from and by what; `stattools verify` reads it."""
    how: tuple[Block, ...] = (Paragraph("Written by a script, which makes it again."),)
    if command is not None:
        how = (Paragraph("This command writes the report again, to the same text:"), Listing(command, "sh"))
    inputs = {"stattools": code_version()}
    for i, model in enumerate(models, 1):
        which = f" {i}" if len(models) > 1 else ""
        inputs[f"data{which} (SHA-256)"] = account(model).digest(model)
        if (bare := without_checksums(model)) is not None:
            inputs[f"files{which and f' of data{which}'} without checksums"] = bare
        if (counted := extent(model)) is not None:
            inputs[f"{counted[0]}{which and f' of data{which}'}"] = count(counted[1])
    inputs["seed"] = ", ".join(map(str, dict.fromkeys(seeds))) or "none: nothing here is random"
    return Section(
        "Provenance",
        (*how, facts(inputs, ("input", "value")), facts(environment(), ("environment", "version"))),
        folded=True,
    )


def beside_mixed_lm(agreement: Agreement) -> Section:
    """MixedLM's numbers beside ours, to so many digits as its climb has on any machine."""
    rows = []
    for row in agreement.rows.to_dict("records"):
        unit = row["se"] if np.isfinite(row["se"]) else 0.1 * abs(row["estimate"])
        places = decimals(unit or 1.0, digits=2)
        rows.append((code(row["term"]), number(row["estimate"], places), number(row["reference"], places)))
    name = literal(unversioned(agreement.reference))
    lead = agreement.loglik - agreement.reference_loglik
    same = f"**{name} agrees**: the same restricted log-likelihood to less than 1e-4, and these numbers:"
    other = (
        "**A second computation agrees** on our log-likelihood, from the covariance matrix of all rows, factored. "
        f"That of {name} is lower by {number(lead, 3)}:"
    )
    said = same if abs(lead) < 1e-4 else other
    return Section("Validation", (Paragraph(said), Table(("", "stattools", name), tuple(rows), "lrr")), folded=True)
