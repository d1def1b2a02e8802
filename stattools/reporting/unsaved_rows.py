"""What a report says of a fit that was loaded from a file: all but what needs its rows, which were not saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.inference.estimates import columns_of_rows
from stattools.reporting.answer.answered import Answered
from stattools.reporting.answer.asked import asked_of
from stattools.reporting.comparisons import factors_of
from stattools.reporting.document import Box, code
from stattools.reporting.stories import story
from stattools.reporting.tables import between, between_factors, count, decimals, have_factors, number
from stattools.text.columns import percent
from stattools.text.one_line import many

LIMIT = (
    "What limits it: the fit was read from a file, which has no rows. What the data look like, whether the model suits "
    "them and whether another program agrees cannot be said from it."
)
LISTED = 4
"""Coefficients that a sentence has; of more the table speaks."""


def without_rows(told: Any) -> Any:
    """The account of a class of regressions, for models whose rows were not saved."""
    less = replace(
        told,
        facts=facts,
        digest=lambda model: "not known: the rows were not saved with the fit",
        columns=lambda model: (),
        diagnostics=lambda fit: (),
    )

    def answered(fit: Any, draw: Any) -> Answered:
        """The box alone: figures and checks need the rows."""
        asked = told.question(fit.model) if fit.model.is_partial else asked_of(fit.model)
        return Answered(Box((asked, conclusion(fit, ""), LIMIT)))

    return less if told.answered is None else replace(less, conclusion=conclusion, answered=answered)


def facts(model: Any) -> dict[str, str]:
    """What is known of the rows."""
    return {"rows": count(len(columns_of_rows(model))), "rows dropped for missing values": count(model.n_dropped)}


def conclusion(fit: Any, checked: str) -> str:
    """The coefficients of columns with their intervals, where they are few and of one outcome."""
    columns = set(fit.model.design.names) - {"Intercept"}
    rows = [row for row in fit.table().to_dict("records") if row["term"] in columns]
    seen = many(len(columns_of_rows(fit.model)), "row")
    if not 0 < len(rows) <= LISTED or any("category" in row for row in rows) or not fit.kinds:
        return f"What was found from {seen} stands in the table of the fit{checked}."
    said = [_said(fit.model, row) for row in rows]
    listed = " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))
    return f"From {seen}, with {percent(fit.level)} Wald intervals: {listed}{checked}."


def _said(model: Any, row: Mapping[Any, Any]) -> str:
    """A coefficient, or the ratio that its exponential is."""
    ratio = model.exponential if model.is_partial else story(model).ratio
    parts = factors_of(model.design, row["term"])
    estimate, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
    what, se, say = "coefficient", float(row["se"]), between
    if ratio and have_factors(estimate, lower, upper):
        estimate, lower, upper = np.exp([estimate, lower, upper]).tolist()
        what, se, say = ratio, estimate * se, between_factors
    places = decimals(se, digits=2)
    whose = " times ".join(part.owner(code) for part in parts)
    return f"the {what} of {whose} is {number(estimate, places)} ({say(lower, upper, places)})"
