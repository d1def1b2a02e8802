"""The curves of a maximum by Laplace's approximation: their coefficients, covariance and effective degrees of freedom.

    b_k = tau_k v_k,   Cov(b, beta) from H^-1,   edf_k = sum over its effects of 1 - [H^-1]_ii, at expected weights

Source: Wood, Generalized Additive Models (2017), 6.1.2 and 6.2.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.linalg import block_diag

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.expected_weights import expected_weights
from stattools.latent.penalized import PenalizedInformation
from stattools.models.mixed.by_coefficients import ByCoefficients
from stattools.models.mixed.by_laplace import ByLaplace
from stattools.solvers.mixed.fitted_curves import FittedCurve, fitted


@record
class CurveParts:
    """The wiggly parts `b` of all curves one after the other (Q,), the `covariance` (p + Q, p + Q) of the estimate and
    these, given the data and the variances, and the effective degrees of freedom of the wiggly part of each, `edf`.
    """

    b: Floats
    covariance: Floats
    edf: list[float]


def curve_parts(found: Any) -> CurveParts:
    """The curves at a `MarginalMaximum`."""
    return PARTS[type(found.marginal)](found)


def whole_curves(found: Any) -> tuple[Floats, Floats]:
    """The wiggly parts b of all curves one after the other (Q,), and the covariance (p + Q, p + Q) of the estimate and
    these, given the data and the variances.
    """
    parts = curve_parts(found)
    return parts.b, parts.covariance


def _by_rows(found: Any) -> CurveParts:
    by = found.marginal
    mode, of = by.at(found.at).mode, by.columns
    sizes = np.repeat(by.taus(found.at) * by.to_taus, [len(one) for one in of.smooths])
    Q, p = len(sizes), len(found.estimate)
    way = np.zeros((p + Q, of.r - of.starts[-1]))
    way[p:, :Q] = np.diag(sizes)
    way[:p, Q:] = by.to_fixed @ by.of_flat
    change = by.to_fixed @ by.fixed_change(found.at)
    beside = block_diag(change @ found.inverse @ change.T, np.zeros((Q, Q)))
    H = PenalizedInformation.of(mode.penalized.columns, expected_weights(by.rows, mode)) or mode.penalized
    kept = 1.0 - H.dense.diagonal()
    edf = [float(kept[a:b].sum()) for a, b in pairwise(of.ends)]
    return CurveParts(sizes * of.of_smooths(mode.u)[:Q], way @ mode.penalized.dense @ way.T + beside, edf)


def _by_coefficients(found: Any) -> CurveParts:
    return CurveParts(*found.marginal.curves(found.at))


PARTS: dict[type, Callable[[Any], CurveParts]] = {ByLaplace: _by_rows, ByCoefficients: _by_coefficients}
"""What a marginal likelihood says of curves at its maximum, by its kind."""


def marginal_curves(found: Any) -> tuple[FittedCurve, ...]:
    """The curves of a `MarginalMaximum`."""
    parts, taus = curve_parts(found), found.taus.tolist()
    penalties = [1.0 / tau**2 if tau > 0.0 else np.inf for tau in taus]
    return fitted(found.marginal.smooths, found.estimate, parts.b, parts.covariance, taus, penalties, parts.edf)
