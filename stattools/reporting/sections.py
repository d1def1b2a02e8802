"""The sections of a report, one function each: question, data, likelihood, maximum, diagnosis, validation, conclusion,
provenance; posterior has a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.reporting import equations, sentences
from stattools.reporting.diagnostics import COUNTS, KINDS, diagnostics, spreads
from stattools.reporting.document import Block, Bullets, Listing, Paragraph, Quote, Section, Table, code, literal
from stattools.reporting.provenance import code_version, data_hash, environment
from stattools.reporting.tables import agreement as agreement_table
from stattools.reporting.tables import coefficients, count, decimals, facts, number, p_said, percent

if TYPE_CHECKING:
    from stattools.fitting import Fit
    from stattools.validation.agreement import Agreement

SHOWN_COLUMNS = 20


def question(model: Any, words: Sequence[Block] = ()) -> Section:
    """What is asked: the author's own words if there are any, else what the model asks of the data."""
    return Section("Question", tuple(words) or (Paragraph(sentences.question(model)),))


def data(model: Any, *before: Block) -> Section:
    """The rows, what was dropped, the outcome, the columns, and the hash; `before` says where they come from."""
    digest = {"SHA-256": code(data_hash(model))}
    if model.kind in COUNTS:
        one, many = ("ones", "flips") if model.kind == "coin" else ("successes", "trials")
        pairs = {many: count(model.trials), one: count(model.successes)}
        return Section("Data", (*before, facts(pairs | digest, ("data", "value"))))
    pairs = {"rows": count(len(model.rows.X))}
    if model.rows.weight is not None:
        pairs["observations (sum of weights)"] = count(model.n)
    pairs["rows dropped for missing values"] = count(model.n_dropped)
    pairs |= {f"missing in {code(name)}": count(missing) for name, missing in model.dropped.items() if missing}
    return Section("Data", (*before, facts(pairs | _outcome(model) | digest, ("data", "value")), *_columns(model)))


def likelihood(model: Any) -> Section:
    """The likelihood written out."""
    return Section("Likelihood", equations.likelihood(model))


def maximum(fit: Fit) -> Section:
    """Estimates with their uncertainty, the certificate, and the fit in numbers."""
    return Section("Fit", (Paragraph(sentences.certificate(fit)), estimates(fit), _in_numbers(fit)))


def estimates(fit: Fit) -> Table:
    """The coefficients of a regression, or the intervals of a proportion."""
    level = percent(fit.level)
    if fit.model.kind not in COUNTS:
        ratio = {"logistic": "odds ratio", "softmax": "odds ratio", "poisson": "rate ratio"}.get(fit.model.kind)
        statistic = "t" if fit.model.has_scale else "z"
        return coefficients(fit.table(), statistic=statistic, interval=f"{level} Wald interval", ratio=ratio)
    places = decimals(float(fit.se[0]))
    ends = {label: fit.interval(kind=kind) for kind, label in KINDS.items() if kind in fit.kinds}
    rows = [(name, *(number(float(end), places) for end in interval)) for name, interval in ends.items()]
    return Table((f"{level} interval for $\\theta$", "lower", "upper"), tuple(rows), align="lrr")


def diagnosis(fit: Fit) -> Section:
    """The figures that show a fit against its data."""
    return Section("Diagnostics", diagnostics(fit))


def validation(agreement: Agreement) -> Section:
    """The same model by an independent reference."""
    same = abs(agreement.loglik - agreement.reference_loglik) < 1e-6 * (1.0 + abs(agreement.loglik))
    other = "the same in both" if same else f"the reference has {agreement.reference_loglik:.6f}"
    blocks: list[Block] = [Paragraph(sentences.verdict(agreement)), agreement_table(agreement.rows)]
    blocks.append(
        Paragraph(
            f"Log-likelihood {agreement.loglik:.6f}, {other}. "
            "SE is the standard error; digits that agree are counted up to ten."
        )
    )
    if agreement.notes:
        blocks.append(Bullets(tuple(literal(sentences.unversioned(note)) for note in agreement.notes)))
    return Section("Validation", tuple(blocks))


def conclusion(*quotes: str) -> Section:
    """What can be quoted."""
    return Section("Conclusion", tuple(map(Quote, quotes)))


def provenance(models: Sequence[Any], *, command: str | None, seeds: Sequence[int] = ()) -> Section:
    """What the report was made from and by what; `stattools verify` reads it."""
    how: tuple[Block, ...] = (Paragraph("Written by `stattools.report`: the script that called it makes it again."),)
    if command is not None:
        how = (Paragraph("This command writes the report again, to the same text:"), Listing(command, "sh"))
    inputs = {"stattools": code_version()}
    for i, model in enumerate(models, 1):
        inputs[f"data {i} (SHA-256)" if len(models) > 1 else "data (SHA-256)"] = code(data_hash(model))
    inputs["seed"] = ", ".join(map(str, dict.fromkeys(seeds))) or "none: nothing here is random"
    return Section(
        "Provenance", (*how, facts(inputs, ("input", "value")), facts(environment(), ("environment", "version")))
    )


def _outcome(model: Any) -> dict[str, str]:
    """What the outcome looks like, one or more lines."""
    y, name = model.rows.y, code(model.outcome_name)
    weight = np.ones(len(y)) if model.rows.weight is None else model.rows.weight
    if model.kind == "logistic":
        ones = float(weight @ y)
        return {f"rows where {sentences.event(model)}": f"{count(ones)} ({percent(round(ones / model.n, 3))})"}
    if model.kind == "softmax":
        sizes = np.bincount(y.astype(int), weights=weight, minlength=len(model.labels))
        return {
            f"rows where {name} is {code(label)}": count(size) for label, size in zip(model.labels, sizes, strict=True)
        }
    return {f"outcome {name}, range": f"{y.min():.6g} to {y.max():.6g}"}


def _columns(model: Any) -> tuple[Block, ...]:
    """Mean, spread and range of every column that varies."""
    X, spread = model.rows.X, spreads(model)
    weight = np.ones(len(X)) if model.rows.weight is None else model.rows.weight
    rows = []
    for j in np.flatnonzero(spread > 0)[:SHOWN_COLUMNS]:
        mean, places = float(weight @ X[:, j] / weight.sum()), decimals(float(spread[j]))
        ends = (f"{X[:, j].min():.6g}", f"{X[:, j].max():.6g}")
        rows.append((code(model.terms[j]), number(mean, places), number(float(spread[j]), places), *ends))
    if not rows:
        return ()
    table = Table(("column", "mean", "standard deviation", "smallest", "largest"), tuple(rows), align="lrrrr")
    more = int((spread > 0).sum()) - len(rows)
    return (table, Paragraph(f"and {more} more columns.")) if more else (table,)


def _in_numbers(fit: Fit) -> Paragraph:
    """Log-likelihood, criteria, share explained, scale."""
    text = f"Log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}"
    if fit.model.kind in COUNTS:
        statistic, p = fit.table()[["statistic", "p_value"]].iloc[0]
        return Paragraph(
            f"{text}. Score test of $\\theta = 1/2$: z = {number(float(statistic), 2)}, {p_said(float(p))}."
        )
    if np.isfinite(fit.r_squared):
        text += f", {'R²' if fit.model.has_scale else 'McFadden R²'} {fit.r_squared:.4f}"
    if fit.model.has_scale:
        text += f", residual standard deviation {fit.scale:.5g} on {count(fit.df)} degrees of freedom"
    source = "the inverse information" + (" with the unbiased scale" if fit.model.has_scale else "")
    return Paragraph(f"{text}. Standard errors come from {source}.")
