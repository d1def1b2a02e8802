"""Counts of which zeros are not seen: those of another family given that they are positive.

    log p(y | y > 0) = log f(y) - log(1 - f(0)),   y = 1, 2, ...

With l = log f(0), its score s and its information I, and k = f(0) / (1 - f(0)), the odds of a zero,

    score = score of f at y + k s,   information = information of f at y + k I - k (1 + k) s s^T

Of Poisson counts the log-likelihood is concave in the log of the mean, the natural parameter of an exponential family.
Source: Cameron & Trivedi, Regression Analysis of Count Data (2013), 4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.count import Count
from stattools.likelihoods.likelihood import Edge, Floats, Likelihood, Terms, allowed
from stattools.likelihoods.mean_beside import Together
from stattools.likelihoods.no_zeros import (
    COUNTS,
    NO_DEVIANCE,
    RATE,
    ZerosOfFamily,
    log_rate,
    no_zeros,
    of_counts,
    rate_of,
)

LARGEST_ALPHA = float(np.log(1e8))

NO_ALPHA = (
    "the positive counts are not overdispersed, and alpha has its maximum at 0, where they are Poisson counts. Use "
    "family='poisson'."
)

SERIES = (
    "the positive counts are those of a logarithmic series, and alpha has its maximum at infinity, where their mean is "
    "no mean of all counts. Use family='poisson', or drop columns."
)


@constructed_by_callers
@dataclass(frozen=True)
class ZeroTruncated(Together, Count):
    """Positive counts: y ~ `family` given that y > 0; eta is that of the family, `Poisson()` or `NegativeBinomial()`.

    The first linear predictor is the log mean of the family, zeros included; `mean` is that of the positive counts. The
    information is the observed one. Raises DomainError from `check`, IncompatibleError for another family.

    >>> round(float(ZeroTruncated().loglik([0.0], [1.0])[0]), 6)  # log(exp(-1) / (1 - exp(-1)))
    -0.541325
    """

    family: Likelihood = COUNTS
    refused: ClassVar = MappingProxyType({"deviance": NO_DEVIANCE})

    def __post_init__(self) -> None:
        family = of_counts(self.family, "ZeroTruncated")
        vars(self).update(
            parameters={RATE: next(iter(family.parameters.values())), **dict(family.others)},
            width=family.width,
            words=family.words,
            concave_with=family.concave_with,
            limits={name: (ZeroTruncated(), said) for name, (_, said) in family.limits.items()},
        )

    @property
    def edges(self) -> dict[str, Edge]:
        """Both ends of alpha."""
        return {
            name: Edge(edge.lower, LARGEST_ALPHA, 0.0, NO_ALPHA, SERIES) for name, edge in self.family.edges.items()
        }

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is a whole number >= 1."""
        y = self.family.check(y)
        remedy = "Counts with zeros go into st.hurdle, or into st.poisson and its like."
        return allowed(y, y > 0.0, "ZeroTruncated", "counts 1, 2, ...", remedy)

    def mean(self, eta: ArrayLike) -> Floats:
        """m / (1 - f(0)), that of the positive counts."""
        seen = self.seen(eta)
        return self.family.mean(seen.eta) / seen.share

    def link(self, mean: Any) -> Any:
        """The log of the rate of Poisson counts whose positive ones have this mean."""
        return np.log(rate_of(mean))

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, width)."""
        seen = self.seen(eta)
        whole = self.family.slope(seen.eta) + self.family.mean(seen.eta)[:, None, None] * seen.pull[:, None, :]
        return whole / seen.share[:, None, None]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        seen = self.seen(eta)
        loglik, score, information = self.family.evaluate(seen.eta, np.asarray(y, dtype=float))
        return (
            loglik - np.log(seen.share),
            score + seen.pull.reshape(score.shape),
            information + seen.information.reshape(information.shape),
        )

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One positive count per row."""
        return self.seen(eta).drawn(generator(seed))

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The variance of the positive counts: c (v + (1 - c) m^2), c = 1 / (1 - f(0))."""
        seen = self.seen(eta)
        m = self.family.mean(seen.eta)
        return np.maximum(self.family.variance(seen.eta, y) - seen.odds * m * m, 0.0) / seen.share

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """1 less the survival, which has the digits."""
        return 1.0 - self.survival(eta, y)

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """P(Y > y) / P(Y > 0) of the family."""
        seen = self.seen(eta)
        return np.minimum(self.family.survival(seen.eta, np.asarray(y, dtype=float)) / seen.share, 1.0)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """There is none: IncompatibleError."""
        raise IncompatibleError(NO_DEVIANCE)

    def side(self, y: Floats) -> Floats:
        """A count of 1 wants a mean of 0."""
        return np.where(y > 1.0, 0.0, -1.0)

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """How many were counted, in how many rows, and over what exposure."""
        return np.array([weight @ y, weight.sum(), weight @ np.exp(offset)])

    def level(self, sums: Floats) -> Floats:
        """The logarithm of the rate whose positive counts have the mean of all."""
        total, rows, exposure = sums
        return np.atleast_1d(self.link(total / rows) - np.log(exposure / rows))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log of the rate whose positive counts have the mean of these."""
        near = self.family.start(y, weight, offset)
        near[0] = log_rate(y, weight, offset)
        return near

    def seen(self, eta: ArrayLike) -> ZerosOfFamily:
        """What is known of the family given that a count is positive."""
        return no_zeros(self.family, eta)
