"""Columns that do not depend on origin and unit: X and the Z of each random term are replaced by orthonormal ones.

    X M = Q,   Q'Q = n I,          M: centered where there is a column of ones, scaled, and the inverse of a triangle
    y = X beta_0 + s e             the least squares of y on X, of which only the residual is left
    Z_k N_k = Q_k                  so that u_k = N_k times the effects of Q_k

A calendar year in place of a number of days then changes no digit: the difference from the mean is exact in float64.
Rows of precision w are multiplied by sqrt(w).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log, sqrt

import numpy as np
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.data.design.latent_terms import RandomTerm
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import require_sizes
from stattools.latent.blocks import LatentColumns

# For matrices of few columns the checks of numpy.linalg take longer than LAPACK.
getrf, posv, potrf, trtri = get_lapack_funcs(("getrf", "posv", "potrf", "trtri"), dtype=np.float64)

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)

CLOSE = 1e-4
"""Columns of unit length whose Gram matrix has a pivot below this are taken apart by Householder's method, which
squares nothing.
"""

DEPENDENT = 1e-10
"""A column whose part beyond the others is below this share of its length is a combination of them."""


@record
class Coordinates:
    """The `columns` that structures read, and the way back.

    beta = `beta` + `to_beta` (s b) with the coefficients b of Q and the unit s = `unit` of the residual of y, 0 where
    there is none; the effects of term k are `to_effects[k]` (s times those of Q_k). `log_precision` sums log w.
    """

    columns: LatentColumns
    beta: Floats
    to_beta: Floats
    unit: float
    to_effects: tuple[Floats, ...]
    log_precision: float

    @property
    def log_gram(self) -> float:
        """log|X'V^-1 X| less log|Q'V^-1 Q|."""
        return -2.0 * sum(log(abs(one)) for one in getrf(self.to_beta)[0].diagonal().tolist())

    def about(self, b: Floats) -> Coordinates:
        """The same with y less what the coefficients b of Q make of it, so that these are small."""
        W = self.columns.W.copy()
        W[-1] -= b @ W[:-1]
        unit = _root_mean_square(W[-1])
        W[-1] /= unit
        beta = self.beta + self.to_beta @ b * self.unit
        return replace(self, columns=replace(self.columns, W=W), beta=beta, unit=self.unit * unit)


def coordinates(
    X: Floats, y: Floats, terms: Sequence[RandomTerm], precision: Floats | None = None, names: Sequence[str] = ()
) -> Coordinates:
    """The columns of X (n, p) and of random terms in coordinates of their own; IdentificationError for columns that are
    combinations of others, with their names.

    >>> import numpy as np
    >>> X = np.column_stack([np.ones(4), [2001.0, 2002.0, 2003.0, 2004.0]])
    >>> term = RandomTerm("(1 | g)", "g", np.array([0, 0, 1, 1]), ("a", "b"), ("Intercept",), np.ones((4, 1)))
    >>> coordinates(X, np.array([1.0, 3.0, 2.0, 4.0]), [term]).columns.W.round(3).tolist()[:2]
    [[1.0, 1.0, 1.0, 1.0], [-1.342, -0.447, 0.447, 1.342]]
    """
    root = None if precision is None else np.sqrt(precision)
    W = np.empty((X.shape[1] + 1, len(y)))
    Q, constant = W[:-1], _constant(X.T)
    to_beta = _orthonormal(X, root, names, "The model", Q, constant)
    b, shift = np.zeros(len(to_beta)), np.zeros(len(to_beta))
    if constant is None:
        W[-1] = y
    else:  # an outcome far from 0 keeps its digits: the difference from its mean is exact
        level = float(np.add.reduce(y)) / len(y)
        shift[constant] = level / X[0, constant]
        W[-1] = y - level
    if root is not None:
        W[-1] *= root
    gram = Q @ Q.T
    for _ in range(2):  # the second time for what round-off left
        step = posv(gram, Q @ W[-1])[1]
        b += step
        W[-1] -= step @ Q
    unit = _root_mean_square(W[-1])
    if unit > 0.0:
        W[-1] /= unit
    z, back = [], []
    for term in terms:
        if term.z is X:
            back.append(to_beta)
            z.append(Q)
            continue
        own = _constant(term.z.T)
        if len(term.columns) == 1 and own == constant == 0 and root is None:  # ones, as those of X are
            back.append(np.array([[Q[0, 0] / term.z[0, 0]]]))
            z.append(Q[:1])
            continue
        made = np.empty((len(term.columns), len(y)))
        back.append(_orthonormal(term.z, root, term.columns, term.name, made, own))
        z.append(made)
    columns = LatentColumns(W, tuple(t.codes for t in terms), tuple(len(t.levels) for t in terms), tuple(z))
    log_precision = 0.0 if precision is None else float(np.log(precision).sum())
    return Coordinates(columns, shift + to_beta @ b, to_beta, unit, tuple(back), log_precision)


def _root_mean_square(row: Floats) -> float:
    return float(nrm2(row)) / sqrt(len(row))


def orthonormal(X: Floats, root: Floats | None, names: Sequence[str], who: str, out: Floats) -> Floats:
    """Write Q' (p, n) to `out`, Q = diag(root) X M with Q'Q = n I but for round-off; returns M (p, p)."""
    return _orthonormal(X, root, names, who, out, _constant(X.T))


def _orthonormal(
    X: Floats, root: Floats | None, names: Sequence[str], who: str, out: Floats, constant: int | None
) -> Floats:
    """The same of columns of which the first that does not vary is the `constant` one."""
    n, p = X.shape
    out[:] = X.T
    largest = np.maximum.reduce(np.abs(out), axis=1)
    require_sizes(who, names or [f"column {k + 1}" for k in range(p)], largest)
    if p == 1 and constant is not None and root is None:
        out /= largest[0]
        return np.array([1.0 / largest])
    M = np.eye(p)
    if constant is not None:
        value, weight = out[constant, 0], None if root is None else root**2
        for k in range(p):
            if k != constant:
                shift = float(np.add.reduce(out[k]) / n if weight is None else np.average(out[k], weights=weight))
                M[constant, k] = -shift / value
                out[k] -= shift
    if root is not None:
        out *= root
    gram = out @ out.T / n
    length = np.sqrt(gram.diagonal())
    part = DEPENDENT * (0.0 if constant is None else 1e-5)
    for k, (own, size) in enumerate(zip(length.tolist(), largest.tolist(), strict=True)):
        if own <= part * size:
            raise dependent(who, names, k)
    if p == 1:
        out /= length
        return M / length
    upper, info = potrf(gram / np.multiply.outer(length, length), clean=True)
    if info or not min(upper.diagonal().tolist()) ** 2 >= CLOSE:
        upper = np.linalg.qr((out / length[:, None]).T, mode="r") / np.sqrt(n)
        small = [*np.flatnonzero(np.abs(upper.diagonal()) <= DEPENDENT).tolist(), *range(len(upper), p)]
        if small:  # the columns beyond the number of rows are combinations of the first ones
            raise dependent(who, names, small[0])
    inverse = trtri(upper)[0] / length[:, None]
    out[:] = inverse.T @ out
    return M @ inverse


def _constant(rows: Floats) -> int | None:
    """The first row all of whose numbers are the same, and not 0."""
    ends = zip(rows[:, 0].tolist(), rows[:, -1].tolist(), strict=True)
    return next((k for k, (a, b) in enumerate(ends) if a == b != 0.0 and (rows[k] == a).all()), None)


def dependent(who: str, names: Sequence[str], k: int) -> IdentificationError:
    """What is raised for column k, a combination of others."""
    name = repr(names[k]) if k < len(names) else f"number {k + 1}"
    return IdentificationError(
        f"{who}: column {name} is a combination of the others (or all 0), so that the maximum is not unique. Leave it "
        "out."
    )
