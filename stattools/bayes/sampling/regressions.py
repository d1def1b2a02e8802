"""The log-likelihood of a regression that sums over its rows, and the base of faster ones of some likelihoods.

A fast one (`logistic.py` for outcomes 0 and 1, `counts.py` for counts) has an absolute error of some 1e-16 of the terms
of each row: nothing to a sampler, though too much for a maximum, which `Model.evaluate` climbs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model, behind_links, on_own_scale, shared

MOST_CELLS = 2_000_000
"""Rows times columns up to which a copy of X is made."""


@dataclass(frozen=True, eq=False)
class Regression:
    """A regression over its rows; what all rows share, such as alpha, is in theta on its own scale."""

    model: Model
    frame: Any

    @property
    def may_be_copied(self) -> bool:
        """Whether X is in memory and small enough to be kept twice."""
        rows = self.model.rows
        return self.model.in_memory and len(rows.X) * rows.X.shape[1] <= MOST_CELLS

    @property
    def start(self) -> Floats:
        """Where solvers begin."""
        return on_own_scale(self.model, self.model.start)

    def evaluate(self, theta: Floats, order: int) -> Evaluation:
        """Log-likelihood, score and information of the model, by the chain rule where alpha = exp(eta)."""
        eta = behind_links(self.model, theta)
        now = self.model.evaluate(eta, order)
        others = shared(self.model)
        if order == 0 or not others:
            return now
        unit, information = np.ones(len(theta)), now.information
        for k, (_, link) in others.items():
            unit[k] = 1.0 / link.slope(eta[k])
        if order == 2:
            information = information * np.outer(unit, unit)
            for k, (_, link) in others.items():
                information[k, k] += now.score[k] * link.bend(eta[k]) * unit[k] ** 3
        return Evaluation(now.loglik, now.score * unit, information)

    def logliks(self, theta: Floats) -> Floats:
        """Log-likelihoods at many points, (S, q), in one read of the rows."""
        return self.model.logliks(behind_links(self.model, theta))


@dataclass(frozen=True, eq=False)
class FastRegression(ABC):
    """A regression with a value and score of its own; all else is answered by `slow`, the same of any model."""

    slow: Regression

    @property
    def frame(self) -> Floats:
        """Coordinates in which parameters are comparable."""
        return self.slow.frame

    @property
    def start(self) -> Floats:
        """Where solvers begin."""
        return self.slow.start

    @abstractmethod
    def value_and_score(self, theta: Floats) -> Evaluation:
        """Log-likelihood and score at one point, as fast as they can be."""

    def evaluate(self, theta: Floats, order: int) -> Evaluation:
        """Log-likelihood and score; the information (order 2) is that of any model."""
        return self.value_and_score(theta) if order == 1 else self.slow.evaluate(theta, order)

    def logliks(self, theta: Floats) -> Floats:
        """Log-likelihoods at many points, (S, q)."""
        return self.slow.logliks(theta)
