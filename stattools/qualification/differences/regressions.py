"""Computations on regressions: tests, intervals, coding, penalties, information, mixed models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Literal

import numpy as np
from scipy import optimize, stats

import stattools as st
from stattools.interface.arrays import Floats
from stattools.qualification.differences import public_data

COVARIATES = ("age", "sex", "ecog", "meal")

type Degrees = Literal["satterthwaite", "normal"]


@cache
def lost(terms: str = "age + sex + ecog + meal") -> st.Fit:
    """Loss of weight of 170 patients."""
    return st.fit(st.logistic(f"lost ~ {terms}", public_data.lung()))


def of_age(kind: str) -> Sequence[float]:
    """An interval of the coefficient of age."""
    interval = lost().interval(kind=kind)
    return float(interval.lower[1]), float(interval.upper[1])


def wald_test() -> Sequence[float]:
    """The square of the coefficient of age over its standard error, and the p-value."""
    row = lost().table().iloc[1]
    return row["statistic"] ** 2, row["p_value"]


def ratio_test() -> Sequence[float]:
    """Twice the fall of the log-likelihood without age, and the p-value."""
    test = st.likelihood_ratio(lost(), lost("sex + ecog + meal"))
    return test.statistic, test.p_value


@cache
def reduced_bias() -> st.Fit:
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

    def penalized(coefficients: Floats) -> float:
        eta = X @ (coefficients / scale)
        chance = 1.0 / (1.0 + np.exp(-eta))
        weighted = (chance * (1.0 - chance))[:, None] * X
        return float(np.logaddexp(0.0, eta).sum() - y @ eta - 0.5 * np.linalg.slogdet(X.T @ weighted)[1])

    rest = optimize.minimize(lambda b: penalized(np.insert(b, 1, 0.0)), np.delete(estimate * scale, 1), method="BFGS")
    statistic = 2.0 * (float(rest.fun) - penalized(estimate * scale))
    return float(np.sqrt(np.linalg.inv(information)[1, 1])), float(stats.chi2.sf(statistic, 1))


def _design() -> Floats:
    table = public_data.lung()
    return np.column_stack([np.ones(len(table["lost"])), *(table[name] for name in COVARIATES)])


def ridge(strength: float | None = None) -> Sequence[float]:
    """Coefficients of sex and performance, with a penalty or without."""
    penalty = None if strength is None else st.Ridge(strength)
    fit = st.fit(st.logistic("lost ~ sex + ecog", public_data.lung()), penalty=penalty)
    return [float(one) for one in fit.estimate[1:]]


@cache
def absent() -> st.Fit:
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


def together(errors: Literal["information", "none", "CR1"]) -> Sequence[float]:
    """Standard errors of a regression of 27 children's growth, by rows or by children, with a factor or without."""
    cov = {"none": st.Cluster("child", correction="none"), "CR1": st.Cluster("child", kind="CR1")}.get(errors, errors)
    fit = st.fit(st.ols("distance ~ age * sex", public_data.growth()), cov=cov)
    return float(fit.se[2]), float(fit.se[3])


def of_sex(formula: str) -> Sequence[float]:
    """Intercept and coefficient of sex in a coding."""
    table = public_data.lung()
    named = {
        "lost": table["lost"],
        "kept": [1 - one for one in table["lost"]],
        "sex": [f"{int(one)}" for one in table["sex"]],
    }
    fit = st.fit(st.logistic(formula, named))
    return float(fit.estimate[0]), float(fit.estimate[1])


@cache
def grown(reml: bool = True, df: Degrees = "satterthwaite") -> st.LinearMixedFit:
    """A distance in the face of 27 children with a random intercept."""
    model = st.linear_mixed("distance ~ age * sex + (1 | child)", public_data.growth())
    return st.fit(model, reml=reml, df=df)


def variances(reml: bool) -> Sequence[float]:
    """The variance of children and the residual variance."""
    fit = grown(reml)
    return [float(one) ** 2 for one in fit.variance_components()["estimate"]]


def degrees(df: Degrees) -> Sequence[float]:
    """The p-value of the interaction."""
    return (grown(df=df).table()["p_value"].iloc[3],)


@cache
def sick(nodes: int | None = None) -> st.MixedRegressionFit:
    """Cases of disease in 15 herds."""
    table = public_data.herds()
    whole = {name: [int(one) for one in table[name]] for name in ("ill", "size", "herd")}
    rows = {**whole, "period": [str(int(one)) for one in table["period"]]}
    model = st.logistic("ill ~ period + (1 | herd)", rows, trials="size")
    return st.fit(model, integral="laplace") if nodes is None else st.fit(model, nodes=nodes)


def integral(nodes: int | None = None) -> Sequence[float]:
    """The second period against the first, its standard error, and the standard deviation of herds."""
    fit = sick(nodes)
    return float(fit.estimate[1]), float(fit.se[1]), float(fit.variance_components()["estimate"].iloc[0])


def criteria(deviance: float, parameters: int, size: int) -> Sequence[float]:
    """AIC and BIC of a deviance that a page prints, for a count of parameters and of what the logarithm is of."""
    return deviance + 2.0 * parameters, deviance + parameters * math.log(size)


def counted(rows: bool) -> Sequence[float]:
    """BIC by Laplace's approximation of our fit, with log of rows or of herds."""
    fit = sick()
    own = float(fit.bic)
    parameters = (own + 2.0 * float(fit.loglik)) / math.log(fit.n)
    return (own if rows else own - parameters * (math.log(fit.n) - math.log(15)),)
