"""What a report says in words: the question, the certificate, the verdict of the reference, the conclusion.

A number and its words come from the same function. Nothing here prints what differs between processors: certificates
and agreements are bounds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.reporting.diagnostics import COUNTS, spreads
from stattools.reporting.document import code, literal
from stattools.reporting.tables import (
    agreeing,
    between,
    bound,
    count,
    decimals,
    number,
    percent,
)

if TYPE_CHECKING:
    from stattools.fitting import Fit
    from stattools.solvers import Solution
    from stattools.validation.agreement import Agreement

STEADY = ("LeastSquares", "Newton", "ClosedForm")
"""Solvers whose number of steps is the same on every processor."""


def question(model: Any) -> str:
    """What a model asks of its data."""
    if model.kind in COUNTS:
        one, many = ("1", "flips") if model.kind == "coin" else ("success", "trials")
        return f"How probable is a {one}, after {count(model.successes)} in {count(model.trials)} {many}?"
    asked = {
        "ols": f"the mean of {code(model.outcome_name)}",
        "logistic": f"the odds that {event(model)}",
        "softmax": f"the odds of each category of {code(model.outcome_name)}",
        "poisson": f"the expected count of {code(model.outcome_name)}",
    }[model.kind]
    columns = listed([term for term in model.terms if term != "Intercept"])
    formula = f" In one formula: {code(model.formula)}." if model.formula else ""
    do, is_ = ("do", "are") if asked.startswith("the odds") else ("does", "is")
    return (f"How {do} {asked} depend on {columns}?" if columns else f"What {is_} {asked}?") + formula


def event(model: Any) -> str:
    """`admit` is `yes`: the outcome that a logistic regression counts as 1."""
    return f"{code(model.outcome_name)} is {code(1 if model.labels is None else model.labels[1])}"


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
    limit = bound(solution.decrement, 1e-8 if solution.status == "converged" else 1e-6)
    unique = "the columns are linearly independent" + ("" if fit.model.has_scale else " and the outcomes overlap")
    return (
        f"**Every coefficient is within {limit} standard errors of the maximum.** That is the Newton decrement where "
        f"{code(solution.solver)} stopped, after {bounded(solution)}. The maximum exists and is unique: {unique}."
    )


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
    digits, se_digits = float(np.nanmin(rows["digits"])), float(np.nanmin(rows["se_digits"]))
    # Of a proportion, the ends of its intervals are compared too, which have no standard error.
    what = "number" if np.isnan(rows["se"]).any() else "coefficient"
    return (
        f"**{literal(unversioned(agreement.reference))} agrees**: {len(rows)} {what}{'' if len(rows) == 1 else 's'} to "
        f"within 1e-6 standard errors ({agreeing(digits)} digits), standard errors to "
        f"{agreeing(se_digits)} digits, and the log-likelihood."
    )


def conclusion(fit: Fit, agreement: Agreement | None = None) -> str:
    """One sentence to quote: what the fit found, of several coefficients the one farthest from zero."""
    checked = "; statsmodels agrees" if agreement is not None and agreement.ok else ""
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
    varies = np.tile(spreads(model) > 0, model.predictor.width)
    if not varies.any():
        return f"{model.title} of {code(model.outcome_name)} has an intercept and nothing else{checked}."
    table = fit.table()
    row = table.iloc[int(np.argmax(np.where(varies, np.abs(table["statistic"]), -1.0)))]
    clearest = f", the clearest of {int(varies.sum())} coefficients" if varies.sum() > 1 else ""
    held = ", the other columns held fixed" if len(model.terms) > 2 else ""
    return (
        f"In {count(model.n)} observations, one unit more of {code(row['term'])} {effect(fit, row)}{held}"
        f"{clearest}{checked}."
    )


def effect(fit: Fit, row: Any) -> str:
    """What one unit more does: `multiplies the odds by 2.2 (95 % Wald interval 1.4 to 3.5)`."""
    model, ends = fit.model, np.array([row["estimate"], row["lower"], row["upper"]])
    if model.kind == "ols":
        what, places = f"changes the mean of {code(model.outcome_name)} by", decimals(float(row["se"]))
    else:
        of = {
            "logistic": lambda: f"the odds that {event(model)}",
            "poisson": lambda: f"the expected count of {code(model.outcome_name)}",
            "softmax": lambda: f"the odds of {code(row['category'])} against {code(model.labels[0])}",
        }[model.kind]()
        what, places = f"multiplies {of} by", decimals(float(row["se"] * np.exp(row["estimate"])))
        ends = np.exp(ends)
    interval = f"{percent(fit.level)} Wald interval {between(ends[1], ends[2], places)}"
    return f"{what} {number(ends[0], places)} ({interval})"


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
