"""Rows of linear regressions for a NormalInverseGammaRegression prior: their triangle, each row left out, replicates.

    without row i, of leverage h_i = w_i x_i^T P^-1 x_i under the posterior precision P and residual e_i:
    y_i ~ t with 2 shape - 1 df around y_i - e_i / (1 - h_i),  scale^2 = b_i / (shape - 1/2) / (w_i (1 - h_i)),
    b_i = scale - w_i e_i^2 / (2 (1 - h_i))

Source: Geisser & Eddy (1979) for the sum; Cook & Weisberg (1982), sec. 2.2 for the updates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.data.pair import Drawn, LeftOut, NamedObservations
from stattools.bayes.conjugate.student_t import log_t_density
from stattools.data.rows.rows import triangle
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.model import Model
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI


def stacked(model: Model) -> Floats:
    """p + 1 rows that say all that the data do: [root, z; 0, rho] with (p + 1) columns, by QR of standardized columns.

    |y - X beta|^2 = |z - root beta|^2 + rho^2, weighted, whatever beta is.
    """
    work, T = model.standardized()
    R = triangle(work.rows, beside=True)
    R[:, :-1] = np.linalg.solve(T.T, R[:, :-1].T).T
    return R


def triangular(rows: Floats) -> tuple[Floats, Floats, float]:
    """root (p, p) upper triangular, z (p,) and the sum of squares left over, of stacked rows [X, y]."""
    p = rows.shape[1] - 1
    if len(rows) <= p:
        rows = np.concatenate([rows, np.zeros((p + 1 - len(rows), p + 1))])
    unit = np.abs(rows).max(axis=0)
    unit = np.where(unit > 0, unit, 1.0)
    R = np.linalg.qr(rows / unit, mode="r") * unit
    R = R * np.where(np.diagonal(R) < 0, -1.0, 1.0)[:, None]
    return R[:p, :p], R[:p, p], float(R[p, p] ** 2)


@record
class RegressionRows:
    """All rows of a posterior in the order they came: X, y less its offset, precision (n,), counts (n,)."""

    X: Floats
    y: Floats
    offset: Floats
    precision: Floats
    counts: NDArray[np.int64]

    @staticmethod
    def of(belief: Any) -> RegressionRows:
        """The rows that `belief` has seen and that count at all."""
        parts = []
        for model in belief.seen.batches:
            rows, n = model.rows, len(model.rows.y)
            offset = np.zeros(n) if rows.offset is None else rows.offset
            precision = np.ones(n) if rows.precision is None else rows.precision
            counts = np.ones(n) if rows.weight is None else rows.weight
            some = counts > 0
            parts.append(tuple(part[some] for part in (rows.X, rows.y - offset, offset, precision, counts)))
        X, y, offset, precision, counts = (np.concatenate(part) for part in zip(*parts, strict=True))
        return RegressionRows(X, y, offset, precision, counts.astype(np.int64))

    def log_likelihood(self, drawn: Drawn) -> Floats:
        """log p(y_i | beta, sigma) of every draw and row, (draws, n)."""
        sd = drawn["sigma"][:, None] / np.sqrt(self.precision)
        z = (self.y - drawn["beta"] @ self.X.T) / sd
        return -0.5 * z * z - np.log(sd) - HALF_LOG_TWO_PI

    def replicates(self, drawn: Drawn, random: np.random.Generator) -> Floats:
        """New outcomes of the same rows, (draws, n)."""
        mean = drawn["beta"] @ self.X.T + self.offset
        return mean + drawn["sigma"][:, None] / np.sqrt(self.precision) * random.standard_normal(mean.shape)


def left_out(belief: Any) -> LeftOut:
    """One entry per row; DomainError where a row is all that makes the posterior proper."""
    data = RegressionRows.of(belief)
    weight = data.precision
    leverage = weight * np.square(solve_triangular(belief.root, data.X.T, trans=1)).sum(axis=0)
    rest, shape = 1.0 - leverage, belief.shape - 0.5
    gap = data.y - data.X @ belief.mean
    scale = belief.scale - 0.5 * weight * gap * (gap / np.where(rest > 0, rest, 1.0))
    good = (rest > 1e-10) & (scale > 1e-10 * belief.scale) & (shape > 0)
    if not belief.prior.is_proper and not good.all():
        raise DomainError(
            f"loo needs a proper posterior without each row; under {belief.prior!r} there is none without row "
            f"{int(np.argmin(good))}, whose leverage is {leverage[np.argmin(good)]:.6g}. Use a proper prior."
        )
    spread = np.sqrt(scale / shape / rest / weight)
    pointwise = log_t_density(gap / rest / spread, 2.0 * shape) - np.log(spread)
    arm, shown = np.zeros(len(data.y), dtype=np.intp), tuple((data.y + data.offset).tolist())
    return LeftOut(pointwise, data.counts, shown, arm, data.log_likelihood)


def outcomes(belief: Any) -> list[NamedObservations]:
    """The outcomes of the rows, how often each was seen, and its precision."""
    data = RegressionRows.of(belief)
    constant = {"count": data.counts, "precision": data.precision}
    return [NamedObservations("y", data.y + data.offset, data.replicates, data.log_likelihood, constant)]
