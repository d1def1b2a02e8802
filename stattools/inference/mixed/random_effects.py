"""The effects of groups, most probable given the data, with their standard errors: what lme4 calls conditional modes.

    u_hat_j = Sigma Z_j'V^-1 (y - X beta_hat)
    Var(u_j | y, beta) = Sigma - Sigma Z_j'V^-1 Z_j Sigma                                      fixed="known"
    Var(u_hat_j - u_j) = the same + D (X'V^-1 X)^-1 D',   D = Sigma Z_j'V^-1 X                 fixed="estimated"

The variances are taken as known in both; these are the formulas of a normal outcome. Source: Henderson, Biometrics 31
(1975), 423-447.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.data.smooth_term import SmoothTerm
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import quantile_of
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd
from stattools.latent.curve_sums import fitted

FIXED = ("known", "estimated")


def random_effects(found: Any, group: str | None, level: float, fixed: str) -> pd.DataFrame:
    """group, level, term, estimate, se, lower, upper: see `LinearMixedFit.random_effects`."""
    random = found.model.random
    groups = list(dict.fromkeys(term.group for term in random))
    if not groups:
        raise IncompatibleError(f"random_effects are those of groups, and {found.model.formula!r} has curves alone.")
    group, fixed = word_of(group, groups), word_of(fixed, FIXED)
    if group is not None and not is_one_of(group, tuple(groups)):
        raise DomainError(f"random_effects has the groups {', '.join(map(repr, groups))}; got {quoted(group)}.")
    if not is_one_of(fixed, FIXED):
        raise DomainError(f'random_effects has fixed="known" and fixed="estimated"; got {quoted(fixed)}.')
    estimates, errors = found.modes, found.errors(fixed)
    require_level(level)
    q = quantile_of(np.inf, level)
    frames = []
    for name in groups if group is None else [group]:
        own = [k for k, term in enumerate(random) if term.group == name]
        columns = [column for k in own for column in random[k].columns]
        labels = [label_of(label) for label in random[own[0]].levels]
        estimate = np.concatenate([estimates[k] for k in own]).T.ravel()  # the effects of a level side by side
        se = np.concatenate([errors[k] for k in own]).T.ravel()
        frames.append(
            pd.DataFrame(
                {
                    "group": name,
                    "level": [label for label in labels for _ in columns],
                    "term": columns * len(labels),
                    "estimate": estimate,
                    "se": se,
                    "lower": estimate - q * se,
                    "upper": estimate + q * se,
                }
            )
        )
    table = pd.concat(frames, ignore_index=True)
    table.attrs["note"] = NOTES[fixed]
    return table


NOTES = {
    "known": "Standard errors of the effects given the data, with the fixed effects and variances taken as known.",
    "estimated": "Standard errors of estimated less true effects, with the variances taken as known.",
}
"""What the standard errors leave out."""


def wiggles(found: Any, curves: Sequence[SmoothTerm]) -> Floats | float:
    """What the wiggly parts of curves, as the maximum has them, make of rows (n,)."""
    pairs = zip(curves, found.of_curves, strict=True) if curves else ()
    return sum((fitted(rows, (rows.wiggles @ one.wiggly)[:, None])[0] for rows, one in pairs), 0.0)


def label_of(level: Any) -> Any:
    """A level as a table shows it: those of several columns are joined, "A:a".

    >>> label_of(("A", 2)), label_of(7)
    ('A:2', 7)
    """
    return ":".join(map(str, level)) if isinstance(level, tuple) else level
