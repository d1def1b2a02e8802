"""A fit as a page of text: what was fitted to what, the estimates, and the certificate."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.conventions import conventions
from stattools.inference.covariance.kinds import COUNTED, FEW_CLUSTERS, FEWEST_CLUSTERS
from stattools.inference.diagnostics.checks.overdispersion import on_the_page
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses import exact_test
from stattools.inference.intervals.coefficients import interval, table
from stattools.inference.intervals.ratios import require_ratios
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.page import told
from stattools.series.statespace.state_table import drift_of
from stattools.text.columns import decimals, number, p_text, place
from stattools.text.names import first_few
from stattools.text.page import Grid, Page


def page(fit: Estimates, *, exponentiate: bool = False) -> Page:
    """The page that `print(fit)` shows; with ratios in the place of the coefficients where these are asked for."""
    if exponentiate:
        what = require_ratios(fit.model)
        error = "; se is that of the coefficient" if fit.kinds else ""
        said = f"Each estimate is exp(coefficient), here: {what}{error}."
        return Page(*told(fit.model), "", coefficients(fit, exponentiate=True), "", said, *_foot(fit))
    body = _proportions(fit) if fit.model.intervals else [coefficients(fit)]
    return Page(*told(fit.model), "", *body, "", *_foot(fit))


FEW_TIMES = 80
"""Times below which the page says how often intervals hold the truth."""

RUNGS = {"Cholesky": "by Cholesky", "QR": "by QR", "exact": "exact sums"}


def certificate(fit: Estimates) -> str:
    """How close to the maximum the estimate is, as one sentence."""
    solution = fit.solution
    if solution.solver == "ClosedForm":
        return fit.model.reached
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
    """What the climb came to: where there may be several nobody knows whether there is a higher one."""
    return "the maximum" if model.has_one_maximum else "a local maximum"


def coefficients(fit: Estimates, *, exponentiate: bool = False) -> Grid:
    """The table of coefficients as a page shows it."""
    frame = table(fit, exponentiate=exponentiate).rename(columns={"se_log": "se"})
    letter = "t" if np.isfinite(fit.t_df).any() else "z"
    own = ["df"] * ("df" in frame and letter == "t")
    labels = [name for name in ("category", "term") if name in frame]
    if not fit.kinds:
        rows = [[*(str(row[name]) for name in labels), number(row["estimate"])] for row in frame.to_dict("records")]
        return Grid([*("" for _ in labels), "estimate"], rows, "l" * len(labels) + "r")
    tested = not bool(np.isnan(frame["statistic"].to_numpy()).all())
    head = [*("" for _ in labels), "estimate", "se", *([letter, *own, "p"] if tested else []), "lower", "upper"]
    rows = []
    for row in frame.to_dict("records"):
        places = decimals(row["se"])
        cells = [str(row[name]) for name in labels]
        statistic = row["statistic"]
        cells += [place(row["estimate"], places), place(row["se"], places)]
        if np.isnan(row["se"]) or np.isnan(statistic):  # a variance
            rows.append(
                [*cells, *([""] * 2 if tested else []), *(place(row[end], places) for end in ("lower", "upper"))]
            )
            continue
        cells += [f"{statistic:.2f}" if abs(statistic) < 1e6 else number(statistic, 3)]
        cells += [*(f"{row[name]:.2f}" for name in own), p_text(row["p_value"])]
        rows.append([*cells, place(row["lower"], places), place(row["upper"], places)])
    return Grid(head, rows, "l" * len(labels) + "r" * (len(head) - len(labels)))


def _proportions(fit: Estimates) -> list[str | Grid]:
    if len(fit.estimate) > 1:
        return [coefficients(fit), "", f"z and p are those of the score test of {fit.model.null} in each arm."]
    statistic, p_value = fit.model.test()
    theta, se = float(fit.estimate[0]), float(fit.se[0])
    places = decimals(se)
    rows = []
    for kind in dict.fromkeys("wilson" if kind == "score" and "wilson" in fit.kinds else kind for kind in fit.kinds):
        ends = np.ravel(np.asarray(interval(fit, fit.level, kind)))  # of one arm they are arrays
        rows.append([kind, *(place(float(end), places) for end in ends)])
    what, letter = fit.model.tested
    p = p_text(float(np.ravel(p_value)[0]))
    tests = [f"{what} of {fit.model.null}: {letter} = {np.ravel(statistic)[0]:.2f}, p = {p}"]
    if fit.model.exact_words:
        tests.append(f"{fit.model.exact_words}: p = {p_text(exact_test(fit.model).p_value)}")
    return [
        f"{fit.names[0]} = {place(theta, places)}   (standard error {place(se, places)})",
        "",
        Grid([f"{fit.level:.4g} interval", "lower", "upper"], rows, "lrr"),
        "",
        *tests,
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
    lines = [line, certificate(fit), *fit.solution.said, *fit.model.remarks, source + intervals, *on_the_page(fit)]
    lines += [*_few_clusters(fit), *_few_times(fit)]
    if fit.penalty is not None:
        lines.insert(1, f"The log-likelihood is not penalized; the estimate maximizes it with {fit.penalty!r}.")
    sums = fit.solution.residual_sums or (fit.model.residual_sums(fit.estimate) if fit.model.has_scale else None)
    nothing = ": standard errors and tests say nothing here."
    if sums is not None and fit.scale**2 <= 1e-24 * sums[1] / fit.n:
        lines.append(f"The fit is exact to round-off{nothing if fit.kinds else '.'}")
    elif fit.kinds and fit.cov != "information" and (names := _without_error(fit)):
        lines.append(f"What {fit.cov} adds up for {names} is 0 to round-off{nothing}")
    return lines + conventions(fit)


def _without_error(fit: Any) -> str:
    """Coefficients with rows, or clusters, whose scores are 0 at the estimate: such a standard error is round-off."""
    usual = np.sqrt(fit.solution.covariance.diagonal()) * (fit.scale if fit.model.has_scale else 1.0)
    return first_few([fit.names[k] for k in np.flatnonzero(fit.se <= 1e-9 * usual)])


def _few_times(fit: Any) -> list[str]:
    """A line on Wald's intervals of few times, measured by `benchmarks/plans/few_rows.py`."""
    model = fit.model
    if not (isinstance(model, Model) and model.likelihood.outcome is Outcome.TIME and fit.kinds and fit.n < FEW_TIMES):
        return []
    return [f"{fit.n:,.0f} rows are few: 95 % intervals covered 89 to 92 % in simulations of 20 rows, 92 to 95 of 40."]


