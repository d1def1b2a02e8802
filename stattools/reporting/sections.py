"""The sections of a report, one function each: question, data, likelihood, maximum, diagnosis, validation, conclusion,
provenance; posterior has a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.inference.fitted import Fit
from stattools.models.model import Model
from stattools.numerics.moments import Moments
from stattools.reporting import equations, rows_in_files, sentences, smoothing, state_space, tallies
from stattools.reporting.diagnostics import COUNTS, KINDS, diagnostics, spreads
from stattools.reporting.dispersion import dispersion
from stattools.reporting.document import Block, Bullets, Listing, Paragraph, Quote, Section, Table, code, literal
from stattools.reporting.provenance import code_version, data_hash, environment, extent
from stattools.reporting.stories import event, story
from stattools.reporting.tables import agreement as agreement_table
from stattools.reporting.tables import coefficients, count, decimals, facts, number, p_said, percent
from stattools.solvers.samples.surrogate import held_elsewhere, in_memory
from stattools.validation.agreement import Agreement

SHOWN_COLUMNS = 20
INSIDE = "none: the data are inside the given function"


def question(model: Any, words: Sequence[Block] = ()) -> Section:
    """What is asked: the author's own words if there are any, else what the model asks of the data."""
    return Section("Question", tuple(words) or (Paragraph(sentences.question(model)),))


def data(model: Any, *before: Block) -> Section:
    """The rows, what was dropped, the outcome, the columns, and the hash; `before` says where they come from."""
    if model.kind == "custom":
        observed = "not given" if model.observations is None else count(model.observations)
        pairs = {"observations": observed, "parameters": count(len(model.names)), "SHA-256": INSIDE}
        return Section("Data", (*before, facts(pairs, ("data", "value"))))
    elsewhere = held_elsewhere(model)
    digest = {"SHA-256 of the files' footers" if elsewhere else "SHA-256": code(data_hash(model))}
    if model.kind in COUNTS:
        one, many = ("ones", "flips") if model.kind == "coin" else ("successes", "trials")
        pairs = {many: count(model.trials), one: count(model.successes)}
        return Section("Data", (*before, facts(pairs | digest, ("data", "value"))))
    if tallies.is_tally(model):
        return Section("Data", (*before, facts(tallies.facts(model) | digest, ("data", "value"))))
    if smoothing.is_smoothing(model):
        return Section("Data", (*before, facts(smoothing.facts(model) | digest, ("data", "value"))))
    if state_space.is_structural(model):
        return Section("Data", (*before, facts(state_space.facts(model) | digest, ("data", "value"))))
    if elsewhere:
        return _data_in_files(model, digest, before)
    pairs = {"rows": count(len(model.rows.X))}
    if model.rows.weight is not None:
        pairs["observations (sum of weights)"] = count(model.n)
    pairs["rows dropped for missing values"] = count(model.n_dropped - model.n_empty)
    pairs |= {f"missing in {code(name)}": count(missing) for name, missing in model.dropped.items() if missing}
    pairs |= {"rows dropped without trials": count(model.n_empty)} if model.n_empty else {}
    pairs |= _given(model)
    return Section("Data", (*before, facts(pairs | _outcome(model) | digest, ("data", "value")), *_columns(model)))


def _data_in_files(model: Any, digest: dict[str, str], before: tuple[Block, ...]) -> Section:
    found = rows_in_files.columns(model)
    pairs = {"rows": count(len(model.rows.X))} | {name: count(n) for name, n in rows_in_files.place(model).items()}
    if model.rows.weight is not None:
        pairs["observations (sum of weights)"] = count(model.n)
    pairs["rows dropped for missing values"] = count(model.n_dropped)
    pairs |= {f"missing in {code(name)}": count(missing) for name, missing in model.dropped.items() if missing}
    for what, column in (("offset", model.extras.get("offset")), ("exposure", model.extras.get("exposure"))):
        pairs |= {what: code(column)} if column else {}
    if model.kind in ("logistic", "probit", "softmax"):
        y, counts = rows_in_files.tally(model)
        pairs |= _classes(model, y, counts)
    else:
        pairs |= _range(model, float(found.low[-1]), float(found.high[-1]), model.rows.marginal.moments)
    shown = _table_of_columns(model.terms, found.mean, found.sd, found.low[:-1], found.high[:-1])
    return Section("Data", (*before, facts(pairs | digest, ("data", "value")), *shown))


