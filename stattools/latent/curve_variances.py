"""What a mode tells of the variances of curves: u (m,) are the effects in units of their standard deviations there, C
(m, m) their covariance given the data, and each of `blocks` the numbers of those of one curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats

LEAST_KEPT = 1e-8
"""Effective degrees of freedom of a curve that are not less."""
LEAST = 1e-2
"""The least of what the variance of a curve's effects is multiplied by at once."""


def variance_ratios(u: Floats, C: Floats, blocks: Sequence[Any]) -> Floats:
    """|u_k|^2 over the effective degrees of freedom of each curve, the sum of 1 - C_jj: 1 at a maximum, nearly, and
    what a variance is multiplied by on the way to one. Source: Wood & Fasiolo, Biometrics 73 (2017).

    >>> variance_ratios(np.array([3.0, 4.0]), 0.5 * np.eye(2), [slice(0, 1), slice(1, 2)]).tolist()
    [18.0, 32.0]
    """
    kept = 1.0 - C.diagonal()
    found = [float(u[own] @ u[own]) / max(float(kept[own].sum()), LEAST_KEPT) for own in blocks]
    return np.clip(np.array(found), LEAST, 1.0 / LEAST)


def information_of_curves(u: Floats, C: Floats, blocks: Sequence[Any]) -> Floats:
    """Nearly the information about the logarithms of the standard deviations of curves, that of a normal outcome with
    the information of rows as weights:

        [k = l] 2 (|u_k|^2 + tr C_kk) - 4 u_k'C_kl u_l - 2 |C_kl|^2

    What moves with the information of rows is left out. Source: Wood, JRSS B 73 (2011), 3.5.

    >>> information_of_curves(np.array([3.0]), np.array([[0.25]]), [slice(0, 1)]).tolist()
    [[9.375]]
    """
    found = np.empty((len(blocks), len(blocks)))
    for k, own in enumerate(blocks):
        for j, other in enumerate(blocks):
            met = C[own][:, other]
            found[k, j] = -4.0 * float(u[own] @ met @ u[other]) - 2.0 * float((met**2).sum())
        found[k, k] += 2.0 * (float(u[own] @ u[own]) + float(C.diagonal()[own].sum()))
    return found
