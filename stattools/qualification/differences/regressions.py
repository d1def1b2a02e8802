"""Differences of regressions of a binary outcome and of counts: tests, intervals, coding, penalties, information."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from scipy import optimize, stats

import stattools as st
from stattools.qualification.differences import public_data
from stattools.qualification.differences.difference import Difference, Side
from stattools.qualification.differences.means import SITE

COVARIATES = ("age", "sex", "ecog", "meal")


@cache
def lost(terms: str = "age + sex + ecog + meal") -> Any:
    """Loss of weight of 170 patients."""
    return st.fit(st.logistic(f"lost ~ {terms}", public_data.lung()))


def of_age(kind: str) -> Callable[[], Sequence[float]]:
    """An interval of the coefficient of age."""

    def compute() -> Sequence[float]:
        interval = lost().interval(kind=kind)
        return float(interval.lower[1]), float(interval.upper[1])

    return compute


def wald_test() -> Sequence[float]:
    """The square of the coefficient of age over its standard error, and the p-value."""
    row = lost().table().iloc[1]
    return row["statistic"] ** 2, row["p_value"]


def ratio_test() -> Sequence[float]:
    """Twice the fall of the log-likelihood without age, and the p-value."""
    test = st.likelihood_ratio(lost(), lost("sex + ecog + meal"))
    return test.statistic, test.p_value


@cache
def reduced_bias() -> Any:
    """Firth's regression: the likelihood times Jeffreys's prior."""
    return st.fit(lost().model, penalty=st.Jeffreys())


def firth() -> Sequence[float]:
    """The standard error of age from the information of the data, and its Wald test."""
    row = reduced_bias().table().iloc[1]
    return row["se"], row["p_value"]


def augmented() -> Sequence[float]:
    """The standard error of age from the information of the augmented data, whose rows count 1 + h, h the leverage, and
    the test of age by the ratio of penalized likelihoods.
    """
    X, y = _design(), np.asarray(public_data.lung()["lost"])
    estimate = reduced_bias().estimate
    chance = 1.0 / (1.0 + np.exp(-X @ estimate))
    weight = chance * (1.0 - chance)
    half = np.linalg.cholesky(X.T @ (weight[:, None] * X))
    leverage = weight * np.sum(np.linalg.solve(half, X.T) ** 2, axis=0)
    information = X.T @ ((weight * (1.0 + leverage))[:, None] * X)
    scale = np.concatenate([[1.0], X[:, 1:].std(axis=0)])

    def penalized(coefficients: Any) -> float:
        eta = X @ (coefficients / scale)
        chance = 1.0 / (1.0 + np.exp(-eta))
        weighted = (chance * (1.0 - chance))[:, None] * X
        return float(np.logaddexp(0.0, eta).sum() - y @ eta - 0.5 * np.linalg.slogdet(X.T @ weighted)[1])

    rest = optimize.minimize(lambda b: penalized(np.insert(b, 1, 0.0)), np.delete(estimate * scale, 1), method="BFGS")
    statistic = 2.0 * (float(rest.fun) - penalized(estimate * scale))
    return float(np.sqrt(np.linalg.inv(information)[1, 1])), float(stats.chi2.sf(statistic, 1))


def _design() -> Any:
    table = public_data.lung()
    return np.column_stack([np.ones(len(table["lost"])), *(table[name] for name in COVARIATES)])


def ridge(strength: float | None) -> Callable[[], Sequence[float]]:
    """Coefficients of sex and performance, with a penalty or without."""

    def compute() -> Sequence[float]:
        penalty = None if strength is None else st.Ridge(strength)
        fit = st.fit(st.logistic("lost ~ sex + ecog", public_data.lung()), penalty=penalty)
        return [float(one) for one in fit.estimate[1:]]

    return compute


@cache
def absent() -> Any:
    """Days absent of 146 children."""
    return st.fit(st.negative_binomial("days ~ sex + group", public_data.absences()))


def observed() -> Sequence[float]:
    """Standard errors of the coefficients where alpha is estimated with them."""
    return [float(one) for one in absent().se[:3]]


def expected() -> Sequence[float]:
    """The same from the expected information, in which alpha is not correlated with them."""
    fit = absent()
    table = public_data.absences()
    X = np.column_stack(
        [np.ones(146), [one == "M" for one in table["sex"]], [one == "N" for one in table["group"]]]
    ).astype(float)
    mean = np.exp(X @ fit.estimate[:3])
    weight = mean / (1.0 + np.exp(fit.estimate[3]) * mean)
    return [float(one) for one in np.sqrt(np.diag(np.linalg.inv(X.T @ (weight[:, None] * X))))]


def together(cov: Any) -> Callable[[], Sequence[float]]:
    """Standard errors of a regression of 27 children's growth, by children or not."""

    def compute() -> Sequence[float]:
        fit = st.fit(st.ols("distance ~ age * sex", public_data.growth()), cov=cov)
        return float(fit.se[2]), float(fit.se[3])

    return compute


