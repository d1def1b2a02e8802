"""What zero-inflated counts and counts behind a hurdle share: a family of counts beside the log odds of a zero.

Linear predictors are in the order log rate, log odds of a zero, and log alpha where the family has one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.seeds import generator
from stattools.likelihoods.count import Count
from stattools.likelihoods.likelihood import Likelihood, Words
from stattools.likelihoods.mean_beside import Together
from stattools.likelihoods.no_zeros import COUNTS, NO_DEVIANCE, RATE, of_counts

ZERO = "zero"
"""The name of the parameter of zeros."""

EACH_ROW: dict[str, Any] = {
    "loglik": r"\sum_{i} {w}\log P(y_i)",
    "of": r"\beta, \gamma",
    "beside": "{others}.",
    "others": (r"\log \frac{p_i}{1 - p_i}",),
}
"""What the written likelihoods of both have alike, with Poisson counts."""


@dataclass(frozen=True)
class Zeros(Together, Count):
    """Counts of `family`, `Poisson()` or `NegativeBinomial()`, with a parameter of their zeros."""

    family: Likelihood = COUNTS
    refused: ClassVar = MappingProxyType({"deviance": NO_DEVIANCE})

    def __post_init__(self) -> None:
        (_, link), *others = of_counts(self.family, type(self).__name__).parameters.items()
        vars(self).update(
            parameters={RATE: link, ZERO: "logit", **dict(others)},
            width=self.family.width + 1,
            limits={name: (type(self)(), said) for name, (_, said) in self.family.limits.items()},
            words=_with_alpha(self.words) if self.family.others else self.words,
        )

    def called(self, parameter: str) -> str:
        """The log odds of a zero are called by the name of the parameter."""
        return ZERO if parameter == ZERO else super().called(parameter)

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is a whole number >= 0."""
        return self.family.check(y)

    def link(self, mean: Any) -> Any:
        """The log of a mean of the family."""
        return self.family.link(mean)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """There is none: IncompatibleError."""
        raise IncompatibleError(NO_DEVIANCE)

    def center(self, eta: Floats) -> Floats:
        """Where quantiles are searched: the mean, as far as counts have their own."""
        return np.minimum(self.mean(eta), 2.0**53)

    @property
    def _counts(self) -> Likelihood:
        """The law of a row that is no zero by itself, which has probability 1 - p: here the family."""
        return self.family

    def mean(self, eta: ArrayLike) -> Floats:
        """(1 - p) m, of all rows, m the mean of the counts."""
        of_family, z = self.apart(eta)
        return expit(-z) * self._counts.mean(of_family)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, width)."""
        of_family, z = self.apart(eta)
        own = expit(-z)[:, None] * self._counts.slope(of_family)[:, 0, :]
        return self.together(own, -expit(z) * self.mean(eta))[:, None, :]

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per row."""
        of_family, z = self.apart(eta)
        random = generator(seed)
        none = random.random(z.shape) < expit(z)
        return np.where(none, 0.0, self._counts.sample(of_family, seed=random))

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """(1 - p) (v + p m^2), v and m the variance and the mean of the counts."""
        of_family, z = self.apart(eta)
        m = self._counts.mean(of_family)
        return expit(-z) * (self._counts.variance(of_family, y) + expit(z) * m * m)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """p + (1 - p) F(y), F that of the counts."""
        of_family, z = self.apart(eta)
        return expit(z) + expit(-z) * self._counts.cdf(of_family, y)

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """(1 - p) (1 - F(y))."""
        of_family, z = self.apart(eta)
        return expit(-z) * self._counts.survival(of_family, y)

    def apart(self, eta: ArrayLike) -> tuple[Floats, Floats]:
        """The linear predictors of the family, (n,) or (n, 2), and the log odds of a zero, (n,)."""
        eta = np.asarray(eta, dtype=float)
        if eta.ndim < 2 or eta.shape[-1] != self.width:
            raise DomainError(
                f"{type(self).__name__} needs eta with {self.width} columns, one for each of "
                f"{', '.join(self.parameters)}; got shape {eta.shape}."
            )
        return (eta[..., 0] if self.width == 2 else eta[..., [0, 2]]), eta[..., 1]

    def together(self, of_family: Floats, of_zero: Floats) -> Floats:
        """Derivatives (..., width) from those by the linear predictors of the family (..., k) and by the log odds."""
        return np.insert(of_family, 1, of_zero, axis=-1)

    def information_of(self, of_family: Floats, of_zero: Floats, mixed: Floats) -> Floats:
        """Informations (..., width, width) from those of the family (..., k, k), of the log odds and of both."""
        k = list(range(self.width))
        k.remove(1)
        information = np.empty((*of_zero.shape, self.width, self.width))
        information[..., 1, 1] = of_zero
        for a, i in enumerate(k):
            information[..., i, 1] = information[..., 1, i] = mixed[..., a]
            for b, j in enumerate(k):
                information[..., i, j] = of_family[..., a, b]
        return information


def _with_alpha(words: Words) -> Words:
    """The words where the counts are negative binomial, with a parameter alpha."""
    if (plain := words.equation) is None:
        return words
    written = replace(
        plain,
        each=plain.each.replace("a Poisson count", "a negative binomial count"),
        of=plain.of + r", \alpha",
        beside=plain.beside + " The variance of the count is $\\mu_i + {phi} \\mu_i^2$.",
        others=(*plain.others, r"\log {phi}"),
        phi=r"\alpha",
    )
    return replace(words, equation=written)
