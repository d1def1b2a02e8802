"""Scores that are written by hand, back-propagation among them, against differences of the log-likelihood.

A central difference with Richardson's extrapolation is good for about nine digits of the largest derivative.

Every model that `st.validate` has a reference for, on data that statsmodels ships.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
import statsmodels.datasets as datasets

import stattools as st
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.qualification.reading import Measured, PromisedDigits, digits, estimated, readings

STEP = 1e-3


def measure_slopes(build: Callable[[], st.Model | st.Network], effort: float = 1.0) -> Measured:
    """Digits of the score at a random point, of its largest entry."""
    model = build()
    theta = np.asarray(model.start, dtype=float)
    theta = theta + np.random.default_rng(41).normal(0.0, 0.05, theta.shape)
    score = model.evaluate(theta, order=1).score
    differences = slopes(lambda at: model.evaluate(at, order=0).loglik, theta)
    worst = np.abs(score - differences).max() / np.abs(differences).max()
    return Measured(round(float(-np.log10(max(worst, 1e-16))), 2), readings=readings("slope", score))


def slopes(loglik: Callable[[Floats], float], theta: Floats) -> Floats:
    """The gradient by central differences of two steps, combined so that errors of order h^2 cancel.

    >>> slopes(lambda t: float(np.sin(t[0])), np.array([0.0])).round(9).tolist()
    [1.0]
    """
    found = np.empty_like(theta)
    for j in range(len(theta)):
        unit = np.zeros_like(theta)
        unit[j] = STEP * max(1.0, abs(theta[j]))
        wide, narrow = ((loglik(theta + h * unit) - loglik(theta - h * unit)) / (2.0 * h * unit[j]) for h in (1.0, 0.5))
        found[j] = (4.0 * narrow - wide) / 3.0
    return found


def _network(batch_norm: bool = False) -> st.Network:
    return st.network(PASSED, shipped("spector").astype({"GRADE": int}), hidden=[4], batch_norm=batch_norm)


def _check(model: str, data: str, build: Callable[[], st.Model | st.Network]) -> PromisedDigits:
    return PromisedDigits("derivatives", model, data, "differences", partial(measure_slopes, build), (6, None, None))


DERIVATIVES = (
    _check("network", "spector", _network),
    _check("network, batch normalization", "spector", partial(_network, batch_norm=True)),
    _check("softmax regression", "anes96", lambda: st.softmax(VOTE, shipped("anes96"))),
    _check("beta-binomial regression", "star98", lambda: st.beta_binomial(SCHOOLS, shipped("star98"))),
)


type Promise = tuple[float | None, float | None, float | None]
type Cov = str | st.HAC | st.Cluster

CRIME = "murder ~ hs_grad + poverty + single + white + urban"
EMPLOYED = "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR"
PASSED = "GRADE ~ GPA + TUCE + PSI"
AFFAIR = "affair ~ rate_marriage + age + yrs_married + religious"
SCHOOLS = "NABOVE + NBELOW ~ LOWINC + PERASIAN + PERBLACK + PERHISP + PCTCHRT"
PARTY = "party ~ logpopul + selfLR + age + educ"
CANCER = "cancer ~ log(population)"
COUPLES = "some + none ~ religious"
VISITS = "mdvis ~ lncoins + idp + lpi + fmde + physlm + disea + hlthg + hlthf + hlthp"
SPENDING = "AVGEXP ~ AGE + INCOME + INCOMESQ + OWNRENT"
VOTE = "PID ~ logpopul + selfLR + age + educ + income"


@cache
def shipped(name: str) -> pd.DataFrame:
    """A data set of statsmodels, with the columns that a few of the checks need beside it.

    "couples" are the answers of "fair", counted by age, rating and religiousness.
    """
    if name == "couples":
        women = shipped("fair").groupby(["rate_marriage", "religious", "age"], as_index=False)
        counts = women["affair"].agg(some="sum", all="count")
        return counts.assign(none=counts["all"] - counts["some"])
    frame: pd.DataFrame = getattr(datasets, name).load_pandas().data
    if name == "fair":
        return frame.assign(affair=(frame["affairs"] > 0).astype(int))
    if name == "anes96":
        return frame.assign(party=frame["PID"].map(lambda code: ("left", "center", "right")[(code > 1) + (code > 4)]))
    return frame


def nile() -> Any:
    """The volume of the Nile, 1871 to 1970."""
    return shipped("nile")["volume"]


def inflation() -> Any:
    """Quarterly inflation in the United States."""
    return shipped("macrodata")["infl"]


def growth() -> Any:
    """Quarterly real product of the United States, 100 times its logarithm."""
    return 100.0 * np.log(shipped("macrodata")["realgdp"])


def measure(build: Callable[[], Any], cov: Callable[[], Cov] | None = None, effort: float = 1.0) -> Measured:
    """Digits of a fit against its reference, and whether `st.validate` is content."""
    agreement: Any = st.validate(st.fit(build(), cov="information" if cov is None else cov()))
    rows: Any = agreement.rows
    labels = [rows[name] for name in ("category", "term") if name in rows]
    terms = [" ".join(map(str, one)) for one in zip(*labels, strict=True)]
    known = [value for value in rows["se_digits"] if not math.isnan(value)]
    return Measured(
        estimate=round(float(rows["digits"].min()), 2),
        se=round(min(known), 2) if known else None,
        loglik=digits(agreement.loglik, agreement.reference_loglik),
        agrees=agreement.ok,
        note="" if agreement.ok and "agrees" in agreement.sentence else agreement.sentence,
        readings=estimated(terms, rows["estimate"], rows["se"], agreement.loglik),
    )


def _regression(
    title: str,
    family: str,
    formula: str,
    data: str,
    reference: str,
    promise: Promise = (10, 10, 10),
    *,
    cov: Callable[[], Cov] | None = None,
    **columns: str,
) -> PromisedDigits:
    def build() -> Any:
        return getattr(st, family)(formula, shipped(data), **columns)

    return PromisedDigits("reference", title, data, reference, partial(measure, build, cov), promise)


def _sandwich(kind: str) -> PromisedDigits:
    title = f"linear regression, {kind}"
    return _regression(title, "ols", SPENDING, "ccard", f"OLS, {kind}", cov=lambda: kind)


def _other(title: str, data: str, reference: str, promise: Promise, build: Callable[[], Any]) -> PromisedDigits:
    return PromisedDigits("reference", title, data, reference, partial(measure, build, None), promise)


LINEAR = (
    _regression("linear regression", "ols", CRIME, "statecrime", "OLS"),
    _regression("linear regression", "ols", EMPLOYED, "longley", "OLS", (9, 9, 10)),
    *map(_sandwich, ("HC0", "HC1", "HC2", "HC3")),
    _regression(
        "linear regression, HAC",
        "ols",
        "realcons ~ realgdp + unemp",
        "macrodata",
        "OLS, HAC",
        cov=lambda: st.HAC(lags=4),
    ),
    _regression(
        "linear regression, clusters",
        "ols",
        "invest ~ value + capital",
        "grunfeld",
        "OLS, cluster",
        cov=lambda: st.Cluster("firm", kind="CR1"),
    ),
    _regression("linear regression, precision", "ols", SPENDING, "ccard", "WLS", precision="INCOME"),
    _regression("linear regression, weights", "ols", "AVGEXP ~ INCOME + OWNRENT", "ccard", "OLS", weights="AGE"),
)

CHOICES = (
    _regression("logistic regression", "logistic", PASSED, "spector", "Logit"),
    _regression("logistic regression", "logistic", AFFAIR, "fair", "Logit"),
    _regression("logistic regression, HC0", "logistic", AFFAIR, "fair", "Logit, HC0", cov=lambda: "HC0"),
    _regression(
        "logistic regression, weights",
        "logistic",
        "affair ~ age + religious",
        "fair",
        "GLM Binomial",
        (9, 10, 10),
        weights="occupation",
    ),
    _regression("logistic regression, counts", "logistic", SCHOOLS, "star98", "GLM Binomial", (9, 10, 10)),
    _regression("probit regression", "probit", PASSED, "spector", "Probit", (8, 8, 10)),
    _regression("probit regression", "probit", AFFAIR, "fair", "Probit", (8, 9, 10)),
    _regression("softmax regression", "softmax", VOTE, "anes96", "MNLogit"),
    _regression("one against the rest", "one_vs_rest", PARTY, "anes96", "Logit", (9, 10, 10)),
)

COUNTS = (
    _regression("Poisson regression", "poisson", VISITS, "randhie", "GLM Poisson"),
    _regression("Poisson regression, exposure", "poisson", CANCER, "cancer", "GLM Poisson", exposure="population"),
    _regression(
        "negative binomial regression",
        "negative_binomial",
        CANCER,
        "cancer",
        "NegativeBinomial",
        exposure="population",
    ),
    _regression("negative binomial regression", "negative_binomial", VISITS, "randhie", "NegativeBinomial"),
    _regression("beta-binomial regression", "beta_binomial", COUPLES, "couples", "GenericLikelihoodModel", (8, 8, 10)),
    _other("coin", "spector", "proportion_confint", (8, 10, 10), lambda: st.coin("GRADE", data=shipped("spector"))),
    _other("binomial", "6 of 10", "proportion_confint", (8, 10, 10), lambda: st.binomial(6, 10)),
    _other(
        "binomial by arm",
        "fair",
        "proportion_confint",
        (8, None, 10),
        lambda: st.coin("affair", by="rate_marriage", data=shipped("fair")),
    ),
    _other(
        "Poisson rates by arm",
        "cancer",
        "confint_poisson",
        (8, None, 10),
        lambda: st.poisson_rate("cancer", exposure="population", by="population", data=shipped("cancer").tail(8)),
    ),
)

UC = "UnobservedComponents"

SERIES = (
    _other("local level", "nile", UC, (6, 9, 10), lambda: st.local_level(nile())),
    _other("local level, drift", "nile", UC, (6, 8, 10), lambda: st.local_level(nile(), drift=True)),
    _other(
        "local level, regressor",
        "macrodata",
        UC,
        (2, 7, 10),
        lambda: st.local_level("unemp ~ infl", shipped("macrodata")),
    ),
    _other("local level, seasonal", "macrodata", UC, (4, 7, 10), lambda: st.local_level(inflation(), seasonal=4)),
    _other("local linear trend", "macrodata", UC, (3, 7, 10), lambda: st.local_linear_trend(growth())),
    _other("smooth trend", "nile", UC, (4, 7, 10), lambda: st.smooth_trend(nile())),
    _other("exponential smoothing", "nile", "ETS(A,N,N)", (6, 6, 10), lambda: st.exponential_smoothing(nile())),
)

CHECKS = (*LINEAR, *CHOICES, *COUNTS, *SERIES)
