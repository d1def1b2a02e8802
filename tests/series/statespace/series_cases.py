"""Series and structural models that several tests share, with a dense twin of the diffuse likelihood and posterior."""

import mpmath as mp
import numpy as np
from statsmodels.datasets import macrodata, nile

from stattools.series.statespace.components import Components

NILE = nile.load_pandas().data["volume"].to_numpy()
UNEMPLOYMENT = macrodata.load_pandas().data["unemp"].to_numpy()


def gappy(y, places=(0, 20, 21, 22, 60)):
    y = np.array(y, dtype=float)
    y[list(places)] = np.nan
    return y


CASES = {
    "level": (Components(), [1.2, 0.3]),
    "level, only noise": (Components(), [1.2, 0.0]),
    "level, no noise": (Components(), [0.0, 0.3]),
    "drift": (Components("fixed"), [1.0, 0.2]),
    "smooth": (Components("smooth"), [1.0, 0.05]),
    "smooth, no noise": (Components("smooth"), [0.0, 0.05]),
    "trend": (Components("stochastic"), [1.0, 0.2, 0.03]),
    "trend, straight": (Components("stochastic"), [1.0, 0.0, 0.0]),
    "trend, smooth level": (Components("stochastic"), [1.0, 0.0, 0.03]),
    "trend, constant slope": (Components("stochastic"), [1.0, 0.2, 0.0]),
    "seasonal": (Components(period=4), [1.0, 0.2, 0.1]),
    "seasonal, fixed": (Components(period=4), [1.0, 0.2, 0.0]),
    "seasonal, no noise": (Components(period=3), [0.0, 0.2, 0.1]),
    "seasonal with a trend": (Components("stochastic", 4), [1.0, 0.2, 0.03, 0.1]),
    "seasonal, no level noise": (Components("smooth", 3), [0.5, 0.02, 0.1]),
}


KAPPA = mp.mpf(10) ** 30


def dense(y, components, variances):
    """Diffuse log-likelihood and smoothed (mean, variance) of every state: a dense normal in 100 digits, the first
    state with variance 1e30 instead of a flat one, which changes the 30th digit.
    """
    mp.mp.dps = 100
    full = components.full(np.asarray(variances, dtype=float))
    T, Z, Q = (mp.matrix(a.tolist()) for a in (components.transition, components.loading, components.disturbance(full)))
    n, d = len(y), components.diffuse
    moments = [KAPPA * mp.eye(d)]  # covariance of the state with itself
    for _ in range(n - 1):
        moments.append(T * moments[-1] * T.T + Q)
    cross = {(t, t): moments[t] for t in range(n)}  # Cov(state_t, state_u), t >= u
    for u in range(n):
        for t in range(u + 1, n):
            cross[t, u] = T * cross[t - 1, u]

    def covariance(t, u):
        return cross[t, u] if t >= u else cross[u, t].T

    seen = [int(t) for t in np.flatnonzero(y == y)]
    V = mp.matrix(len(seen), len(seen))
    for i, t in enumerate(seen):
        for j, u in enumerate(seen):
            V[i, j] = (Z.T * covariance(t, u) * Z)[0] + (mp.mpf(float(full[0])) if t == u else 0)
    w = mp.matrix([mp.mpf(float(y[t])) for t in seen])
    inverse = V**-1
    loglik = -(len(seen) * mp.log(2 * mp.pi) + mp.log(mp.det(V)) + (w.T * inverse * w)[0]) / 2
    loglik += d * mp.log(2 * mp.pi * KAPPA) / 2
    place = {"level": 0, "trend": 1, "seasonal": components.order}
    states = {name: (np.empty(n), np.empty(n)) for name in components.states}
    for t in range(n):
        c = mp.matrix(d, len(seen))
        for j, u in enumerate(seen):
            column = covariance(t, u) * Z
            for i in range(d):
                c[i, j] = column[i]
        mean, variance = c * inverse * w, moments[t] - c * inverse * c.T
        for name, found in states.items():
            found[0][t], found[1][t] = float(mean[place[name]]), float(variance[place[name], place[name]])
    return float(loglik), states
