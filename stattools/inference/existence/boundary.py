"""No maximum inside the range of a parameter: a dispersion at its boundary, a log-likelihood that levels off."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from stattools.data.rows.rows import Block
from stattools.errors import IdentificationError
from stattools.inference.existence.overlap import check_overlap
from stattools.interface.arrays import Floats
from stattools.likelihoods.words import Edge
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.numerics.moments import Ends
from stattools.solvers.solution import Solution

GAIN = 0.25
"""An observation that is fitted exactly gains more where a scale falls by a factor e: 1, of a dispersion 1 / 2."""


def check_end(model: Any, solution: Solution) -> None:
    """IdentificationError where a log-likelihood only levels off: Newton's score then falls by 1/e a step, to the end.

    At a maximum the steps converge quadratically, and no two ratios are alike.
    """
    norms = np.array([step.score_norm for step in solution.trace[-7:]])
    if (
        solution.solver.startswith("Newton")
        and len(norms) == 7
        and 0.0 < norms.min() <= norms.max() < np.inf
        and np.allclose(norms[1:] / norms[:-1], np.exp(-1.0), rtol=0.01)
    ):
        widest = model.names[int(np.argmax(np.diagonal(solution.covariance)))]
        raise IdentificationError(
            f"{model.title} has no maximum: the log-likelihood levels off and still rises as {widest!r} runs off to "
            "infinity. Leave the parameter out, bound it by a prior or a penalty, or give more data."
        )


def check_dispersion(model: Model, estimate: Floats, *, penalized: bool = False) -> None:
    """IdentificationError where a parameter beside the first runs to an end of its range, such as a dispersion of 0,
    with a penalty, which gives separated data a maximum, or without.
    """
    if not model.predictor.own:
        return
    for number, (name, _) in enumerate(model.likelihood.others, model.predictor.n_first):
        if name in model.likelihood.edges:
            _require_inside(model, estimate, number, model.likelihood.edges[name], penalized)


def check_exact(model: Any, theta: Floats) -> None:
    """IdentificationError where a climb ended, its information singular, at an exact fit: with a parameter beside the
    first beyond its end, or where the log-likelihood rises for ever as that runs to its end, in each row alike.
    """
    if not (isinstance(model, Model) and model.predictor.own):
        return
    check_dispersion(model, theta)
    predictor = model.predictor
    for number, (name, _) in enumerate(model.likelihood.others, predictor.n_first):
        edge, at = model.likelihood.edges.get(name, Edge()), predictor.parts[number].start
        if predictor.uses[number] and model.rows.constants[predictor.column[at]] != 1.0:
            continue
        unit, column = edge.power * _log_size(model) if edge.power else 0.0, np.eye(predictor.size)[at]
        for end, sign, said in ((edge.lower, -1.0, edge.below), (edge.upper, 1.0, edge.above)):
            if said is None or not np.isfinite(end):
                continue
            start = theta + (end + unit - theta[at]) * column
            near, far = (model.evaluate(start + sign * step * column, 0).loglik for step in (1.0, 2.0))
            if far - near >= GAIN * model.n:
                raise IdentificationError(f"{model.title}: {said}")


def _require_inside(model: Model, estimate: Floats, number: int, edge: Edge, penalized: bool) -> None:
    """What `check_dispersion` asks, of the parameter behind one linear predictor."""
    ends = (float(estimate[model.predictor.parts[number].start]),) * 2
    if model.predictor.uses[number]:  # it moves with columns
        found = model.rows.total(partial(_ends, model.predictor, estimate, number))
        ends = float(found.low[0]), float(found.high[0])
    unit = edge.power * _log_size(model) if edge.power else 0.0
    if edge.lower + unit <= ends[0] and ends[1] <= edge.upper + unit:
        return
    if not penalized:
        check_overlap(model)
    called = model.others[number - model.predictor.n_first]
    where = f"in some rows {called} runs off: there " if ends[0] != ends[1] else ""
    raise IdentificationError(f"{model.title}: {where}{edge.below if ends[0] < edge.lower + unit else edge.above}")


def _log_size(model: Model) -> float:
    """The logarithm of the usual size of an outcome; 0 where all are 0."""
    square = model.rows.outcome_square / model.n
    return 0.5 * float(np.log(square)) if square > 0.0 else 0.0


def _ends(predictor: Linear, theta: Floats, number: int, block: Block) -> Ends:
    """The smallest and the largest of one linear predictor."""
    eta = predictor.forward(theta, block)[0][:, number]
    eta = eta if block.weight is None else eta[block.weight > 0.0]
    if not len(eta):
        return Ends(np.array([np.inf]), np.array([-np.inf]))
    return Ends(np.array([eta.min()]), np.array([eta.max()]))
