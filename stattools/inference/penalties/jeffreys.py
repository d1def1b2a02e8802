"""Jeffreys' penalty, log det I(theta) / 2: Firth's correction, with finite estimates and a bias of order n^-2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.penalties.contractions import change_of_information, change_of_weights, flat, leverage
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

    For logistic, softmax and Poisson regression, where it takes the bias of order 1 / n away (Firth 1993). For probit,
    cloglog, loglog and cauchit it is Jeffreys' prior of the coefficients, brglm2's `type = "MPL_Jeffreys"`, which
    shrinks them as it does those of the logit: Firth's adjusted score is the slope of no penalty there. For negative
    binomial regression the information is that about the coefficients of the mean, at the alpha that is estimated
    beside them; log alpha moves down by an order of p / n. The information is the expected one. The estimates are
    finite for any outcomes, separated or not, and do not depend on the scale or the origin of the columns; standard
    errors come from the information at the estimate, and profile intervals from the penalized log-likelihood. Raises
    IncompatibleError for other models. Source: Firth (1993); for finiteness, and for other links, Kosmidis & Firth
    (2021); for categories Bull, Mak & Greenwood (2002).

    >>> import stattools as st
    >>> from stattools.inference.penalties import maximize
    >>> separated = st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
    >>> maximize(separated, Jeffreys()).estimate.round(4).tolist()
    [-3.2748, 1.3099]
    """

    def check(self, model: Any) -> None:
        """IncompatibleError unless the likelihood has the penalty."""
        if not (isinstance(model, Model) and model.likelihood.has_firth):
            raise IncompatibleError(
                "Jeffreys needs a logistic, probit, cloglog, loglog, cauchit, softmax, Poisson or negative binomial "
                f"regression; got {model.title}. Use st.Ridge(strength), or leave penalty= out."
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
            metric = Metric(now.information if model.likelihood.canonical else about_the_mean(model, theta))
        except IdentificationError:
            nothing = Evaluation(-np.inf), Evaluation(-np.inf, np.zeros_like(theta))
            return (*nothing, Evaluation(-np.inf, np.zeros_like(theta), np.zeros_like(now.information)))[order]
        first = slice(0, model.predictor.size_first)
        half = float(0.5 * metric.log_determinant() - np.linalg.slogdet(T[first, first])[1])
        if order == 0:
            return Evaluation(half)
        W, P = metric.whiten(), len(theta)
        score, fourth, third = np.zeros(P), np.zeros((P, P)), np.zeros((P, *W.shape))
        for block in model.rows.blocks():
            eta, pullback = model.predictor.forward(theta, block)
            weight = np.ones(len(eta)) if block.weight is None else block.weight
            rows: Any = model.likelihood.cumulants(eta, block.y, weight)
            X = block.X[:, model.predictor.first]
            Q = leverage(W, X, model.predictor.n_first)
            score += 0.5 * pullback(flat(rows.third(Q)))
            if order == 2 and P <= LARGE:
                fourth += model.predictor.information(block, flat(rows.fourth(Q)))
                third += (
                    change_of_information(rows.skewness(), X)
                    if model.likelihood.canonical
                    else change_of_weights(model.predictor.row_scores(block.X, flat(rows.slope)), X)
                )
        if order == 1:
            return Evaluation(half, score)
        change = (W.T @ third @ W).reshape(P, -1)
        return Evaluation(half, score, 0.5 * (change @ change.T - fourth))

    def covariance(self, solution: Solution, model: Any) -> Floats:
        """The inverse of the information at the estimate, the penalty left out, as in R's logistf and brglm2: the
        expected one, of a negative binomial that about all its parameters, which is observed.
        """
        theta, likelihood = solution.estimate, model.likelihood
        if likelihood.canonical or likelihood.others:
            return Metric(model.evaluate(theta).information).covariance()
        return Metric(about_the_mean(model, theta)).covariance()


def about_the_mean(model: Model, theta: Floats) -> Floats:
    """The expected information about the coefficients of the first parameter, from `cumulants`."""
    p = model.predictor.size_first
    total = np.zeros((p, p))
    for block in model.rows.blocks():
        eta, _ = model.predictor.forward(theta, block)
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        X = block.X[:, model.predictor.first]
        rows: Any = model.likelihood.cumulants(eta, block.y, weight)
        total += X.T @ (X * rows.information[:, None])
    return total
