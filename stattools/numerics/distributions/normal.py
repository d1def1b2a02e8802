"""The inverse Mills ratio phi / Phi of the normal distribution, and its slope, with all digits in both tails."""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx, ndtr

from stattools.interface.arrays import Floats

SQRT_HALF = np.sqrt(0.5)

FARTHEST = -1e100
"""Below, phi / Phi is -u to all digits, and erfcx(-u) is on its way to 0."""


def mills(u: Floats) -> Floats:
    """phi(u) / Phi(u) = sqrt(2 / pi) exp(-u^2 / 2) / erfc(-u / sqrt 2); for u < 0 the exponentials cancel by hand."""
    low = np.maximum(np.minimum(u, 0.0), FARTHEST)
    high = np.maximum(u, 0.0)
    below = np.sqrt(2.0 / np.pi) / erfcx(-low * SQRT_HALF)
    above = np.exp(-0.5 * np.minimum(high, 1e3) ** 2) / (np.sqrt(2.0 * np.pi) * ndtr(high))
    return np.where(u < FARTHEST, -u, np.where(u < 0.0, below, above))


def minus_slope(u: Floats, h: Floats) -> Floats:
    """-h' = h (u + h) of h = mills(u), with u + h by its continued fraction where it is a difference of large numbers:
    1/|u| - 2/|u|^3 + ...
    """
    far = np.maximum(-u, 30.0)
    s = 1.0 / (far * far)
    rest = (1.0 - s * (2.0 - s * (10.0 - s * (74.0 - s * 706.0)))) / far
    return h * np.where(u < -30.0, rest, u + h)
