"""Counts with more zeros than their family has: a zero for certain with probability p, a count of it otherwise.

    P(0) = p + (1 - p) f(0),   P(y) = (1 - p) f(y),   p = expit(eta_1)

With l = log f(0), its score s and its information I, and w = expit(eta_1 - l) the probability that a zero is one of
those for certain,

    y = 0:   log P = log(e^eta_1 + e^l) - log(1 + e^eta_1)
             score = (1 - w) s and w (1 - f(0)) (1 - p),  information = (1 - w) I - w (1 - w) s s^T,
             w (1 - w) s and w (1 - f(0)) (1 - p) (w + p - 1)
    y > 0:   those of f, and -p, p (1 - p)

so that no number is a difference of others near it, and no log-likelihood is NaN. It is not concave: a maximum is a
local one. Source: Lambert, Technometrics 34 (1992), 1-14.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from stattools.interface.names.guesses import constructed_by_callers
from stattools.likelihoods.likelihood import Edge, Floats, Terms, Words
from stattools.likelihoods.no_zeros import log_rate
from stattools.likelihoods.words import Equation
from stattools.likelihoods.zeros import EACH_ROW, ZERO, Zeros

NO_ALPHA = (
    "beside the extra zeros the counts are not overdispersed, and alpha has its maximum at 0, where they are Poisson "
    "counts. Use family='poisson'."
)


@constructed_by_callers
@dataclass(frozen=True)
class ZeroInflated(Zeros):
    """Counts of `family` with extra zeros: y = 0 with probability expit(eta_1), else y ~ family; eta is (n, 2 or 3).

    The linear predictors are the log mean of the family, the log odds of an extra zero and, for `NegativeBinomial()`,
    log alpha; `mean` is that of all counts, (1 - p) m. The information is the observed one. Raises DomainError from
    `check`, IncompatibleError for a family that is neither `Poisson()` nor `NegativeBinomial()`.

    >>> likelihood = ZeroInflated()
    >>> round(float(likelihood.loglik([[0.0, 0.0]], [0])[0]), 6)  # log(1/2 + exp(-1) / 2)
    -0.379885
    """

    inflated = True
    words = Words(
        "the log rate beside the extra zeros",
        "rate ratio",
        asked="the expected count of {y} beside its extra zeros",
        beside=" and there are extra zeros",
        equation=Equation(
            "A row is an extra zero of {y} with probability $p_i$, and otherwise a Poisson count of mean $\\mu_i$, "
            "which may be zero too, with probabilities $f_i$. The log odds of $p_i$ and the log of $\\mu_i$ are linear "
            "predictors:",
            r"P(y_i = 0) = p_i + (1 - p_i) f_i(0), \qquad P(y_i = y) = (1 - p_i) f_i(y), \qquad \log \mu_i = \eta_i",
            **EACH_ROW,
        ),
    )

    @property
    def edges(self) -> dict[str, Edge]:
        """Alpha may have its maximum at 0; that of the extra zeros is looked at by itself."""
        return {name: Edge(edge.lower, below=NO_ALPHA) for name, edge in self.family.edges.items()}

    def __post_init__(self) -> None:
        super().__post_init__()
        vars(self).update(limits={ZERO: (self.family, "a probability of 0 of an extra zero"), **self.limits})

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        (of_family, z), y = self.apart(eta), np.asarray(y, dtype=float)
        loglik, score, information = self.family.evaluate(of_family, y)
        k, zero = self.family.width, np.broadcast_to(y == 0.0, z.shape)
        score, information = score.reshape(*z.shape, k), information.reshape(*z.shape, k, k)
        p, rest, log_rest = expit(z), expit(-z), log_expit(-z)
        f = np.where(zero, loglik, 0.0)  # l in rows of zeros, whose score and information are those of f(0)
        w, counted = np.where(zero, expit(z - f), 0.0), np.where(zero, expit(f - z), 1.0)
        some = -rest * np.expm1(f)  # 1 - P(0)
        likely = np.log1p(-np.minimum(some, 0.5))
        none = np.where(some < 0.5, likely, np.logaddexp(log_expit(z), log_rest + f))
        own, other, excess = counted[..., None] * score, w[..., None] * score, w * some
        inner = counted[..., None, None] * information - own[..., :, None] * other[..., None, :]
        bend = np.where(zero, excess * (w + p - 1.0), p * rest)
        return (
            np.where(zero, none, log_rest + loglik),
            self.together(own, np.where(zero, excess, -p)),
            self.information_of(inner, bend, w[..., None] * own),
        )

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The rate of the positive counts, and the share of zeros that it does not explain."""
        near = np.insert(self.family.start(y, weight, offset), 1, 0.0)
        near[0] = log_rate(y, weight, offset)
        none = float(weight @ (y == 0.0)) / float(weight.sum())
        usual = float(weight @ np.exp(-np.exp(np.minimum(near[0] + offset, 700.0)))) / float(weight.sum())
        extra: Any = np.clip((none - usual) / max(1.0 - usual, 1e-6), 0.05, 0.95)
        near[1] = np.log(extra / (1.0 - extra))
        return near
