"""Jeffreys' penalty, log det I(theta) / 2: Firth's correction, with finite estimates and a bias of order n^-2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.penalties.contractions import change_of_information, flat, leverage
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.metric import Metric
from stattools.solvers.solution import Solution

LARGE = 120
"""With more coefficients than this the second derivative of log det I is left out, and Newton's steps are Fisher's."""


@constructed_by_callers
@dataclass(frozen=True)
class Jeffreys:
    """Half the log determinant of the information: Firth's penalty, `st.fit(model, penalty=st.Jeffreys())`.

    For logistic, softmax and Poisson regression. The estimates are finite for any outcomes, separated or not, and do
    not depend on the scale or the origin of the columns; standard errors come from the information at the estimate,
    and profile intervals from the penalized log-likelihood. Raises IncompatibleError for other models. Source: Firth
    (1993); for finiteness Kosmidis & Firth (2021); for categories Bull, Mak & Greenwood (2002).

    >>> import stattools as st
    >>> from stattools.inference.penalties import maximize
    >>> separated = st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
    >>> maximize(separated, Jeffreys()).estimate.round(4).tolist()
    [-3.2748, 1.3099]
    """

    def check(self, model: Any) -> None:
        """IncompatibleError unless the likelihood has a canonical link and no scale."""
        if not (isinstance(model, Model) and model.likelihood.canonical):
            raise IncompatibleError(
                f"Jeffreys needs a logistic, softmax or Poisson regression; got {model.title}. Use st.Ridge(strength), "
                "or leave penalty= out."
            )
        model.rows.at_hand(
            "Jeffreys sums third derivatives over all rows in every step",
            model.title,
            "It moves estimates by an order of 1 / sqrt(n) standard errors: leave penalty= out. Where outcomes are "
            "separated use st.Ridge(strength), or fit the rows in memory.",
        )

    def term(self, model: Model, theta: Floats, now: Evaluation, T: Floats, order: int) -> Evaluation:
        """log det I / 2 in the coordinates T theta; -inf where the information is singular."""
        try:
            metric = Metric(now.information)
        except IdentificationError:
            nothing = Evaluation(-np.inf), Evaluation(-np.inf, np.zeros_like(theta))
            return (*nothing, Evaluation(-np.inf, np.zeros_like(theta), np.zeros_like(now.information)))[order]
        half = float(0.5 * metric.log_determinant() - np.linalg.slogdet(T)[1])
        if order == 0:
            return Evaluation(half)
        W, P = metric.whiten(), len(theta)
        score, fourth, third = np.zeros(P), np.zeros((P, P)), np.zeros((P, P, P))
        for block in model.rows.blocks():
            eta, pullback = model.predictor.forward(theta, block)
            weight = np.ones(len(eta)) if block.weight is None else block.weight
            rows = model.likelihood.cumulants(eta, block.y, weight)
            Q = leverage(W, block.X, model.predictor.width)
            score += 0.5 * pullback(flat(rows.third(Q)))
            if order == 2 and P <= LARGE:
                fourth += model.predictor.information(block, flat(rows.fourth(Q)))
                third += change_of_information(rows.skewness(), block.X)
        if order == 1:
            return Evaluation(half, score)
        change = (W.T @ third @ W).reshape(P, -1)
        return Evaluation(half, score, 0.5 * (change @ change.T - fourth))

    def covariance(self, solution: Solution, model: Any) -> Floats:
        """The inverse of the information at the estimate, the penalty left out, as in R's logistf and brglm2."""
        return Metric(model.evaluate(solution.estimate).information).covariance()
