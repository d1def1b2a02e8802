"""A likelihood from functions of an outcome that is one of K labels: P(y = k) is exp of the function at the code k.

So its probabilities, draws and deviance follow from the log-likelihood alone. K is known with the data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.own_functions import called
from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import allowed, finite_floats
from stattools.likelihoods.own.differences import slopes
from stattools.likelihoods.own.own_likelihood import OwnLikelihood

ROUND_OFF = 1e-6
"""Probabilities add up to 1 within this."""

NO_ORDER = "{} has labels without an order, and so no {}."


@dataclass(frozen=True, eq=False, repr=False)
class OwnCategories(OwnLikelihood):
    """A user's own likelihood of labels; `categories` is their number, 0 before there are data."""

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = {word: NO_ORDER.format(self.name, word) for word in ("variance", "cdf", "quantile")}
        vars(self)["refused"] = unknown

    def among(self, categories: int) -> OwnCategories:
        """This likelihood for so many labels."""
        return replace(self, categories=categories)

    def scaled(self, y: Floats) -> OwnLikelihood:
        """This likelihood with steps that suit these outcomes; probabilities add up to 1 where a climb begins."""
        self.require_rows(y)
        start = self.start(y, np.ones(len(y)), np.zeros(len(y)))
        total = float(self.mean(start[0] if self.width == 1 else start).sum())
        if not abs(total - 1.0) < ROUND_OFF:
            raise DomainError(
                f"{self.name}: the probabilities of the {self.categories} labels add up to {total:.6g}, not 1. loglik "
                f"returns log P(y) for the codes y = 0, ..., {self.categories - 1} of the labels in their order."
            )
        return super().scaled(y)

    def check(self, y: ArrayLike) -> Floats:
        y = finite_floats(y, self.name)
        good = (y >= 0) & (y < self.categories) & (y == np.floor(y))
        return allowed(y, good, self.name, f"codes 0 to {self.categories - 1}", "Give labels to st.regression.")

    def mean(self, eta: ArrayLike) -> Floats:
        """All K probabilities, in the order of the labels, shape (..., K)."""
        wide = self._wide(eta)
        values, shape = self._values(wide), wide.shape[:-1]
        who = f"loglik of {self.name}"
        each = [called(who, self.density, np.full(shape, float(k)), **values) for k in range(self.categories)]
        with np.errstate(all="ignore"):  # told by `scaled`
            return np.exp(np.stack([np.broadcast_to(one, shape) for one in each], axis=-1).astype(float))

    def slope(self, eta: ArrayLike) -> Floats:
        """d P(y = k) / d eta, shape (n, K, width)."""
        return slopes(lambda at: self.mean(at if self.width > 1 else at[:, 0]), self._wide(eta), self.steps)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One code per row, by inversion of the cumulative probabilities."""
        mean = self.mean(eta)
        u = generator(seed).random((*mean.shape[:-1], 1))
        return np.minimum((u >= mean.cumsum(axis=-1)).sum(axis=-1), self.categories - 1).astype(float)

    def lacks(self, question: str) -> IncompatibleError:
        word = question.removesuffix("=")
        return IncompatibleError(self.refused[word]) if word in self.refused else super().lacks(question)

    def center(self, eta: Floats) -> Any:
        """Raises IncompatibleError: labels have no middle."""
        raise self.lacks("quantile=")
