"""A dense symmetric matrix over the levels of several factors, of which the lower triangle is kept."""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.factors import Factor


def filled(lower: Floats) -> Floats:
    """The symmetric matrix with this lower triangle."""
    return np.where(np.tri(len(lower), dtype=bool), lower, lower.T)


def turned_rows(matrix: Floats, scales: tuple[Floats, ...], factors: tuple[Factor, ...]) -> Floats:
    """L M: the rows of each level of each factor multiplied by its T."""
    found, start = np.empty(matrix.shape), 0
    for factor, scale in zip(factors, scales, strict=True):
        own = slice(start, start + factor.count * factor.q)
        blocks = matrix[own].reshape(factor.count, factor.q, -1)
        found[own] = np.matmul(scale, blocks).reshape(matrix[own].shape)
        start = own.stop
    return found


def on_both_sides(lower: Floats, scales: tuple[Floats, ...], factors: tuple[Factor, ...]) -> Floats:
    """The lower triangle of L M L' for a symmetric M, of which the lower triangle is read."""
    if all(factor.q == 1 for factor in factors):
        each = np.repeat([scale[0, 0] for scale in scales], [factor.count for factor in factors])
        found = lower * each
        found *= each[:, None]
        return found
    return turned_rows(turned_rows(filled(lower), scales, factors).T, scales, factors)


def diagonal(lower: Floats, factor: Factor) -> Floats:
    """The blocks (q, q, J) on the diagonal of a factor's own matrix, of which the lower triangle is read."""
    held, levels = lower.reshape(factor.count, factor.q, factor.count, factor.q), np.arange(factor.count)
    found = np.moveaxis(held[levels, :, levels], 0, -1).copy()
    for a in range(factor.q):
        for b in range(a):
            found[b, a] = found[a, b]
    return found
