"""The checks of a mixed model: the maximum, the groups that move the fixed effects most, and of a normal outcome
normal residuals.

    influence       max over groups and fixed effects of |beta_k - beta_k without the group| / se_k
    distribution    the largest gap between shares and quantiles of the conditional residuals, as of a regression

Source: Christensen, Pearson & Johnson, Technometrics 34 (1992), 38-45, for groups that are left out with the variances
as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.checks.certificate import certificate
from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.distribution import LEVELS, of_shares
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.checks.of_regressions import looked
from stattools.inference.diagnostics.checks.table import CheckTable, check_table
from stattools.text.columns import number


def check_groups(fit: Any, order: Any = None) -> CheckTable:
    """The table of the checks of a mixed model: see `Fit.check`.

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
    >>> check_groups(st.fit(st.linear_mixed("y ~ x + (1 | g)", table))).check.tolist()
    ['maximum', 'influence', 'distribution']
    """
    if order is not None:
        raise IncompatibleError(
            f"check of {fit.model.title} looks at groups, whose rows have no order; leave order= out."
        )
    checks: dict[str, Callable[[], Check]] = {"maximum": lambda: certificate(LookedAt(fit))}
    if not fit.model.smooths:  # a group's part of a curve is not known
        checks["influence"] = lambda: _influence(fit)
    if fit.model.has_scale:
        checks["distribution"] = lambda: _distribution(fit)
    return check_table({"": looked(checks, fit.model.title)}, fit.model.formula)


def _influence(fit: Any) -> Check:
    worst = (-1.0, "", "", 0.0)
    for group in dict.fromkeys(term.group for term in fit.model.random):
        frame = fit.group_influence(group)
        for name, se in zip(fit.names, fit.se, strict=True):
            moves = frame[f"se_{name}"].to_numpy()
            there = np.flatnonzero(np.isfinite(moves))
            if len(there):
                k = int(there[np.argmax(np.abs(moves[there]))])
                of = f"{group} {frame['level'].iloc[k]}"
                worst = max(worst, (abs(float(moves[k])), of, name, float(moves[k] * se)))
    value, of, name, fall = worst
    at = float(fit.estimate[fit.names.index(name)]) if name else 0.0
    advice = (
        f"{name} goes from {number(at, 4)} to {number(at - fall, 4)} without {of}: look at that group, and report both."
    )
    return judged("influence", f"standard errors that {name} moves without {of}", max(value, 0.0), advice, term=name)


def _distribution(fit: Any) -> Check:
    residuals = np.asarray(fit.residuals_of("pearson", align=False), dtype=float)
    spread = residuals.std(ddof=1)
    u = special.ndtr((residuals - residuals.mean()) / (spread if spread > 0.0 else 1.0))
    total = (u[:, None] <= LEVELS).sum(axis=0).astype(float)
    return of_shares(total, np.full(len(LEVELS), float(len(u))), "distribution", is_normal=True)
