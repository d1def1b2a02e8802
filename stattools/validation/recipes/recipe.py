"""What a fit claims to have computed, as settings that can be changed one at a time, and the numbers they lead to.

The sibling of `Recipe` for models that are fitted by another way than regressions of single rows: Cox's regression,
matched sets, mixed models, samples, series. What it leads to is what `st.fit(model, **options)` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from scipy import special

from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.covariance import HAC, Cluster, covariance
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.intervals.coefficients import likelihood_interval
from stattools.inference.penalties import Jeffreys, Penalty
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.model import Model
from stattools.solvers.metric import Metric
from stattools.text.one_line import prints
from stattools.validation.claims.facts import FactPoint, Right, right_at, right_of_fit
from stattools.validation.moment_dispersion import (
    deviance_dispersion,
    expected_of_mean,
    mean_covariance,
    pearson_dispersion,
    with_dispersion,
)
from stattools.validation.recipes.likelihoods import Shrinkage, shrunk_maximum
from stattools.validation.recipes.points import PointOfModel, point_of

Divisor = Literal["n - p", "n", "1", "X2"]

MOMENTS = {"X2": pearson_dispersion, "deviance": deviance_dispersion}
"""Dispersions beside a mean that are made from moments, by what they are made from."""


@prints
class Numbers(NamedTuple):
    """Estimates, standard errors and the ends of intervals, each (p,); NaN where there are none."""

    estimate: Floats
    se: Floats
    lower: Floats
    upper: Floats


@record
class Recipe:
    """A model on its rows, a penalty, and how standard errors and intervals are made.

    `cov` is a kind of `st.fit`, or None where it is none of ours. `information` is the observed or the expected one, or
    that of each parameter "apart", as if the others were known. `divisor` is what the squared scale is divided by: n
    - p, n, "1" (the scale is held at 1), "X2" (Pearson's statistic over n - p). `df` are the degrees of freedom of
    Student's t, infinite for the normal, None for n - p, one for each coefficient of few clusters. `dispersion` is how
    a family with one beside its mean has it: by "likelihood", from "X2" or "deviance" over n - p, or as a number that
    was given. All but the first are known numbers to the standard errors, and have none of their own. `factor` is what
    standard errors are multiplied by on top, a small-sample factor of a package of its own.
    """

    model: Model
    penalty: Shrinkage | Jeffreys | None = None
    cov: str | HAC | Cluster | None = "information"
    information: Literal["observed", "expected", "apart", "expected apart"] = "observed"
    divisor: Divisor = "1"
    df: float | Floats | None = np.inf
    interval: Literal["wald", "profile"] = "wald"
    level: float = 0.95
    dispersion: str | float = "likelihood"
    factor: float = 1.0
    of_rows: ClassVar = True
    """Whether it is of a regression of single rows."""

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is of."""
        return self.model.names

    @property
    def plain(self) -> Recipe:
        """The same without a penalty, with standard errors of the inverse information."""
        return replace(self, penalty=None, cov="information")

    def maximum(self, near: Floats) -> Floats:
        """The maximum of the (penalized) log-likelihood; IdentificationError where there is none.

        `near` gives the zeros and signs where a penalty is absolute.
        """
        if isinstance(self.penalty, Shrinkage):
            return shrunk_maximum(self.model, self.penalty, near)
        return self.settled(fit(self.model, penalty=self.penalty).estimate)

    def settled(self, theta: Floats) -> Floats:
        """theta with the dispersion of this recipe, where that is not of the likelihood."""
        if self.dispersion == "likelihood":
            return theta
        phi = MOMENTS[self.dispersion](self.model, theta) if isinstance(self.dispersion, str) else self.dispersion
        return with_dispersion(self.model, theta, phi)

    def numbers(self, theta: Floats) -> Numbers:
        """The estimates with what this recipe prints beside them, evaluated at theta."""
        none = np.full(len(theta), np.nan)
        if self.cov is None or isinstance(self.penalty, Shrinkage) or not np.isfinite(theta).all():
            return Numbers(theta, none, none, none)
        se = self.se(theta)
        if self.interval == "profile":
            found = fit(self.model, penalty=self.penalty)
            return Numbers(theta, se, *likelihood_interval(found, self.level))
        half = self.quantile() * se
        return Numbers(theta, se, theta - half, theta + half)

    def right(self, theta: Floats) -> Right:
        """What this recipe prints at theta: every column and fact that a claim may have."""
        theta = self.settled(theta)
        model, numbers = self.model, self.numbers(theta)
        df = model.n - len(model.names) if self.df is None else self.df
        point = FactPoint(model, theta, model.loglik(theta), self.scale(theta))
        made = right_at(model.names, theta, numbers.se, df, self.level, point)
        columns = {**made.columns, "lower": numbers.lower, "upper": numbers.upper}
        return replace(made, columns=columns, solved=model.has_scale and self.penalty is None)

    def quantile(self) -> Floats:
        """How many standard errors an interval reaches."""
        tail = 0.5 * (1.0 - self.level)
        df = self.model.n - len(self.model.names) if self.df is None else self.df
        return np.where(np.isfinite(df), -special.stdtrit(df, tail), -special.ndtri(tail))

    def se(self, theta: Floats) -> Floats:
        """Standard errors of this recipe's kind at theta."""
        theta = self.settled(theta)
        bread = self._bread(theta)
        cov = "information" if self.cov is None else self.cov
        V = covariance(self.model, theta, bread, cov, scale=self.scale(theta)).matrix
        se = self.factor * np.sqrt(np.diagonal(V))
        return se if self.dispersion == "likelihood" else np.append(se[:-1], np.nan)

    def _bread(self, theta: Floats) -> Floats:
        """The inverse information at theta; that of the solver of least squares where sums of products are singular."""
        if self.dispersion != "likelihood":
            return mean_covariance(self.model, theta, self.information)
        work, T = self.model.standardized()
        phi = np.linalg.solve(T, theta)
        information = INFORMATION[self.information](work, phi)
        try:
            return T @ Metric(information).covariance() @ T.T
        except IdentificationError:
            if not self.model.has_scale:
                raise
            return fit(self.model).solution.covariance

    def scale(self, theta: Floats) -> float:
        """The square root of the dispersion at theta, by this recipe's divisor."""
        model, n, p = self.model, self.model.n, len(theta)
        if self.divisor == "1":
            return 1.0
        total = model.residual_sums(theta)[0] if model.has_scale else pearson(model, theta)
        return float(np.sqrt(total / (n if self.divisor == "n" else max(n - p, 1.0))))


def observed(model: Model, theta: Floats) -> Floats:
    """The information at the data (p, p)."""
    return model.evaluate(theta).information


def apart(model: Model, theta: Floats) -> Floats:
    """The same of each parameter of the likelihood by itself, as if the others were known: 0 between them."""
    found, held = observed(model, theta), np.zeros((len(theta),) * 2)
    ends = [0, *(part.stop for part in model.predictor.parts[model.predictor.n_first - 1 :])]
    for low, high in pairwise(ends):
        held[low:high, low:high] = found[low:high, low:high]
    return held


def expected(model: Model, theta: Floats) -> Floats:
    """Fisher's expected information (p, p); for a canonical link the observed one is the same."""
    total = np.zeros((len(theta), len(theta)))
    for block in model.rows.blocks():
        w = model.likelihood.expected(model.predictor.forward(theta, block)[0], block.y)
        if block.weight is not None:
            w = w * block.weight.reshape(-1, *[1] * (w.ndim - 1))
        total += model.predictor.information(block, w)
    return total


def expected_apart(model: Model, theta: Floats) -> Floats:
    """The same with the expected information of the mean: R's glm.nb."""
    total, p = apart(model, theta), model.predictor.size_first
    total[:p, :p] = expected_of_mean(model, theta)
    return total


INFORMATION = {"observed": observed, "expected": expected, "apart": apart, "expected apart": expected_apart}
"""By the names of `Recipe.information`."""


def pearson(model: Model, theta: Floats) -> float:
    """Pearson's statistic: squared residuals over the variance of the mean."""
    eta, y, likelihood = model.eta(theta), model.rows.y, model.likelihood
    if likelihood.outcome.has_several:
        return model.n - len(theta)
    weight = np.ones(len(y)) if model.rows.weight is None else model.rows.weight
    some = likelihood.trials_of(y) * weight > 0
    terms = (likelihood.observed(y) - likelihood.mean(eta))[some] ** 2 / likelihood.variance(eta, y)[some]
    return float(weight[some] @ terms)


@prints
@record
class Refit:
    """A model on its rows and the options of `st.fit`: `reml`, `cov`, `integral` and others.

    `penalty` is one that is declared. `joint` says that standard errors of fixed effects have the uncertainty of the
    variances in them. `cov` is the kind of standard errors in the options; None, given here, where theirs are of none
    of our kinds. `df` are the degrees of freedom of intervals, infinite for the normal, None for those of the fit.
    """

    model: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    penalty: Shrinkage | Penalty | None = None
    joint: bool = False
    known: bool = True
    df: float | None = None
    level: float = 0.95
    dispersion = "likelihood"
    of_rows: ClassVar = False

    @property
    def cov(self) -> Any:
        """The kind of standard errors; None where it is none of ours."""
        return self.options.get("cov", "information") if self.known else None

    @cached_property
    def fit(self) -> Any:
        """Our fit without the penalty; IdentificationError where there is no maximum."""
        return fit(self.model, level=self.level, **self.options)

    @cached_property
    def point(self) -> PointOfModel:
        """What the numbers are a point of."""
        return point_of(self.model, self.fit, self.joint)

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is of; without a maximum too."""
        return point_of(self.model, None).names

    @property
    def plain(self) -> Refit:
        """The same without a penalty, with standard errors of the inverse information."""
        return replace(self, penalty=None, options={**self.options, "cov": "information"}, known=True)

    def maximum(self, near: Floats) -> Floats:
        """The maximum of the (penalized) log-likelihood; `near` gives zeros and signs where a penalty is absolute."""
        if isinstance(self.penalty, Shrinkage):
            return shrunk_maximum(self.model, self.penalty, near)
        if self.penalty is not None:
            return fit(self.model, penalty=self.penalty).estimate
        return self.point.estimate

    def settled(self, theta: Floats) -> Floats:
        """theta: there is no dispersion beside it."""
        return theta

    def numbers(self, theta: Floats) -> Numbers:
        """The estimates with what is printed beside them, which of the maximum is what the fit prints."""
        none = np.full(len(theta), np.nan)
        if not self.known or self.penalty is not None or not np.isfinite(theta).all():
            return Numbers(theta, none, none, none)
        se = self.se(theta)
        half = self.quantile(len(theta)) * se
        return Numbers(theta, se, theta - half, theta + half)

    def right(self, theta: Floats) -> Right:
        """What this computation prints at theta: every column and fact that a claim may have."""
        own = right_of_fit(self.fit, self.level)
        if not np.array_equal(theta, self.point.estimate):
            made = self.numbers(theta)
            df = np.inf if self.df is None else self.df
            found = right_at(self.names, theta, made.se, df, self.level, own.fact)
            return replace(found, columns={**found.columns, "lower": made.lower, "upper": made.upper})
        more = np.full(len(theta) - len(own.names), np.nan)
        columns = {name: np.append(values, more) for name, values in own.columns.items()}
        columns |= {"estimate": theta, "se": self.point.se}
        return Right(self.names, columns, self.point.se, own.fact)

    def quantile(self, p: int) -> Floats:
        """How many standard errors an interval reaches."""
        tail = 0.5 * (1.0 - self.level)
        df: Any = self.fit.t_df if self.df is None else self.df
        df = np.concatenate([np.broadcast_to(df, len(self.model.names)), np.full(p - len(self.model.names), np.inf)])
        return np.where(np.isfinite(df), -special.stdtrit(df, tail), -special.ndtri(tail))

    def se(self, theta: Floats) -> Floats:
        """Standard errors at theta: those of the fit at its maximum, elsewhere of the information there."""
        near = np.isclose(theta, self.point.estimate, rtol=1e-9, atol=0.0) | (theta == self.point.estimate)
        if near.all():
            return self.point.se
        if self.cov != "information":
            raise IncompatibleError(f"{self.model.title} has standard errors {self.cov!r} at its maximum only.")
        return self.point.errors(theta)
