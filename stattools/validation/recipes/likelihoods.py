"""Counts whose alpha is given: variance m + alpha m^2 with alpha a number, as in statsmodels' GLM and R's
`negative.binomial(theta)`, theta being 1 / alpha. alpha = 1 is the geometric distribution.

Counts whose variance is linear in the mean (NB1): m (1 + alpha), as of statsmodels' `NegativeBinomialP(p=1)` and
Stata's `nbreg, dispersion(constant)`.

They are negative binomial (NB2) with alpha / m in the place of alpha, so that their linear predictors are a linear map
of those of the other,

    (eta_0, eta_1) -> (eta_0, eta_1 - eta_0),

and so are their derivatives. Source: Cameron & Trivedi, Regression Analysis of Count Data (2013), 3.3.

A quadratic and an absolute penalty beside a log-likelihood, and the maximum of the sum.

    l(theta) - d^T Q d / 2 - sum_j a_j |d_j|,     d = theta - center

Coefficients that the absolute penalty holds at 0 are known from a solution to be checked, and so are the signs of the
others; with both fixed the function is smooth and Newton's method climbs it. Source: Tibshirani (1996), the
Karush-Kuhn-Tucker conditions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.interface.arrays import Floats
from stattools.likelihoods.counts import Count, NegativeBinomial
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.words import words_of
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point
from stattools.solvers.climb import newton_ascent

FAMILY = NegativeBinomial()


@dataclass(frozen=True)
class KnownAlpha(Count):
    """y ~ NB2(mean exp(eta), alpha), concave in eta; eta has shape (n,).

    >>> round(float(KnownAlpha(1.0).loglik(0.0, 2)), 6)  # (1/2)^3
    -2.079442
    """

    alpha: float
    parameters: ClassVar = {"mean": "log"}
    facts = replace(Count.facts, linear_score=True, concave_with=("log",))

    def _both(self, eta: ArrayLike) -> Floats:
        eta = np.asarray(eta, dtype=float)
        return np.stack([eta, np.full(eta.shape, np.log(self.alpha))], axis=-1)

    def check(self, y: ArrayLike) -> Floats:
        """Whole numbers >= 0."""
        return FAMILY.check(y)

    def mean(self, eta: ArrayLike) -> Floats:
        """exp(eta)."""
        return FAMILY.mean(self._both(eta))

    def link(self, mean: Any) -> Any:
        """The logarithm of the mean."""
        return FAMILY.link(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 1)."""
        return FAMILY.slope(self._both(eta))[..., :1]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation."""
        return FAMILY.loglik(self._both(eta), y)

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d eta, shape (n,)."""
        return FAMILY.score(self._both(eta), y)[..., 0]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n,)."""
        return FAMILY.information(self._both(eta), y)[..., 0, 0]

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """m + alpha m^2."""
        return FAMILY.variance(self._both(eta), y)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """Twice what is lost against a mean of y."""
        return FAMILY.deviance(self._both(eta), y)


def with_known_alpha(model: Model, alpha: float) -> Model:
    """A Poisson regression, with any link, as one of the negative binomial with this alpha."""
    family: Any = KnownAlpha(float(alpha))
    link = next(iter(model.likelihood.parameters.values()))
    if link != "log":
        family = Linked(family, LINKS[link])
    title = f"Negative binomial regression with alpha = {alpha:g}"
    return replace(model, kind="glm", title=title, likelihood=family)


MAP = np.array([[1.0, 0.0], [-1.0, 1.0]])
"""What takes (eta_0, eta_1) to the linear predictors of the negative binomial whose variance is quadratic."""


@dataclass(frozen=True)
class LinearVariance(Count):
    """y ~ NB1(mean exp(eta_0), alpha exp(eta_1)); eta has shape (n, 2).

    >>> round(float(LinearVariance().loglik([[0.0, 0.0]], [2])[0]), 6)  # mean 1, alpha 1: geometric, (1/2)^3
    -2.079442
    """

    parameters: ClassVar = {"mean": "log", "alpha": "log"}
    facts = replace(Count.facts, row="NegativeBinomial", own_words=words_of("Count"))

    def _quadratic(self, eta: ArrayLike) -> Floats:
        return self._wide(eta) @ MAP.T

    def check(self, y: ArrayLike) -> Floats:
        """Whole numbers >= 0."""
        return FAMILY.check(y)

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation."""
        return FAMILY.loglik(self._quadratic(eta), y)

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d (eta_0, eta_1), shape (n, 2)."""
        return FAMILY.score(self._quadratic(eta), y) @ MAP

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n, 2, 2); not definite far from the maximum. Needs y."""
        return MAP.T @ FAMILY.information(self._quadratic(eta), y) @ MAP

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """m (1 + alpha)."""
        return FAMILY.variance(self._quadratic(eta), y)


