"""Models of a series side by side: when their likelihoods compare, and when one is nested in another.

A diffuse log-likelihood of n values and d flat states has n - d terms: with another d it is a density of other data,
and the difference depends on the units of y. Where a variance is 0 under the smaller model the likelihood ratio is
neither chi-squared nor the mixture for the edge of a range (a random walk comes in with it), so there is no test.
Source: Harvey (1989), 5.1; Shephard & Harvey, Journal of Time Series Analysis 11 (1990).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError


def difference_of_series(one: Any, other: Any) -> str | None:
    """Why the likelihoods of two models of which one is of a series are not those of the same data."""
    for a, b in ((one, other), (other, one)):
        if a.diffuse and not b.diffuse:
            return f"the log-likelihood of {a.title} is diffuse, and that of {b.title} is not"
        if not b.is_series:
            return f"{b.title} is not of a series"
    if not np.array_equal(one.arrays()["y"], other.arrays()["y"], equal_nan=True):
        return f"the series {one.outcome_name!r} and {other.outcome_name!r} differ in their values"
    if one.diffuse:
        if one.diffuse != other.diffuse:
            return (
                f"their diffuse log-likelihoods have {one.n - one.diffuse:.0f} and {other.n - other.diffuse:.0f} terms "
                f"for {one.diffuse} and {other.diffuse} flat states, and what lies between depends on the units of y; "
                "compare their one-step errors (fit.innovations(), fit.diagnostics()), or models with as many states"
            )
    elif one.used.sum() != other.used.sum():
        return "one counts the first value as an error and the other takes it for its level (initial=)"
    return None


def require_nested(full: Any, restricted: Any) -> None:
    """IncompatibleError unless the likelihood ratio of two models of a series is chi-squared."""
    if full.diffuse:
        if set(full.positive) == set(restricted.positive) and set(restricted.regressors) < set(full.regressors):
            return
        raise IncompatibleError(
            "the smaller model has a variance of 0, the edge of its range, where the likelihood ratio is not "
            "chi-squared, or is not nested. Compare them by AIC or BIC."
        )
    if full.Z is None or restricted.Z is None or full.free != restricted.free:
        raise IncompatibleError("the weight or the level is held in one of them. Compare them by AIC or BIC.")
    image = full.Z @ np.linalg.lstsq(full.Z, restricted.Z, rcond=None)[0]
    if full.Z.shape[1] <= restricted.Z.shape[1] or not np.allclose(image, restricted.Z, rtol=1e-9, atol=1e-12):
        raise IncompatibleError("their covariates are not nested. Compare them by AIC or BIC.")
