"""Where a climb over one or two effects of each group begins: at what the least squares of the groups say of them."""

from __future__ import annotations

from math import sqrt

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.few_effects import FewEffects
from stattools.numerics.few_columns import eigen

ENOUGH = 0.1
"""|A| as a share of a11 a22 from which a group tells both of its effects."""
INVERTIBLE = 1e-100
"""|A| from which its inverse, and squares of that, are in float64."""
FEWEST = 3
"""Groups from which moments are taken."""
ADJUGATE = np.array([[[1.0], [-1.0]], [[-1.0], [1.0]]])
"""The signs of the entries of A, in reverse order of rows and columns, in its adjugate."""
LEAST = 0.05
"""A variance starts at this share of its error or more."""


def moments(few: FewEffects) -> Floats | None:
    """theta by moments: what the least squares of the groups vary beyond their errors; None where few groups have some.

    S = mean of u u' / s2 - mean of A^-1,    u = A^-1 b,    s2 the mean square within groups
    """
    E, m = few.sums.E, len(few.pair)
    a, b, det = E[:, : len(E)], E[:, -1], few.u[-1]
    told = det > np.maximum(ENOUGH * (a[0, 0] * a[-1, -1]) if len(a) > 1 else ENOUGH, INVERTIBLE)
    J = int(np.count_nonzero(told))
    if max(FEWEST, 0.5 * len(det)) > J:
        return None
    if len(det) > J:
        a, b, det = a[:, :, told], b[:, told], det[told]
    inverse = 1.0 / a if len(a) == 1 else a[::-1, ::-1] * ADJUGATE / det
    u = np.add.reduce(inverse * b, axis=1)
    left, degrees = float(few.sums.C[-1, -1] - np.vdot(u, b)), few.of.d - len(a) * J
    if degrees < m or not left > 0.0:
        return None
    errors = np.add.reduce(inverse, axis=2) / J
    sizes, vectors = eigen(u @ u.T * (degrees / left / J) - errors)
    S = (vectors * np.maximum(sizes, LEAST * sum(errors.diagonal().tolist()))) @ vectors.T
    return np.sqrt(S.diagonal()) if few.is_apart else _root(S.tolist())


def _root(S: list[list[float]]) -> Floats:
    """The lower entries, row by row, of the Cholesky factor of a positive definite S of one or two rows."""
    first = sqrt(S[0][0])
    if len(S) == 1:
        return np.array([first])
    across = S[1][0] / first
    return np.array([first, across, sqrt(max(S[1][1] - across * across, 0.0))])
