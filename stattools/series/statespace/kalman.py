"""The Kalman filter with exactly flat initial states, for what is known at time t only: filtered states and surprises.

    v = y - Z'a,  F = Z'PZ + r,  F_inf = Z' P_inf Z;   where F_inf > 0 the gain is P_inf Z / F_inf, else P Z / F
    a <- T a,  P <- T P T' + Q,  P_inf <- T P_inf T'

P_inf, the part of the covariance that is infinite, is used up after as many informative observations as there are flat
states. Where P has converged, its gain is kept and the means of a whole stretch are one banded system. Source:
Durbin & Koopman (2012), 5.2 and 6.4; Koopman, Journal of the American Statistical Association 92 (1997).
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.banded import dtbtrs
from stattools.series.statespace.components import Components

LOG_2PI = float(np.log(2.0 * np.pi))
GONE = 1e-9
"""A flat part below this share of its start counts as zero."""
STILL = 4e-16
"""Relative change of P in one step that is round-off."""
QUIET = 12
"""After so many such steps P has converged."""


@record
class Filtered:
    """Means (n, d) and variances (n, d) of the states given y_1 ... y_t, infinite where they are still flat.

    `surprise` and `variance` (n,): y_t less its prediction, and the variance of that; NaN and infinite where a flat
    state enters. `gain` (n,): the weight of the surprise in the level. `mean`, `covariance`: the state after the last
    time, predicted one step further.
    """

    means: Floats
    variances: Floats
    surprise: Floats
    variance: Floats
    gain: Floats
    mean: Floats
    covariance: Floats
    flat: bool

    def loglik(self) -> float:
        """The diffuse log-likelihood, from its prediction errors; without the share of the flat ones."""
        counted = np.isfinite(self.surprise) & np.isfinite(self.variance)
        v, F = self.surprise[counted], self.variance[counted]
        return -0.5 * (len(v) * LOG_2PI + float(np.log(F).sum()) + float((v * v / F).sum()))


def kalman(y: Floats, full: Floats, components: Components, *, prior_variance: float = np.inf) -> Filtered:
    """Filter y (NaN where missing), given all four variances; `prior_variance` is that of the first states."""
    T, Z, Q, r = components.transition, components.loading, components.disturbance(full), float(full[0])
    n, d = len(y), len(Z)
    center = float(np.nanmean(y)) if np.isinf(prior_variance) else 0.0
    means, variances = np.zeros((n, d)), np.zeros((n, d))
    surprise, variance, gain = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n)
    a, P = np.zeros(d), np.zeros((d, d))
    flat: Floats | None = np.eye(d)
    if np.isfinite(prior_variance):
        P, flat = prior_variance * np.eye(d), None
    observed, quiet, t = y == y, 0, 0
    gaps = np.append(np.flatnonzero(~observed), n)
    while t < n:
        if quiet >= QUIET and observed[t]:
            stop = int(gaps[np.searchsorted(gaps, t)])
            M, F = P @ Z, float(Z @ P @ Z) + r
            K = M / F
            before = _stretch(T, Z, K, a, y[t:stop] - center)
            surprise[t:stop] = y[t:stop] - center - before @ Z
            means[t:stop] = before + np.outer(surprise[t:stop], K)
            variances[t:stop], variance[t:stop], gain[t:stop] = np.diagonal(P - np.outer(K, M)), F, K[0]
            a, t, quiet = T @ means[stop - 1], stop, 0
            continue
        last = P
        if observed[t]:
            a, P, flat, gain[t], surprise[t], variance[t] = _update(a, P, flat, Z, r, y[t] - center)
        means[t], variances[t] = a, np.diagonal(P)
        if flat is not None:
            unknown = np.diagonal(flat) > GONE
            means[t, unknown], variances[t, unknown] = np.nan, np.inf
            flat = T @ flat @ T.T
        a, P = T @ a, T @ P @ T.T + Q
        rest = flat is None and observed[t] and np.abs(P - last).max() <= STILL * max(np.abs(P).max(), 1e-300)
        quiet = quiet + 1 if rest else 0
        t += 1
    means[:, 0] += center
    a = a + center * np.eye(d)[0]
    return Filtered(means, variances, surprise, variance, gain, a, P, flat is not None)


def _update(
    a: Floats, P: Floats, flat: Floats | None, Z: Floats, r: float, y: float
) -> tuple[Floats, Floats, Floats | None, float, float, float]:
    v, M = y - float(Z @ a), P @ Z
    F = float(Z @ M) + r
    if flat is not None:
        M_flat = flat @ Z
        F_flat = float(Z @ M_flat)
        if F_flat > GONE:
            K = M_flat / F_flat
            P = P + np.outer(K, K) * F - np.outer(K, M) - np.outer(M, K)
            left = flat - np.outer(K, M_flat)
            return a + K * v, P, None if np.abs(left).max() <= GONE else left, float(K[0]), np.nan, np.inf
    if F <= 0.0:
        return a, P, flat, 0.0, v, F
    K = M / F
    return a + K * v, P - np.outer(K, M), flat, float(K[0]), v, F


def _stretch(T: Floats, Z: Floats, K: Floats, a: Floats, y: Floats) -> Floats:
    """Predicted states a_t over a stretch with a constant gain: a_{t+1} = T (I - K Z') a_t + T K y_t, one system."""
    n, d = len(y), len(Z)
    A = T @ (np.eye(d) - np.outer(K, Z))
    system = np.zeros((2 * d, n * d), order="F")
    system[0] = 1.0
    for i in range(d):
        for j in range(d):
            system[d + i - j, j::d] = -A[i, j]
    right = np.empty((n, d))
    right[0] = a
    right[1:] = np.outer(y[:-1], T @ K)
    return dtbtrs(system, right.reshape(-1, 1), uplo="L", diag="U")[0].reshape(n, d)
