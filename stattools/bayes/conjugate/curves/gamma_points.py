"""The gamma distribution at points that people give: rates checked, and densities and probabilities with all digits.

Everything is computed from t = log(rate theta / shape), which neither overflows nor loses what shapes of 1e9 need.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import between
from stattools.errors import DomainError
from stattools.interface.arguments import as_numbers
from stattools.interface.arrays import Floats
from stattools.numerics.distributions.gamma import log_density_of_log, tails


def logs(theta: ArrayLike, shape: Any, rate: Any) -> tuple[Floats, Floats]:
    """theta as float64, and t. Raises DomainError for what is no rate."""
    x = as_numbers(theta, "theta is a rate, a number that is at least 0", np.shape(shape))
    if not (x >= 0.0).all():
        first = np.argwhere(~(x >= 0.0))[0].tolist()
        at = f" at position {', '.join(map(str, first))}" if first else ""
        raise DomainError(f"theta is a rate, a number that is at least 0; got {x[~(x >= 0.0)][0]:.6g}{at}.")
    with np.errstate(divide="ignore", over="ignore"):  # log 0 = -inf and log inf = inf are the values wanted
        return x, np.log(x * (rate / shape))


def log_density(theta: ArrayLike, shape: Any, rate: Any) -> float | Floats:
    """log f(theta); at 0 it is -inf, inf or, for shape 1, log rate."""
    x, t = logs(theta, shape, rate)
    a = np.asarray(shape)
    inside = np.isfinite(t)
    value = log_density_of_log(np.where(inside, t, 0.0), a) - np.log(np.where(inside, x, 1.0))
    with np.errstate(divide="ignore"):  # log 0: the density vanishes, or is infinite
        at_zero = np.where(a == 1.0, np.log(rate), np.where(a < 1.0, np.inf, -np.inf))
    return np.where(inside, value, np.where(x > 0.0, -np.inf, at_zero))[()]


def probability(low: ArrayLike, high: ArrayLike, shape: Any, rate: Any) -> float | Floats:
    """P(low <= theta <= high). Raises DomainError unless 0 <= low <= high."""
    (low, t_low), (high, t_high) = logs(low, shape, rate), logs(high, shape, rate)
    if np.any(low > high):
        raise DomainError(f"probability needs low <= high; got low={low.tolist()!r}, high={high.tolist()!r}.")
    return plain(between(tails(t_low, shape), tails(t_high, shape)))
