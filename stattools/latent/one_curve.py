"""One curve alone: its columns turned so that no two of them meet are the levels of one grouping factor, whose engine,
with the proof for one ratio of variances, holds as it stands.

    B'B = R'R,   R M = U S N^-1 (N'N = 1):   columns z_j of B M N have z_i'z_j = 0 and z_j'z_j = s_j^2

so that V = I + tau sum_j z_j z_j' has the determinant prod (1 + tau s_j^2). The singular values of R M keep the digits
of the roughest directions, which Z'Z has lost. Source: Demmler & Reinsch, Numer. Math. 24 (1975), 375-382.
"""

from __future__ import annotations

import numpy as np

from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_sums import fitted, spline_gram, spline_products
from stattools.latent.one_factor import OneFactor


@record
class CurveRows:
    """The rows of a curve as `OneFactor` reads them: W (m, n), and `turned` (k, q), coefficients of the columns z_j."""

    term: SmoothTerm
    turned: Floats
    W: Floats

    def products(self, W: Floats) -> Floats:
        """z_j'W' (1, m, q) of rows W (m, n)."""
        return (self.turned.T @ spline_products(self.term, W)).T[None]

    def made(self, effects: Floats) -> Floats:
        """What effects (1, m, q) make of the rows, (m, n)."""
        return fitted(self.term, self.turned @ effects[0].T)


def one_curve(term: SmoothTerm, W: Floats) -> tuple[OneFactor, Floats, float]:
    """The structure of rows W (m, n) with one curve; N (q, q), b = N u of the coefficients u of its columns; and what
    these were divided by, so that a row has squares that sum to 1 on average.
    """
    M = term.wiggles
    gram = spline_gram(term)
    try:
        root = np.linalg.cholesky(gram).T
    except np.linalg.LinAlgError:  # a gap in x leaves B-splines without rows
        values, vectors = np.linalg.eigh(gram)
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    _, sizes, turn = np.linalg.svd(root @ M)
    unit = float(np.sqrt(np.sum(sizes**2) / W.shape[1]))
    back = turn.T / unit
    rows = CurveRows(term, M @ back, W)
    E = np.empty((1, 1 + len(W), len(sizes)))
    E[0, 0] = (sizes / unit) ** 2
    E[:, 1:] = rows.products(W)
    return OneFactor(E, W @ W.T, (1,), rows), back, unit  # type: ignore[arg-type]