def likelihood(model: Any) -> Section:
    """The likelihood written out."""
    return Section("Likelihood", equations.likelihood(model))


def maximum(fit: Fit) -> Section:
    """Estimates with their uncertainty, the certificate, and the fit in numbers."""
    if tallies.is_tally(fit.model):
        told = Paragraph(sentences.certificate(fit)), *tallies.estimates(fit), Paragraph(tallies.in_numbers(fit))
        return Section("Fit", told)
    at_zero = state_space.boundary(fit) if state_space.is_structural(fit.model) else ()
    return Section(
        "Fit",
        (
            Paragraph(sentences.certificate(fit)),
            estimates(fit),
            *map(Paragraph, dispersion(fit)),
            *at_zero,
            _in_numbers(fit),
        ),
    )


def estimates(fit: Fit) -> Table:
    """The coefficients of a regression, or the intervals of a proportion."""
    level = percent(fit.level)
    if state_space.is_structural(fit.model):
        return state_space.estimates(fit)
    if fit.model.kind not in COUNTS:
        interval = f"{level} Wald interval"
        extra = fit.model.predictor.n_shared if isinstance(fit.model, Model) else 0
        statistic = "t" if fit.model.has_scale else "z"
        ratio = story(fit.model).ratio if isinstance(fit.model, Model) else None
        return coefficients(fit.table(), statistic=statistic, interval=interval, ratio=ratio, shared=extra)
    places = decimals(float(fit.se[0]))
    ends = {label: fit.interval(kind=kind) for kind, label in KINDS.items() if kind in fit.kinds}
    rows = [(name, *(number(float(end), places) for end in interval)) for name, interval in ends.items()]
    return Table((f"{level} interval for $\\theta$", "lower", "upper"), tuple(rows), align="lrr")


def diagnosis(fit: Fit) -> Section:
    """The figures that show a fit against its data."""
    words: tuple[Block, ...] = ()
    if held_elsewhere(fit.model):
        some, n = len(in_memory(fit.model)[0].rows.X), len(fit.model.rows.X)
        words = (Paragraph(f"The figures show a sample of {count(some)} of the {count(n)} rows."),) if some < n else ()
    return Section("Diagnostics", (*words, *diagnostics(fit)))


def validation(agreement: Agreement) -> Section:
    """The same model by an independent reference."""
    same = abs(agreement.loglik - agreement.reference_loglik) < 1e-6 * (1.0 + abs(agreement.loglik))
    other = "the same in both" if same else f"the reference has {agreement.reference_loglik:.6f}"
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
        digest = INSIDE if model.kind == "custom" else code(data_hash(model))
        which = f" {i}" if len(models) > 1 else ""
        inputs[f"data{which} (SHA-256)"] = digest
        if held_elsewhere(model) and (bare := rows_in_files.without_checksums(model)) is not None:
            inputs[f"files{which and f' of data{which}'} without checksums"] = bare
        if (counted := extent(model)) is not None:
            inputs[f"{counted[0]}{which and f' of data{which}'}"] = count(counted[1])
    inputs["seed"] = ", ".join(map(str, dict.fromkeys(seeds))) or "none: nothing here is random"
    return Section(
        "Provenance", (*how, facts(inputs, ("input", "value")), facts(environment(), ("environment", "version")))
    )


def _outcome(model: Any) -> dict[str, str]:
    """What the outcome looks like, one or more lines."""
    y, name = model.rows.y, code(model.outcome_name)
    weight = np.ones(len(y)) if model.rows.weight is None else model.rows.weight
    if y.ndim == 2:
        successes, trials = weight @ y
        return {
            "trials": count(trials),
            f"successes {name}": f"{count(successes)} ({percent(round(successes / trials, 3))})",
        }
    if model.kind in ("logistic", "probit", "softmax"):
        return _classes(model, y, weight)
    return _range(model, float(y.min()), float(y.max()), Moments.of(y, weight))


