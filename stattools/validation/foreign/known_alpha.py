"""Counts whose alpha is given: variance m + alpha m^2 with alpha a number, as in statsmodels' GLM and R's
`negative.binomial(theta)`, theta being 1 / alpha. alpha = 1 is the geometric distribution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.arrays import Floats
from stattools.likelihoods.counts import Count, NegativeBinomial
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from stattools.models.model import Model

FAMILY = NegativeBinomial()


@dataclass(frozen=True)
class KnownAlpha(Count):
    """y ~ NB2(mean exp(eta), alpha), concave in eta; eta has shape (n,).

    >>> round(float(KnownAlpha(1.0).loglik(0.0, 2)), 6)  # (1/2)^3
    -2.079442
    """

    alpha: float
    parameters: ClassVar = {"mean": "log"}
    concave_with = ("log",)
    linear_score = True

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
