"""Claims on data that the engine had not seen, written by somebody who had not read it.

The first such set had 83 faults, each with the narrow words of its one cause, and 69 right claims; its first run named
53 of the faults, and found 14 of the right claims wrong, of which three were (a separated outcome, a header that was
made up, statsmodels' standard errors of zero inflation, which leave out a part of the information). The engine was then
mended for the classes that it missed. The cases here are of these classes, on other data: they are no held-out test.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

import stattools as st

Made = tuple[Any, Any, dict[str, Any]]
"""A claim, our model, and what is given beside the claim."""


@cache
def people() -> pd.DataFrame:
    """A study of 240 people in 24 clinics."""
    rng = np.random.default_rng(2027)
    clinic = np.repeat(np.arange(24), 10)
    drawn = {"dose": rng.gamma(3.0, 2.0, 240), "age": rng.integers(20, 80, 240), "arm": rng.choice(list("abc"), 240)}
    table = pd.DataFrame({"clinic": clinic, **drawn})
    level = rng.normal(0.0, 1.0, 24)[clinic] + rng.normal(0.0, 0.15, 24)[clinic] * (table.age - 50) / 5
    eta = 0.08 * table.dose - 0.02 * (table.age - 50) + 0.4 * (table.arm == "b")
    table["score"] = 20.0 + 3.0 * eta + level + rng.normal(0.0, 1.0, 240)
    table["ill"] = (rng.uniform(size=240) < 1.0 / (1.0 + np.exp(0.3 - eta - level))).astype(int)
    table["visits"] = np.where(rng.uniform(size=240) < 0.3, 0, rng.poisson(np.exp(0.8 + 0.3 * eta)))
    table["falls"] = rng.negative_binomial(2, 2.0 / (2.0 + np.exp(1.0 + 0.5 * eta)))
    table["cost"] = rng.gamma(3.0, np.exp(1.0 + 0.4 * eta))
    table["days"] = np.ceil(200.0 * rng.weibull(1.3, 240) * np.exp(-0.4 * eta))
    table["died"] = (rng.uniform(size=240) < 0.7).astype(int)
    table["iron"] = np.where(rng.uniform(size=240) < 0.1, np.nan, rng.normal(90.0, 15.0, 240) + 2.0 * table.score)
    return table


def printed(terms: Any, estimates: Any, errors: Any = None, digits: int = 4) -> str:
    """A Markdown table."""
    columns = [[f"{value:.{digits}f}" for value in part] for part in (estimates, errors) if part is not None]
    heads = ["Estimate", "Std. Error"][: len(columns)]
    rows = [["term", *heads], ["--"] * (len(heads) + 1), *map(list, zip(terms, *columns, strict=True))]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows) + "\n"


def theirs(results: Any, digits: int = 4, rows: int | None = None) -> str:
    """A table of statsmodels' results."""
    return printed(results.params.index[:rows], results.params[:rows], results.bse[:rows], digits)


def ours(model: Any, digits: int = 4, rows: int | None = None) -> str:
    """A table of a fit of ours."""
    table = st.fit(model).table().iloc[:rows]
    return printed(table.term, table.estimate, table.se, digits)


def ill(formula: str = "ill ~ dose + age") -> Any:
    return st.logistic(formula, people())


def score(formula: str = "score ~ dose + age") -> Any:
    return st.ols(formula, people())


COX, TIMES = "survival(days, died) ~ dose + age", "survival(days, died) ~ dose + age + arm"


def _hazards() -> Made:
    model = st.aft(COX, people())
    b = st.fit(model).estimate
    return printed(("dose", "age"), np.exp(-b[1:3] / np.exp(b[3]))), model, {}


def _effects() -> Made:
    effects = smf.logit("ill ~ dose + age", people()).fit(disp=0).get_margeff().summary_frame()
    return printed(effects.index, effects["dy/dx"], effects["Std. Err."], 5), ill(), {}


def _variances() -> Made:
    results = smf.ols("score ~ dose + age", people()).fit()
    return printed(results.params.index, results.params, results.bse**2, 6), score(), {}


def _percent() -> Made:
    results = smf.logit("ill ~ dose + age", people()).fit(disp=0)
    return printed(results.params.index, 100.0 * results.params, 100.0 * results.bse, 2), ill(), {}


