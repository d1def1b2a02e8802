"""Differences of mixed models: restricted likelihood or not, degrees of freedom, the integral, counts of AIC, BIC."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal

import stattools as st
from stattools.qualification.differences import public_data
from stattools.qualification.differences.difference import Difference, Side
from stattools.qualification.differences.means import SITE

type Degrees = Literal["satterthwaite", "normal"]


@cache
def grown(reml: bool = True, df: Degrees = "satterthwaite") -> Any:
    """A distance in the face of 27 children with a random intercept."""
    model = st.linear_mixed("distance ~ age * sex + (1 | child)", public_data.growth())
    return st.fit(model, reml=reml, df=df)


def variances(reml: bool) -> Callable[[], Sequence[float]]:
    """The variance of children and the residual variance."""

    def compute() -> Sequence[float]:
        fit = grown(reml)
        return [float(one) ** 2 for one in fit.variance_components()["estimate"]]

    return compute


def degrees(df: Degrees) -> Callable[[], Sequence[float]]:
    """The p-value of the interaction."""

    def compute() -> Sequence[float]:
        return (grown(df=df).table()["p_value"].iloc[3],)

    return compute


@cache
def sick(nodes: int | None) -> Any:
    """Cases of disease in 15 herds."""
    table = public_data.herds()
    whole = {name: [int(one) for one in table[name]] for name in ("ill", "size", "herd")}
    rows = {**whole, "period": [str(int(one)) for one in table["period"]]}
    model = st.logistic("ill ~ period + (1 | herd)", rows, trials="size")
    return st.fit(model, integral="laplace") if nodes is None else st.fit(model, nodes=nodes)


def integral(nodes: int | None) -> Callable[[], Sequence[float]]:
    """The second period against the first, its standard error, and the standard deviation of herds."""

    def compute() -> Sequence[float]:
        fit = sick(nodes)
        return float(fit.estimate[1]), float(fit.se[1]), float(fit.variance_components()["estimate"].iloc[0])

    return compute


def criteria(deviance: float, parameters: int, size: int) -> Callable[[], Sequence[float]]:
    """AIC and BIC of a deviance that a page prints, for a count of parameters and of what the logarithm is of."""
    return lambda: (deviance + 2.0 * parameters, deviance + parameters * math.log(size))


def counted(rows: bool) -> Callable[[], Sequence[float]]:
    """BIC by Laplace's approximation of our fit, with log of rows or of herds."""

    def compute() -> Sequence[float]:
        fit = sick(None)
        own = float(fit.bic)
        parameters = (own + 2.0 * float(fit.loglik)) / math.log(fit.n)
        return (own if rows else own - parameters * (math.log(fit.n) - math.log(15)),)

    return compute


GROUPS = (
    Difference(
        "Restricted maximum likelihood or not",
        "linear_mixed",
        f"{SITE}r-sas_random_effects_models.html",
        "a distance in the face of 27 children at four ages (Potthoff & Roy 1964)",
        ("variance of children", "residual variance"),
        "PROC MIXED and lmer take the restricted likelihood, which takes the degrees of freedom of the mean out; "
        "METHOD=ML and REML=FALSE do not. lmer stops at 3.030413 there, a little before its maximum.",
        (
            Side(
                "SAS, R lmer",
                "REML",
                ("3.298634", "1.922055"),
                "st.fit(st.linear_mixed(...))",
                variances(True),
                "run",
            ),
            Side(
                "SAS METHOD=ML, R lme method=ML",
                "ML",
                ("3.030562", "1.874597"),
                "st.fit(st.linear_mixed(...), reml=False)",
                variances(False),
                "run",
            ),
        ),
    ),
    Difference(
        "Degrees of freedom of a mixed model",
        "linear_mixed",
        f"{SITE}r-sas_mmrm_df.html",
        "a distance in the face of 27 children at four ages (Potthoff & Roy 1964)",
        ("p of age x sex",),
        "Satterthwaite's degrees of freedom (79 here) are asked for in both; lme4 alone, confint of it and "
        "statsmodels take the normal distribution.",
        (
            Side(
                "SAS DDFM=SATTERTHWAITE, R lmerTest",
                "Satterthwaite",
                ("0.01409745",),
                "st.fit(model).table()",
                degrees("satterthwaite"),
                "run",
            ),
            Side(
                "SAS DDFM=NONE, statsmodels",
                "normal distribution",
                ("0.01206",),
                'st.fit(model, df="normal")',
                degrees("normal"),
                "run",
            ),
        ),
    ),
    Difference(
        "The integral of a generalized linear mixed model",
        "logistic",
        f"{SITE}r-sas_glmm.html",
        "cases of disease in 15 herds (cbpp of R's lme4)",
        ("period 2", "se", "sd of herds"),
        "Laplace's approximation, the default of lme4 and glmmTMB, or quadrature by many nodes. glmmTMB is at "
        "Laplace's maximum; lme4 stops 0.0003 below it, which is why the page finds it only near to SAS.",
        (
            Side(
                "R glmmTMB, SAS METHOD=LAPLACE",
                "Laplace",
                ("-0.99233", "0.30664", "0.64226"),
                'st.fit(model, integral="laplace")',
                integral(None),
                "run",
            ),
            Side(
                "R glmer nAGQ=25, SAS METHOD=QUAD",
                "quadrature",
                ("-0.9914", "0.30677", "0.6475"),
                "st.fit(model)",
                integral(25),
                "run",
            ),
        ),
    ),
    Difference(
        "What BIC of a generalized linear mixed model takes the logarithm of",
        "logistic",
        f"{SITE}r-sas_glmm.html",
        "cases of disease in 15 herds (cbpp of R's lme4)",
        ("BIC",),
        "R has log of the rows, SAS log of the groups; AIC is the same.",
        (
            Side("R", "log of 56 rows", ("204.179322",), "fit.bic", counted(True), "run"),
            Side(
                "SAS (R with log 15)",
                "log of 15 herds",
                ("197.592815",),
                "fit.bic less 5 log(56 / 15)",
                counted(False),
                "run",
            ),
        ),
    ),
    Difference(
        "BIC of a binary mixed model, as printed",
        "logistic",
        f"{SITE}r-sas_glimmix.html",
        "deviance 747.20 (R) and 747.18 (SAS) of ten parameters, from the page",
        ("AIC", "BIC"),
        "R has log of the rows, SAS log of the 24 sites; R's BIC is that of 620 rows, though its table says 624.",
        (
            Side(
                "R glmer", "log of 620 rows", ("767.20", "811.50"), "deviance + 10 log 620", criteria(747.20, 10, 620)
            ),
            Side(
                "SAS GLIMMIX", "log of 24 sites", ("767.18", "778.96"), "deviance + 10 log 24", criteria(747.18, 10, 24)
            ),
        ),
    ),
    Difference(
        "What AIC and BIC count under restricted likelihood",
        "linear_mixed",
        f"{SITE}r-sas_glimmix.html",
        "restricted deviance 6993.53 of 16 coefficients and two variances, from the page",
        ("AIC", "BIC"),
        "R counts coefficients and variances, with log of rows less coefficients; SAS the variances alone, with log of "
        "subjects.",
        (
            Side(
                "R gls",
                "18, log of 1,084",
                ("7029.53", "7119.32"),
                "deviance + 18 log 1084",
                criteria(6993.53, 18, 1084),
            ),
            Side(
                "SAS GLIMMIX",
                "2, log of 220",
                ("6997.53", "7004.32"),
                "deviance + 2 log 220",
                criteria(6993.53, 2, 220),
            ),
        ),
    ),
)
