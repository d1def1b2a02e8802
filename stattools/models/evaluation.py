"""What a log-likelihood says at a point: its value, its score and its information; evaluations of parts add up."""

from __future__ import annotations

from dataclasses import field
from math import isfinite

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.interface.record import record

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)

NOT_ASKED = np.empty(0)
"""Stands in an evaluation for a derivative that was not asked for."""


@record
class Evaluation:
    """A log-likelihood with its score (p,) and information (p, p), empty where not asked for; adds with `+`.

    `reach` is the largest size of a linear predictor, 0 where there is none.

    >>> (Evaluation(-1.0) + Evaluation(-2.0)).loglik
    -3.0
    """

    loglik: float
    score: Floats = field(default_factory=lambda: NOT_ASKED)
    information: Floats = field(default_factory=lambda: NOT_ASKED)
    reach: float = 0.0

    @np.errstate(over="ignore", invalid="ignore")  # `is_finite` tells
    def __add__(self, other: Evaluation) -> Evaluation:
        return Evaluation(
            self.loglik + other.loglik,
            self.score + other.score,
            self.information + other.information,
            max(self.reach, other.reach),
        )

    @np.errstate(over="ignore", invalid="ignore")
    def __iadd__(self, other: Evaluation) -> Evaluation:
        """The sum, in the arrays of the first."""
        score, information = self.score, self.information
        score += other.score
        information += other.information
        return Evaluation(self.loglik + other.loglik, score, information, max(self.reach, other.reach))

    @property
    def is_finite(self) -> bool:
        """True when every number asked for is finite."""
        score, information = self.score, self.information
        return (
            isfinite(self.loglik)
            and (not score.size or isfinite(nrm2(score)))
            and (not information.size or isfinite(nrm2(information.ravel("K"))))
        )
