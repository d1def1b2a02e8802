"""Differences of digamma and of trigamma between r and r + y, less those of their logarithms, for r of any size.

    G = digamma(r + y) - digamma(r) - log(1 + y / r)

vanishes as r -> inf and would be lost as a difference; beyond r = 15 it is summed from the asymptotic series of the
digamma function (DLMF 5.11.2). The derivatives of gamma functions ratios in r, Gamma(r + y) / Gamma(r), are made of it.
So is what digamma itself lacks of a logarithm, the limit y -> inf.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, zeta

from stattools.interface.arrays import Floats


def gamma_differences(r: Floats, y: Floats) -> tuple[Floats, Floats]:
    """r G and r^2 (trigamma(y + r) - trigamma(r)) + r y / (r + y) for r > 0, y >= 0; both 0 where y = 0.

    >>> slope, curvature = gamma_differences(np.array(1e9), np.array(3.0))  # r G is 3 / (2 r) to first order
    >>> float(slope).__round__(15), float(curvature).__round__(15)
    (1.5e-09, -3e-09)
    """
    share = y / (r + y)
    large = np.maximum(r, 15.0)
    log_t = -np.log1p(np.where(r < 15.0, 0.0, y / large))

    def power(k: int) -> Floats:
        return np.expm1(k * log_t) * (1.0 / large) ** (k - 1)  # (t^k - 1) / r^(k-1), t = r / (r + y)

    far_slope = -power(1) / 2 - power(2) / 12 + power(4) / 120 - power(6) / 252 + power(8) / 240
    far_curvature = large * (power(2) / 2 + power(3) / 6 - power(5) / 30 + power(7) / 42 - power(9) / 30)
    small = np.minimum(r, 15.0)
    near_slope = small * (digamma(y + small) - digamma(small) - (np.log(small + y) - np.log(small)))
    near_curvature = small * small * (zeta(2.0, y + small) - zeta(2.0, small)) + r * share
    return np.where(r < 15.0, near_slope, far_slope), np.where(r < 15.0, near_curvature, far_curvature)


def digamma_gap(k: Floats) -> tuple[Floats, Floats]:
    """G = k (log k - digamma(k)), between 1/2 and 1, and its slope k dG / dk, for k > 0.

    >>> gap, slope = digamma_gap(np.array(1e6))  # 1/2 + 1 / (12 k) to first order
    >>> f"{gap:.12f} {slope:.7e}"
    '0.500000083333 -8.3333333e-08'
    """
    s = 1.0 / np.maximum(k, 15.0)
    terms = [s / 12, -(s**3) / 120, s**5 / 252, -(s**7) / 240, s**9 / 132]
    far_slope = -sum((2 * j + 1) * term for j, term in enumerate(terms))
    small = np.minimum(k, 15.0)
    near = small * (np.log(small) - digamma(small))
    near_slope = near + small - small * small * zeta(2.0, small)
    return np.where(k < 15.0, near, 0.5 + sum(terms)), np.where(k < 15.0, near_slope, far_slope)
