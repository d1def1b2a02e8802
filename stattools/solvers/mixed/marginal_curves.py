"""The curves of a maximum by Laplace's approximation: their coefficients, covariance and effective degrees of freedom.

    b_k = tau_k v_k,   Cov(b, beta) from H^-1,   edf_k = sum over its effects of 1 - [H^-1]_ii, at expected weights

Source: Wood, Generalized Additive Models (2017), 6.1.2 and 6.2.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.linalg import block_diag

from stattools.interface.arrays import Floats
from stattools.latent.expected_weights import expected_weights
from stattools.latent.penalized import PenalizedInformation
from stattools.solvers.mixed.fitted_curves import FittedCurve, fitted


def whole_curves(found: Any) -> tuple[Floats, Floats]:
    """The wiggly parts b of all curves one after the other (Q,), and the covariance (p + Q, p + Q) of the estimate and
    these, given the data and the variances.
    """
    by = found.marginal
    mode, of = by.at(found.at).mode, by.columns
    sizes = np.repeat(by.taus(found.at) * by.to_taus, [len(one) for one in of.smooths])
    Q, p = len(sizes), len(found.estimate)
    way = np.zeros((p + Q, of.r - of.starts[-1]))
    way[p:, :Q] = np.diag(sizes)
    way[:p, Q:] = by.to_fixed @ by.of_flat
    change = by.to_fixed @ by.fixed_change(found.at)
    beside = block_diag(change @ found.inverse @ change.T, np.zeros((Q, Q)))
    return sizes * of.of_smooths(mode.u)[:Q], way @ mode.penalized.dense @ way.T + beside


def degrees(found: Any) -> list[float]:
    """The effective degrees of freedom of the wiggly part of each curve."""
    by = found.marginal
    mode, of = by.at(found.at).mode, by.columns
    H = PenalizedInformation.of(mode.penalized.columns, expected_weights(by.rows, mode)) or mode.penalized
    kept = 1.0 - H.dense.diagonal()
    return [float(kept[a:b].sum()) for a, b in pairwise(of.ends)]


def marginal_curves(found: Any) -> tuple[FittedCurve, ...]:
    """The curves of a `MarginalMaximum`."""
    b, covariance = whole_curves(found)
    penalties = [1.0 / tau**2 if tau > 0.0 else np.inf for tau in found.taus.tolist()]
    return fitted(found.model.smooths, found.estimate, b, covariance, found.taus.tolist(), penalties, degrees(found))
