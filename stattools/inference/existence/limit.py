"""The limit of a separated likelihood: the rows that are uncertain in it, and the coefficients that they determine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model


@dataclass(frozen=True, eq=False)
class Limit:
    """A model over some of its coefficients, or combinations of them, theta = base + V gamma."""

    model: Model
    V: Floats
    base: Floats | float = 0.0

    @property
    def title(self) -> str:
        return f"the limit of {self.model.title}"

    @property
    def n(self) -> float:
        return self.model.n

    def evaluate(self, gamma: ArrayLike, order: int = 2) -> Evaluation:
        now = self.model.evaluate(self.base + self.V @ np.asarray(gamma, dtype=float), order)
        if order == 0:
            return now
        return Evaluation(
            now.loglik, self.V.T @ now.score, self.V.T @ now.information @ self.V if order == 2 else np.empty(0)
        )

    def dispersion(self, gamma: ArrayLike) -> float:
        return 1.0


@dataclass(frozen=True)
class Among:
    """Categories of which each row allows some only: y holds the code, then K flags. eta as for `Categorical`."""

    categories: int

    @property
    def width(self) -> int:
        return self.categories - 1

    def evaluate(self, eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        code, allowed = y[:, 0].astype(int), y[:, 1:] > 0
        full = np.column_stack([np.zeros(len(eta)), eta])
        full = np.where(allowed, full, -np.inf)
        loglik = np.take_along_axis(full, code[:, None], axis=1)[:, 0] - special.logsumexp(full, axis=1)
        p = special.softmax(full, axis=1)
        hit = code[:, None] == np.arange(self.categories)
        p1 = p[:, 1:]
        information = -p1[:, :, None] * p1[:, None, :]
        index = np.arange(self.width)
        information[:, index, index] += p1
        return loglik, (hit - p)[:, 1:], information

    def loglik(self, eta: Floats, y: Floats) -> Floats:
        return self.evaluate(eta, y)[0]

    def score(self, eta: Floats, y: Floats) -> Floats:
        return self.evaluate(eta, y)[1]
