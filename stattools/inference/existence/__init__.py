"""Does the maximum exist and is it unique? The checks of a regression before, during and after a climb, as a list."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from stattools.errors import IdentificationError
from stattools.inference.existence import boundaries
from stattools.inference.existence.partial_likelihood import separation
from stattools.inference.existence.rank import check_rank, spans
from stattools.inference.existence.separation import (
    Separation,
    SeparationError,
    check_columns_of,
    check_extremes,
    check_overlap,
    check_solution,
)
from stattools.interface.memory import require_memory
from stattools.likelihoods.likelihood import is_unimodal
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.columns import with_levels
from stattools.solvers.softmax.maximum import large

__all__ = [
    "CHECKS",
    "ExistenceCheck",
    "Separation",
    "SeparationError",
    "Stage",
    "check_size",
    "examine",
    "has_edges",
    "separation",
]

type Stage = Literal["before", "doubt", "failed", "singular", "end"]
"""Before a climb, where a few steps did not reach a maximum, where a climb failed, where its information was singular
there, and of its end, whether it converged or not.
"""


class ExistenceCheck(NamedTuple):
    """A question of a fit: `run` raises where the answer is no, of the models to which it `applies`, None for all. Of
    where a climb was it is told in the last two stages: coefficients of singular information, the solution at the end.
    """

    stage: Stage
    applies: Callable[[Any], Any] | None
    run: Callable[..., Any]


def examine(checks: tuple[ExistenceCheck, ...], stage: Stage, model: AnyModel, *where: Any) -> None:
    """Ask the checks of a stage, in their order, and raise what the first raises that is not passed."""
    for at, applies, run in checks:
        if at == stage and (applies is None or applies(model)):
            run(model, *where)


def _is_array(model: Model) -> bool:
    """Are its columns an array that Newton's method or least squares reads?"""
    return with_levels(model.rows.X) is None and not (model.likelihood.facts.by_category and large(model))


def has_edges(model: Model) -> bool:
    """Can a linear predictor leave the means of the family, and are the rows at hand?"""
    return any(map(isfinite, model.likelihood.facts.domain)) and model.in_memory


def check_size(model: Model) -> None:
    """IdentificationError where there are more coefficients than rows."""
    rows, p = model.rows.n_used, model.predictor.widest
    if p > rows:
        each = " per category" if len(model.categories or ()) > 1 else ""
        raise IdentificationError(
            f"{model.title} has {p} coefficients{each} and only {rows} rows: the maximum is not unique. Use fewer "
            "columns or more rows."
        )


WIDE = 100
"""Coefficients from which on a column of zeros of an array, and the room for a covariance, are looked for before a
climb, whose steps cost more.
"""


def _require_room(model: Model) -> None:
    p = len(model.start)
    require_memory(f"The covariance of {p:,} coefficients", 3 * p * p, "Use fewer columns, or group levels.")


def _asks_for_rank(model: Model) -> bool:
    """Would a climb not tell that columns are combinations of others, or be dear?"""
    if model.likelihood.facts.has_scale:
        return False
    told_by_climb = is_unimodal(model.likelihood) and model.likelihood.facts.knows_ends
    return not told_by_climb or (len(model.start) > WIDE and model.in_memory and not spans(model).all())


HAS_OTHERS = attrgetter("predictor.own")  # an attribute is read without a call of Python, in each small fit
"""Whether a family has parameters beside the first."""

CHECKS = (
    ExistenceCheck("before", None, check_size),
    ExistenceCheck("before", attrgetter("predictor.taken_up"), boundaries.check_labels),
    ExistenceCheck("before", lambda model: model.likelihood.facts.by_category and not _is_array(model), check_extremes),
    ExistenceCheck("before", lambda model: len(model.start) > WIDE and _is_array(model), _require_room),
    ExistenceCheck("before", _asks_for_rank, check_rank),
    ExistenceCheck("doubt", None, check_rank),
    ExistenceCheck("doubt", None, check_overlap),
    ExistenceCheck("failed", None, Model.standardized),  # refuses units beyond float64
    ExistenceCheck("failed", None, check_rank),
    ExistenceCheck("failed", lambda model: not model.likelihood.facts.has_scale, check_overlap),
    ExistenceCheck("failed", HAS_OTHERS, boundaries.check_times),
    ExistenceCheck("failed", attrgetter("likelihood.facts.inflated"), boundaries.check_flat_end),
    ExistenceCheck("singular", lambda model: model.facts.is_regression and model.predictor.own, boundaries.check_exact),
    # Along columns that are aliased the rest of a solution is round-off: these are asked of first.
    ExistenceCheck("end", None, check_columns_of),
    ExistenceCheck("end", has_edges, lambda model, found: boundaries.check_edge(model, found.estimate)),
    ExistenceCheck("end", HAS_OTHERS, lambda model, found: boundaries.check_dispersion(model, found.estimate)),
    ExistenceCheck("end", lambda model: not model.likelihood.facts.knows_ends, boundaries.check_levels),
    ExistenceCheck("end", attrgetter("likelihood.facts.curvatures"), boundaries.check_kink),
    ExistenceCheck("end", HAS_OTHERS, boundaries.check_times),
    ExistenceCheck("end", HAS_OTHERS, boundaries.check_late_entry),
    ExistenceCheck("end", HAS_OTHERS, boundaries.check_crossing),
    ExistenceCheck("end", attrgetter("likelihood.facts.inflated"), boundaries.check_extra_zeros),
    ExistenceCheck("end", lambda model: not model.likelihood.facts.has_scale, check_solution),
    ExistenceCheck("end", HAS_OTHERS, boundaries.check_wide),
)
"""What is asked of a regression, in this order."""
