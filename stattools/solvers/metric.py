"""The information as a metric: lengths in standard errors, steps and covariances, from one Cholesky factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

from stattools.errors import IdentificationError

Floats = NDArray[np.float64]

potrf, pocon, potrs, trtrs, trtri = get_lapack_funcs(("potrf", "pocon", "potrs", "trtrs", "trtri"), dtype=np.float64)


class Metric:
    """Cholesky factor of a positive definite information, scaled to unit diagonal first.

    Raises IdentificationError where the information is singular in float64.

    >>> metric = Metric(np.diag([4.0, 9.0]))
    >>> metric.norm(np.array([2.0, 0.0])), metric.solve(np.array([4.0, 9.0]))
    (1.0, array([1., 1.]))
    """

    def __init__(self, information: Floats) -> None:
        diagonal = np.diagonal(information)
        bad = np.flatnonzero(~(diagonal > 0)) if np.isfinite(information).all() else np.arange(len(information))
        if bad.size:
            raise IdentificationError(
                f"The information about coefficient {int(bad[0])} is {diagonal[bad[0]]:.3g}: the data do not determine "
                "it. Leave out its column, or start elsewhere."
            )
        self.unit = np.sqrt(diagonal)
        scaled = information / self.unit[:, None] / self.unit
        self.factor, failed = potrf(scaled, lower=0)
        if failed:
            raise IdentificationError(
                f"The information is singular at coefficient {failed - 1}: the data do not determine it beside the "
                "others. Leave out its column."
            )
        self.rcond = float(pocon(self.factor, np.abs(scaled).sum(axis=0).max())[0])

    def solve(self, score: Floats) -> Floats:
        """H^-1 g: the Newton step."""
        return potrs(self.factor, score / self.unit)[0] / self.unit

    def norm(self, score: Floats) -> float:
        """sqrt(g^T H^-1 g): the Newton decrement of score g."""
        half = trtrs(self.factor, score / self.unit, lower=0, trans=1)[0]
        return float(np.sqrt(half @ half))

    def whiten(self) -> Floats:
        """W (p, p) with W W^T = H^-1, so that phi in theta = W phi has unit information."""
        inverse = np.triu(trtri(self.factor, lower=0)[0])
        return inverse / self.unit[:, None]

    def covariance(self) -> Floats:
        """H^-1."""
        W = self.whiten()
        return W @ W.T
