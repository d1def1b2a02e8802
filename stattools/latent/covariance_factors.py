"""Correlation matrices by numbers that are free between -1 and 1: R = L L', L from partial correlations.

    L[i, j] = z[i, j] sqrt(prod_{k<j} (1 - z[i, k]^2)),   j < i,    L[i, i] = sqrt(prod_{k<i} (1 - z[i, k]^2))

z[i, j] is the correlation of i and j given those before j; of two effects it is their correlation. Source: Lewandowski,
Kurowicka & Joe, Journal of Multivariate Analysis 100 (2009), 1989-2001.

Can the rows tell the variances from each other? Not where the matrices that they multiply are linearly dependent.

    V = s2 I + sum_k Z_k (I (x) Sigma_k) Z_k'     is linear in s2 and the entries of each Sigma_k

An example is (b | g) where every group has one value of b, 0 or 1: the rows show Var(u_0) and Var(u_0 + u_b), two
numbers, and the model asks for three. The restricted likelihood sees N'V N with N'X = 0 in place of V.

No matrix of n rows and columns is made: each matrix is multiplied by a few random vectors. Matrices that are dependent
have dependent products with every vector, and those that are not have independent ones. The cost is O(n) for each entry
of the Sigma_k and each vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.small_matrices import Codes


@lru_cache(maxsize=16)
def below(q: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the entries below the diagonal, row by row."""
    return np.tril_indices(q, -1)


def triangle(z: Floats, q: int) -> Floats:
    """L (q, q) of z, the entries below the diagonal row by row.

    >>> triangle(np.array([0.6]), 2).tolist()
    [[1.0, 0.0], [0.6, 0.8]]
    """
    L = np.eye(q)
    L[below(q)] = z
    for i in range(1, q):
        rest = np.cumprod(np.append(1.0, 1.0 - L[i, :i] ** 2))
        L[i, :i] *= np.sqrt(rest[:-1])
        L[i, i] = np.sqrt(rest[-1])
    return L


def slopes(z: Floats, L: Floats, by: Floats) -> Floats:
    """The derivative by z of a function of L whose derivative by the entries of L is `by` (q, q)."""
    q = len(L)
    found = np.zeros((q, q))
    Z = np.zeros((q, q))
    Z[below(q)] = z
    for i in range(1, q):
        rest = np.sqrt(np.cumprod(np.append(1.0, 1.0 - Z[i, : i - 1] ** 2)))
        for j in range(i):
            later = float(by[i, j + 1 : i + 1] @ L[i, j + 1 : i + 1])
            found[i, j] = by[i, j] * rest[j] - later * Z[i, j] / (1.0 - Z[i, j] ** 2)
    return found[below(q)]


DEPENDENT = 1e-9
"""Columns of length 1 with a singular value below this are dependent; what round-off makes of them is 1e-14."""

SQUARED = 1e-12
"""The same of sums of products, whose eigenvalues are squares and round-off 1e-15."""

NOTHING = 1e-6
"""A part of a combination, whose squares sum to 1, that is smaller than this is 0."""

FIRST_ROWS = 2000
"""Rows that are looked at first: variances that some rows tell apart are told apart by all."""


def require_told_apart(
    who: str,
    names: Sequence[str],
    codes: Sequence[Codes],
    z: Sequence[Floats],
    *,
    residual: bool,
    Q: Floats | None = None,
) -> None:
    """IdentificationError with the names of the terms where the rows do not tell their variances apart."""
    first = slice(FIRST_ROWS)
    if Q is None and not not_told_apart([c[first] for c in codes], [one[:, first] for one in z], residual=residual):
        return
    if terms := not_told_apart(codes, z, residual=residual, Q=Q):
        raise dependent_variances(who, names, terms)


def dependent_variances(who: str, names: Sequence[str], terms: set[int]) -> IdentificationError:
    """What is raised for the terms of these numbers, -1 the residual, of whose variances a combination is not known."""
    which = " and ".join([names[k] for k in sorted(terms - {-1})] + ["the residual"] * (-1 in terms))
    return IdentificationError(
        f"{who}: the rows do not tell the variances of {which} apart: the likelihood is the same along a combination "
        "of them, whatever the outcome is, so that no values of theirs are the maximum. Take fewer columns in the "
        "random part, such as (1 | g), subtract the mean from columns that are far from 0, or leave a term out."
    )


def not_told_apart_by(products: Floats, owners: Sequence[int]) -> set[int]:
    """The same of the sums tr(V_i V_l) of the matrices, all that is known of rows in files.

    >>> not_told_apart_by(np.array([[2.0, 4.0, 0.0], [4.0, 8.0, 0.0], [0.0, 0.0, 1.0]]), [-1, 0, 1])
    {0, -1}
    """
    lengths = np.sqrt(products.diagonal())
    lengths = np.where(lengths > 0.0, lengths, 1.0)
    values, vectors = np.linalg.eigh(products / lengths[:, None] / lengths)
    of_none = np.abs(vectors[:, values < SQUARED]) > 1e3 * NOTHING
    return set(np.array(owners)[of_none.any(axis=1)].tolist())


def not_told_apart(codes: Sequence[Codes], z: Sequence[Floats], *, residual: bool, Q: Floats | None = None) -> set[int]:
    """The terms, -1 for the residual, in a combination of variances that changes nothing; empty where there is none.

    `codes` (n,) and `z` (q, n) are those of each term; `Q` (p, n), Q Q' = n I, are the columns of the restricted
    likelihood, None for that of the rows themselves; `residual` says whether the rows have a variance of their own.

    >>> groups, pairs = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 1, 1])
    >>> not_told_apart([groups], [np.array([np.ones(6), pairs])], residual=True)
    {0}
    >>> not_told_apart([groups], [np.ones((1, 6))], residual=True)
    set()
    """
    n = len(codes[0])
    entries = [(k, a, b) for k, one in enumerate(z) for a, b in combinations_with_replacement(range(len(one)), 2)]
    found, lengths = [], np.zeros(len(entries) + residual)
    for w in np.random.default_rng(1).standard_normal((1 + sum(map(len, z)), n)):
        beyond = _beyond(w, Q)
        moved = np.array([*(_moved(beyond, codes[k], z[k], a, b) for k, a, b in entries), *[beyond] * residual])
        lengths += np.einsum("in,in->i", moved, moved)
        found.append(_beyond(moved, Q))
    columns = np.concatenate(found, axis=1) / np.sqrt(np.where(lengths > 0.0, lengths, 1.0))[:, None]
    sizes, vectors = np.linalg.svd(np.linalg.qr(columns.T, mode="r"))[1:]
    some = np.pad(sizes, (0, len(vectors) - len(sizes))) < DEPENDENT
    owners = np.array([*(k for k, _, _ in entries), *[-1] * residual])
    return set(owners[(np.abs(vectors[some]) > NOTHING).any(axis=0)].tolist())


def _moved(w: Floats, codes: Codes, z: Floats, a: int, b: int) -> Floats:
    """Z (I (x) E) Z' w, with E the symmetric matrix of 1 at the entries (a, b) and (b, a)."""
    found = z[a] * np.bincount(codes, z[b] * w)[codes]
    return found if a == b else found + z[b] * np.bincount(codes, z[a] * w)[codes]


def _beyond(w: Floats, Q: Floats | None) -> Floats:
    """The part of w (..., n) that the columns of the fixed effects do not make."""
    return w if Q is None else w - (w @ Q.T) @ Q / w.shape[-1]
