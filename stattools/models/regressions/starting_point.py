"""Where solvers begin: zeros, or the moments and the offset where zeros are far from any maximum."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Rows
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.models.predictors.linear import Linear
from stattools.models.predictors.read_columns import among
from stattools.numerics.columns import Columns, as_columns

ENOUGH = 50_000
"""Rows that a start is made from, at most."""


MANY = 100
"""Columns from which all rows of all columns are looked at in one go."""


def starting_point(likelihood: Likelihood, predictor: Linear, rows: Any) -> Floats:
    """Zeros, or what undoes the offset as far as the columns can; near `Likelihood.start` where zeros are far away. Of
    rows in files the sample is looked at, and only where zeros are not the start.
    """
    theta = np.zeros(predictor.size)
    at_zero = likelihood.starts_at_zero
    if at_zero and (rows.offset is None or likelihood.has_scale):
        return theta
    if likelihood.has_scale and not at_zero:
        raise IncompatibleError(
            "the scale of normal errors comes from least squares, which knows no link but the identity. Give a family "
            "whose scale is one of its parameters."
        )
    rows = rows.typical
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    offset = np.zeros(len(rows.y)) if rows.offset is None else rows.offset
    first = rows if predictor.main is None else replace(rows, X=among(rows.X, predictor.main))
    if at_zero:
        theta[predictor.parts[0]] = _nearest(first, -offset)
        return theta
    counts = weight > 0
    largest = 0.0 if predictor.taken_up else float(offset[counts].max())
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # of a family of the caller's: told here
        near = likelihood.start(rows.y, weight, np.where(counts, offset - largest, 0.0))
    if not np.isfinite(near).all():
        raise IdentificationError(
            f"the start of {type(likelihood).__name__} is {near.tolist()}, which is not finite: as where all outcomes "
            "are the same, so that a scale has its maximum at 0. Give other outcomes, or start such a scale above 0."
        )
    near[0] -= largest
    constant = [column for column in _constant(rows.X).tolist() if rows.X[0, column]]
    for k, (columns, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        still = constant if columns is None else [place for place, column in enumerate(columns) if column in constant]
        if columns == ():
            theta[part] = near[k]
        elif still:
            column = still[0] if columns is None else columns[still[0]]
            theta[part.start + still[0]] = _in_units(near[k], rows.X[0, column])
        elif k == 0 and not predictor.taken_up and (rows.offset is not None or np.isfinite(likelihood.domain).any()):
            theta[part] = _nearest(first, likelihood.rough(rows.y, weight) - offset)
    own = [column for column in constant if predictor.main is None or column in predictor.main]
    X = as_columns(first.X).by_levels
    if X is not None and X.constants is not None and not predictor.taken_up and (own or X.is_complete):
        if not own:
            theta[predictor.parts[0]] = 0.0  # slopes of levels go with other constants
        theta[X.constants] = _of_levels(likelihood, X, rows.y, weight, offset) - (near[0] if own else 0.0)
    if np.isfinite(likelihood.domain).any():
        theta[predictor.parts[0]] = _inside(likelihood.domain, first, theta[predictor.parts[0]])
    return theta


def _of_levels(likelihood: Likelihood, X: Columns, y: Floats, weight: Floats, offset: Floats) -> Floats:
    """The first linear predictor of the mean outcome of each level, and of one more observation of the usual mean: a
    level whose outcomes are all 0 has a start too.
    """
    out_of = weight * likelihood.trials_of(y)
    known = out_of * likelihood.known(y)
    usual = float(known.sum() / out_of.sum())
    mean = (X.by_level(known) + usual) / (X.by_level(out_of) + 1.0)
    return np.asarray(likelihood.link(mean)) - X.by_level(weight * offset) / np.maximum(X.by_level(weight), 1.0)


def _inside(domain: tuple[float, float], rows: Rows, beta: Floats) -> Floats:
    """The coefficients, or near to them others whose linear predictors are all in the domain: halfway to a point well
    inside it, which a linear program finds. DomainError where there is none.
    """
    from scipy.optimize import linprog

    offset = np.zeros(len(rows.X)) if rows.offset is None else rows.offset
    low, high = domain

    def is_inside(beta: Floats) -> bool:
        eta = rows.X @ beta + offset
        return bool(((eta > low) & (eta < high)).all())

    if is_inside(beta):
        return beta
    size = np.abs(rows.X).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    ends = [(sign, end) for sign, end in ((-1.0, low), (1.0, high)) if np.isfinite(end)]
    A = np.concatenate([np.column_stack([sign * rows.X / size, np.ones(len(rows.X))]) for sign, _ in ends])
    b = np.concatenate([sign * (end - offset) for sign, end in ends])
    unit = max(1.0, float(np.abs(b).max()))
    goal = np.append(np.zeros(len(beta)), -1.0)
    found = linprog(goal, A_ub=A, b_ub=b / unit, bounds=[(None, None)] * len(beta) + [(None, 1.0)], method="highs")
    center = None if found.x is None else unit * found.x[:-1] / size
    if center is None or not is_inside(center):
        raise DomainError(
            f"no coefficients give every row a linear predictor between {low:g} and {high:g}, where the link has means "
            "that the family has. Give another link, or an intercept."
        )
    way = beta - center
    for _ in range(60):
        way = 0.5 * way
        if is_inside(center + way):
            break
    return center + 0.5 * way


def _constant(X: Floats) -> NDArray[np.intp]:
    """Numbers of the columns that do not vary: those of the first rows that do not, looked at in all rows."""
    columns = np.flatnonzero(np.max(X[:1000], axis=0) == np.min(X[:1000], axis=0))
    if len(columns) > MANY:
        columns = np.flatnonzero(np.max(X, axis=0) == np.min(X, axis=0))
    return np.array(
        [column for column in columns.tolist() if np.max(X[:, column]) == np.min(X[:, column])], dtype=np.intp
    )


def _nearest(rows: Rows, eta: Floats) -> Floats:
    """The coefficients whose linear predictor is nearest to eta; in a sample where there are more rows than enough."""
    if len(eta) > ENOUGH:
        rows = replace(rows, y=eta).sample(ENOUGH)
        eta = rows.y
    size = np.abs(rows.X).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    shares = as_columns(as_columns(rows.X).over(size))
    return _in_units(shares.least_squares(eta), size)


def _in_units(coefficients: Floats, size: Floats) -> Floats:
    """Coefficients of columns of such a size; 0 beyond float64, in units that no fit takes."""
    with np.errstate(over="ignore"):
        found = coefficients / size
    return np.where(np.isfinite(found), found, 0.0)
