"""One row per coefficient: estimate, test of zero, interval; and one row per fit.

    wald    estimate -+ q se,   q of the normal, or of Student's t with `fit.t_df` degrees of freedom

The other intervals stand in `profile.py`, those of proportions with their models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.errors import IncompatibleError, quoted
from stattools.inference.hypotheses import against_zero
from stattools.inference.intervals.profile import profile_interval, score_interval
from stattools.inference.intervals.ratios import exponentiated, require_ratios
from stattools.inference.penalties import NO_SE
from stattools.interface.arguments import is_one_of, require_truth, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.names.values import meant
from stattools.interface.when_needed import pd
from stattools.models.model import Model

if TYPE_CHECKING:
    from stattools.inference.estimates import Estimates


def interval(fit: Estimates, level: float, kind: str) -> Interval:
    """The intervals of all coefficients, of one of `fit.kinds`: see `Fit.interval`."""
    require_level(level)
    model = fit.model
    if not fit.kinds:
        np.asarray(fit.covariance)  # refused, with what to do
    kind = word_of(kind, fit.kinds)
    if not is_one_of(kind, fit.kinds):
        raise IncompatibleError(
            f"{model.title} has intervals of kind {', '.join(map(repr, fit.kinds))}; got kind={quoted(kind)}."
            f"{meant('kind of intervals', kind, fit.kinds)}"
        )
    if model.intervals:
        lower, upper = model.intervals[kind](level)
        return Interval(lower, upper, level, kind, fit.names)
    if model.variances:
        from stattools.series.statespace.variance_profile import ends as variance_ends

        return Interval(*variance_ends(fit, level, kind), level, kind, fit.names)
    if kind != "wald":
        ends = profile_interval(fit, level) if kind == "profile" else score_interval(fit, level)
        return Interval(ends[0], ends[1], level, kind, fit.names)
    half = fit.quantile(level) * fit.se
    return Interval(fit.estimate - half, fit.estimate + half, level, kind, fit.names)


def table(fit: Estimates, level: float | None = None, exponentiate: bool = False) -> pd.DataFrame:
    """[category,] term, estimate, se, statistic, [df,] p_value, lower, upper, as far as there: see `Fit.table`."""
    require_truth(exponentiate, "exponentiate=")
    if exponentiate:
        require_ratios(fit.model)
    level = fit.level if level is None else level
    require_level(level)
    columns = terms(fit.model) | {"estimate": fit.estimate}
    if not fit.kinds:
        made = without_errors(columns)
    else:
        statistic, p_value = tests_of_zero(fit)
        lower, upper = interval(fit, level, "wald")
        tests = {"se": fit.se, "statistic": statistic}
        tests |= ({} if fit.degrees is None else {"df": fit.t_df}) | {"p_value": p_value}
        made = pd.DataFrame(columns | tests | {"lower": lower, "upper": upper})
    return exponentiated(fit.model, made) if exponentiate else made


def whole_table(fit: Estimates, level: float | None = None, exponentiate: bool = False) -> pd.DataFrame:
    """`table` for pages, which print a dash for what the fit has not: all columns, with NaN in those."""
    made = table(fit, level, exponentiate)
    absent = ("se_log", *ERRORS[1:]) if exponentiate else ERRORS
    return made if fit.kinds else made.assign(**dict.fromkeys(absent, np.nan))


ERRORS = ("se", "statistic", "p_value", "lower", "upper")
"""The columns of a table that come from standard errors."""


def without_errors(columns: dict[str, Any]) -> pd.DataFrame:
    """A table of estimates that have no standard errors; its `attrs["note"]` says so."""
    made = pd.DataFrame(columns)
    made.attrs["note"] = NO_SE
    return made


def glance(fit: Estimates) -> pd.DataFrame:
    """The fit in one row: see `Fit.glance`."""
    row: dict[str, Any] = {"n": fit.n, "n_dropped": fit.model.n_dropped, "df": fit.df}
    row |= {"loglik": fit.loglik, "aic": fit.aic, "bic": fit.bic, "scale": fit.scale, "r_squared": fit.r_squared}
    row |= {"decrement": fit.solution.decrement, "solver": fit.solution.solver, "cov": fit.cov}
    return pd.DataFrame([row])


def terms(model: Any) -> dict[str, Any]:
    """The columns [category,] term that tables of coefficients begin with."""
    if not isinstance(model, Model) or model.categories is None:
        return {"term": model.names}
    width = len(model.terms)
    return {"category": np.repeat(model.categories, width), "term": model.terms * len(model.categories)}


def tests_of_zero(fit: Estimates) -> tuple[Floats, Floats]:
    """Statistics and p-values of coefficients that are 0; for a proportion, of 1/2."""
    if fit.model.intervals:
        statistic, p_value = fit.model.test()
        return np.atleast_1d(statistic), np.atleast_1d(p_value)
    statistic, p_value = against_zero(fit.estimate, fit.se, fit.t_df)
    if ends := fit.model.ends_at_zero:  # where 0 is the end of a range, Wald's test means nothing
        edges = np.isin(fit.names, ends)
        statistic[edges] = p_value[edges] = np.nan
    return statistic, p_value
