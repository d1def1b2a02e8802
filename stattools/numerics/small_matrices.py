"""Small matrices: one by LAPACK alone, as the checks of numpy.linalg take longer than it does, and many at once.

Of many, an array (a, b, J) holds J matrices of a rows and b columns. They come last, so that each entry is an array of
length J and a product of 2 x 2 matrices is eight products of such arrays: for matrices this small it takes a tenth of
the time of one call of LAPACK per group. A last axis of length 1 is one matrix that all share, and no factor raises
where another matrix is not positive definite.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

from stattools.interface.arrays import Floats
from stattools.interface.record import record

syevd, geqrf = get_lapack_funcs(("syevd", "geqrf"), dtype=np.float64)


def eigen(symmetric: Floats) -> tuple[Floats, Floats]:
    """The eigenvalues of a symmetric matrix, least first, and its eigenvectors, from its lower triangle.

    Raises LinAlgError where they do not converge, as of numbers that are not finite.

    >>> eigen(np.diag([3.0, 2.0]))[0].tolist()
    [2.0, 3.0]
    """
    if not len(symmetric):
        return np.zeros(0), np.zeros((0, 0))
    values, vectors, info = syevd(symmetric, lower=True)
    if info or not isfinite(values[-1]):
        raise np.linalg.LinAlgError("Eigenvalues did not converge")
    return values, vectors


def triangles(A: Floats, least: float = 0.0) -> tuple[Floats, Floats]:
    """Lower factors L of the lower triangles A, L L' = A, and their pivots (p, m).

    Where a pivot is not positive the factor means nothing, but it is finite where A is; with `least` above 0 no pivot
    is taken for less, as that of M - I >= 0 is not below 1 but for round-off.
    """
    L, pivots = np.zeros(A.shape), np.empty(A.shape[1:])
    for j in range(len(A)):
        column = L[j:, j]
        column[...] = A[j:, j]
        for k in range(j):
            column -= L[j:, k] * L[j, k]
        pivots[j] = column[0]
        root = np.sqrt(np.fmax(pivots[j], least) if least else np.where(pivots[j] > 0.0, pivots[j], 1.0))
        column /= root
        column[0] = root
    return L, pivots


@np.errstate(invalid="ignore", divide="ignore", over="ignore")
def factored(A: Floats) -> tuple[Floats, Floats]:
    """The same factors, and for each member its smallest pivot as a share of the diagonal element, (m,).

    >>> L, pivot = factored(np.array([[4.0, 0.0], [2.0, 2.0]])[:, :, None])
    >>> L[:, :, 0].tolist(), pivot.tolist()
    ([[2.0, 0.0], [1.0, 1.0]], [0.5])
    """
    L, pivots = triangles(A)
    diagonal = A.diagonal().T
    share = np.divide(pivots, diagonal, out=np.full(pivots.shape, -1.0), where=diagonal > 0.0)
    return L, share.min(axis=0, initial=1.0)


def forward(L: Floats, right: Floats) -> Floats:
    """L^-1 right of each member, for right of shape (p, m) or (p, r, m)."""
    x = np.empty((*right.shape[:-1], right.shape[-1] if L.shape[2] == 1 else L.shape[2]))
    x[...] = right
    below = L if right.ndim == 2 else L[:, :, None]
    for j in range(len(L)):
        x[j] /= L[j, j]
        if j + 1 < len(L):
            x[j + 1 :] -= below[j + 1 :, j] * x[j]
    return x


def backward(L: Floats, right: Floats) -> Floats:
    """L^-T right, for right of shape (p, m) or (p, r, m)."""
    x, beside = np.array(right), L if right.ndim == 2 else L[:, :, None]
    for j in reversed(range(len(L))):
        x[j] /= L[j, j]
        if j:
            x[:j] -= beside[j, :j] * x[j]
    return x


def inverted(L: Floats) -> Floats:
    """The inverses of triangles L (p, p, m).

    >>> inverted(np.array([[2.0, 0.0], [1.0, 1.0]])[:, :, None])[:, :, 0].tolist()
    [[0.5, 0.0], [-0.5, 1.0]]
    """
    return forward(L, np.eye(len(L))[:, :, None])


Codes = NDArray[np.intp]


def times(a: Floats, b: Floats) -> Floats:
    """A_j B_j of each group: (a, k, J) and (k, b, J) make (a, b, J).

    >>> times(np.full((1, 1, 2), 3.0), np.array([[[1.0, 2.0]]])).tolist()
    [[[3.0, 6.0]]]
    """
    out = a[:, 0, None] * b[None, 0]
    for k in range(1, a.shape[1]):
        out += a[:, k, None] * b[None, k]
    return out


def transposed(a: Floats) -> Floats:
    """A_j' of each group."""
    return a.swapaxes(0, 1)


