"""How wide a band must be that holds a whole curve, without simulation: the formula of the tube.

    Z(x) = c(x)'e / |c(x)|,  e ~ N(0, I):   P(max over x of |Z(x)| > q) <= kappa exp(-q^2 / 2) / pi + 2 Phi(-q)

with kappa the length of the way of c(x) / |c(x)| on the unit sphere. It is an upper bound for every q (Naiman), and the
probability itself but for overlaps of the tube, which are rare where q is near 2 or above. Where the standard errors
are estimated with nu degrees of freedom, (1 + q^2 / nu)^(-nu / 2) and Student's t take the place of both. Source:
Naiman, Annals of Statistics 14 (1986), 896-906; Sun & Loader, Annals of Statistics 22 (1994), 1328-1345; Krivobokova,
Kneib & Claeskens, Journal of the American Statistical Association 105 (2010), 852-863.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, stdtr

from stattools.inference.estimates import quantile_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize


def critical_value(rows: Floats, covariance: Floats, level: float, df: float = np.inf) -> float:
    """q of the band: estimate plus and minus q standard errors holds the curve everywhere with probability `level` or
    more. `rows` (g, m) are the combinations of coefficients along a fine grid, `covariance` (m, m) that of these.

    >>> x = np.linspace(0.0, 1.0, 200)
    >>> around = np.stack([np.cos(x), np.sin(x)], axis=1)
    >>> round(critical_value(around, np.eye(2), 0.95), 3), round(critical_value(around, np.eye(2), 0.95, 10.0), 3)
    (2.248, 2.607)
    """
    kappa, alpha = length(rows, covariance), 1.0 - level
    pointwise = float(quantile_of(df, level))
    if kappa == 0.0:
        return pointwise

    def above(q: float) -> float:
        tube = np.exp(-0.5 * q * q) if np.isinf(df) else (1.0 + q * q / df) ** (-0.5 * df)
        beside = 2.0 * float(ndtr(-q) if np.isinf(df) else stdtr(df, -q))
        return float(kappa / np.pi * tube) + beside - alpha

    high = 2.0 * pointwise + 1.0
    while above(high) > 0.0:
        high *= 2.0
    return float(optimize.brentq(above, pointwise, high, xtol=1e-12))  # type: ignore[arg-type]


def length(rows: Floats, covariance: Floats) -> float:
    """kappa: how far the standardized combination travels on the sphere; a change of its sign is no way."""
    values, vectors = np.linalg.eigh(covariance)
    roots = rows @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    sizes = np.sqrt(np.einsum("gm,gm->g", roots, roots))
    known = sizes > 1e-12 * sizes.max(initial=0.0)
    unit = roots[known] / sizes[known, None]
    apart = np.sqrt(np.einsum("gm,gm->g", unit[1:] - unit[:-1], unit[1:] - unit[:-1]))
    against = np.sqrt(np.einsum("gm,gm->g", unit[1:] + unit[:-1], unit[1:] + unit[:-1]))
    return float(2.0 * np.arcsin(np.clip(0.5 * np.minimum(apart, against), 0.0, 1.0)).sum())
