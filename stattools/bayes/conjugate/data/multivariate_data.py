"""Multivariate normal rows for a NormalInverseWishart prior: each row left out, and replicates.

With e = y - m', k = strength', c = k / (k - 1): the scale without the row is scale' - c e e^T, by the formula of the
posterior, and its mean lies c e from y. Determinant and inverse follow from those of scale'.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.data.pair import Drawn, LeftOut, NamedObservations
from stattools.bayes.conjugate.inverse_wishart import log_determinant, positive_root
from stattools.bayes.conjugate.student_t import log_t_density
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI


def left_out(belief: Any) -> LeftOut:
    """One entry per row; DomainError where one row is all that makes the posterior proper."""
    Y, d = _rows(belief), len(belief.mean)
    df, rest = belief.t_df - 1.0, belief.prior.strength + len(Y) - 1
    root, left, q = np.eye(d), np.zeros(len(Y)), np.zeros(len(Y))
    if rest > 0 and df > 0:
        root = positive_root(np.asarray(belief.scale), d, "scale")
        q = np.square(solve_triangular(root, (Y - belief.mean).T, trans=1)).sum(axis=0)
        left = 1.0 - belief.strength / rest * q
    if not belief.prior.is_proper and not (left > 1e-10).all():
        raise DomainError(
            f"loo needs a proper posterior without each row; under {belief.prior!r} there is none without row "
            f"{int(np.argmin(left))}. Use a proper prior."
        )
    c, spread = belief.strength / rest, (1.0 + 1.0 / rest) / df
    log_root = log_determinant(root) + 0.5 * np.log(left) + 0.5 * d * np.log(spread)
    pointwise = log_t_density(0.0, df, d, c * c * q / left / spread) - log_root
    ones, shown = np.ones(len(Y), dtype=np.int64), tuple(map(tuple, Y.tolist()))
    return LeftOut(pointwise, ones, shown, np.zeros(len(Y), dtype=np.intp), partial(_log_likelihood, Y))


def outcomes(belief: Any) -> list[NamedObservations]:
    """The rows; their log-likelihoods are called `row`, since they have one entry per row and not per component."""
    Y = _rows(belief)

    def replicate(drawn: Drawn, random: np.random.Generator) -> Floats:
        root = np.swapaxes(np.linalg.cholesky(drawn["covariance"]), 1, 2)
        return drawn["mean"][:, None, :] + random.standard_normal((len(root), *Y.shape)) @ root

    return [NamedObservations("y", Y, replicate, partial(_log_likelihood, Y), dims=("obs", "component"), of="row")]


def _rows(belief: Any) -> Floats:
    """All rows in the order they came."""
    return np.concatenate([batch.values for batch in belief.seen.batches])


def _log_likelihood(Y: Floats, drawn: Drawn) -> Floats:
    """log p(y_i | mean, covariance) of every draw and row, (draws, n)."""
    root = np.linalg.cholesky(drawn["covariance"])
    gap = Y[None, :, :] - drawn["mean"][:, None, :]
    z = np.linalg.solve(root, np.swapaxes(gap, 1, 2))
    return -0.5 * np.square(z).sum(axis=1) - log_determinant(root)[:, None] - Y.shape[1] * HALF_LOG_TWO_PI
