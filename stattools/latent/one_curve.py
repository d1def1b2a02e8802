"""One curve alone: its columns turned so that no two of them meet are the levels of one grouping factor, whose engine,
with the proof for one ratio of variances, holds as it stands.

    B'B = R'R,   R M = U S N^-1 (N'N = 1):   columns z_j of B M N have z_i'z_j = 0 and z_j'z_j = s_j^2

so that V = I + tau sum_j z_j z_j' has the determinant prod (1 + tau s_j^2). The singular values of R M keep the digits
of the roughest directions, which Z'Z has lost. Source: Demmler & Reinsch, Numer. Math. 24 (1975), 375-382.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_sums import fitted, spline_gram, spline_products
from stattools.latent.one_factor import OneFactor

NOTHING = 1e-14
"""The square of a column that is this small beside the largest is the round-off of B'B: no row knows of it."""


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
    sizes, back, unit = turned(spline_gram(term), term.wiggles, W.shape[1])
    rows = CurveRows(term, term.wiggles @ back, W)
    return _structure(sizes, rows.products(W), W @ W.T, rows), back, unit


def one_curve_of_sums(
    gram: Floats, products: Floats, cross: Floats, wiggles: Floats, n: int
) -> tuple[OneFactor, Floats, float]:
    """The same of the sums B'B (k, k), B'W' (k, m) and W W' (m, m) over n rows."""
    sizes, back, unit = turned(gram, wiggles, n)
    return _structure(sizes, ((wiggles @ back).T @ products).T[None], cross, None), back, unit


def _structure(sizes: Floats, products: Floats, cross: Floats, rows: Any) -> OneFactor:
    E = np.empty((1, 1 + len(cross), len(sizes)))
    E[0, 0] = sizes
    E[:, 1:] = products
    E[:, :, sizes < NOTHING * sizes.max()] = 0.0
    return OneFactor(E, cross, (1,), rows)


def turned(gram: Floats, wiggles: Floats, n: int) -> tuple[Floats, Floats, float]:
    """The squares z_j'z_j (q,) of the columns of B M N, N (q, q), and what they were divided by."""
    try:
        root = np.linalg.cholesky(gram).T
    except np.linalg.LinAlgError:  # a gap in x leaves B-splines without rows
        values, vectors = np.linalg.eigh(gram)
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    _, sizes, turn = np.linalg.svd(root @ wiggles)
    unit = float(np.sqrt(np.sum(sizes**2) / n))
    return (sizes / unit) ** 2, turn.T / unit, unit
