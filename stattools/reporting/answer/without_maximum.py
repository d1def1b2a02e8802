"""The box of a regression whose likelihood has no unique maximum: the finite part, and the known end of the infinite.

Separated outcomes leave some coefficients finite, with estimates and intervals of their own; an infinite one has the
end of its profile interval, which needs no maximum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.inference.existence.overlap import SeparationError
from stattools.inference.existence.separation import Separation
from stattools.reporting.answer.asked import asked_of
from stattools.reporting.answer.changes import change
from stattools.reporting.answer.check_words import named
from stattools.reporting.answer.findings import Effect, effect
from stattools.reporting.document import Box, code, literal
from stattools.reporting.plain_words import plain_words
from stattools.reporting.tables import count

ENORMOUS = float(np.log(1e6))
"""The logarithm of a factor that no reader wants the digits of."""


def box_without_maximum(model: Any, error: IdentificationError) -> Box:
    """What was asked, what is known nevertheless, and what limits it."""
    if isinstance(error, SeparationError):
        return Box((asked_of(model), *_separated(model, error.separation)))
    return Box(
        (
            asked_of(model),
            f"These data do not determine the coefficients of this model: {literal(plain_words(error.message))}",
        )
    )


def _separated(model: Any, found: Separation) -> tuple[str, ...]:
    rows = found.table().to_dict("records")
    slopes = [(k, row) for k, row in enumerate(rows) if row["term"] != "Intercept" and k < model.predictor.size_first]
    infinite = [_unbounded(effect(model, k, row), row) for k, row in slopes if np.isinf(row["estimate"])]
    finite = [_finite(effect(model, k, row)) for k, row in slopes if np.isfinite(row["estimate"])]
    names = [named(model, str(row["term"])) for _, row in slopes if not np.isfinite(row["estimate"])] or ["the columns"]
    several = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    known = f"In {count(model.n)} observations, {'; '.join([*infinite, *finite])}." if infinite or finite else ""
    part = "The finite part keeps its 95 % intervals; what limits the rest" if finite else "What limits it"
    outcome = code(model.outcome_name)
    how = "completely" if found.kind == "complete" else "for some of the rows"
    limit = (
        f"{part} is that {several} {'separate' if len(names) > 1 else 'separates'} the values of "
        f"{outcome} {how}, so that however large an effect is, a larger one fits better: the likelihood has no maximum."
    )
    return tuple(filter(None, (known, limit)))


def _unbounded(one: Effect, row: Mapping[Any, Any]) -> str:
    """An infinite effect with the end of its interval that is known."""
    up = row["estimate"] > 0
    end = float(row["lower"] if up else row["upper"])
    way = "higher" if up else "lower"
    said = f"{one.subject} {one.verb} {way} without bound {one.compared}"
    if not np.isfinite(end) or (end <= 0.0) == up:
        return f"{said}, though its 95 % profile interval has effects of the other sign too"
    if one.factor and abs(end) > ENORMOUS:
        return f"{said}, by a factor above a million at the least (95 % profile interval)"
    least = change(end, np.nan, np.nan, np.nan, factor=one.factor)
    return f"{said}, at least {least.said} (95 % profile interval)"


def _finite(one: Effect) -> str:
    return f"{one.subject} {one.verb} {one.change.with_interval('95 % interval')} {one.compared}"