def _few_clusters(fit: Any) -> list[str]:
    """Lines on clusters that are few: how many, of which kind, and the coefficients of which one cluster has all that
    the rows say.
    """
    if not fit.cov.startswith("Cluster("):
        return []
    degrees = fit.degrees
    counts = [int(n) for n in COUNTED.findall(fit.cov)] if degrees is None else [len(degrees.parts)]
    if not counts or (G := min(counts)) >= FEW_CLUSTERS:
        return [] if degrees is None else _alone(fit)
    if degrees is None:
        lines = [f"{G} clusters, CR1: too small where clusters are few. Only one way of groups has CR2."]
    else:
        lines = [f"{G} clusters, {degrees.kind}: corrected for few clusters, df of each coefficient."]
    if G < FEWEST_CLUSTERS:
        see = "; see also fit.wild_bootstrap" if isinstance(fit.model, Model) else ""
        lines.append(f"Fewer than {FEWEST_CLUSTERS} clusters: no standard error is sure{see}.")
    return lines + ([] if degrees is None else _alone(fit))


def _alone(fit: Any) -> list[str]:
    """A line that names the coefficients of which one cluster has all that the rows say; none where there are none."""
    names = [fit.names[k] for k in np.unique(fit.degrees.alone()[1])]
    some = ", ".join(names[:3]) + (f" and {len(names) - 3} others" if len(names) > 3 else "")
    return [f"One cluster alone determines {some}: its part is not in their se."] if names else []


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