FAULTS: dict[str, tuple[str, Callable[[], Made]]] = {
    "a logarithm of a column": (
        "logarithm of dose",
        lambda: (theirs(smf.ols("score ~ dose + age", people().assign(dose=np.log(people().dose))).fit()), score(), {}),
    ),
    "the logarithm to the base 2": (
        "base 2",
        lambda: (
            theirs(smf.ols("score ~ np.log2(dose) + age", people()).fit()).replace("np.log2(dose)", "log(dose)"),
            score("score ~ log(dose) + age"),
            {},
        ),
    ),
    "the square root of a column": (
        "square root of dose",
        lambda: (
            theirs(smf.logit("ill ~ dose + age", people().assign(dose=np.sqrt(people().dose))).fit(disp=0)),
            ill(),
            {},
        ),
    ),
    "the logarithm of the outcome": (
        "logarithm of the outcome, cost",
        lambda: (theirs(smf.ols("np.log(cost) ~ dose", people()).fit()), st.ols("cost ~ dose", people()), {}),
    ),
    "log(y + 1)": (
        "log(the outcome, falls, + 1)",
        lambda: (theirs(smf.ols("np.log(falls + 1) ~ dose", people()).fit()), st.ols("falls ~ dose", people()), {}),
    ),
    "gaps filled with the mean": (
        "missing values of iron filled with the mean",
        lambda: (
            theirs(smf.logit("ill ~ iron", people().fillna({"iron": people().iron.mean()})).fit(disp=0)),
            ill("ill ~ iron"),
            {},
        ),
    ),
    "rows three times": (
        "duplicated, so that it counts 3 times",
        lambda: (
            theirs(smf.poisson("visits ~ dose", pd.concat([people()] * 3)).fit(disp=0)),
            st.poisson("visits ~ dose", people()),
            {},
        ),
    ),
    "groups forgotten": (
        "without the effects of groups, (1 | clinic)",
        lambda: (theirs(smf.ols("score ~ dose + age", people()).fit()), _mixed("(1 | clinic)"), {}),
    ),
    "slopes forgotten": (
        "without the slopes of (age | clinic)",
        lambda: (ours(_mixed("(1 | clinic)"), rows=3), _mixed("(age | clinic)"), {}),
    ),
    "groups that nobody names": (
        "(1 | clinic)",
        lambda: (ours(_mixed("(1 | clinic)"), rows=3), score(), {}),
    ),
    "censored rows as events": (
        "every row as an event",
        lambda: (ours(st.aft("survival(days) ~ dose + age", people())), st.aft(COX, people()), {}),
    ),
    "strata": ("each arm, strata", lambda: (ours(st.cox(COX, people(), strata="arm")), st.cox(COX, people()), {})),
    "extra zeros forgotten": (
        "without zero inflation",
        lambda: (
            theirs(smf.poisson("visits ~ dose", people()).fit(disp=0)),
            st.zero_inflated("visits ~ dose", people()),
            {},
        ),
    ),
    "alpha that nobody estimated": (
        "alpha = 1",
        lambda: (
            theirs(smf.glm("falls ~ dose", people(), family=sm.families.NegativeBinomial(alpha=1.0)).fit()),
            st.negative_binomial("falls ~ dose", people()),
            {},
        ),
    ),
    "rows of Cox's regression": (
        "those with arm = c",
        lambda: (ours(st.cox(COX, people().query("arm != 'c'"))), st.cox(COX, people()), {}),
    ),
    "a term of Cox's regression": ("no arm", lambda: (ours(st.cox(COX, people())), st.cox(TIMES, people()), {})),
    "hazard ratios of Weibull times": ("hazard ratios", _hazards),
    "marginal effects": ("marginal effects", _effects),
    "variances for standard errors": ("variances", _variances),
    "percent": ("times 100", _percent),
    "a family with a dispersion from moments": (
        "gamma with link log",
        lambda: (
            theirs(smf.glm("cost ~ dose", people(), family=sm.families.Gamma(sm.families.links.Log())).fit()),
            st.glm("cost ~ dose", people(), family="inverse-gaussian", link="log"),
            {},
        ),
    ),
}
"""What is planted: the words that the first finding must have, and how it is made."""


def _mixed(effects: str) -> Any:
    return st.linear_mixed(f"score ~ dose + age + {effects}", people())


def _glm(family: Any, formula: str) -> Any:
    return smf.glm(formula, people(), family=family).fit()


def _clogs() -> Made:
    results = _glm(sm.families.Binomial(sm.families.links.CLogLog()), "ill ~ dose + age")
    return theirs(results), st.glm("ill ~ dose + age", people(), family="binomial", link="cloglog"), {}


def _stata() -> Made:
    results = smf.ols("score ~ dose", people()).fit(cov_type="cluster", cov_kwds={"groups": people().clinic})
    rows = [f"{name:>12} | {b:9.6f} {se:9.6f}" for name, b, se in zip(("dose", "_cons"), *_pairs(results), strict=True)]
    head = ["                    (Std. err. adjusted for 24 clusters in clinic)", "             |    Robust"]
    lines = [*head, "       score | Coefficient  std. err.", "-------------+-------------------", *rows, ""]
    return "\n".join(lines), score("score ~ dose"), {}


def _pairs(results: Any) -> tuple[Any, Any]:
    return results.params[["dose", "Intercept"]], results.bse[["dose", "Intercept"]]


RIGHT: dict[str, Callable[[], Made]] = {
    "cloglog of a GLM": _clogs,
    "gamma of a GLM": lambda: (
        theirs(_glm(sm.families.Gamma(sm.families.links.Log()), "cost ~ dose")),
        st.gamma("cost ~ dose", people()),
        {},
    ),
    "clusters that Stata names": _stata,
    "HC3 in a second summary": lambda: (
        str(smf.ols("score ~ dose + age", people()).fit(cov_type="HC3").summary2()),
        score(),
        {},
    ),
    "a page in LaTeX": lambda: (smf.ols("score ~ dose + age", people()).fit().summary().as_latex(), score(), {}),
    "series": lambda: (smf.logit("ill ~ dose", people()).fit(disp=0).params, ill("ill ~ dose"), {}),
    "MixedLM by maximum likelihood": lambda: (
        str(smf.mixedlm("score ~ dose + age", people(), groups="clinic").fit(reml=False).summary()),
        _mixed("(1 | clinic)"),
        {},
    ),
    "an intercept alone": lambda: (
        str(_glm(sm.families.Poisson(), "visits ~ 1").summary()),
        st.poisson("visits ~ 1", people()),
        {},
    ),
    "a transformed column": lambda: (
        theirs(smf.ols("np.log(cost) ~ np.log(dose)", people()).fit()).replace("np.", ""),
        st.ols("log(cost) ~ log(dose)", people()),
        {},
    ),
}
"""Claims that are right."""
