"""Sixty faults that analyses are found to have, each planted in an output of statsmodels or of this package, and the
words by which an audit should name the cause.
"""

from __future__ import annotations

import warnings
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
    changed,
    complete,
    counts,
    cox,
    exchanged,
    gamma,
    iterated,
    logit,
    low,
    negative_binomial,
    ols,
    plain,
    poisson,
    probit,
    reference,
    ridge,
    small,
    stated,
    table,
    wage,
    wls,
)
from tests.planted.outputs import Case, delimited, errors, frame, mapping, markdown, numbers, of
from tests.planted.tables import accidents, births, patients, tumors, wages

FAMILY = ("family", "link", "likelihood", "probit", "poisson", "log", "cloglog", "linear", "normal", "negative")
ROWS = ("rows", "dropped", "missing", "duplicate")
REFERENCE = ("reference", "coding", "outcome")
ERRORS = ("HC", "cluster", "robust", "kind", "covariance", "Cluster", "nonrobust", "information")
RATIO = ("ratio", "exponentiated", "exp", "logarithm")
STOPPED = ("stopped", "converge", "iterat", "steps")
SEPARATED = ("separat", "infinite", "no maximum", "monotone")
WEIGHTS = ("weight", "precision", "frequenc")
SWAPPED = ("swap", "exchanged", "heading", "column")
SIZE = ("n ", "rows", "number of", "observations")

