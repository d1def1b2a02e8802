"""The checks of a model of a series: its one-step errors, standardized, are white, of even size and normal.

    serial correlation   max_k |r_k|, r_k the autocorrelation at lag k = 1 ... 10, or up to twice the period
    even variance        mean square of the last third / of the first third, or its inverse
    normal errors        the largest gap between shares and quantiles, as of a regression

Source: Durbin & Koopman, Time Series Analysis by State Space Methods (2012), 2.12; Harvey (1989), 5.4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError
from stattools.inference.diagnostics.checks.autocorrelation import LAGS, of_series
from stattools.inference.diagnostics.checks.certificate import certificate
from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.distribution import LEVELS, of_shares
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.checks.of_regressions import Looked, looked
from stattools.interface.arrays import Floats
from stattools.series.statespace.innovations import innovations
from stattools.text.columns import number

FEWEST = 15
"""Errors that are needed to see anything."""


def checks_of_series(fit: Any) -> Looked:
    """The checks of the fit of a series.

    >>> import stattools as st
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=80))
    >>> [one.check for one in checks_of_series(st.fit(st.local_level(y))).checks]
    ['maximum', 'serial correlation', 'even variance', 'normal errors']
    """
    e = errors_of(fit)
    if len(e) < FEWEST:
        raise DomainError(
            f"check looks at one-step errors, and needs {FEWEST} or more; {fit.model.title} has {len(e)}."
        )
    period = fit.model.components.period if fit.model.has_states else 0
    checks: dict[str, Callable[[], Check]] = {
        "maximum": lambda: certificate(LookedAt(fit)),
        "serial correlation": lambda: _serial(e, 2 * (period or 0)),
        "even variance": lambda: _even(e),
        "normal errors": lambda: _normal(e),
    }
    return looked(checks, fit.model.title)


def errors_of(fit: Any) -> Floats:
    """The one-step errors in their standard deviations, without those that are not there."""
    model = fit.model
    if model.has_states:
        e = innovations(model, fit.estimate)["standardized"].to_numpy()
        return e[np.isfinite(e)]
    e = model.filtered(fit.estimate)["error"].to_numpy()
    e = e[np.isfinite(e)]
    return e / np.sqrt(float(e @ e) / len(e))


def _serial(e: Floats, at_least: int) -> Check:
    c = e - e.mean()
    lags = min(max(LAGS, at_least), len(e) // 5)
    r = np.array([c[k:] @ c[:-k] for k in range(1, lags + 1)]) / (c @ c)
    worst = int(np.argmax(np.abs(r)))
    advice = (
        f"Errors are correlated {number(float(r[worst]), 2)} with those {worst + 1} steps before: the model misses "
        "something that repeats or lasts, such as a trend or a season, and its intervals are wrong."
    )
    p_value = of_series(c, lags)[1]
    return judged(
        "serial correlation", "largest autocorrelation of one-step errors", abs(r[worst]), advice, p_value=p_value
    )


def _even(e: Floats) -> Check:
    h = max(round(len(e) / 3), 1)
    ratio = float((e[-h:] ** 2).sum() / (e[:h] ** 2).sum())
    p_value = 2.0 * min(float(special.fdtr(h, h, ratio)), float(special.fdtrc(h, h, ratio)))
    advice = (
        "Errors are larger at one end than at the other: intervals of forecasts are those of their average. Take "
        "logarithms, or a shorter series."
    )
    measure = "variance of the last third of one-step errors / that of the first"
    return judged("even variance", measure, ratio, advice, size=max(ratio, 1.0 / ratio), p_value=p_value)


def _normal(e: Floats) -> Check:
    u = special.ndtr((e - e.mean()) / e.std(ddof=1))
    total = (u[:, None] <= LEVELS).sum(axis=0).astype(float)
    return of_shares(total, np.full(len(LEVELS), float(len(e))), "normal errors", is_normal=True)
