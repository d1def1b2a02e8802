"""Two fits of mixed models side by side: which of their likelihoods compare.

The restricted likelihood is the density of the contrasts that the fixed effects leave, so that with other fixed effects
it is that of other data. Source: Welham & Thompson, JRSS B 59 (1997), 701-714.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError


def require_same_likelihood(who: str, one: Any, other: Any) -> None:
    """IncompatibleError where one of two fits has a restricted likelihood and the other has another one."""
    kinds = {fit.integral.kind for fit in (one, other) if fit.model.is_mixed and not fit.model.has_scale}
    if len(kinds) > 1:
        raise IncompatibleError(
            f"{who} needs two likelihoods that were made alike, and one is by {', the other by '.join(sorted(kinds))}: "
            'fit both with integral="laplace".'
        )
    restricted = [fit.model.is_mixed and fit.reml for fit in (one, other)]
    if not any(restricted):
        return
    if not all(restricted):
        raise IncompatibleError(
            f"{who} needs two likelihoods of the same data, and that of one fit is restricted (REML): fit both with "
            "reml=False."
        )
    ours, theirs = one.model.X, other.model.X
    if ours.shape != theirs.shape or not np.array_equal(ours, theirs):
        raise IncompatibleError(
            f"{who}: restricted likelihoods (REML) of fits with other fixed effects are densities of other contrasts, "
            "and neither they nor AIC and BIC compare. Fit both with reml=False."
        )


def require_same_groups(full: Any, restricted: Any) -> None:
    """IncompatibleError where the random terms of two mixed models differ, or only one model has some."""
    ours, theirs = (
        {(term.group, term.columns) for term in (model.random if model.is_mixed else ())}
        for model in (full, restricted)
    )
    if ours != theirs:
        raise IncompatibleError(
            f"the likelihood ratio of {full.formula!r} and {restricted.formula!r}, whose random parts differ, is not "
            "chi-squared where a variance of 0 is the edge of its range. Test one by fit.variance_test, or compare "
            "them by AIC (st.compare)."
        )
