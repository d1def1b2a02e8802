"""What a report says of a regression: rows and columns, estimates, of times their hazard ratios, figures, sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import require_proportional
from stattools.inference.plots.coefficients import spreads
from stattools.inference.plots.drawing import summary
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import named_parts
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.times import ends_of
from stattools.models.model import Model
from stattools.numerics.sums import SampleMoments
from stattools.reporting.answer.answered import of_regression as answered  # noqa: F401  # an answer of the account
from stattools.reporting.answer.asked import question as question
from stattools.reporting.answer.box import conclusion as conclusion
from stattools.reporting.diagnostics import coefficients, suited
from stattools.reporting.dispersion import dispersion
from stattools.reporting.document import Block, Figure, Paragraph, Table, code
from stattools.reporting.equations import likelihood as likelihood
from stattools.reporting.first_table import described, variables
from stattools.reporting.provenance import files_of
from stattools.reporting.stories import event, story
from stattools.reporting.tables import coefficient_table, count, decimals, number
from stattools.text.columns import percent

SAID = (
    "The hazards of these times are proportional, so that time ratios are hazard ratios too: above 1 the event comes "
    "sooner."
)


def hazards(fit: Fit) -> tuple[Block, ...]:
    """The ratios with their intervals; nothing where hazards are not proportional, or have no standard errors."""
    try:
        require_proportional(fit.model)
    except IncompatibleError:
        return ()
    if not fit.kinds:
        return ()
    found = fit.hazard_ratios()
    if found.empty:
        return ()
    rows = [
        (code(row["term"]), *(f"{row[name]:.4g}" for name in ("estimate", "lower", "upper")))
        for row in found.to_dict("records")
    ]
    head = ("term", "hazard ratio", f"{percent(fit.level)} interval: lower", "upper")
    return Paragraph(SAID), Table(head, tuple(rows), "lrrr")


SHOWN_COLUMNS = 20


def facts(model: Model) -> dict[str, str]:
    """The rows, what was dropped, and the outcome."""
    pairs = {"rows": count(len(model.rows.X))}
    pairs |= {name: count(n) for name, n in files_of(model).items()}
    if model.rows.weight is not None:
        pairs["observations (sum of weights)"] = count(model.n)
    pairs["rows dropped for missing values"] = count(model.n_dropped - model.n_empty)
    pairs |= {f"missing in {code(name)}": count(missing) for name, missing in model.dropped.items() if missing}
    if model.n_empty:
        lacking = "trials" if "trials" in model.likelihood.parts else "information"
        pairs[f"rows dropped without {lacking}"] = count(model.n_empty)
    return pairs | _given(model) | _outcome(model)


def _outcome(model: Any) -> dict[str, str]:
    """What the outcome looks like, one or more lines."""
    outcome, shown = model.likelihood.outcome, {one.name for one in variables(model)}
    if outcome is Outcome.TIME:
        return _times(model)
    if model.outcome_name in shown and outcome is not Outcome.TRIALS and (outcome.has_labels or model.has_scale):
        return {}  # the table of columns has it
    if not outcome.has_labels and outcome is not Outcome.TRIALS:
        return _range(model, *summary(model).outcome, model.rows.outcome)
    counts = model.rows.outcome_counts()
    weight = np.ones(len(counts.y)) if counts.weight is None else counts.weight
    if outcome.has_labels:
        return _classes(model, counts.y, weight)
    successes, trials = (float(weight @ part) for part in named_parts(model.likelihood, counts.y).values())
    return {
        "trials": count(trials),
        f"successes {code(model.outcome_name)}": f"{count(successes)} ({percent(round(successes / trials, 3))})",
    }


def _classes(model: Any, y: Floats, weight: Floats) -> dict[str, str]:
    """How many rows have each outcome, of `y` with frequencies."""
    if model.likelihood.outcome is Outcome.BINARY:
        ones = float(weight @ y)
        return {f"rows where {event(model)}": f"{count(ones)} ({percent(round(ones / model.n, 3))})"}
    name, sizes = code(model.outcome_name), np.bincount(y.astype(int), weights=weight, minlength=len(model.labels))
    return {f"rows where {name} is {code(label)}": count(size) for label, size in zip(model.labels, sizes, strict=True)}


def _times(model: Any) -> dict[str, str]:
    """How many times were seen, and between which they lie; of rows in files the number alone."""
    if model.rows.place != "in memory":
        return {f"times {code(model.outcome_name)} that were seen": count(model.n_events)}
    (low, high, entry), weight = ends_of(model.rows.y, model.likelihood.late), model.rows.weight
    weight = 1.0 if weight is None else weight
    seen, name = low == high, code(model.outcome_name)
    sizes = {
        f"times {name} that were seen": seen,
        "times that were longer (right censored)": high == np.inf,
        "times that were shorter (left censored)": low == 0.0,
        "times between two ends": ~seen & (high < np.inf) & (low > 0.0),
        "rows that entered after 0": entry > 0.0,
    }
    pairs = {what: count(float((weight * some).sum())) for what, some in sizes.items() if some.any()}
    known = np.where(low > 0.0, low, high)
    return pairs | {"range of what is known of them": f"{known.min():.6g} to {known.max():.6g}"}


def _range(model: Model, low: float, high: float, moments: SampleMoments) -> dict[str, str]:
    """Where a number that is the outcome lies."""
    name = code(model.outcome_name)
    told = model.outcome_name in {one.name for one in variables(model)}
    span = {} if told else {f"outcome {name}, range": f"{low:.6g} to {high:.6g}"}
    if model.has_scale:
        return span
    mean, variance = moments.mean, moments.square / moments.n
    return span | {f"outcome {name}, mean and variance": f"{mean:.4g} and {variance:.4g}"}


def _given(model: Model) -> dict[str, str]:
    """What stands beside the columns of a row: offset, exposure, precision."""
    rows, pairs = model.rows, {}
    offset, exposure = model.extras.get("offset"), model.extras.get("exposure")
    if rows.offset is not None and rows.source is None:
        name = "offset" if offset or not exposure else "exposure"
        ends = rows.offset.min(), rows.offset.max()
        low, high = ends if name == "offset" else np.exp(ends)
        known = " plus ".join([code(offset)] * bool(offset) + [f"log of {code(exposure)}"] * bool(exposure and offset))
        known = code(exposure) if name == "exposure" else known
        pairs[f"{name} {known}".strip() + ", range"] = f"{low:.6g} to {high:.6g}"
    else:
        pairs |= {what: code(column) for what, column in (("offset", offset), ("exposure", exposure)) if column}
    if rows.precision is not None:
        pairs["precision, range"] = f"{rows.precision.min():.6g} to {rows.precision.max():.6g}"
    return pairs


def columns(model: Model) -> tuple[Block, ...]:
    """The columns of the table; of X, where there is no table, mean, spread and range of every one that varies."""
    if told := described(model):
        return told
    found, rows = summary(model), []
    for j in np.flatnonzero(found.sd > 0)[:SHOWN_COLUMNS]:
        places = decimals(float(found.sd[j]))
        middle = (number(float(found.mean[j]), places), number(float(found.sd[j]), places))
        rows.append((code(model.terms[j]), *middle, f"{found.low[j]:.6g}", f"{found.high[j]:.6g}"))
    if not rows:
        return ()
    table = Table(("column", "mean", "standard deviation", "smallest", "largest"), tuple(rows), align="lrrrr")
    more = int((found.sd > 0).sum()) - len(rows)
    return (table, Paragraph(f"and {more} more columns.")) if more else (table,)


def estimates(fit: Fit) -> tuple[Block, ...]:
    """The coefficients, and the dispersion in words."""
    ratio, own = story(fit.model).ratio, fit.model.predictor.own
    if any(own):  # whose exponentials are ratios of several things
        ratio = ratio and "exp(estimate)"
    shared = next((k for k, columns in enumerate(reversed(own)) if columns), len(own))
    return (coefficient_table(fit, ratio=ratio, shared=shared), *map(Paragraph, dispersion(fit)), *hazards(fit))


def diagnostics(fit: Fit) -> tuple[Figure, ...]:
    """The figures that suit the regression; several coefficients are compared on one scale. Of rows in files they show
    the sample.
    """
    fit = replace(fit, model=fit.model.sampled)
    several = int((spreads(fit.model) > 0).sum()) > 1
    drawn = [each for figure in suited(fit.model) for each in _drawn(fit, figure)]
    return (*drawn, *([coefficients(fit)] if several else []))


def _drawn(fit: Fit, figure: Callable[[Fit], Figure]) -> tuple[Figure, ...]:
    """The figure; none where it shows what a likelihood of a user's own does not answer."""
    try:
        return (figure(fit),)
    except IncompatibleError:
        if fit.model.likelihood.facts.knows_ends:
            raise
        return ()