def grams(left: Floats, right: Floats | Sequence[Floats], codes: Codes, count: int) -> Floats:
    """The sum of l_i r_i' over the rows i of each group: (a, n) and (b, n) make (a, b, count).

    >>> grams(np.ones((1, 3)), np.array([[1.0, 2.0, 4.0]]), np.array([0, 1, 1]), 2).tolist()
    [[[1.0, 6.0]]]
    """
    out = np.empty((len(left), len(right), count))
    for a, row in enumerate(left):
        for b, other in enumerate(right):
            out[a, b] = np.bincount(codes, row * other, count)
    return out


def sums_by(blocks: Floats, codes: Codes, count: int) -> Floats:
    """The sum of the matrices that belong to each of `count` groups: (a, b, J) makes (a, b, count)."""
    flat = [np.bincount(codes, row, count) for row in blocks.reshape(-1, blocks.shape[-1])]
    return np.array(flat).reshape(*blocks.shape[:2], count)


@record
class IntegratedOut:
    """What is left of a factor whose effects u = T v, v ~ N(0, I), were integrated out; A_j is its Z_j'Z_j.

    `spread` is W_j = T (I + T'A_j T)^-1 T', the covariance of u given the data; `left` is F_j = I - A_j W_j, so that
    Z'V^-1 is F_j Z_j'; `inner` is F_j A_j = [Z'V^-1 Z]_j; `log_determinant` is the sum of log|I + T'A_j T|.
    """

    spread: Floats
    left: Floats
    inner: Floats
    log_determinant: float


def eliminated(gram: Floats, factor: Floats) -> IntegratedOut:
    """The effects of a factor with A_j (q, q, J) and T (q, q) integrated out; T may be singular.

    Where T is far from singular F_j is T^-T (I + T'A_j T)^-1 T', which loses no digit where the effects are large;
    otherwise it is I - A_j W_j, which loses none where they are small.
    """
    q = len(gram)
    held = factor[:, :, None]
    m = times(transposed(held), times(gram, held))
    m[np.arange(q), np.arange(q)] += 1.0
    root = triangles(m, 1.0)[0]
    half = forward(root, np.broadcast_to(transposed(held), gram.shape))
    spread = times(transposed(half), half)
    size = np.abs(factor.diagonal()).min() ** 2
    if size * max(gram[i, i].mean() for i in range(q)) > 1.0:
        back = np.linalg.inv(factor).T
        inverse = forward(root, np.broadcast_to(np.eye(q)[:, :, None], gram.shape))
        left = times(back[:, :, None], times(transposed(inverse), half))
    else:
        left = -times(gram, spread)
        left[np.arange(q), np.arange(q)] += 1.0
    log_determinant = 2.0 * float(np.log(root[np.arange(q), np.arange(q)]).sum())
    return IntegratedOut(spread, left, times(left, gram), log_determinant)


NOTHING = 1e-12
"""A standard deviation of effects below this share of the largest of the term is 0 but for round-off."""


def lower(root: Floats) -> Floats:
    """The lower triangle T with T T' = root root', its diagonal not negative.

    >>> lower(np.array([[3.0, 4.0]])).tolist()
    [[5.0]]
    """
    T = np.triu(geqrf(root.T)[0][: len(root)]).T
    sign = np.where(T.diagonal() < 0.0, -1.0, 1.0)
    return T * sign


def least_size(T: Floats) -> float:
    """A number that no singular value of the triangle T is below: that of its determinant and its length."""
    if len(T) == 1:
        return abs(float(T[0, 0]))
    length = float(np.linalg.norm(T))
    return abs(prod((T.diagonal() / length).tolist())) * length if length > 0.0 else 0.0


def null_directions(T: Floats) -> Floats:
    """An orthonormal basis (q, r) of the effects that have no variance."""
    if least_size(T) > NOTHING * float(np.linalg.norm(T)):
        return np.zeros((len(T), 0))
    vectors, size, _ = np.linalg.svd(T)
    return vectors[:, size <= NOTHING * size[0]]
