"""Bayes' rule for a regression with a normal-inverse-gamma prior: its parameters given more rows, and their evidence.

The triangle of the data is stacked under that of the prior and both are reduced to one by QR.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.data.regression_data import stacked, triangular
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.inverse_wishart import log_determinant
from stattools.bayes.conjugate.student_t import log_gamma_ratio
from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.existence.rank import check_rank, check_size
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI


class Parameters(NamedTuple):
    """Mean (p,), the triangle of the precision (p, p), shape and scale."""

    mean: Floats
    root: Floats
    shape: float
    scale: float


def flat_parameters(model: Model) -> Parameters:
    """Those of the flat prior, worth no rows. Raises where the rows do not determine the coefficients."""
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
