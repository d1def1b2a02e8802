"""Counts behind a hurdle: a zero with probability p, a positive count of a family otherwise.

    P(0) = p,   P(y) = (1 - p) f(y) / (1 - f(0)) for y = 1, 2, ...,   p = expit(eta_1)

The log-likelihood is that of a logistic regression of the zeros and of zero-truncated counts (`zero_truncated.py`) one
beside the other: nothing of one parameter is in the score of the other. With Poisson counts both are concave, and so is
their sum. Source: Mullahy, Journal of Econometrics 33 (1986), 341-365.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit

from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.likelihoods.bernoulli import Bernoulli
from stattools.likelihoods.likelihood import Edge, Likelihood, Piece, Terms, Words
from stattools.likelihoods.words import Equation
from stattools.likelihoods.zero_truncated import ZeroTruncated
from stattools.likelihoods.zeros import EACH_ROW, ZERO, Zeros


@constructed_by_callers
@dataclass(frozen=True)
class Hurdle(Zeros):
    """Zeros as a matter of their own: y = 0 with probability expit(eta_1), else y ~ `family` given y > 0.

    The linear predictors are the log mean of the family, zeros included, the log odds of a zero and, for
    `NegativeBinomial()`, log alpha; eta has shape (n, 2 or 3). `mean` is that of all counts, (1 - p) m / (1 - f(0)).
    Raises DomainError from `check`, IncompatibleError for a family that is neither `Poisson()` nor
    `NegativeBinomial()`.

    >>> likelihood = Hurdle()
    >>> likelihood.loglik([[0.0, 0.0], [0.0, 0.0]], [0, 1]).round(6).tolist()  # log 1/2; log(1/2 / (e - 1))
    [-0.693147, -1.234472]
    """

    words = Words(
        "the log rate of the positive counts",
        "rate ratio",
        asked="the rate of the positive counts of {y}",
        beside=", no combination of them separates the zeros, and positive counts differ",
        equation=Equation(
            "A row of {y} is zero with probability $p_i$, and otherwise a Poisson count of mean $\\mu_i$ given that "
            "it is positive, with probabilities $f_i$. The log odds of $p_i$ and the log of $\\mu_i$ are linear "
            "predictors:",
            r"P(y_i = 0) = p_i, \qquad P(y_i = y) = (1 - p_i) \frac{f_i(y)}{1 - f_i(0)}, \qquad "
            r"\log \mu_i = \eta_i",
            **EACH_ROW,
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        zeros = Piece("= 0", ZERO, "", (1,), Bernoulli(), _are_zero, _all)
        counts = Piece(
            "above 1", "", " of positive counts", (0, 2)[: self.family.width], self.positive, np.asarray, _are_positive
        )
        vars(self).update(concave_with=self.family.concave_with, pieces=(zeros, counts))

    @cached_property
    def positive(self) -> ZeroTruncated:
        """The family of the counts beyond the hurdle."""
        return ZeroTruncated(self.family)

    @property
    def _counts(self) -> Likelihood:
        """The positive counts."""
        return self.positive

    @property
    def edges(self) -> dict[str, Edge]:
        """The edges of the parameters of the positive counts."""
        return self.positive.edges

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        (of_family, z), y = self.apart(eta), np.asarray(y, dtype=float)
        loglik, score, information = self.positive.evaluate(of_family, np.maximum(y, 1.0))
        k, zero = self.family.width, np.broadcast_to(y == 0.0, z.shape)
        own = np.where(zero[..., None], 0.0, score.reshape(*z.shape, k))
        inner = np.where(zero[..., None, None], 0.0, information.reshape(*z.shape, k, k))
        return (
            np.where(zero, log_expit(z), log_expit(-z) + loglik),
            self.together(own, np.where(zero, expit(-z), -expit(z))),
            self.information_of(inner, expit(z) * expit(-z), np.zeros_like(own)),
        )

    def side(self, y: Floats) -> Any:
        """Each piece is looked at by itself."""

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Where the positive counts start, and the log odds of a zero."""
        some = y > 0.0
        near = self.positive.start(y[some], weight[some], offset[some])
        zeros, others = float(weight @ ~some), float(weight @ some)
        return np.insert(near, 1, np.log((zeros + 0.5) / (others + 0.5)))


def _are_zero(y: Floats) -> Floats:
    return (y == 0.0).astype(float)


def _are_positive(y: Floats) -> NDArray[np.bool_]:
    return y > 0.0


def _all(y: Floats) -> NDArray[np.bool_]:
    return y >= 0.0
