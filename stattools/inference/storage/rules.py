"""What objects read from a file must be, by the rules of their making; every object is checked when it is made again.

First the kind of each field, as its class declares it; then what only the class knows: lengths that agree, numbers that
are finite, a covariance that is one. A seal shows that nobody damaged the file, not that nobody wrote nonsense into it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import quoted
from stattools.inference.covariance.kinds import NAME
from stattools.inference.penalties import NO_SE, Ridge
from stattools.inference.penalties.ridge import NoCovariance
from stattools.inference.storage.cox_rules import COX_RULES
from stattools.inference.storage.field_kinds import UNIONS, are_distinct, is_number, is_of
from stattools.inference.storage.mixed_rules import MIXED_RULES
from stattools.interface.interval import require_level
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.models.predictors.arranged import linear_of
from stattools.models.regressions.families import FAMILIES
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.numerics.low_rank import LowRank

ROUND_OFF = 1e-6
"""Of a correlation: what arithmetic of float64 leaves of an inverse of the worst condition that is accepted."""


class BrokenRule(ValueError):
    """An object that its own constructors would not make; the message says which rule."""


def require(made: Any) -> None:
    """BrokenRule unless the object is one that could have been saved."""
    name = type(made).__name__
    for field in fields(made):
        if not is_of(getattr(made, field.name), str(field.type)):
            raise BrokenRule(f"the {field.name} of its {name} is {quoted(getattr(made, field.name))}")
    for rule, holds in RULES[name](made).items():
        if not holds:
            raise BrokenRule(f"of its {name} {rule}")


def finite(array: Any, *shape: int) -> bool:
    """An array that is there, of this shape, whose numbers are finite."""
    return isinstance(array, np.ndarray) and array.shape == shape and bool(np.isfinite(array).all())


def is_covariance(matrix: NDArray[Any], p: int, definite: bool = True) -> bool:
    """Finite, symmetric, without negative variances and (`definite`) eigenvalues, up to round-off of correlations."""
    if isinstance(matrix, LowRank):  # a diagonal and a product, which tell it by themselves
        there = finite(matrix.U, p, len(matrix.K)) and matrix.is_rising()
        return there and is_covariance(matrix.K, len(matrix.K), definite)
    if not finite(matrix, p, p) or (matrix.diagonal() < 0).any():
        return False
    se = np.sqrt(matrix.diagonal())
    there = se > 1e-145
    correlation = matrix[np.ix_(there, there)] / se[there] / se[there][:, None]
    if np.abs(correlation - correlation.T).max(initial=0.0) > ROUND_OFF:
        return False
    return not definite or not there.any() or float(np.linalg.eigvalsh(correlation)[0]) > -ROUND_OFF * p


def _solution(it: Any) -> dict[str, Any]:
    p = len(it.estimate)
    return {
        "the estimates are not finite": finite(it.estimate, p),
        "the covariance is none": is_covariance(it.covariance, p),
        "the log-likelihood is no number": not math.isnan(it.loglik),
        "the decrement is no distance": 0.0 <= it.decrement < math.inf,
        "the reach is none": not it.reach < 0.0,
        "the rung is none": it.rung in (None, "Cholesky", "QR", "exact"),
        "the sums of squares are none": it.residual_sums is None or min(it.residual_sums) >= 0.0,
    }


def _fit(it: Any) -> dict[str, Any]:
    names, ridge, scaled = it.model.names, isinstance(it.penalty, Ridge), it.model.has_scale
    p, plain = len(names), it.cov == "information"
    free = it.model.n - p
    require_level(it.level)
    return {
        "the model is none": isinstance(it.model, Model | BernoulliTrials | Custom),
        "two coefficients have one name": are_distinct(names),
        "the estimates are not finite, one for each name": finite(it.estimate, p),
        "the rows are fewer than the coefficients": free > 0 or not scaled or it.penalty is not None,
        "the estimates are not those of the solution": np.array_equal(it.estimate, it.solution.estimate),
        "the covariance is none": isinstance(it.covariance, NoCovariance)
        if ridge
        else is_covariance(it.covariance, p, definite=not it.cov.startswith(("Cluster(", "HAC("))),
        "the degrees of freedom are not of these coefficients": (it.degrees is None) == isinstance(it.t_df, float | int)
        and (it.degrees is None or len(it.degrees.root) == p),
        "the log-likelihood is not that of the solution": scaled
        or it.penalty is not None
        or math.isclose(it.loglik, it.solution.loglik, rel_tol=1e-6, abs_tol=1e-6),
        "the log-likelihood is no number": not math.isnan(it.loglik),
        "the scale is none": 0.0 <= it.scale < math.inf if scaled else it.scale == 1.0,
        "the scale is not that of the residuals": it.penalty is not None
        or it.solution.residual_sums is None
        or free <= 0
        or math.isclose(it.scale, math.sqrt(it.solution.residual_sums[0] / free), rel_tol=1e-6, abs_tol=1e-150),
        "the degrees of freedom are none": (np.shape(it.t_df) == (p,) and bool(np.all(it.t_df > 0.0)))
        if it.degrees is not None
        else 0.0 < it.t_df < math.inf
        if (scaled and not ridge) or it.cov.startswith("quasi(")
        else it.t_df == math.inf,
        "the degrees of freedom are not those of the rows": not scaled or ridge or not plain or it.t_df == free,
        "the covariance has no such name": it.cov == NO_SE
        if ridge
        else plain or (isinstance(it.model, Model | Custom) and NAME.fullmatch(it.cov) is not None),
        "the covariance is not that of the solution": ridge
        or not plain
        or np.allclose(it.covariance, it.scale * it.scale * it.solution.covariance, rtol=1e-6, atol=0.0),
    }


BESIDE = {"weights": "weight", "precision": "precision", "offset": "offset", "exposure": "offset"}
"""What is given beside the rows, and what rows call it."""


def _dropped(it: Any) -> bool:
    """A row is dropped for one column or several."""
    return max(it.dropped.values(), default=0) <= it.n_dropped - it.n_empty <= sum(it.dropped.values())


def _outcome(it: Any) -> dict[str, Any]:
    """What a regression and a network say of their outcome and of rows that were dropped."""
    several = getattr(it.likelihood, "categories", 2)
    return {
        "the labels are not those of the likelihood": it.labels is None
        or (len(it.labels) == several and are_distinct(it.labels)),
        "the thresholds are not those between the labels": not getattr(it.likelihood, "labels", ())
        or it.likelihood.labels == tuple(map(str, it.labels or ())),
        "the numbers of dropped rows do not agree": _dropped(it),
        "there is a column beside the rows that they have not": all(
            getattr(it.rows, BESIDE[name]) is not None for name in it.extras if name in BESIDE
        ),
    }


def _model(it: Any) -> dict[str, Any]:
    p = it.predictor.columns
    return _outcome(it) | {
        "the kind has another likelihood": it.kind == "regression"  # which takes any
        or type(it.likelihood).__name__ in FAMILIES.get(it.kind, ()),
        "the predictor is not as wide as the likelihood": it.predictor.width == it.likelihood.width
        and len(it.predictor.own) == len(it.likelihood.others),
        "the columns are not those of the design": p == len(it.design.names) == it.rows.X.shape[-1],
        "the predictor has other columns than the formulas": it.predictor.width != it.likelihood.width
        or linear_of(it.likelihood, it.design) == it.predictor,
        "there is no start for each coefficient": finite(it.start, it.predictor.size),
        "rows were saved": it.source is it.kept is it.origin is None,
    }


def _linear(it: Any) -> dict[str, Any]:
    chosen = [columns for columns in (it.main, *it.own) if columns is not None]
    return {
        "it has no columns": min(it.columns, it.width) > 0,
        "a parameter has no predictor": it.width > len(it.own)
        and (it.main is None or bool((it.main or it.taken_up) and it.own)),
        "a predictor has columns that are none": all(
            are_distinct(some) and max(some, default=0) < it.columns for some in chosen
        ),
    }


def _rows(it: Any) -> dict[str, Any]:
    n = len(it.X)
    beside = [part for part in (it.weight, it.offset, it.precision) if part is not None]
    weight = [1.0] if it.weight is None else it.weight.sums
    sums = [
        *weight,
        *it.y.sums,
        *(part.sums for part in (it.X, it.offset, it.precision) if part is not None and part.sums),
    ]
    return {
        "there are none": n > 0 and it.X.ndim == 2,
        "there is not one outcome for each": len(it.y) == n and it.y.ndim <= 2 and all(p.shape == (n,) for p in beside),
        "the columns have not one center and scale each": all(
            part is None or part.shape == it.X.shape[1:] for part in (it.center, it.scale)
        ),
        "the sums are none": all(is_number(total) and total >= 0.0 for total in sums),
        "nobody was observed": len(weight) == 1 and weight[0] > 0.0,
    }


def _design(it: Any) -> dict[str, Any]:
    numbers = {number for use in it.uses for number in use}
    return {
        "the names of the columns are none": bool(it.names) and are_distinct(it.names),
        "a formula has no columns": len(it.uses) == (len(it.beside) + 1 if it.beside else 0) and all(it.uses),
        "a column is of no formula": not it.uses or numbers == set(range(len(it.names))),
    }


def _custom(it: Any) -> dict[str, Any]:
    p = len(it.names)
    return {
        "two parameters have one name": p > 0 and are_distinct(it.names),
        "the start is none": finite(it.start, p),
        "the units are none": finite(it.T, *np.shape(it.T)) and it.T.shape[-1:] == (p,),
        "the number of observations is none": it.observations is None or 0.0 < it.observations < math.inf,
    }


def _network(it: Any) -> dict[str, Any]:
    p = len(it.design.names) - it.first
    return _outcome(it) | {
        "the inputs are not those of the design": it.first in (0, 1) and it.rows.X.shape[-1] == p + it.first,
        "the first layer does not take the inputs": it.perceptron.layers[0].inputs == p,
        "the last layer is not as wide as the likelihood": it.perceptron.layers[-1].outputs == it.likelihood.width,
        "the inputs are not standardized": finite(it.center, p) and finite(it.scale, p) and bool((it.scale > 0).all()),
        "the unit of the outcome is none": math.isfinite(it.middle) and 0.0 < it.unit < math.inf,
    }


def _perceptron(it: Any) -> dict[str, Any]:
    dense = [layer for layer in it.layers if type(layer).__name__ == "Dense"]
    widths, width = [], 0
    for layer in it.layers:
        widths.append(getattr(layer, "features", width) == width)
        width = getattr(layer, "outputs", width)
    return {
        "the first and the last layer are not dense": bool(dense)
        and it.layers[0] is dense[0]
        and it.layers[-1] is dense[-1],
        "a layer does not take what the one before gives": all(widths)
        and all(a.outputs == b.inputs for a, b in pairwise(dense)),
    }


def _network_fit(it: Any) -> dict[str, Any]:
    return {
        "the estimates are not finite, one for each parameter": finite(it.estimate, it.model.perceptron.size),
        "the log-likelihood is no number": math.isfinite(it.loglik),
        "the temperature is none": 0.0 < it.temperature < math.inf,
    }


def _batch_norm(it: Any) -> dict[str, Any]:
    return {
        "the moments are not those of the features": it.moments is None or it.moments.mean.shape == (it.features,),
        "the momentum is none": 0.0 <= it.momentum <= 1.0,
        "epsilon is none": 0.0 <= it.epsilon < math.inf,
    }


def _moments(it: Any) -> dict[str, Any]:
    p = len(it.mean)
    return {"they are none": finite(it.mean, p) and finite(it.variance, p) and bool((it.variance >= 0).all())}


def _digits(it: Any) -> dict[str, Any]:
    p, numbers = len(it.coefficients), [*it.coefficients, *it.se, it.smallest, it.overall]
    return {"they are none": it.se.shape == (p,) and all(0.0 <= number <= 16.0 for number in numbers)}


def _no_rule(it: Any) -> dict[str, Any]:
    """The constructor has checked all."""
    return {}


RULES: dict[str, Callable[[Any], dict[str, Any]]] = {
    **dict.fromkeys(UNIONS["Likelihood"], _no_rule),
    **COX_RULES,
    **MIXED_RULES,
    "Activation": _no_rule,
    "BatchNorm": _batch_norm,
    "BernoulliTrials": lambda it: {
        "more successes than trials": it.successes <= it.trials and it.trials > 0,
        "the numbers of dropped rows do not agree": _dropped(it),
    },
    "Custom": _custom,
    "Dense": lambda it: {"it has no units": min(it.inputs, it.outputs) > 0},
    "Design": _design,
    "Digits": _digits,
    "Fit": _fit,
    "Jeffreys": _no_rule,
    "Satterthwaite": lambda it: {"the information of its groups is none": it.is_consistent},
    "Linear": _linear,
    "Model": _model,
    "Moments": _moments,
    "Network": _network,
    "NetworkEnsemble": lambda it: {"the members differ": len({len(one.estimate) for one in it.members}) == 1},
    "NetworkFit": _network_fit,
    "OneVsRest": lambda it: {"there is not one part for each label": len(it.parts) == len(it.labels) > 1},
    "OneVsRestFit": lambda it: {"there is not one fit for each label": len(it.fits) == len(it.model.labels)},
    "Perceptron": _perceptron,
    "Ridge": _no_rule,
    "Rows": _rows,
    "Solution": _solution,
}
"""What the class knows: rules in words, each with whether it holds."""
