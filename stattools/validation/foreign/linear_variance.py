"""Counts whose variance is linear in the mean (NB1): m (1 + alpha), as of statsmodels' `NegativeBinomialP(p=1)` and
Stata's `nbreg, dispersion(constant)`.

They are negative binomial (NB2) with alpha / m in the place of alpha, so that their linear predictors are a linear map
of those of the other,

    (eta_0, eta_1) -> (eta_0, eta_1 - eta_0),

and so are their derivatives. Source: Cameron & Trivedi, Regression Analysis of Count Data (2013), 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.arrays import Floats
from stattools.likelihoods.counts import Count, NegativeBinomial
from stattools.likelihoods.likelihood import pair
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point

FAMILY = NegativeBinomial()
MAP = np.array([[1.0, 0.0], [-1.0, 1.0]])
"""What takes (eta_0, eta_1) to the linear predictors of the negative binomial whose variance is quadratic."""


@dataclass(frozen=True)
class LinearVariance(Count):
    """y ~ NB1(mean exp(eta_0), alpha exp(eta_1)); eta has shape (n, 2).

    >>> round(float(LinearVariance().loglik([[0.0, 0.0]], [2])[0]), 6)  # mean 1, alpha 1: geometric, (1/2)^3
    -2.079442
    """

    parameters: ClassVar = {"mean": "log", "alpha": "log"}
    edge = FAMILY.edge

    def _quadratic(self, eta: ArrayLike) -> Floats:
        return pair(eta, self) @ MAP.T

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
