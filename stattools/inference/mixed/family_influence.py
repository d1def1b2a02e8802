"""How far the coefficients of a mixed regression of any likelihood move when a whole group is left out.

    cooks_distance_j = (beta_hat - beta_(j))' Cov^-1 (beta_hat - beta_(j)) / p

beta_(j) is one step of Newton from the fit, of coefficients and variances together: the error is of second order in
what the group moves. Source: Pregibon, Annals of Statistics 9 (1981), 705-724.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError
from stattools.inference.existence import check_rank
from stattools.inference.mixed.group_influence import frame_of, grouping
from stattools.inference.mixed.random_effects import label_of
from stattools.interface.when_needed import pd
from stattools.solvers.mixed.marginal_null import without_rows


def family_influence(fit: Any, group: str | None) -> pd.DataFrame:
    """level, n, cooks_distance, and for each coefficient how many standard errors it falls without the group."""
    fit.model.require_groups_alone("group_influence")
    term = grouping(fit.model, group)
    moved = []
    for j in range(term.n_levels):
        try:
            check_rank(fit.model.fixed.subset(np.flatnonzero(term.codes != j)))
            moved.append(fit.estimate - without_rows(fit.found, term.codes == j))
        except (IdentificationError, ConvergenceError):
            raise IdentificationError(
                f"group_influence: without {label_of(term.levels[j])!r} of {term.group!r} the rows left do not "
                "determine the coefficients, which rest on that group alone: leave out the column that is its own."
            ) from None
    falls = np.array(moved)
    distance = np.einsum("jp,pj->j", falls, np.linalg.solve(fit.covariance, falls.T)) / falls.shape[1]
    return frame_of(term, fit.names, distance, falls / fit.se)
