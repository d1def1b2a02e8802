"""Where a climb over crossed groups of one effect each begins: at what the sums of squares of each grouping say.

    T_k = sum_i (z_i'y)^2 / a_i over the levels i of term k, a_i = z_i'z_i
    E T_k = sum_l s_l^2 sum_ij A_ij^2 / a_i + s^2 J_k,    E y'y = sum_l s_l^2 sum_j a_j + s^2 n

with A_ij = z_i'z_j of the levels i of k and j of l: as many equations as variances, of sums that are there already.
Source: Searle, Casella & McCulloch, Variance Components (1992), 5.3, Henderson's first method.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.crossed import Crossed
from stattools.latent.moments_of_groups import LEAST
from stattools.latent.structure import Structure


def moments_of_crossed(structure: Structure) -> Floats | None:
    """theta by moments; None for other structures, levels of several effects, and equations without an answer."""
    if not isinstance(structure, Crossed) or max(structure.widths) > 1:
        return None
    factors = (structure.largest, *structure.rest)
    if any(factor.q > 1 for factor in factors):
        return None
    ends = np.cumsum([0, *(factor.count for factor in structure.rest)]).tolist()
    starts, K = ends[:-1], len(factors)
    lengths = [structure.gram[0, 0], *np.split(structure.within.diagonal(), starts[1:])]
    pulls = [structure.to_design[0, -1], *np.split(structure.rest_design[:, -1], starts[1:])]
    inverses = [np.divide(1.0, a, out=np.zeros(len(a)), where=a > 0.0) for a in lengths]
    expected, found = np.empty((K + 1, K + 1)), np.empty(K + 1)
    squares = structure.meetings.across[0].power(2)
    to_first = squares.T @ inverses[0]
    to_rest = squares.sum(axis=0) * np.concatenate(inverses[1:])
    expected[0, 1:K] = np.add.reduceat(to_first, starts)
    expected[1:K, 0] = np.add.reduceat(to_rest, starts)
    for k in range(1, K):
        for other in range(1, k):
            met = structure.within[starts[k - 1] : ends[k], starts[other - 1] : ends[other]] ** 2
            expected[k, other] = inverses[k] @ met.sum(axis=1)
            expected[other, k] = met.sum(axis=0) @ inverses[other]
    for k, (a, b, inverse) in enumerate(zip(lengths, pulls, inverses, strict=True)):
        expected[k, k] = expected[K, k] = a.sum()
        expected[k, K], found[k] = np.count_nonzero(a), (b * b) @ inverse
    expected[K, K], found[K] = len(structure.largest.codes), structure.corner[-1, -1]
    try:
        variances = np.linalg.solve(expected, found)
    except np.linalg.LinAlgError:
        return None
    if not (np.isfinite(variances).all() and variances[K] > 0.0):
        return None
    least = [LEAST * np.count_nonzero(a) / a.sum() for a in lengths]
    ratios = np.maximum(variances[:K] / variances[K], least)
    theta = np.empty(K)
    theta[[factor.terms[0] for factor in factors]] = np.sqrt(ratios)
    return theta
