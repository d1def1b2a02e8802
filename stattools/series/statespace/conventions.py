"""The four log-likelihoods in use for a model with flat initial states, and what lies between them.

With d flat states and log 2 pi = 1.8378...:

    diffuse                 n - d terms of log 2 pi: the density of contrasts (Durbin & Koopman; `stattools`)
    diffuse, with constant  less d / 2 log 2 pi: n terms (statsmodels with use_exact_diffuse=True, KFAS)
    large variance          initial states Normal(0, kappa), kappa = 1e7 say: all n terms of a proper density
    burned                  Normal(0, 1e6), the first d terms left out (statsmodels by default)

The first two differ by a constant and have the same maximum; the others tend to them, up to constants, as kappa grows,
and have slightly different maxima. Log-likelihoods of different conventions must not be compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.series.statespace.kalman import LOG_2PI, kalman
from stattools.series.statespace.state_table import completed
from stattools.series.statespace.structural import Structural


def loglik_conventions(model: Structural, theta: ArrayLike, /, *, prior_variance: float = 1e7) -> dict[str, float]:
    """The log-likelihood at theta in each of the four conventions, by name.

    Raises DomainError for a prior variance that is not positive and finite, and for variances that no model has.

    >>> import stattools as st
    >>> values = loglik_conventions(st.local_level([1120.0, 1160.0, 963.0, 1210.0]), [15000.0, 1500.0])
    >>> [round(float(value), 4) for value in values.values()]
    [-19.0908, -20.0098, -28.1311, -19.0854]
    """
    if not (is_number(prior_variance) and prior_variance > 0):
        raise DomainError(f"prior_variance= is a positive number; got {quoted(prior_variance)}.")
    variances, beta = completed(model, theta)
    y, full = model.detrended(beta), model.components.full(variances)
    diffuse = model.loglik(np.append(variances, beta))
    large = kalman(y, full, model.components, prior_variance=prior_variance)
    burned = kalman(y, full, model.components, prior_variance=1e6)
    v, F = burned.surprise[model.diffuse :], burned.variance[model.diffuse :]
    seen = np.isfinite(v)
    late = -0.5 * (int(seen.sum()) * LOG_2PI + float((np.log(F[seen]) + v[seen] ** 2 / F[seen]).sum()))
    return {
        "diffuse": diffuse,
        "diffuse, with constant": diffuse - 0.5 * model.diffuse * LOG_2PI,
        "large variance": large.loglik(),
        "burned": late,
    }
