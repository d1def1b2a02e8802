"""The p-values that belong to a printed statistic: all that its rounding and that of its degrees of freedom leave."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from scipy import special

type Ends = tuple[float, float]


def _normal(size: float) -> float:
    return 2.0 * float(special.ndtr(-size))


def _student(size: float, df: float) -> float:
    return 2.0 * float(special.stdtr(df, -size))


def _correlation(size: float, df: float) -> float:
    if size >= 1.0:
        return 0.0
    return _student(size * float(np.sqrt(df / (1.0 - size * size))), df)


TAILS: dict[str, tuple[int, Callable[..., float]]] = {
    "z": (0, _normal),
    "t": (1, _student),
    "r": (1, _correlation),
    "chi-square": (1, lambda size, df: float(special.chdtrc(df, size))),
    "F": (2, lambda size, first, second: float(special.fdtrc(first, second, size))),
}
"""By the distribution of a statistic: how many degrees of freedom it has, and the probability of a larger one; of z, t
and r on both sides.
"""
TWO_SIDED = ("z", "t", "r")


def p_values(kind: str, size: Ends, df: tuple[Ends, ...]) -> Ends:
    """The smallest and the largest p-value of a statistic of absolute value `size` with these degrees of freedom, which
    are above 0; NaN where it cannot be computed.

    >>> [round(p, 4) for p in p_values("t", (2.195, 2.205), ((28, 28),))]
    [0.0358, 0.0366]
    """
    tail = TAILS[kind][1]
    found = [tail(*(value for value in ends)) for ends in product(_finite(size), *df)]
    if np.isnan(found).any():
        return np.nan, np.nan
    return (0.0 if np.isinf(size[1]) else min(found)), max(found)


def _finite(size: Ends) -> Ends:
    return size[0], (size[1] if np.isfinite(size[1]) else size[0])


def quantile(level: float, df: float) -> float:
    """How many standard errors an interval of this level reaches to each side.

    >>> round(quantile(0.95, 28.0), 3), round(quantile(0.95, np.inf), 3)
    (2.048, 1.96)
    """
    return float(special.stdtrit(df, 0.5 + 0.5 * level))
