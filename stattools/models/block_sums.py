"""What a block of rows adds to the sums of a model: log-likelihood, score, information, sums of squares.

These are functions of small arguments, so that a cluster can send them to where the rows are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.linalg.blas import idamax  # type: ignore[attr-defined]

from stattools.data.rows.rows import Block
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.models.evaluation import Evaluation
from stattools.models.predictors.linear import Linear
from stattools.numerics.products import weighted


# A step that is too long may overflow: the solver sees a non-finite value and shortens it.
@np.errstate(over="ignore", invalid="ignore")
def evaluation(likelihood: Likelihood, predictor: Linear, theta: Floats, order: int, block: Block) -> Evaluation:
    """Log-likelihood of the block's rows, of order 1 with their score, of order 2 with their information too. The reach
    of a family that has its own costs as much as the log-likelihood: it is NaN here, and asked of the maximum alone.
    """
    eta, pullback = predictor.forward(theta, block)
    y, w = block.y, block.weight
    if order == 0:
        return Evaluation(total(likelihood.loglik(eta, y), w))
    if order == 1:
        score = weighted(likelihood.score(eta, y), w)
        return Evaluation(total(likelihood.loglik(eta, y), w), pullback(score))
    loglik, score, information = likelihood.evaluate(eta, y)
    if w is not None:
        score, information = weighted(score, w), weighted(information, w)
    reach = np.nan
    if not likelihood.has_reach:
        first = eta[:, : predictor.n_first] if predictor.own else eta
        first = first if first.ndim == 1 else first.ravel()
        reach = abs(float(first[idamax(first)]))
    return Evaluation(total(loglik, w), pullback(score), predictor.upper(block, information), reach)


@np.errstate(over="ignore", invalid="ignore")  # as above
def evaluation_with_reach(
    likelihood: Likelihood, predictor: Linear, theta: Floats, order: int, block: Block
) -> Evaluation:
    """`evaluation` with the reach of a family that has its own, of rows that take longer to read once more."""
    found = evaluation(likelihood, predictor, theta, order, block)
    return found if order < 2 else replace(found, reach=likelihood.reach(predictor.forward(theta, block)[0], block.y))


def logliks(likelihood: Likelihood, predictor: Linear, points: list[Floats], block: Block) -> Floats:
    """The log-likelihood of the block's rows at each of several points."""
    return np.array([evaluation(likelihood, predictor, theta, 0, block).loglik for theta in points])


@np.errstate(over="ignore", invalid="ignore")  # as above
def change(likelihood: Likelihood, predictor: Linear, theta: Floats, ahead: Floats, block: Block) -> Floats:
    """What the information of the block's rows at `ahead` has more than at theta."""
    here, there = (predictor.forward(point, block)[0] for point in (theta, ahead))
    weight = likelihood.information(there, block.y) - likelihood.information(here, block.y)
    return predictor.information(block, weighted(weight, block.weight))


@np.errstate(over="ignore", invalid="ignore")  # as above
def scores(likelihood: Likelihood, predictor: Linear, theta: Floats, block: Block) -> Floats:
    """The sum of the scores of the block's rows."""
    eta, pullback = predictor.forward(theta, block)
    return pullback(weighted(likelihood.score(eta, block.y), block.weight))


@np.errstate(over="ignore", invalid="ignore")  # who asks refuses sums that are not finite
def squares(predictor: Linear, theta: Floats, block: Block) -> Floats:
    """Sums of squares of the residuals and of y."""
    residual = block.y - predictor.forward(theta, block)[0]
    return np.array([total(residual * residual, block.weight), total(block.y * block.y, block.weight)])


def total(values: Floats, weight: Floats | None) -> float:
    """The sum of one number per row, times its weight."""
    found = float(np.add.reduce(values) if weight is None else values.dot(weight))
    if weight is None or found == found:
        return found
    some = weight > 0.0  # what nobody saw may be impossible: -inf times 0 is none of the sum
    return float(values[some].dot(weight[some]))