REGRESSIONS = (
    Difference(
        "The test of a term of a logistic regression",
        "logistic",
        "https://psiaims.github.io/CAMIS/SAS/logistic-regr.html",
        "weight loss of 170 patients with lung cancer, from the page",
        ("chi-squared", "p"),
        "SAS's selection has Wald's test, R's anova the ratio of likelihoods; the page says that this is under "
        "investigation, and the two tests give its two numbers.",
        (
            Side("SAS", "Wald", ("0.2389", "0.6250"), "fit.table()", wald_test),
            Side("R anova", "likelihood ratio", ("0.24046", "0.6239"), "st.likelihood_ratio(fit, smaller)", ratio_test),
        ),
    ),
    Difference(
        "The interval of a coefficient of a logistic regression",
        "logistic",
        f"{SITE}r-sas_logistic-regr.html",
        "weight loss of 170 patients with lung cancer, from the page",
        ("lower of age", "upper of age"),
        "SAS's default is Wald's interval, R's confint the profile of the likelihood.",
        (
            Side(
                "SAS, R confint.default",
                "Wald",
                ("-0.05096", "0.03062"),
                "fit.interval()",
                of_age("wald"),
                "run",
            ),
            Side(
                "R confint", "profile", ("-0.0518", "0.0303"), 'fit.interval(kind="profile")', of_age("profile"), "run"
            ),
        ),
    ),
    Difference(
        "Standard errors and tests of Firth's regression",
        "logistic",
        f"{SITE}r-sas_logistic-regr.html",
        "weight loss of 170 patients with lung cancer, from the page",
        ("se of age", "p of age"),
        "SAS has the information of the data and Wald's test; R's logistf the information of the augmented data, whose "
        "rows count 1 + leverage, and the ratio of penalized likelihoods.",
        (
            Side(
                "SAS",
                "information of the data, Wald",
                ("0.02065", "0.6348"),
                "st.fit(model, penalty=st.Jeffreys())",
                firth,
            ),
            Side(
                "R logistf",
                "augmented data, penalized ratio",
                ("0.02023", "0.6288"),
                "X'W(1 + h)X and the maximum with the coefficient at 0",
                augmented,
            ),
        ),
    ),
    Difference(
        "A logistic regression that is penalized unless it is told not to",
        "logistic",
        "https://psiaims.github.io/CAMIS/python/logistic_regression.html",
        "weight loss of 170 patients by sex and performance",
        ("sex", "performance"),
        "scikit-learn adds half of the squared coefficients over C, which is 1 by default; R, SAS and statsmodels "
        "none.",
        (
            Side(
                "R, SAS, statsmodels",
                "no penalty",
                ("-0.69599921", "0.41326588"),
                'st.fit(st.logistic("lost ~ sex + ecog", table))',
                ridge(None),
                "run",
            ),
            Side(
                "scikit-learn",
                "C = 1",
                ("-0.6189431", "0.38850967"),
                "st.fit(model, penalty=st.Ridge(1))",
                ridge(1.0),
                "run",
            ),
        ),
    ),
    Difference(
        "Standard errors of a negative binomial regression",
        "negative_binomial",
        f"{SITE}r-sas_negbin.html",
        "days absent of 146 children (quine of MASS)",
        ("intercept", "sex", "group"),
        "SAS has the observed information of all parameters at once, R's glm.nb the expected information of the "
        "coefficients with theta known.",
        (
            Side(
                "SAS, statsmodels",
                "observed, with alpha",
                ("0.131769", "0.159984", "0.159434"),
                'st.fit(st.negative_binomial("days ~ sex + group", table))',
                observed,
                "run",
            ),
            Side(
                "R glm.nb",
                "expected, theta known",
                ("0.1350731", "0.1593665", "0.1588382"),
                "X'WX with W = mean / (1 + alpha mean)",
                expected,
                "run",
            ),
        ),
    ),
    Difference(
        "Standard errors of estimating equations",
        "ols",
        f"{SITE}r-sas_gee.html",
        "a distance in the face of 27 children at four ages",
        ("sex", "age x sex"),
        "GEE with independence has the estimates of the regression; SAS and geepack print the sandwich of the clusters "
        "without a factor for their number, model-based errors take the rows for independent, and Stata's and "
        "statsmodels' cluster errors have the factor.",
        (
            Side(
                "R geeglm, SAS empirical",
                "clusters, no factor",
                ("1.37778506", "0.11686730"),
                'cov=st.Cluster("child", correction="none")',
                together(st.Cluster("child", correction="none")),
                "run",
            ),
            Side(
                "R lm",
                "rows independent",
                ("2.2187969", "0.1976661"),
                "st.fit(st.ols(...))",
                together("information"),
                "run",
            ),
            Side(
                "statsmodels, Stata",
                "clusters, factor",
                ("1.424137", "0.120799"),
                'cov=st.Cluster("child", kind="CR1")',
                together(st.Cluster("child", kind="CR1")),
                "run",
            ),
        ),
    ),
)
