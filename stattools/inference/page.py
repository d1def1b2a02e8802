"""A fit as a page of text: what was fitted to what, the estimates, and the certificate.

What differs from R and statsmodels by convention, each said on the page of the fits that it touches.

A convention is one sentence of at most 80 columns and a condition; `docs/coming_from/conventions.md` explains each. The
numbers agree once the convention is known, so none of these is a fault of either.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np

from stattools.data.design.design import Design
from stattools.inference.certificate import certificate
from stattools.inference.covariance.kinds import COUNTED, FEW_CLUSTERS, FEWEST_CLUSTERS
from stattools.inference.diagnostics.assumptions import OWN_DISPERSION, overdispersed
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses import exact_test
from stattools.inference.intervals.coefficients import interval, require_ratios, table
from stattools.likelihoods import BetaFamily, GammaFamily, NegativeBinomial
from stattools.likelihoods.likelihood import unlinked
from stattools.likelihoods.outcomes import Outcome
from stattools.models.questions import told
from stattools.series.statespace.states import drift_of
from stattools.text.columns import decimals, first_few, number, p_text, place
from stattools.text.page import Grid, Page


def conventions(fit: Estimates) -> dict[str, bool]:
    """The sentences of the page on regressions, and whether each touches this fit.

    >>> import stattools as st
    >>> [said for said, touches in conventions(st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))).items() if touches]
    ['AIC and BIC count the coefficients, as statsmodels; R counts the scale too.']
    >>> any(conventions(st.fit(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0]))).values())
    False
    """
    model = fit.model
    if not model.facts.is_regression:
        return {}
    likelihood, facts, design = model.likelihood, model.likelihood.facts, model.design
    family = unlinked(likelihood) if not design.beside else None  # parameters beside the mean are shared by all rows
    plain = fit.cov == "information" and fit.penalty is None
    of_glm = bool(facts.natural) or isinstance(family, NegativeBinomial)
    is_natural = next(iter(likelihood.parameters.values())) == facts.natural
    weighted, has_zero = model.rows.weight is not None, "zero" in likelihood.parameters
    return {
        "AIC and BIC count the coefficients, as statsmodels; R counts the scale too.": model.has_scale,
        "Standard errors are of the observed information; R's glm uses the expected.": (
            plain and of_glm and not is_natural and not design.beside
        ),
        "Standard errors are of the observed information; betareg takes the expected.": (
            plain and isinstance(family, BetaFamily)
        ),
        "alpha is estimated jointly with the coefficients; R's glm.nb holds it fixed.": (
            isinstance(family, NegativeBinomial)
        ),
        "'zero' are log odds of a zero; those of R's hurdle are of a positive count.": has_zero and bool(facts.pieces),
        "Without zero= the zeros have no columns; R's zeroinfl and hurdle take all.": (
            has_zero and not model.predictor.own[0]
        ),
        "The dispersion is of maximum likelihood; R and statsmodels take Pearson's.": (
            bool(facts.natural and likelihood.others) and not design.beside
        ),
        "Weights are frequencies; R's lm takes precisions: st.ols(..., precision=).": weighted and model.has_scale,
        "Weights are frequencies; R's glm takes them as precisions of a Gamma outcome.": (
            weighted and isinstance(family, GammaFamily)
        ),
        "Ordered levels have treatment contrasts, as statsmodels; R's are polynomial.": bool(design.ordered),
        "Levels are in code-point order, capitals first; R sorts them by locale.": _sorted_by_capitals(design),
        "a:b without main effects has full rank; R has a column per pair of levels.": _without_main_effects(design),
        "Newey & West's (1994) lags are those of scores in any units; R's depend on them.": (
            "found automatically" in fit.cov
        ),
    }


def _sorted_by_capitals(design: Design) -> bool:
    """Levels of text, in the order of their code points, that a dictionary would sort otherwise."""
    for levels in design.levels.values():
        texts = [level for level in levels if isinstance(level, str)]
        if len(texts) == len(levels) and texts == sorted(texts) != sorted(texts, key=_in_dictionary):
            return True
    return False


def _in_dictionary(level: str) -> tuple[str, str]:
    """Letters without accents and capitals first, then the level itself."""
    plain = "".join([one for one in unicodedata.normalize("NFKD", level) if not unicodedata.combining(one)])
    return plain.casefold(), level.swapcase()


def _without_main_effects(design: Design) -> bool:
    """A product of categories of which R makes more columns than its rank: two of the factors are coded in full, as
    the product without them is no term, though a term below it, or the intercept, is.
    """
    terms = set() if design.parsed is None else {frozenset([one.text for one in term]) for term in design.parsed.terms}
    for term in terms:
        categories = term & design.levels.keys()
        whole = [factor for factor in categories if term - {factor} not in terms]
        below = [other for other in terms if other < term and other - categories == term - categories]
        if len(whole) > 1 and below:
            return True
    return False


def page(fit: Estimates, *, exponentiate: bool = False) -> Page:
    """The page that `print(fit)` shows; with ratios in the place of the coefficients where these are asked for."""
    if exponentiate:
        what = require_ratios(fit.model)
        error = "; se is that of the coefficient" if fit.kinds else ""
        said = f"Each estimate is exp(coefficient), here: {what}{error}."
        return Page(*told(fit.model), "", coefficients(fit, exponentiate=True), "", said, *_foot(fit))
    body = _proportions(fit) if fit.model.facts.has_intervals else [coefficients(fit)]
    return Page(*told(fit.model), "", *body, "", *_foot(fit))


FEW_TIMES = 80
"""Times below which the page says how often intervals hold the truth, measured by `benchmarks/plans/few_rows.py`."""


def coefficients(fit: Estimates, *, exponentiate: bool = False) -> Grid:
    """The table of coefficients as a page shows it."""
    frame = table(fit, exponentiate=exponentiate).rename(columns={"se_log": "se"})
    letter = "t" if np.isfinite(fit.t_df).any() else "z"
    own = ["df"] * ("df" in frame and letter == "t")
    labels = [name for name in ("category", "term") if name in frame]
    if not fit.kinds:
        rows = [[*[str(row[name]) for name in labels], number(row["estimate"])] for row in frame.to_dict("records")]
        return Grid([""] * len(labels) + ["estimate"], rows, "l" * len(labels) + "r")
    tested = not bool(np.isnan(frame["statistic"].to_numpy()).all())
    head = [*[""] * len(labels), "estimate", "se", *([letter, *own, "p"] if tested else []), "lower", "upper"]
    rows = []
    for row in frame.to_dict("records"):
        places = decimals(row["se"])
        cells = [str(row[name]) for name in labels]
        statistic = row["statistic"]
        cells += [place(row["estimate"], places), place(row["se"], places)]
        if not (np.isnan(row["se"]) or np.isnan(statistic)):
            cells += [f"{statistic:.2f}" if abs(statistic) < 1e6 else number(statistic, 3)]
            cells += [*[f"{row[name]:.2f}" for name in own], p_text(row["p_value"])]
        elif tested:  # a variance
            cells += [""] * 2
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


def _foot(fit: Any) -> list[str]:
    model = fit.model
    line = f"log-likelihood {fit.loglik:.4f}   AIC {fit.aic:.2f}   BIC {fit.bic:.2f}"
    if not np.isfinite(fit.bic):
        line = line.replace("   BIC nan", "")
    if model.facts.has_intervals:
        return [line, str(certificate(fit))]
    name = "R²" if model.has_scale else "McFadden R²"
    if np.isfinite(fit.r_squared):
        line += f"   {name} {fit.r_squared:.4f}"
    if model.has_scale:
        line += f"   residual scale {number(fit.scale)} on {fit.df:,.0f} df"
    source = fit.cov  # what the standard errors were made from
    if source == "information":
        is_scaled = model.facts.is_regression and model.has_scale
        source = "inverse information" + (", unbiased scale" if is_scaled else "")
    intervals = f" Intervals: {fit.level:.4g}, Wald." if fit.kinds else ""
    if model.facts.has_states:
        intervals = intervals.replace("Wald", "Wald on the log scale for variances")
        return [*_structural_foot(fit, line), f"Standard errors: {source}.{intervals}"]
    made = f"Standard errors: {source}." if fit.kinds else f"Estimates are {fit.cov}."
    lines = [line, certificate(fit).sentence, made + intervals]
    if model.facts.is_regression and model.likelihood.outcome in OWN_DISPERSION and (said := overdispersed(fit)):
        lines.append(said)
    if fit.cov.startswith("Cluster("):
        lines += _few_clusters(fit)
    is_time = model.facts.is_regression and model.likelihood.outcome is Outcome.TIME
    if is_time and fit.kinds and fit.n < FEW_TIMES:
        lines.append(
            f"{fit.n:,.0f} rows are few: 95 % intervals covered 89 to 92 % in simulations of 20 rows, 92 to 95 of 40."
        )
    if fit.penalty is not None:
        lines.insert(1, f"The log-likelihood is not penalized; the estimate maximizes it with {fit.penalty!r}.")
    sums = fit.solution.residual_sums or (model.residual_sums(fit.estimate) if model.has_scale else None)
    nothing = ": standard errors and tests say nothing here."
    if sums is not None and fit.scale**2 <= 1e-24 * sums[1] / fit.n:
        lines.append(f"The fit is exact to round-off{nothing if fit.kinds else '.'}")
    elif fit.kinds and fit.cov != "information" and (names := _without_error(fit)):
        lines.append(f"What {fit.cov} adds up for {names} is 0 to round-off{nothing}")
    return lines + [said for said, touches in conventions(fit).items() if touches]


def _without_error(fit: Estimates) -> str:
    """Coefficients with rows, or clusters, whose scores are 0 at the estimate: such a standard error is round-off."""
    usual = np.sqrt(fit.solution.covariance.diagonal()) * (fit.scale if fit.model.has_scale else 1.0)
    return first_few([fit.names[k] for k in np.flatnonzero(fit.se <= 1e-9 * usual)])


def _few_clusters(fit: Estimates) -> list[str]:
    """Lines on clusters that are few: how many, of which kind, and the coefficients of which one cluster has all that
    the rows say.
    """
    degrees, lines = fit.degrees, []
    counts = [int(n) for n in COUNTED.findall(fit.cov)] if degrees is None else [len(degrees.parts)]
    if counts and (G := min(counts)) < FEW_CLUSTERS:
        said = "CR1: too small with few clusters. CR2 is for one-way clusters of regressions only."
        if degrees is not None:
            said = f"{degrees.kind}: corrected for few clusters, df of each coefficient."
        lines += [f"{G} clusters, {said}"]
        if G < FEWEST_CLUSTERS:
            see = "; see also fit.wild_bootstrap" if fit.model.facts.is_regression else ""
            lines += [f"Fewer than {FEWEST_CLUSTERS} clusters: no standard error is reliable{see}."]
    names = [] if degrees is None else [fit.names[k] for k in np.unique(degrees.alone()[1])]
    if names:
        some = ", ".join(names[:3]) + (f" and {len(names) - 3} others" if len(names) > 3 else "")
        lines += [f"One cluster alone determines {some}: its part is not in their se."]
    return lines


def _structural_foot(fit: Any, line: str) -> list[str]:
    lines = [line, f"The log-likelihood is {fit.model.convention}."]
    if (drift := drift_of(fit.model, fit.estimate)) is not None:
        se = number(drift[1])
        lines.append(f"The drift is {number(drift[0])} per step, with standard error {se} given the variances.")
    lines += [
        f'{name} has no standard error and no Wald interval; fit.interval(kind="profile") has one.'
        for name in fit.boundary
    ]
    return [*lines, str(certificate(fit))]