FAULTS: dict[str, tuple[tuple[str, ...], Callable[[], Made], Callable[[], Any]]] = {
    # wrong family or link
    "probit as logit": (FAMILY, lambda: table(delimited(probit(), 4)), low),
    "logit as probit": (FAMILY, lambda: table(delimited(logit(), 3)), lambda: st.probit(LOW, births())),
    "cloglog as logit": (FAMILY, lambda: stated(binomial(link=sm.families.links.CLogLog())), low),
    "linear probability as logit": (FAMILY, lambda: table(markdown(ols(LOW, births()), 4)), low),
    "negative binomial as poisson": (FAMILY, lambda: stated(negative_binomial()), counts),
    "poisson as negative binomial": (
        FAMILY,
        lambda: stated(poisson()),
        lambda: st.negative_binomial(COUNT, accidents(), exposure="traffic"),
    ),
    "log link as identity of gamma": (
        FAMILY,
        lambda: table(markdown(gamma(sm.families.links.Log()), 5)),
        lambda: st.glm(WAGE, wages(), family="gamma", link="inverse"),
    ),
    # dropped rows
    "complete cases, logit": (ROWS, lambda: stated(logit(table=complete(births())), n=357), low),
    "complete cases, counts": (ROWS, lambda: table(delimited(poisson(table=complete(accidents())), 4)), counts),
    "complete cases, wages": (ROWS, lambda: table(markdown(ols(table=complete(wages())), 4)), wage),
    "first 300 rows": (ROWS, lambda: stated(ols(table=wages().head(300)), n=300), wage),
    "last rows lost": (ROWS, lambda: stated(logit(table=births().head(380)), n=380), low),
    "a region left out": (
        ROWS,
        lambda: stated(
            poisson("accidents ~ speed + lit", accidents().query("region != 'south'")),
            n=len(accidents().query("region != 'south'")),
        ),
        lambda: st.poisson("accidents ~ speed + lit", accidents(), exposure="traffic"),
    ),
    "zeros left out": (
        ROWS,
        lambda: stated(poisson(table=accidents().query("accidents > 0")), n=len(accidents().query("accidents > 0"))),
        counts,
    ),
    # another reference
    "white is the reference": (
        REFERENCE,
        lambda: table(delimited(plain(logit(reference(LOW, "race", "white"))), 4)),
        low,
    ),
    "the other outcome": (
        REFERENCE + ("sign",),
        lambda: stated(replace(logit(), estimate=-logit().estimate)),
        low,
    ),
    "south is the reference": (
        REFERENCE,
        lambda: table(markdown(plain(poisson(reference(COUNT, "region", "south"))), 4)),
        counts,
    ),
    "trade is the reference": (
        REFERENCE,
        lambda: stated(plain(ols(reference(SECTOR, "sector", "trade")))),
        lambda: wage(SECTOR),
    ),
    "sum coding": (
        REFERENCE,
        lambda: stated(replace(ols(SECTOR.replace("C(sector)", "C(sector, Sum)")), terms=ols(SECTOR).terms)),
        lambda: wage(SECTOR),
    ),
    # standard errors of another kind
    "plain for clustered, wages": (ERRORS, lambda: stated(ols(), cov=st.Cluster("firm")), wage),
    "plain for clustered, logit": (ERRORS, lambda: stated(logit(), cov=st.Cluster("clinic")), low),
    "plain for clustered, counts": (ERRORS, lambda: stated(poisson(), cov=st.Cluster("county")), counts),
    "clustered for plain": (
        ERRORS,
        lambda: stated(ols(cov_type="cluster", cov_kwds={"groups": wages()["firm"]})),
        wage,
    ),
    "HC0 called HC1": (ERRORS, lambda: stated(ols(cov_type="HC0"), 5, cov="HC1"), wage),
    "plain called HC3": (ERRORS, lambda: stated(ols(), cov="HC3"), wage),
    "HC1 called plain": (ERRORS, lambda: table(frame(ols(cov_type="HC1"), 5)), wage),
    "robust for plain, logit": (ERRORS, lambda: stated(logit(cov_type="HC0")), low),
    "quasi-poisson for poisson": (
        (*ERRORS, "dispersion", "Pearson", "scale", "quasi"),
        lambda: stated(poisson(scale="X2")),
        counts,
    ),
    "RSS / n": (
        ("dispersion", "RSS", "divisor", "n - p"),
        lambda: stated(replace(ols(), se=ols().se * np.sqrt(346 / 350)), 5),
        wage,
    ),
    # ratios under the heading of coefficients
    "odds ratios as log odds": (RATIO, lambda: table(delimited(logit().exponentiated(), 4)), low),
    "odds ratios as log odds, dict": (RATIO, lambda: (mapping(logit().exponentiated(), 2), {}), low),
    "rate ratios as coefficients": (RATIO, lambda: table(markdown(poisson().exponentiated(), 3)), counts),
    "hazard ratios as coefficients": (
        RATIO,
        lambda: (mapping(cox(ties="efron").exponentiated(), 3), {}),
        lambda: st.cox(DIED, patients()),
    ),
    "one ratio among coefficients": (
        (*RATIO, "one", "single"),
        lambda: stated(changed(logit(), 5, float(np.exp(logit().estimate[5])))),
        low,
    ),
    # not converged
    "two steps of Newton": (STOPPED, lambda: stated(logit(maxiter=2, method="newton")), low),
    "three steps of BFGS": (
        (*STOPPED, "not the maximum"),
        lambda: stated(logit(maxiter=3, method="bfgs"), 5),
        low,
    ),
    "two steps of IRLS": (
        STOPPED,
        lambda: stated(
            of(
                smf.glm(COUNT, accidents(), family=sm.families.Poisson(), exposure=accidents()["traffic"]).fit(
                    maxiter=2
                )
            )
        ),
        counts,
    ),
    "one step of IRLS": (
        STOPPED,
        lambda: stated(iterated(LOW, births(), 1, family=sm.families.Binomial())),
        low,
    ),
    # no maximum
    "separated": (
        SEPARATED,
        lambda: stated(iterated("high ~ size + invasive", tumors(), 100, family=sm.families.Binomial())),
        lambda: st.logistic("high ~ size + invasive", tumors()),
    ),
    "separated, probit": (
        SEPARATED,
        lambda: stated(
            iterated("high ~ size + invasive", tumors(), 100, family=sm.families.Binomial(sm.families.links.Probit()))
        ),
        lambda: st.probit("high ~ size + invasive", tumors()),
    ),
    "separated, few steps": (
        SEPARATED,
        lambda: (
            mapping(
                of(smf.logit("high ~ size + invasive", tumors()).fit(disp=0, maxiter=12, warn_convergence=False)), 3
            ),
            {},
        ),
        lambda: st.logistic("high ~ size + invasive", tumors()),
    ),
    # weights
    "frequencies as precisions": (WEIGHTS, lambda: stated(wls(wages()["hours"])), lambda: wage(weights="hours")),
    "precisions as frequencies": (
        WEIGHTS,
        lambda: stated(ols(table=wages().iloc[np.repeat(np.arange(350), wages()["hours"])])),
        lambda: wage(precision="hours"),
    ),
    "weights forgotten": (WEIGHTS, lambda: stated(logit()), lambda: st.logistic(LOW, births(), weights="copies")),
    "weights put on": (
        WEIGHTS,
        lambda: stated(binomial(freq_weights=births()["copies"])),
        low,
    ),
    "weights forgotten, counts": (WEIGHTS, lambda: stated(poisson()), lambda: counts(weights="inspected")),
    # columns under other headings
    "se and statistic exchanged": (SWAPPED, lambda: table(exchanged(logit(), "std.error", "statistic")), low),
    "statistic and p exchanged": (SWAPPED, lambda: table(exchanged(ols(), "statistic", "p.value")), wage),
    "ends exchanged": (SWAPPED, lambda: table(exchanged(poisson(), "conf.low", "conf.high")), counts),
    "two rows exchanged": (
        (*SWAPPED, "rows"),
        lambda: stated(replace(logit(), terms=tuple(np.array(logit().terms)[[0, 1, 2, 4, 3, 5]]))),
        low,
    ),
    # the number of rows
    "n of the table with its gaps": (
        SIZE,
        lambda: stated(logit("low ~ age + visits"), n=400),
        lambda: low("low ~ age + visits"),
    ),
    "n too small": (SIZE, lambda: stated(ols(), n=305), wage),
    # offset and exposure
    "exposure forgotten": (
        ("offset", "exposure"),
        lambda: stated(poisson(exposure=np.ones(300))),
        counts,
    ),
    "exposure not logged": (
        ("offset", "exposure"),
        lambda: stated(poisson(exposure=np.exp(accidents()["traffic"]))),
        counts,
    ),
    # columns
    "standardized": (
        ("unit", "scal", "standard"),
        lambda: stated(
            ols(
                table=wages().assign(
                    **{k: (wages()[k] - wages()[k].mean()) / wages()[k].std() for k in ("school", "years")}
                )
            )
        ),
        wage,
    ),
    "no intercept": (
        ("intercept",),
        lambda: stated(ols("wage ~ 0 + school + years"), 5),
        lambda: wage("wage ~ school + years"),
    ),
    # tests
    "one-sided p": (
        ("one-sided", "p-value"),
        lambda: (mapping(logit(), 4), {"se": errors(logit(), 4), "p": numbers(logit().p / 2.0, 4)}),
        low,
    ),
    "normal for t": (
        ("normal", "p-value", "degrees"),
        lambda: (mapping(small(), 4), {"se": errors(small(), 4), "p": numbers(replace(small(), df=np.inf).p, 4)}),
        lambda: st.ols(WAGE, wages().head(25)),
    ),
    "90 % interval": (
        ("level", "90"),
        lambda: (mapping(ols(), 4), {"ci": [tuple(row) for row in np.char.mod("%.4f", ols().interval(0.9))]}),
        wage,
    ),
    # digits
    "a sign lost": (
        ("sign", "one", "single", "not the maximum"),
        lambda: stated(changed(ols(), 0, -ols().estimate[0])),
        wage,
    ),
    "a point moved": (
        ("digit", "point", "one", "single", "not the maximum"),
        lambda: stated(changed(logit(), 2, 10.0 * logit().estimate[2])),
        low,
    ),
    # ties
    "breslow for efron": (
        ("tie", "breslow", "Breslow"),
        lambda: stated(cox(ties="breslow")),
        lambda: st.cox(DIED, patients()),
    ),
    # penalty
    "a hidden ridge": (
        ("penalty", "ridge", "shr"),
        lambda: (mapping(ridge(), 5), {}),
        lambda: low("low ~ age + lwt + smoke"),
    ),
}


def fault(name: str) -> Case:
    """The planted fault of this name."""
    causes, made, model = FAULTS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a loop stopped short is what is planted
        claim, given = made()
    return Case(name, claim, model(), given, causes)