def with_linear_variance(model: Model) -> Model:
    """A negative binomial regression as one whose variance is linear in the mean."""
    family: Any = LinearVariance()
    start = starting_point(family, model.predictor, model.rows)
    title = "Negative binomial regression of linear variance (NB1)"
    return replace(model, kind="glm", title=title, likelihood=family, start=start)


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """`quadratic` Q (p, p) and `absolute` a (p,); `words` say what it is, `strength` is its size in one number.

    `center` is where it is 0: the negative coefficients of the first of K categories where all K are penalized.
    """

    words: str
    strength: float
    quadratic: Floats
    absolute: Floats
    center: Floats | float = 0.0

    def slope(self, theta: Floats) -> Floats:
        """The derivative of the penalty; 0 from the absolute part where theta is at the center."""
        apart = theta - self.center
        return self.quadratic @ apart + self.absolute * np.sign(apart)

    def held(self, theta: Floats) -> NDArray[np.bool_]:
        """Which coefficients the absolute penalty holds at the center."""
        return (theta == self.center) & (self.absolute > 0)


def penalized(model: Model, *, free: NDArray[np.bool_] | None = None, units: Floats | None = None) -> Floats:
    """P (p, p) of a ridge penalty of strength 1 on all columns but the `free`, by default the constant ones.

    `units` are per column. Of K categories all K sets of coefficients are penalized, at the shift that makes this
    least: (I - 1 1^T / K).
    """
    X = model.rows.X
    shrunk = np.ptp(X, axis=0) > 0 if free is None else ~free
    each = np.diag(shrunk * (1.0 if units is None else np.square(units)))
    if model.categories is not None:
        K = len(model.categories) + 1
        return np.asarray(np.kron(np.eye(K - 1) - 1.0 / K, each), dtype=float)
    P = np.zeros((len(model.names), len(model.names)))
    P[: len(each), : len(each)] = each
    return P


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A model with a penalty over some coefficients, theta = base + V gamma; what Newton's steps ask of a model."""

    model: Model
    shrinkage: Shrinkage
    V: Any
    signs: Floats
    base: Floats | float = 0.0

    @property
    def title(self) -> str:
        return f"{self.model.title}, penalized"

    @property
    def n(self) -> float:
        return self.model.n

    def evaluate(self, gamma: ArrayLike, order: int = 2) -> Evaluation:
        theta = self.base + self.V @ np.asarray(gamma, dtype=float)
        now, Q, a = self.model.evaluate(theta, order), self.shrinkage.quadratic, self.shrinkage.absolute * self.signs
        if not now.is_finite:
            return now
        apart = theta - self.shrinkage.center
        value = now.loglik - 0.5 * float(apart @ Q @ apart) - float(a @ apart)
        if order == 0:
            return Evaluation(value)
        score = self.V.T @ (now.score - Q @ apart - a)
        return Evaluation(value, score, self.V.T @ (now.information + Q) @ self.V if order == 2 else np.empty(0))

    def dispersion(self, gamma: ArrayLike) -> float:
        return 1.0


def keeps_zeros(model: Model, shrinkage: Shrinkage, theta: Floats) -> bool:
    """Whether the absolute penalty is as strong as the slope where a coefficient is 0, which is then the maximum."""
    held = shrinkage.held(theta)
    slope = np.abs(model.evaluate(theta, 1).score - shrinkage.quadratic @ (theta - shrinkage.center))
    return bool((slope[held] <= 1.001 * shrinkage.absolute[held]).all())


def shrunk_maximum(model: Model, shrinkage: Shrinkage, near: Floats) -> Floats:
    """The maximum of the penalized log-likelihood, with the zeros and signs of `near` where a penalty is absolute."""
    held = shrinkage.held(near)
    if held.all():
        return np.broadcast_to(shrinkage.center, near.shape).astype(float)
    V = np.eye(len(near))[:, ~held] if held.any() else model.standardized()[1]
    base = np.where(held, shrinkage.center, 0.0)
    target: Any = Shrunk(model, shrinkage, V, np.sign(near - shrinkage.center), base)
    start = np.linalg.lstsq(V, model.start - base, rcond=None)[0]
    return base + V @ newton_ascent(target, start, 1e-10, 200, "Newton").estimate
