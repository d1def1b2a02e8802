"""The box of a regression whose likelihood has no unique maximum: the finite part, and the known end of the infinite.

Separated outcomes leave some coefficients finite, with estimates and intervals of their own; an infinite one has the
end of its profile interval, which needs no maximum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.inference.existence.separation import Separation, SeparationError
from stattools.reporting.answer.asked import asked_of
from stattools.reporting.answer.changes import change
from stattools.reporting.answer.check_words import named
from stattools.reporting.answer.findings import Effect, effect
from stattools.reporting.document import Block, Box, Paragraph, Table, code, literal
from stattools.reporting.plain_words import plain_words
from stattools.reporting.tables import count, number

ENORMOUS = float(np.log(1e6))
"""The logarithm of a factor that no reader wants the digits of."""


def box_without_maximum(model: Any, error: IdentificationError) -> Box:
    """What was asked, what is known nevertheless, and what limits it."""
    if isinstance(error, SeparationError):
        return Box((asked_of(model), *separated(model, error.separation)))
    return Box(
        (
            asked_of(model),
            f"These data do not determine the coefficients of this model: {literal(plain_words(error.message))}",
        )
    )


def separated(model: Any, found: Separation, words: Any = None) -> tuple[str, ...]:
    """What is known of each coefficient, and what limits it; `words` as of `effect`."""
    rows = found.table().to_dict("records")
    size = len(rows) if words is not None else model.predictor.size_first
    slopes = [(k, row) for k, row in enumerate(rows) if row["term"] != "Intercept" and k < size]
    infinite = [_unbounded(effect(model, k, row, words), row) for k, row in slopes if np.isinf(row["estimate"])]
    finite = [_finite(effect(model, k, row, words)) for k, row in slopes if np.isfinite(row["estimate"])]
    names = [named(model, str(row["term"])) for _, row in slopes if not np.isfinite(row["estimate"])] or ["the columns"]
    several = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    known = f"In {count(model.n)} observations, {'; '.join([*infinite, *finite])}." if infinite or finite else ""
    part = "The finite part keeps its 95 % intervals; what limits the rest" if finite else "What limits it"
    outcome = code(model.outcome_name)
    how = "completely" if found.kind == "complete" else "for some of the rows"
    one = len(names) == 1
    apart = f"{'separates' if one else 'separate'} the values of {outcome} {how}"
    apart = apart if words is None else f"{'orders' if one else 'order'} the events"
    limit = (
        f"{part} is that {several} {apart}, so that however large an effect is, a larger one fits better: the "
        "likelihood has no maximum."
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


def limits(found: Separation) -> tuple[Block, ...]:
    """The table of what separated data say nevertheless: which coefficients are infinite, and intervals for all."""
    rows = []
    for row in found.table().to_dict("records"):
        ends = [float(row[name]) for name in ("estimate", "lower", "upper")]
        labels = [code(row[name]) for name in ("category", "term") if name in row]
        rows.append((*labels, *("undetermined" if value != value else number(value, 3) for value in ends)))
    labels = [name for name in ("category", "term") if name in found.table()]
    words = "In the limit of ever higher likelihood, with the ends of profile intervals, which need no maximum:"
    return Paragraph(words), Table((*labels, "estimate", "lower", "upper"), tuple(rows), "l" * len(labels) + "rrr")
