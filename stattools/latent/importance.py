"""How far Laplace's approximation is from the integral: importance sampling with the approximation as proposal.

    log L - log L~ = log E exp(F(u) - F(u^) + |xi|^2 / 2),   u = u^ + H^-1/2 xi,   xi ~ N(0, I)

The same draws xi serve at all parameters, so that the difference is a smooth function of these, and come in pairs xi
and -xi, which cancels what is odd. With K parameters and the information about them, one Newton step with the slopes of
the difference is what a better integral would move them by.
Source: Shephard & Pitt, Biometrika 84 (1997), 653-667; Skaug & Fournier, Comput. Stat. Data Anal. 51 (2006), 699-709.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.laplace import LaplaceIntegral

WORK = 4_000_000
"""Linear predictors that are evaluated for one difference."""
PAIRS = (100, 1_000)
"""At least and at most so many pairs of draws."""
AT_ONCE = 200_000
"""Numbers that are handled together."""
STEP = 1e-3
"""Of differences, in units of theta: the draws are the same, and the difference is smooth."""


def pairs_for(n: int) -> int:
    """How many pairs of draws n rows allow."""
    return int(np.clip(WORK // (2 * n), *PAIRS))


def log_ratio(found: LaplaceIntegral, pairs: int) -> float:
    """log L - log L~, estimated from so many pairs of draws."""
    mode, H, rng = found.mode, found.mode.penalized, np.random.default_rng(1)
    prior, n, logs = found.columns.prior[:, None], len(mode.eta), []
    step = max(1, AT_ONCE // max(n, len(mode.u)))
    for start in range(0, pairs, step):
        xi = rng.standard_normal((min(step, pairs - start), len(mode.u))).T
        ahead = H.colored(xi)
        moves = H.columns.up(ahead)
        for sign in (1.0, -1.0):
            u = mode.u[:, None] + sign * ahead
            heights = found.rows.logliks(mode.eta, sign * moves) - 0.5 * (prior * u * u).sum(axis=0)
            logs.append(heights - mode.value + 0.5 * (xi * xi).sum(axis=0))
    every = np.concatenate(logs)
    top = float(every.max())
    return top + float(np.log(np.exp(every - top).mean()))


def shifts(ratio: Callable[[Floats], float], theta: Floats, inverse: Floats) -> Floats:
    """How far the slopes of `ratio` move theta, in standard errors: one Newton step with the `inverse` information.

    Parameters that are exactly 0, as standard deviations, and those without a standard error do not move.
    """
    slope = np.zeros(len(theta))
    for k in np.flatnonzero(theta != 0.0):
        step = np.zeros(len(theta))
        step[k] = STEP * max(1.0, abs(theta[k]))
        slope[k] = (ratio(theta + step) - ratio(theta - step)) / (2.0 * step[k])
    se = np.sqrt(np.maximum(inverse.diagonal(), 0.0))
    return np.divide(inverse @ slope, se, out=np.zeros(len(theta)), where=se > 0.0)
