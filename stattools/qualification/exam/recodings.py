"""Laws of recodings: the same data, written otherwise, have the same fit, written otherwise.

Each is a theorem for the models that it lists, and not for the others. The order of rows is none of series, whose time
may be turned round; duplicated rows say nothing of groups, of a penalty, of ties by Efron, and of a scale that is
estimated with n - p; the complement is none of links without symmetry; a ridge knows the unit of a column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.qualification.exam.law import (
    ALONE,
    COUNTS,
    EVENTS,
    GROUPS,
    PENALIZED,
    SERIES,
    WEIGHTED,
    WITH,
    Answer,
    Law,
)
from stattools.qualification.exam.problems import SLOPES_FIRST

type Expected = Callable[[str, Any, Any], Answer]
COLUMNS = (*ALONE, *WITH, *SERIES)
"""Models with the three columns of the exam, whose space may be spanned by others."""


def slopes_of(model: str) -> slice:
    """Where the slopes are in the last axis of an answer."""
    return slice(0, None) if model in SLOPES_FIRST else slice(1, None)


def _scaled(by: Sequence[float]) -> Expected:
    def expect(model: str, b: Any, se: Any) -> Answer:
        b, se, at = np.array(b), np.array(se), slopes_of(model)
        factors = np.asarray(by)[: b[..., at].shape[-1]]
        b[..., at], se[..., at] = b[..., at] / factors, se[..., at] / np.abs(factors)
        return b, se

    return expect


def _slopes_alone(model: str, b: Any, se: Any) -> Answer:
    b, se, at = np.array(b), np.array(se), slopes_of(model)
    rest = np.ones(b.shape, dtype=bool)
    rest[..., at] = False
    return np.where(rest, np.nan, b), np.where(rest, np.nan, se)


def same(model: str, b: Any, se: Any) -> Answer:
    """The answer as it is, of a change that moves nothing."""
    return b, se


def _fewer_errors(model: str, b: Any, se: Any) -> Answer:
    return b, np.asarray(se) / np.sqrt(2.0)


def _turned(model: str, b: Any, se: Any) -> Answer:
    return -np.asarray(b), se


def _other_level(model: str, b: Any, se: Any) -> Answer:
    b, se = _slopes_alone(model, b, se)
    place = slopes_of(model).start + 1
    b[..., place] = -b[..., place]
    return b, se


def _other_reference(model: str, b: Any, se: Any) -> Answer:
    b, se = np.asarray(b), np.asarray(se)
    return np.stack([-b[0], b[1] - b[0]]), np.stack([se[0], np.full_like(se[1], np.nan)])


def _recombined(model: str, b: Any, se: Any) -> Answer:
    b, se, first = np.array(b), np.array(se), slopes_of(model).start
    b[..., first] = b[..., first] - b[..., first + 2]
    se[..., first] = np.nan
    return b, se


def scale(by: Sequence[float] = (1e4, 1.0, 1e-3)) -> Law:
    """Columns in other units."""
    change = f"X = X * {[float(one) for one in by]}[: X.shape[1]]"
    return Law("scale", "columns in other units", (*COLUMNS, *GROUPS), change, _scaled(by))


def origin(to: Sequence[float] = (2000.0, 0.0, -50.0)) -> Law:
    """Columns from another origin: an intercept that is not penalized takes it up."""
    change = f"X = X + {[float(one) for one in to]}[: X.shape[1]]"
    return Law("origin", "columns from another origin", (*COLUMNS, *GROUPS, PENALIZED), change, _slopes_alone)


def units(by: float = 1000.0) -> Law:
    """The outcome in other units: of a location all coefficients, of a logarithm the intercept alone."""
    of_location = ("linear", "mixed", "mixed with slopes", *SERIES)

    def expect(model: str, b: Any, se: Any) -> Answer:
        return (by * np.array(b), by * np.array(se)) if model in of_location else _slopes_alone(model, b, se)

    models = (*of_location, "gamma", "Weibull", "Cox")
    return Law(
        "units of the outcome", "the outcome in other units", models, f"{{outcome}} = {by!r} * {{outcome}}", expect
    )


def offset(share: float = 0.5) -> Law:
    """A part of a column in the offset."""

    def expect(model: str, b: Any, se: Any) -> Answer:
        b = np.array(b)
        b[1] -= share
        return b, se

    words = "a part of a column in the offset"
    return Law("offset", words, ("poisson with an offset",), f"o = o + {share!r} * X[:, 0]", expect)


COEFFICIENTS: tuple[Law, ...] = (
    scale(),
    origin(),
    Law("recombined columns", "a column added to another", COLUMNS, "X[:, 2] = X[:, 2] + X[:, 0]", _recombined),
    Law("reference level", "0 and 1 of a column exchanged", (*COLUMNS, PENALIZED), "X[:, 1] = 1 - X[:, 1]",
        _other_level),
    units(),
    Law("origin of the outcome", "the outcome from another origin", ("linear", "mixed", "mixed with slopes", *SERIES),
        "y = y + 500", _slopes_alone),
    Law("row order", "rows in another order", (*ALONE, *WITH, *GROUPS, PENALIZED), "i = rng.permutation(n); {rows}",
        same),
    Law("time reversed", "the last time first: a stationary series, or one whose start is not known, has the same",
        SERIES, "i = np.arange(n)[::-1]; {rows}", same),
    Law("duplicated rows", "every row twice", (*EVENTS, *COUNTS, "softmax", "ordinal", "Weibull"),
        "i = np.repeat(np.arange(n), 2); {rows}", _fewer_errors),
    Law("complement", "the last category first", ("logistic", "probit", "cauchit", "ordinal", PENALIZED),
        "y = y.max() - y", _turned),
    Law("reference category", "another category as reference", ("softmax",), "y = np.array([1, 0, 2])[y]",
        _other_reference),
    Law("names of groups", "groups under other names", GROUPS, "g = rng.permutation(24)[g]", same),
    offset(),
    Law("weights", "weights as repeated rows", (*WEIGHTED, *(f"log-likelihood, {model}" for model in WEIGHTED)),
        "i = np.repeat(np.arange(n), w); {rows}; w = np.ones(len(y))", same),
)  # fmt: skip

NO_MEANS = ("Cox", *SERIES)
"""Models whose predictions are relative, or depend on the values before."""
SAME_MEANS = ("scale", "origin", "recombined columns", "reference level")
PREDICTED = tuple(
    replace(law, name=f"predictions, {law.name}", models=tuple(one for one in law.models if one not in NO_MEANS),
            expect=same, predictions=True)
    for law in COEFFICIENTS
    if law.name in SAME_MEANS
)  # fmt: skip
"""Columns that span the same space give the same fitted means."""

AFTERWARDS = Law(
    "arrays changed afterwards", "the caller's arrays overwritten after the fit", PREDICTED[0].models,
    "kept = X.copy(); X[...] = 1; {outcome}[...] = 1; X = kept", same, predictions=True, afterwards=True,
)  # fmt: skip
"""What was fitted is what the arrays held then; who gives X again gives what it was."""

RECODINGS = (*COEFFICIENTS, *PREDICTED, AFTERWARDS)
