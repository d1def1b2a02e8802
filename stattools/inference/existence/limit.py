"""Models over combinations of their coefficients, such as the limit of a separated likelihood: the rows that are
uncertain in it, and the coefficients that they determine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stattools.interface.arrays import Floats
from stattools.likelihoods import Cumulative
from stattools.likelihoods.between import Between
from stattools.likelihoods.labels import Cuts, codes_of
from stattools.models.evaluation import Evaluation


@dataclass(frozen=True, eq=False)
class Along:
    """A model over some of its coefficients, or combinations of them, theta = base + V gamma: what a climb asks of a
    model. `what` stands before the title of the model in errors.
    """

    model: Any
    V: Floats
    base: Floats | float = 0.0
    what: str = ""

    @property
    def title(self) -> str:
        return self.what + self.model.title

    @property
    def n(self) -> float:
        return self.model.n

    def at(self, gamma: ArrayLike) -> Floats:
        """theta."""
        return self.base + self.V @ np.asarray(gamma, dtype=float)

    @np.errstate(over="ignore", invalid="ignore")  # `is_finite` tells
    def evaluate(self, gamma: ArrayLike, order: int = 2) -> Evaluation:
        now = self.model.evaluate(self.at(gamma), order)
        if order == 0 or not now.is_finite:
            return now
        information = self.V.T @ now.information @ self.V if order == 2 else now.information
        return Evaluation(now.loglik, self.V.T @ now.score, information, now.reach)

    def dispersion(self, gamma: ArrayLike) -> float:
        return self.model.dispersion(self.at(gamma))


@dataclass(frozen=True)
class Among:
    """Categories of which each row allows some only: y holds the code, then K flags. eta as for `Categorical`."""

    categories: int
    has_scale: ClassVar = False
    has_reach: ClassVar = False

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


@dataclass(frozen=True)
class Beyond:
    """Labels in order of which each row allows some only: y holds the code, then K flags. eta as for `family`."""

    family: Cumulative
    has_scale: ClassVar = False
    has_reach: ClassVar = True

    @property
    def width(self) -> int:
        return self.family.width

    def evaluate(self, eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        cuts, code, found = self._found(eta, y)
        return found.log, cuts.score(code, found), cuts.information(code, found)

    def loglik(self, eta: Floats, y: Floats) -> Floats:
        return self._found(eta, y)[2].log

    def score(self, eta: Floats, y: Floats) -> Floats:
        cuts, code, found = self._found(eta, y)
        return cuts.score(code, found)

    def reach(self, eta: Floats, y: Floats) -> float:
        return 0.0

    def _found(self, eta: Floats, y: Floats) -> tuple[Cuts, NDArray[np.intp], Between]:
        cuts, code, allowed = Cuts(eta, self.family), codes_of(y[:, 0]), np.pad(y[:, 1:] > 0, ((0, 0), (1, 1)))
        rows = np.arange(len(code))
        cuts.thresholds[rows, code] = np.where(allowed[rows, code], cuts.thresholds[rows, code], -np.inf)
        cuts.thresholds[rows, code + 1] = np.where(allowed[rows, code + 2], cuts.thresholds[rows, code + 1], np.inf)
        return cuts, code, cuts.at(code)
