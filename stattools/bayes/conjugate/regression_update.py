"""Bayes' rule for a regression with a normal-inverse-gamma prior: its parameters given more rows, and their evidence.

The triangle of the data is stacked under that of the prior and both are reduced to one by QR. Zellner's g-prior is as
informative as 1 / g of the data, in the directions of the data: beta | variance ~ Normal(m, g variance (X^T W X)^-1).
Source: Zellner (1986); Liang et al., "Mixtures of g priors for Bayesian variable selection" (2008).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.belief import numbers
from stattools.bayes.conjugate.data.regression_data import stacked, triangular
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.inverse_wishart import log_determinant
from stattools.bayes.conjugate.student_t import log_gamma_ratio
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.existence.rank import check_rank, check_size
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI


class Parameters(NamedTuple):
    """Mean (p,), the triangle of the precision (p, p), shape and scale."""

    mean: Floats
    root: Floats
    shape: float
    scale: float


def flat_parameters(model: Model) -> Parameters:
    """The parameters of the flat prior, worth no rows. Raises where the rows do not determine the coefficients."""
    check_size(model)
    check_rank(model)
    p = len(model.names)
    return Parameters(np.zeros(0), np.zeros((0, p)), -0.5 * p, 0.0)


def given(belief: Any, model: Model) -> Parameters:
    """What a belief is given the rows of a model. Raises IdentificationError where that is no distribution."""
    before, prior = flat_parameters(model) if isinstance(belief, Improper) else belief, belief.prior
    p, shape = len(model.names), before.shape + 0.5 * model.n
    target = before.root @ before.mean if len(before.root) else np.zeros(0)
    known = np.column_stack([before.root, target])
    root, z, rest = triangular(np.concatenate([known, stacked(model)]))
    scale = before.scale + 0.5 * rest
    if shape <= 0 or scale <= 1e-30 * float(z @ z):
        raise IdentificationError(
            f"{prior!r} needs more than {p} rows that do not fit exactly, for a proper posterior of the error "
            f"variance; got {model.n:.0f} rows. Use a proper prior, or wait for more data."
        )
    return Parameters(solve_triangular(root, z), root, shape, scale)


def log_evidence(before: Any, after: Any, model: Model) -> float:
    """log p(batch): the constants of the two distributions, as ratios that keep their digits."""
    half = 0.5 * model.n
    roots = log_determinant(before.root) - log_determinant(after.root)
    growth = np.log1p((after.scale - before.scale) / before.scale)
    gammas = float(log_gamma_ratio(before.shape, half))
    precisions = 0.0
    if model.rows.precision is not None:
        weight = 1.0 if model.rows.weight is None else model.rows.weight
        precisions = 0.5 * float(np.sum(weight * np.log(model.rows.precision)))
    rest = before.shape * growth + half * (np.log(after.scale) + 2.0 * HALF_LOG_TWO_PI)
    return float(roots + gammas + precisions - rest)


def require_ols(model: Any) -> None:
    """IncompatibleError for what is not a linear regression."""
    if not (isinstance(model, Model) and model.has_scale):
        raise IncompatibleError(
            f"NormalInverseGammaRegression is for linear regression, st.ols(...); got {described(model)}."
        )


def require_same(belief: Any, model: Model) -> None:
    """IncompatibleError for a model of other coefficients."""
    if len(model.names) != len(belief.mean) or (belief.names is not None and belief.names != model.names):
        raise IncompatibleError(
            f"update needs a model of the coefficients {', '.join(belief.terms[:10])}; "
            f"got {', '.join(model.names[:10])}."
        )


def zellner(
    model: Model, g: Any, *, mean: ArrayLike | None = None, shape: float = 0.5, scale: float | None = None
) -> tuple[Floats, Floats, float, float]:
    """mean (p,), root of the precision (p, p), shape and scale of the g-prior of a model."""
    size = float(numbers(g, "g_prior needs g", positive=True))
    check_size(model)
    check_rank(model)
    root, z, rest = triangular(stacked(model))
    spare = model.n - len(root)
    if scale is None:
        if spare <= 0 or rest <= 0:
            raise DomainError("g_prior needs scale=, as these data leave nothing to estimate the variance from.")
        scale = shape * rest / spare
    center = _no_effect(model) if mean is None else numbers(mean, "g_prior needs mean")
    if center.shape not in ((), z.shape):
        raise DomainError(f"g_prior needs mean=, one number per coefficient ({len(z)}); got shape {center.shape}.")
    return np.broadcast_to(center, z.shape), root / np.sqrt(size), shape, scale


def _no_effect(model: Model) -> Floats:
    """The mean of y for a constant column, 0 for the others."""
    center = np.zeros(len(model.names))
    X = model.rows.X
    constant = np.flatnonzero((np.max(X, axis=0) == np.min(X, axis=0)) & (X[0] != 0))
    if constant.size:
        y = model.rows.y if model.rows.offset is None else model.rows.y - model.rows.offset
        center[constant[0]] = np.average(y, weights=model.rows.importance) / X[0, constant[0]]
    return center
