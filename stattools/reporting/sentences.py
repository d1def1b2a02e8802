"""What a report says in words: the question, the certificate, the verdict of the reference, the conclusion.

A number and its words come from the same function. Nothing here prints what differs between processors: certificates
and agreements are bounds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.inference.fitted import Fit
from stattools.inference.separate_fits import OneVsRestFit
from stattools.inference.summary import maximum
from stattools.reporting import comparisons, smoothing, state_space, tallies
from stattools.reporting.diagnostics import COUNTS, coefficient_spreads
from stattools.reporting.document import code, literal
from stattools.reporting.stories import story
from stattools.reporting.tables import (
    agreeing,
    between,
    between_factors,
    bound,
    count,
    decimals,
    have_factors,
    number,
    percent,
)
from stattools.solvers import Solution
from stattools.validation.agreement import Agreement
from stattools.validation.checks.files import SECOND

STEADY = ("LeastSquares", "Newton", "ClosedForm")
"""Solvers whose number of steps is the same on every processor."""


def question(model: Any) -> str:
    """What a model asks of its data."""
    if model.kind in COUNTS:
        one, many = ("1", "flips") if model.kind == "coin" else ("success", "trials")
        return f"How probable is a {one}, after {count(model.successes)} in {count(model.trials)} {many}?"
    if state_space.is_structural(model):
        return state_space.question(model)
    if tallies.is_tally(model):
        return tallies.question(model)
    if model.kind == "custom":
        return f"Which values of {listed(model.names)} make the data most probable?"
    if smoothing.is_smoothing(model):
        return smoothing.question(model)
    asked = code(model.outcome_name) if model.kind == "network" else story(model).asked(model)
    columns = listed([term for term in model.terms if term != "Intercept"])
    formula = f" In one formula: {code(model.formula)}." if model.formula else ""
    do, is_ = ("do", "are") if asked.startswith("the odds") else ("does", "is")
    return (f"How {do} {asked} depend on {columns}?" if columns else f"What {is_} {asked}?") + formula


def certificate(fit: Fit) -> str:
    """How close to the maximum the fit is, as a bound."""
    solution = fit.solution
    if fit.model.kind in COUNTS:
        se = float(fit.se[0])
        return (
            "The maximum is a formula, the observed share: "
            f"$\\hat\\theta = {int(fit.model.successes)} / {int(fit.model.trials)} = {float(fit.estimate[0]):.6g}$, "
            f"with standard error {number(se, decimals(se))}."
        )
    if tallies.is_tally(fit.model):
        return tallies.certificate(fit)
    reached = "The maximum is a strict one: every direction leads down"
    if fit.penalty is not None:
        reached = (
            f"What it maximizes is the log-likelihood with the penalty {code(fit.penalty)}, not the log-likelihood"
        )
    elif state_space.is_structural(fit.model):
        reached += ", or is a variance at 0, from where the log-likelihood falls" if fit.boundary else ""  # type: ignore[attr-defined]
    elif hasattr(fit.model, "rows"):
        reached = _exists(fit.model)
    limit = bound(solution.decrement, 1e-8 if solution.status == "converged" else 1e-6)
    return (
        f"**Every coefficient is within {limit} standard errors of {maximum(fit.model)}.** That is the Newton "
        f"decrement where {code(solution.solver)} stopped, after {bounded(solution)}. {reached}."
    )


def _exists(model: Any) -> str:
    """Why there is a maximum: the columns and the outcomes are such that there is one."""
    words = story(model)
    # With the dispersion the log-likelihood is not concave in all parameters together.
    maximum = "The maximum exists" + (" and is unique" if words.unique else "")
    return f"{maximum}: the columns are linearly independent{words.beside}"


def bounded(solution: Solution) -> str:
    """The number of steps, or a generous bound where round-off decides it."""
    taken = solution.steps
    if solution.solver.split("(")[0] in STEADY:
        return f"{taken} step{'' if taken == 1 else 's'}"
    return f"fewer than {10 ** math.ceil(math.log10(max(2 * taken, 2))):,} steps"


def verdict(agreement: Agreement) -> str:
    """Whether the reference agrees, without round-off and without versions."""
    rows = agreement.rows
    worst = float(np.nanmax(np.abs(rows["difference_in_se"])))
    if not (agreement.ok and worst < 1e-6):
        return literal(unversioned(agreement.sentence))
    digits = float(np.nanmin(rows["digits"]))
    compared = rows["se_digits"].to_numpy(dtype=float)
    compared = compared[~np.isnan(compared)]
    errors = f"standard errors to {agreeing(float(compared.min()))} digits, " if compared.size else ""
    # Of a proportion, the ends of its intervals are compared too, which have no standard error.
    what = "number" if np.isnan(rows["se"]).any() else "coefficient"
    return (
        f"**{literal(unversioned(agreement.reference))} agrees**: {len(rows)} {what}{'' if len(rows) == 1 else 's'} to "
        f"within 1e-6 standard errors ({agreeing(digits)} digits), {errors}and the log-likelihood."
    )


def conclusion(fit: Fit, agreement: Agreement | None = None) -> str:
    """One sentence to quote: what the fit found, of several coefficients the one farthest from zero."""
    checked = f"; {source(agreement)} agrees" if agreement is not None and agreement.ok else ""
    model = fit.model
    if model.kind in COUNTS:
        se, (lower, upper) = float(fit.se[0]), map(float, fit.interval(kind="wilson"))
        places = decimals(se)
        what = "a flip is 1" if model.kind == "coin" else "a trial is a success"
        return (
            f"From {count(model.successes)} in {count(model.trials)}, the probability that {what} is estimated as "
            f"{number(float(fit.estimate[0]), places)} ({percent(fit.level)} Wilson interval "
            f"{between(lower, upper, places)}){checked}."
        )
    if state_space.is_structural(model):
        return state_space.conclusion(fit, checked)
    if tallies.is_tally(model):
        return tallies.conclusion(fit, checked)
    if model.kind == "custom":
        rows = zip(model.names[:4], fit.estimate, fit.se, *np.asarray(fit.interval()).T, strict=False)
        found = [
            f"{code(name)} = {number(value, decimals(se))} ({between(lower, upper, decimals(se))})"
            for name, value, se, lower, upper in rows
        ]
        return f"{literal(model.title)} is highest at {', '.join(found)}, with {percent(fit.level)} Wald intervals."
    if smoothing.is_smoothing(model):
        return smoothing.conclusion(fit, checked)
    varies = coefficient_spreads(model) > 0
    if not varies.any():
        return f"{model.title} of {code(model.outcome_name)} has an intercept and nothing else{checked}."
    table = fit.table()
    clear = table["statistic"] if fit.kinds else fit.estimate * coefficient_spreads(model)
    row = table.iloc[int(np.argmax(np.where(varies, np.abs(clear), -1.0)))]
    which = "the clearest" if fit.kinds else "per standard deviation of its column the largest"
    clearest = f", {which} of {int(varies.sum())} coefficients" if varies.sum() > 1 else ""
    observed = f"{count(model.n)} observations"
    if model.rows.y.ndim == 2:
        trials = model.rows.y[:, 1] if model.rows.weight is None else model.rows.weight * model.rows.y[:, 1]
        observed = f"{count(float(trials.sum()))} trials"
    term = str(row["term"])
    said = f"{_changed(model, term)} {effect(fit, row)}{comparisons.held(model, term, code)}"
    return f"In {observed}, {said}{clearest}{checked}."


def _changed(model: Any, term: str) -> str:
    """One unit more of `x`; `g` = `b` rather than `a`."""
    *others, last = comparisons.parts_of(model, term)
    if others:
        names = listed([part.name for part in (*others, last)])
        return f"the effects of {names} depend on each other: one unit more of {code(term)}"
    if last.high:
        return f"{code(last.name)} = {code(last.high)} rather than {code(last.low)}"
    return f"one unit more of {code(term)}"


def effect(fit: Fit, row: Any) -> str:
    """What one unit more does: `multiplies the odds by 2.2 (95 % Wald interval 1.4 to 3.5)`."""
    words, ends = story(fit.model), np.array([row["estimate"], row["lower"], row["upper"]])
    what, places, said = words.moved(fit.model, row), decimals(float(row["se"])), between
    if words.ratio and have_factors(*ends):
        ends, said = np.exp(ends), between_factors
        places = decimals(float(row["se"] * ends[0]))
    elif words.ratio:
        what = f"changes the logarithm of {what.removeprefix('multiplies ')}"
    interval = f" ({percent(fit.level)} Wald interval {said(ends[1], ends[2], places)})" if fit.kinds else ""
    return f"{what} by {number(ends[0], places)}{interval}"


def normalized(fits: OneVsRestFit) -> str:
    """What the separate probabilities of one-vs-rest sum to, and what becomes of them."""
    total = fits.separate_probabilities().sum(axis=1)
    return (
        f"The {len(fits.fits)} likelihoods are separate, and so are their probabilities: over the categories they sum "
        f"to between {total.min():.3f} and {total.max():.3f}, depending on the row. A prediction divides them by their "
        "sum: they are normalized only after the fact, which no likelihood asks for. `st.softmax` has one likelihood "
        "for all categories."
    )


def unversioned(text: str) -> str:
    """A reference's name without its version, which the table of the environment has.

    >>> unversioned("statsmodels 0.15.0 Logit agrees")
    'statsmodels Logit agrees'
    """
    return re.sub(r"\b(statsmodels|scipy|numpy) \d[\w.+-]*(?=\s|$)", r"\1", text)


def listed(names: Sequence[str], limit: int = 6) -> str:
    """Names in a sentence, the first few written out.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('`a`, `b` and `c`', '`a`')
    """
    shown = [code(name) for name in names[:limit]]
    if len(names) > limit:
        shown.append(f"{len(names) - limit} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def source(agreement: Agreement) -> str:
    """What the reference was made with: statsmodels, or a loop where it has no such model."""
    if agreement.reference.startswith(SECOND):
        return "a second computation"
    return "a loop" if agreement.reference == "A Python loop" else "statsmodels"
