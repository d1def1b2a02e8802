"""Least squares beside a factor of very many levels: these are eliminated, and one step of Newton's method is exact.

The steps after it are refinement from the rows: each takes off what rounding left of the score.
"""

from __future__ import annotations

from dataclasses import replace

from stattools.models.model import Model
from stattools.numerics.columns import as_columns
from stattools.solvers.newton_steps import footing, newton_ascent
from stattools.solvers.solution import Solution

MOST_STEPS = 20
"""More steps than refinement ever takes."""


def by_levels(model: Model) -> Solution | None:
    """The least-squares solution of a model whose levels are kept as codes; None for others."""
    if as_columns(model.rows.X).by_levels is None:
        return None
    work, T, now, metric = footing(model)
    found = newton_ascent(work, work.start, 1e-8, MOST_STEPS, "LeastSquares", now, metric)
    return replace(found.mapped(T), residual_sums=work.residual_sums(found.estimate))
