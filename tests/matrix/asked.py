"""A fit that questions are asked of, beside SciPy's distribution of its outcomes: what answers are checked against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

import stattools as st
from tests.cases import REGRESSIONS, RegressionCase

Floats = NDArray[np.float64]

FORMULA = "y ~ x + g"
H = 2e-3
"""Standard errors that derivatives are differenced over: they err by about 1e-6."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A regression fitted to the table of its case, and the same likelihood written with scipy.stats.

    theta are the coefficients in the order of the fit, then what else is estimated; the standard deviation of `st.ols`
    is no part of it. Of one-vs-rest this is the second of its fits, which is a logistic regression.
    """

    case: RegressionCase
    table: pd.DataFrame
    whole: Any

    @property
    def fit(self) -> Any:
        return self.whole.fits[1] if hasattr(self.whole, "fits") else self.whole

    @property
    def model(self) -> Any:
        return self.fit.model

    @cached_property
    def theta(self) -> Floats:
        return np.asarray(self.fit.estimate)

    @property
    def p(self) -> int:
        """Number of columns."""
        return self.X.shape[1]

    @property
    def extra(self) -> int:
        """Number of parameters beside the coefficients."""
        return 0 if self.case.make is st.ols else len(self.case.truth)

    @property
    def links(self) -> dict[int, str]:
        """Of parameters that all rows share, by their places from the end: the links that they are behind."""
        links = self.case.links or ("log",) * (self.extra or self.is_least_squares)
        return {place - len(links): link for place, link in enumerate(links)}

    @property
    def is_least_squares(self) -> bool:
        return self.case.make is st.ols

    @cached_property
    def X(self) -> Floats:
        return self.columns(self.table)

    def columns(self, table: pd.DataFrame) -> Floats:
        constant = [] if self.is_ordinal else [np.ones(len(table))]
        return np.column_stack([*constant, table.x, table.g == "b", table.g == "c"]).astype(float)

    def beside(self, name: str, table: pd.DataFrame | None = None) -> Floats:
        """A column that stands beside the table, or what it is where there is none."""
        table = self.table if table is None else table
        return table[name].to_numpy(float) if name in self.case.beside else np.full(len(table), float(name != "offset"))

    @property
    def weight(self) -> Floats:
        return self.beside("weights")

    @cached_property
    def y(self) -> Floats:
        y = self.table.y
        if self.case.outcome == "category":
            code = y.map({"one": 0, "three": 1, "two": 2}).to_numpy(float)
            return (code == 1).astype(float) if self.is_part else code
        return y.to_numpy(float)

    @property
    def is_part(self) -> bool:
        """Of one-vs-rest."""
        return self.case.make is st.one_vs_rest

    @property
    def is_discrete(self) -> bool:
        return not self.case.is_continuous

    @property
    def is_softmax(self) -> bool:
        return self.case.make is st.softmax

    @property
    def is_ordinal(self) -> bool:
        return self.case.outcome == "ordered"

    @property
    def at_x(self) -> int:
        """The number of the coefficient of x."""
        return 0 if self.is_ordinal else 1

    @property
    def has_several(self) -> bool:
        """A probability for each label."""
        return self.is_softmax or self.is_ordinal

    def eta(self, theta: Floats, table: pd.DataFrame | None = None) -> Floats:
        """Linear predictors, (..., n) or (..., n, 2) for softmax, of theta (..., q)."""
        table = self.table if table is None else table
        X = self.columns(table)
        shift = self.beside("offset", table) + np.log(self.beside("exposure", table))
        if self.is_softmax:
            return np.stack([theta[..., : self.p] @ X.T, theta[..., self.p :] @ X.T], axis=-1)
        return theta[..., : self.p] @ X.T + shift

    def distribution(self, theta: Floats, table: pd.DataFrame | None = None, sd: Any = None, eta: Any = None) -> Any:
        """SciPy's distribution of each row; theta (..., q), sd (...) that of `st.ols`."""
        table = self.table if table is None else table
        eta = self.eta(theta, table) if eta is None else eta
        if self.is_part:
            return _LOGISTIC.distribution(eta, table)
        if self.is_least_squares:
            sd = self.fit.scale if sd is None else np.asarray(sd)[..., None]
            return self.case.distribution(eta, sd, table)
        parts = [theta[..., k, None] for k in range(theta.shape[-1] - self.extra, theta.shape[-1])]
        return self.case.distribution(eta, *parts, table)

    @cached_property
    def at(self) -> Any:
        """The distribution at the estimate."""
        return self.distribution(self.theta)

    def mean(self, theta: Floats, table: pd.DataFrame | None = None) -> Floats:
        """Means as the fit predicts them: shares of grouped outcomes, probabilities of categories."""
        table = self.table if table is None else table
        mean = self.distribution(theta, table).mean()
        return mean if self.has_several else mean / self.beside("trials", table)

    def pointwise(self, theta: Floats, sd: Any = None, eta: Any = None, y: Any = None) -> Floats:
        """log p(y_i), of one observation of each row."""
        found = self.distribution(theta, sd=sd, eta=eta)
        y = self.y if y is None else y
        return found.logpmf(y) if self.is_discrete else found.logpdf(y)

    def loglik(self, theta: Floats, sd: Any = None) -> float:
        """With the frequencies; that of `st.ols` at sd, by default the unbiased one."""
        return float(self.pointwise(theta, sd) @ self.weight)

    @cached_property
    def own_loglik(self) -> float:
        """Where `st.ols` takes the log-likelihood: its scale at the maximum."""
        return self.loglik(self.theta, self.sd_at_maximum(self.theta) if self.is_least_squares else None)

    def sd_at_maximum(self, theta: Floats) -> float:
        gap = self.y - self.eta(theta)
        return float(np.sqrt((self.weight * self.beside("precision")) @ gap**2 / self.weight.sum()))

    @cached_property
    def information_at(self) -> Floats:
        """At the estimate."""
        return self.information(self.theta)

    @property
    def t(self) -> Any:
        """What intervals and tests are made from."""
        return stats.t(self.fit.df) if self.is_least_squares else stats.norm

    @cached_property
    def unit(self) -> Floats:
        """Standard errors."""
        return np.sqrt(np.diagonal(self.fit.covariance))

    def scores(self, theta: Floats) -> Floats:
        """Score of one observation of each row, (..., q, n), by differences, at theta (..., q)."""
        steps = H * np.diag(self.unit)
        ahead, behind = (self.pointwise(theta[..., None, :] + sign * steps) for sign in (1.0, -1.0))
        return (ahead - behind) / (2.0 * H * self.unit[:, None])

    def score(self, theta: Floats) -> Floats:
        return self.scores(theta) @ self.weight

    def information(self, theta: Floats) -> Floats:
        """Minus the second derivative of the log-likelihood, (q, q), by differences."""
        steps = H * np.diag(self.unit)
        found = (self.score(theta - steps) - self.score(theta + steps)) / (2.0 * H * self.unit[:, None])
        return 0.5 * (found + found.T)

    def constrained(self, fixed: dict[int, float]) -> Floats:
        """The maximum of the log-likelihood with some parameters held."""
        free = np.array([j for j in range(len(self.theta)) if j not in fixed])

        def whole(part: Floats) -> Floats:
            theta = self.theta.copy()
            theta[list(fixed)] = list(fixed.values())
            theta[free] = self.theta[free] + self.unit[free] * part
            return theta

        def down(part: Floats) -> tuple[float, Floats]:
            theta = whole(part)
            return -self.loglik(theta), -self.score(theta)[free] * self.unit[free]

        found = optimize.minimize(down, np.zeros(len(free)), jac=True, method="BFGS", options={"gtol": 1e-5})
        return whole(found.x)

    def draws(self, size: int, seed: int = 5) -> tuple[Floats, Any]:
        """theta (size, q) and the standard deviations of `st.ols` as the asymptotic distribution has them."""
        g = np.random.default_rng(seed)
        root = np.linalg.cholesky(self.fit.covariance)
        step = g.standard_normal((size, len(self.theta))) @ root.T
        if not self.is_least_squares:
            return self.theta + step, None
        wider = np.sqrt(self.fit.df / g.chisquare(self.fit.df, size))
        return self.theta + step * wider[:, None], self.fit.scale * wider

    def refitted(self, formula: str = FORMULA, table: pd.DataFrame | None = None, **how: Any) -> Asked:
        """The same regression of another table or formula."""
        table = self.table if table is None else table
        return replace(self, table=table, whole=st.fit(self.case.model(formula, table), **how))


_LOGISTIC = next(case for case in REGRESSIONS if case.name == "logistic")


@cache
def asked(case: RegressionCase) -> Asked:
    """Each regression is fitted once."""
    table = case.table()
    return Asked(case, table, st.fit(case.model(FORMULA, table)))
