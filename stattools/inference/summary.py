"""A fit as a page of text: what was fitted to what, the estimates, and the certificate."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.conventions import conventions
from stattools.inference.estimates import Estimates
from stattools.inference.intervals.coefficients import interval, table
from stattools.models.model import Model
from stattools.series.statespace.state_table import drift_of
from stattools.text.columns import aligned, decimals, number, p_text, place


def page(fit: Estimates) -> str:
    """The page that `print(fit)` shows."""
    body = _proportion_lines(fit) if fit.model.intervals else _coefficient_lines(fit)
    return "\n".join([*_head(fit), "", *body, "", *_foot(fit)])


def event(model: Any) -> str | None:
    """Which outcome counts as 1, `P(admit = 'yes')`, for a binary regression; None otherwise."""
    if not isinstance(model, Model) or not model.likelihood.is_event:
        return None
    if "trials" in model.likelihood.parts:
        trials = model.likelihood.named(model.rows.y)["trials"].sum()
        return f"P({model.outcome_name}), successes out of {trials:,.0f} trials"
    one = 1 if model.labels is None else model.labels[1]
    return f"P({model.outcome_name} = {one!r})"


RUNGS = {"Cholesky": "by Cholesky", "QR": "by QR", "exact": "exact sums"}


def certificate(fit: Estimates) -> str:
    """How close to the maximum the estimate is, as one sentence."""
    solution = fit.solution
    if solution.solver == "ClosedForm":
        return "Maximum in closed form."
    bound = max(solution.decrement, 1e-8)
    reached = "" if solution.status == "converged" else ", the limit of float64 on these data"
    steps = f"{solution.steps} step{'' if solution.steps == 1 else 's'}"
    if solution.reads:
        steps += f" at the end, {solution.reads} reads of all rows"
    if solution.rung is not None and solution.digits is not None:
        steps = f"{RUNGS[solution.rung]}, {int(solution.digits.smallest)} digits"
    return f"Within {bound:.0e}".replace("e-0", "e-") + (
        f" standard errors of {maximum(fit.model)}{reached} ({solution.solver}, {steps})."
    )


def maximum(model: Any) -> str:
    """What the climb came to: of a log-likelihood that is not concave nobody knows whether there is a higher one."""
    return "the maximum" if model.is_concave else "a local maximum"


def rows_line(model: Any) -> str:
    """`397 rows, 3 dropped for missing values (gre 2, gpa 1)`."""
    if model.counted is not None:
        return model.counted + (_dropped(model) if model.n_dropped else "")
    rows = len(model.rows.X)
    counted = f"{rows:,} row{'' if rows == 1 else 's'}"
    if model.rows.weight is not None:
        counted += f" standing for {model.n:,.0f} observations (weights)"
    return counted + (_dropped(model) if model.n_dropped else ", none dropped")


def _dropped(model: Any) -> str:
    """`, 3 dropped for missing values (gre 2, gpa 1)`."""
    counted = ""
    if missing := model.n_dropped - model.n_empty:
        columns = ", ".join(f"{name} {count:,}" for name, count in model.dropped.items() if count)
        counted = f", {missing:,} dropped for missing values ({columns})"
    return counted + (f", {model.n_empty:,} dropped without trials" if model.n_empty else "")


def _head(fit: Estimates) -> list[str]:
    model = fit.model
    what = event(model)
    lines = [model.title + (f" for {what}" if what else "")]
    if isinstance(model, Model):
        lines += model.formulas
        if model.categories is not None and model.labels is not None:
            lines.append(f"log odds against the reference {model.outcome_name} = {model.labels[0]!r}")
    return [*lines, rows_line(model)]


def _coefficient_lines(fit: Estimates) -> list[str]:
    frame = table(fit)
    letter = "t" if np.isfinite(fit.t_df) else "z"
    labels = [name for name in ("category", "term") if name in frame]
    if not fit.kinds:
        rows = [
            [*(_clip(str(row[name])) for name in labels), number(row["estimate"])] for row in frame.to_dict("records")
        ]
        return aligned([*("" for _ in labels), "estimate"], rows, left=len(labels))
    tested = not bool(np.isnan(frame["statistic"].to_numpy()).all())
    head = [*("" for _ in labels), "estimate", "se", *([letter, "p"] if tested else []), "lower", "upper"]
    rows = []
    for row in frame.to_dict("records"):
        places = decimals(row["se"])
        cells = [_clip(str(row[name])) for name in labels]
        statistic = row["statistic"]
        cells += [place(row["estimate"], places), place(row["se"], places)]
        if np.isnan(row["se"]) or np.isnan(statistic):  # a variance
            rows.append(
                [*cells, *([""] * 2 if tested else []), *(place(row[end], places) for end in ("lower", "upper"))]
            )
            continue
        cells += [f"{statistic:.2f}" if abs(statistic) < 1e6 else number(statistic, 3), p_text(row["p_value"])]
        rows.append([*cells, place(row["lower"], places), place(row["upper"], places)])
    return aligned(head, rows, left=len(labels))


def _proportion_lines(fit: Estimates) -> list[str]:
    if len(fit.estimate) > 1:
        return [*_coefficient_lines(fit), "", f"z and p are those of the score test of {fit.model.null} in each arm."]
    statistic, p_value = fit.model.test()
    theta, se = float(fit.estimate[0]), float(fit.se[0])
    places = decimals(se)
    rows = []
    for kind in dict.fromkeys("wilson" if kind == "score" and "wilson" in fit.kinds else kind for kind in fit.kinds):
        ends = np.ravel(np.asarray(interval(fit, fit.level, kind)))  # of one arm they are arrays
        rows.append([kind, *(place(float(end), places) for end in ends)])
    lines = [f"{fit.names[0]} = {place(theta, places)}   (standard error {place(se, places)})", ""]
    lines += aligned([f"{fit.level:.4g} interval", "lower", "upper"], rows)
    return [
        *lines,
        "",
        f"Score test of {fit.model.null}: z = {np.ravel(statistic)[0]:.2f}, p = {p_text(float(np.ravel(p_value)[0]))}",
    ]


def _foot(fit: Estimates) -> list[str]:
    line = f"log-likelihood {fit.loglik:.4f}   AIC {fit.aic:.2f}   BIC {fit.bic:.2f}"
    if not np.isfinite(fit.bic):
        line = line.replace("   BIC nan", "")
    if fit.model.intervals:
        return [line, certificate(fit)]
    name = "R²" if fit.model.has_scale else "McFadden R²"
    if np.isfinite(fit.r_squared):
        line += f"   {name} {fit.r_squared:.4f}"
    if fit.model.has_scale:
        line += f"   residual scale {number(fit.scale)} on {fit.df:,.0f} df"
    intervals = f" Intervals: {fit.level:.4g}, Wald." if fit.kinds else ""
    if fit.model.variances:
        intervals = intervals.replace("Wald", "Wald on the log scale for variances")
        return [*_structural_foot(fit, line), certificate(fit), f"Standard errors: {_source(fit)}.{intervals}"]
    source = f"Standard errors: {_source(fit)}." if fit.kinds else f"Estimates are {fit.cov}."
    lines = [line, certificate(fit), *fit.solution.said, *fit.model.remarks, source + intervals]
    if fit.penalty is not None:
        lines.insert(1, f"The log-likelihood is not penalized; the estimate maximizes it with {fit.penalty!r}.")
    sums = fit.solution.residual_sums or (fit.model.residual_sums(fit.estimate) if fit.model.has_scale else None)
    nothing = ": standard errors and tests say nothing here."
    if sums is not None and fit.scale**2 <= 1e-24 * sums[1] / fit.n:
        lines.append(f"The fit is exact to round-off{nothing if fit.kinds else '.'}")
    return lines + conventions(fit)


def _structural_foot(fit: Any, line: str) -> list[str]:
    lines = [line, f"The log-likelihood is {fit.model.convention}."]
    if (drift := drift_of(fit.model, fit.estimate)) is not None:
        se = number(drift[1])
        lines.append(f"The drift is {number(drift[0])} per step, with standard error {se} given the variances.")
    return lines + [
        f"{name} is 0, the boundary of its domain: the log-likelihood falls from there. It has no standard error "
        'and no Wald interval; fit.interval(kind="profile") has one.'
        for name in fit.boundary
    ]


def _source(fit: Estimates) -> str:
    """What the standard errors were made from."""
    if fit.cov != "information":
        return fit.cov
    return "inverse information" + (", unbiased scale" if isinstance(fit.model, Model) and fit.model.has_scale else "")


def _clip(text: str, width: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"
