"""The log-rank test that groups have one distribution of times.

    U = sum over times and strata of (d_g - d n_g / n),    V = sum of d (n - d) / (n - 1) (diag(q) - q q'),  q = n_g / n
    U' V^- U ~ chi2(groups - 1)

It is the score test of a Cox regression on the groups with exact ties. Source: Mantel (1966); Kalbfleisch & Prentice
(2002), 1.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from stattools.interface.arrays import Floats
from stattools.models.survival.life_table import LifeTable


def log_rank(
    time: Floats,
    event: NDArray[np.bool_],
    entry: Floats | None,
    weights: Floats | None,
    groups: NDArray[np.intp],
    strata: NDArray[np.intp],
) -> tuple[float, int, float, Floats]:
    """The statistic, its degrees of freedom, its p-value, and the number of events expected in each group."""
    K = int(groups.max()) + 1
    U, V, expected = np.zeros(K), np.zeros((K, K)), np.zeros(K)
    for stratum in range(int(strata.max()) + 1):
        here = strata == stratum
        some = [None if part is None else part[here] for part in (time, event, entry, weights)]
        whole = LifeTable.of(*some)  # type: ignore[arg-type]
        times, d, n = (part[whole.events > 0] for part in (whole.times, whole.events, whole.at_risk))
        if not len(times):
            continue
        q = np.empty((K, len(times)))
        seen = np.zeros(K)
        for g in range(K):
            mine = groups[here] == g
            t, e, s, w = (None if part is None else part[mine] for part in some)
            each = np.ones(int(mine.sum())) if w is None else w
            q[g] = LifeTable.of(t, e, s, w).at(times, s, w) / n if mine.any() else 0.0  # type: ignore[arg-type]
            seen[g] = float(each[e].sum())  # type: ignore[index]
        expected += q @ d
        U += seen - q @ d
        spread = np.where(n > 1.0, d * (n - d) / np.where(n > 1.0, n - 1.0, 1.0), 0.0)
        V += np.diag(q @ spread) - (q * spread) @ q.T
    values, vectors = np.linalg.eigh(V)
    told = values > 1e-10 * max(float(values.max(initial=0.0)), np.finfo(float).tiny)
    along = vectors[:, told].T @ U
    df = int(told.sum())
    statistic = float((along * along / values[told]).sum())
    return statistic, df, float(chdtrc(df, statistic)) if df else 1.0, expected
