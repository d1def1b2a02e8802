"""What second derivatives need of crossed groups whose terms have one effect each: one product of matrices.

With K = S^-1, L the diagonal of the T of the rest, F = (I + tau_0 A)^-1 of the largest factor, and M = K L B L with
B = A_r0 F^2 A_0r, everything of H = Z'V^-1 Z that is asked for is a sum over entries:

    H_rr = L^-1 (I - K) L^-1,   |H_0k|^2 = sum over a in k, b of M_ab K_ab / L_a^2
    |H_00|^2 = |F A|^2 - 2 sum_j (F A)_j F_j^2 (A_0r Q A_r0)_jj + sum of M_ab M_ba

and H P is had from K times few columns. Cost: 2 r^3 for M, less than what the two evaluations of a difference take.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.latent.level_blocks import filled
from stattools.latent.structure import BetweenTerms

(symm,) = get_blas_funcs(("symm",), dtype=np.float64)


ENOUGH = 1e-2
"""Where the size of T'C T in a level is above this, (I - S^-1) keeps 14 digits of it or more."""


def between_crossed(at: Any) -> BetweenTerms | None:
    """The sums at a point, a `CrossedEvaluated`; None where a level of a term has several effects, or where those of a
    term are too small for I - S^-1 to have its digits.
    """
    structure = at.structure
    factors = (structure.largest, *structure.rest)
    ends = np.cumsum([0, *(factor.count for factor in structure.rest)]).tolist()
    spans = [slice(start, stop) for start, stop in pairwise(ends)]
    if any(factor.q > 1 for factor in factors) or not all(
        float(scale[0, 0]) ** 2 * at.inner.diagonal()[own].mean() > ENOUGH
        for scale, own in zip(at.scales, spans, strict=True)
    ):
        return None
    sizes = np.array([float(scale[0, 0]) for scale in at.scales])
    each = np.repeat(sizes, [factor.count for factor in structure.rest])
    K = filled(at.inverse)
    order = [factor.terms[0] for factor in factors]
    squares = np.empty((len(factors), len(factors)))
    squares[np.ix_(order, order)] = _squares(at, K, sizes, each, spans)
    through = _through(at, K, each, spans)
    found = np.empty_like(through)
    found[np.ix_(order, order)] = through
    return BetweenTerms(squares, found)


def _squares(at: Any, K: Floats, sizes: Floats, each: Floats, spans: list[slice]) -> Floats:
    """|H_kl|^2 of the largest factor and the rest, in this order."""
    left, whole, around = at.gone.left[0, 0], at.gone.inner[0, 0], at.around[0, 0]
    B = at.structure.products.outer((left * left)[None, None])
    B *= each
    B *= each[:, None]
    M = symm(1.0, B.T, K.T, lower=0).T  # K L B L, of whose B the lower triangle is read
    found = np.empty((1 + len(spans), 1 + len(spans)))
    found[0, 0] = whole @ whole - 2.0 * (whole * left * left) @ around + np.vdot(M, M.T)
    rows = np.einsum("ab,ab->a", M, K)
    starts = [own.start for own in spans]
    found[0, 1:] = found[1:, 0] = np.add.reduceat(rows, starts) / sizes**2
    inside = np.add.reduceat(np.array([np.einsum("ab,ab->b", K[own], K[own]) for own in spans]), starts, axis=1)
    trace = np.add.reduceat(K.diagonal(), starts)
    inside.flat[:: len(inside) + 1] += [own.stop - own.start for own in spans] - 2.0 * trace
    found[1:, 1:] = inside / np.multiply.outer(sizes**2, sizes**2)
    return found


def _through(at: Any, K: Floats, each: Floats, spans: list[slice]) -> Floats:
    """P_k'H_kl P_l of the largest factor and the rest, in this order."""
    first, *others = at.all_projected
    m, left, meetings = first.shape[1], at.gone.left, at.structure.meetings
    P = [first[0], *(own[0] for own in others)]
    r, last = len(K), len(spans) * m
    columns = np.zeros((r, last + m))  # L^-1 P_l of each of the rest, and L A_r0 F P_0
    for place, own in enumerate(spans):
        columns[own, place * m : (place + 1) * m] = P[1 + place].T / each[own, None]
    columns[:, last:] = each[:, None] * meetings.down(left * first)
    solved = K @ columns
    rest = (columns - solved)[:, :last] / each[:, None]  # H_rl P_l
    to_first = left[0] * meetings.up(each[:, None] * solved)[0]
    found = np.empty((1 + len(spans), 1 + len(spans), m, m))
    found[0, 0] = P[0] @ (at.gone.inner[0] * P[0] - to_first[last:]).T
    for one in range(len(spans)):
        own = slice(one * m, (one + 1) * m)
        found[0, 1 + one] = P[0] @ to_first[own].T
        found[1 + one, 0] = found[0, 1 + one].T
        for k, span in enumerate(spans):
            found[1 + k, 1 + one] = P[1 + k] @ rest[span, own]
    return found
