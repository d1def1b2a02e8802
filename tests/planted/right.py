"""Sixty claims that are right: twenty analyses by statsmodels, each printed in three ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import statsmodels.api as sm
import statsmodels.formula.api as smf

import stattools as st
from tests.planted.analyses import (
    COUNT,
    DIED,
    LOW,
    SECTOR,
    WAGE,
    Made,
    binomial,
    counts,
    cox,
    logit,
    low,
    negative_binomial,
    ols,
    plain,
    poisson,
    probit,
    reference,
    wage,
    without,
    wls,
)
from tests.planted.outputs import Case, Output, delimited, errors, frame, mapping, markdown, of
from tests.planted.tables import accidents, births, patients, wages

CLOGLOG = sm.families.links.CLogLog()
"""By Newton's method, whose standard errors are of the observed information."""
ANALYSES: dict[str, tuple[Callable[[], Output], Callable[[], Any], dict[str, Any]]] = {
    "logit": (logit, low, {}),
    "logit, another reference": (
        lambda: plain(logit(reference(LOW, "race", "white"))),
        lambda: low('low ~ age + lwt + C(race, contr.treatment("white")) + smoke'),
        {},
    ),
    "logit with gaps": (lambda: logit("low ~ age + visits"), lambda: low("low ~ age + visits"), {}),
    "logit, interaction": (lambda: logit("low ~ age * smoke"), lambda: low("low ~ age * smoke"), {}),
    "logit, weights": (
        lambda: binomial(freq_weights=births()["copies"]),
        lambda: st.logistic(LOW, births(), weights="copies"),
        {},
    ),
    "logit, some rows": (lambda: without(without(logit(), "Intercept"), "smoke"), low, {}),
    "probit": (probit, lambda: st.probit(LOW, births()), {}),
    "cloglog": (
        lambda: of(smf.glm(LOW, births(), family=sm.families.Binomial(CLOGLOG)).fit(method="newton", tol=1e-10)),
        lambda: st.glm(LOW, births(), family="binomial", link="cloglog"),
        {},
    ),
    "poisson": (poisson, counts, {}),
    "poisson without exposure": (
        lambda: poisson(exposure=np.ones(300)),
        lambda: st.poisson(COUNT, accidents()),
        {},
    ),
    "negative binomial": (
        negative_binomial,
        lambda: st.negative_binomial(COUNT, accidents(), exposure="traffic"),
        {},
    ),
    "ols": (ols, wage, {}),
    "ols, sectors": (lambda: ols(SECTOR), lambda: wage(SECTOR), {}),
    "ols, small": (lambda: ols(table=wages().head(25)), lambda: st.ols(WAGE, wages().head(25)), {}),
    "ols, a square": (
        lambda: ols("wage ~ school + years + I(years ** 2)"),
        lambda: wage("wage ~ school + years + I(years ** 2)"),
        {},
    ),
    "wls": (lambda: wls(wages()["hours"]), lambda: wage(precision="hours"), {}),
    "ols, HC3": (lambda: ols(cov_type="HC3", use_t=True), wage, {"cov": "HC3"}),
    "ols, HC1": (lambda: ols(cov_type="HC1", use_t=True), wage, {"cov": "HC1"}),
    "ols, clustered": (
        lambda: replace(ols(cov_type="cluster", cov_kwds={"groups": wages()["firm"]}), df=29.0),
        wage,
        {"cov": st.Cluster("firm", kind="CR1")},
    ),
    "cox": (lambda: cox(ties="efron"), lambda: st.cox(DIED, patients()), {}),
}


def _texts(output: Output, digits: int) -> Made:
    return mapping(output, digits), {"se": errors(output, digits), "n": output.n}


def _floats(output: Output, digits: int) -> Made:
    """All digits of a double."""
    terms = output.terms
    return dict(zip(terms, map(float, output.estimate), strict=True)), {"se": list(map(float, output.se))}


WAYS: dict[str, Callable[[Output, int], Made]] = {
    "csv": lambda output, digits: (delimited(output, digits), {}),
    "markdown": lambda output, digits: (markdown(output, digits), {}),
    "frame": lambda output, digits: (frame(output, digits), {}),
    "texts": _texts,
    "floats": _floats,
}
RIGHT = {
    f"{name}, {way}, {digits} digits": (name, way, digits)
    for k, name in enumerate(ANALYSES)
    for j in range(3)
    for way, digits in [(list(WAYS)[(k + j) % 5], 2 + (2 * k + 3 * j) % 7)]
}


def summaries() -> dict[str, tuple[Callable[[], str], Callable[[], Any]]]:
    """Whole summaries of statsmodels as they are printed."""
    return {
        "summary of logit": (lambda: str(smf.logit(LOW, births()).fit(disp=0).summary()), low),
        "summary of ols": (lambda: str(smf.ols(SECTOR, wages()).fit().summary()), lambda: wage(SECTOR)),
        "summary of a glm": (
            lambda: str(
                smf.glm(COUNT, accidents(), family=sm.families.Poisson(), exposure=accidents()["traffic"])
                .fit()
                .summary()
            ),
            counts,
        ),
    }


def right(name: str) -> Case:
    """The right claim of this name."""
    analysis, way, digits = RIGHT[name]
    output, model, given = ANALYSES[analysis]
    claim, more = WAYS[way](output(), digits)
    return Case(name, claim, model(), {**more, **given})
