"""Mixed regressions fitted again: without a variance, to drawn outcomes, and without a group by one step of Newton.

    without a group   theta - (H - H_j)^-1 s_j,   s_j and H_j score and information of the rows of group j

where the rows of the group have frequency 0, so that H - H_j and -s_j are those of the rows that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.mixed.by_quadrature import ByQuadrature
from stattools.solvers.metric import Metric
from stattools.solvers.mixed.laplace_maximum import laplace_maximum
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum
from stattools.solvers.mixed.quadrature_maximum import quadrature_maximum
from stattools.solvers.mixed.variance_null import terms_without
from stattools.solvers.newton import Newton


@record
class Way:
    """How the integral of a kind is made `of` a model with so many nodes, and how its `maximum` is found."""

    of: Callable[[Any, int], Any]
    maximum: Callable[[Any, int], MarginalMaximum]


WAYS = {
    "Laplace": Way(lambda model, _: model.laplace, lambda model, _: laplace_maximum(model)),
    "quadrature": Way(ByQuadrature.of, quadrature_maximum),
}
"""By the kind of the integral."""


@record
class MarginalNull:
    """A model without a variance, which has random terms or none: twice its log-likelihood with the other sign, its
    parameters, and how many correlations are `lost` with the variance.
    """

    model: Any
    deviance: float
    found: Any
    lost: int


def again(found: MarginalMaximum, model: Any) -> MarginalMaximum:
    """The maximum of another model by the integral of this one; ConvergenceError where it is not reached."""
    one = WAYS[found.integral.kind].maximum(model, found.integral.nodes)
    if not one.converged:
        raise ConvergenceError(f"{model.title} stopped {one.decrement:.1e} standard errors from a maximum.")
    return one


def without(found: MarginalMaximum, k: int, effect: int | None) -> MarginalNull:
    """The maximum without term k, or without one of its effects."""
    terms, lost = terms_without(found.model.random, k, effect)
    model = replace(found.model, read=replace(found.model.read, terms=terms))
    best = again(found, model) if terms or found.model.smooths else Newton().solve(model.fixed)
    return MarginalNull(model, -2.0 * best.loglik, best, lost)


def with_outcome(model: Any, y: Floats) -> Any:
    """The model of another outcome."""
    fixed = model.fixed
    return replace(model, fixed=replace(fixed, rows=replace(fixed.rows, y=y)))


def drawn_ratios(found: MarginalMaximum, null: MarginalNull, outcomes: Iterator[Floats]) -> Iterator[float]:
    """The likelihood ratio of each of the outcomes, drawn from the model without the variance."""
    for y in outcomes:
        high = again(found, with_outcome(found.model, y)).loglik
        small = with_outcome(null.model, y)
        low = again(found, small) if small.random or small.smooths else Newton().solve(small.fixed)
        yield max(2.0 * (high - low.loglik), 0.0)


def without_rows(found: MarginalMaximum, rows: Any) -> Floats:
    """The estimate (p,) without some rows, a mask, by one step of Newton from that with them; by a fit without them
    where the likelihood does not bend down there.
    """
    fixed = found.model.fixed
    weight = np.ones(len(fixed.rows.X)) if fixed.rows.weight is None else fixed.rows.weight
    left = replace(fixed, rows=replace(fixed.rows, weight=np.where(rows, 0.0, weight)))
    model = replace(found.model, fixed=left)
    of = WAYS[found.integral.kind].of(model, found.integral.nodes)
    p, theta = len(found.estimate), found.at.copy()
    theta[:p] = np.linalg.solve(of.to_fixed, found.estimate)
    now = of.evaluate(theta, 2)
    free = np.flatnonzero(found.at)  # variances of 0 stay there
    free = np.union1d(np.arange(p), free)
    metric = Metric.where_definite(now.information[np.ix_(free, free)])
    if metric is None:
        return again(found, model).estimate
    theta[free] += metric.solve(now.score[free])
    return of.to_fixed @ theta[:p]