def _classes(model: Any, y: Any, weight: Any) -> dict[str, str]:
    """How many rows have each outcome, of `y` with frequencies."""
    if model.kind != "softmax":
        ones = float(weight @ y)
        return {f"rows where {event(model)}": f"{count(ones)} ({percent(round(ones / model.n, 3))})"}
    name, sizes = code(model.outcome_name), np.bincount(y.astype(int), weights=weight, minlength=len(model.labels))
    return {f"rows where {name} is {code(label)}": count(size) for label, size in zip(model.labels, sizes, strict=True)}


def _range(model: Any, low: float, high: float, moments: Moments) -> dict[str, str]:
    """Where a number that is the outcome lies."""
    name = code(model.outcome_name)
    span = {f"outcome {name}, range": f"{low:.6g} to {high:.6g}"}
    if model.has_scale:
        return span
    mean, variance = moments.mean, moments.square / moments.n
    return span | {f"outcome {name}, mean and variance": f"{mean:.4g} and {variance:.4g}"}


def _given(model: Any) -> dict[str, str]:
    """What stands beside the columns of a row: offset, exposure, precision."""
    rows, pairs = model.rows, {}
    if rows.offset is not None:
        offset, exposure = model.extras.get("offset"), model.extras.get("exposure")
        name, values = ("offset", rows.offset) if offset or not exposure else ("exposure", np.exp(rows.offset))
        known = " plus ".join([code(offset)] * bool(offset) + [f"log of {code(exposure)}"] * bool(exposure and offset))
        known = code(exposure) if name == "exposure" else known
        pairs[f"{name} {known}".strip() + ", range"] = f"{values.min():.6g} to {values.max():.6g}"
    if rows.precision is not None:
        pairs["precision, range"] = f"{rows.precision.min():.6g} to {rows.precision.max():.6g}"
    return pairs


def _columns(model: Any) -> tuple[Block, ...]:
    """Mean, spread and range of every column that varies."""
    X, weight = model.rows.X, np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight
    return _table_of_columns(model.terms, weight @ X / weight.sum(), spreads(model), X.min(axis=0), X.max(axis=0))


def _table_of_columns(terms: Sequence[str], means: Any, spread: Any, low: Any, high: Any) -> tuple[Block, ...]:
    rows = []
    for j in np.flatnonzero(spread > 0)[:SHOWN_COLUMNS]:
        places = decimals(float(spread[j]))
        ends = (f"{low[j]:.6g}", f"{high[j]:.6g}")
        rows.append((code(terms[j]), number(float(means[j]), places), number(float(spread[j]), places), *ends))
    if not rows:
        return ()
    table = Table(("column", "mean", "standard deviation", "smallest", "largest"), tuple(rows), align="lrrrr")
    more = int((spread > 0).sum()) - len(rows)
    return (table, Paragraph(f"and {more} more columns.")) if more else (table,)


def _in_numbers(fit: Fit) -> Paragraph:
    """Log-likelihood, criteria, share explained, scale."""
    text = f"Log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}"
    text += f", BIC {fit.bic:.2f}" if np.isfinite(fit.bic) else ""
    if fit.model.kind in COUNTS:
        statistic, p = fit.table()[["statistic", "p_value"]].iloc[0]
        return Paragraph(
            f"{text}. Score test of $\\theta = 1/2$: z = {number(float(statistic), 2)}, {p_said(float(p))}."
        )
    if np.isfinite(fit.r_squared):
        text += f", {'R²' if fit.model.has_scale else 'McFadden R²'} {fit.r_squared:.4f}"
    if fit.model.has_scale:
        text += f", residual standard deviation {fit.scale:.5g} on {count(fit.df)} degrees of freedom"
    source = "the inverse information" if fit.cov == "information" else f"the covariance {code(fit.cov)}"
    source += " with the unbiased scale" if fit.model.has_scale and fit.cov == "information" else ""
    if fit.penalty is not None:
        text += f". The log-likelihood is not penalized; the estimate maximizes it with {code(fit.penalty)}"
    if not (np.isfinite(fit.se).all() or state_space.is_structural(fit.model)):
        return Paragraph(f"{text}. There are no standard errors.")
    return Paragraph(f"{text}. Standard errors come from {source}.")
