"""Laws: what a change of the data does to a right fit, or data to which a right fit is no number.

Each law lists the models for which it is a theorem. The complement is none of cloglog; duplicated rows say nothing of
groups, and of ties by Efron; a scale that is estimated with n - p moves with the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stattools.qualification.exam.problems import SLOPES_FIRST

Answer = tuple[Any, Any]
"""Coefficients and standard errors, as the adapter gives them."""
type Asks = Literal["same", "no number"]

EVENTS = ("logistic", "probit", "cloglog")
COUNTS = ("poisson", "negative binomial")
ROWS = ("linear", *EVENTS, *COUNTS, "gamma", "softmax", "ordinal", "Cox", "Weibull")
GROUPS = ("mixed", "mixed with slopes", "mixed logistic")
NO_SCALE = (*EVENTS, "poisson", "softmax", "ordinal")


@dataclass(frozen=True)
class Law:
    """A law: `change` are lines of Python after those of the problem; `expect(model, b, se)` are the coefficients and
    standard errors that follow from those before, NaN where nothing follows. A law that asks for "no number" is kept by
    a package that refuses, warns, or has no finite coefficient for what has none.
    """

    name: str
    words: str
    models: tuple[str, ...]
    change: str
    expect: Callable[[str, Any, Any], Answer] | None = None

    @property
    def asks(self) -> Asks:
        """What a right package answers."""
        return "no number" if self.expect is None else "same"


def _slopes(model: str, b: Any) -> slice:
    """Where the slopes are in the last axis of an answer."""
    return slice(0, None) if model in SLOPES_FIRST else slice(1, None)


def _scaled(by: Any) -> Callable[[str, Any, Any], Answer]:
    def expect(model: str, b: Any, se: Any) -> Answer:
        b, se, at = np.array(b), np.array(se), _slopes(model, b)
        factors = np.asarray(by)[: b[..., at].shape[-1]]
        b[..., at], se[..., at] = b[..., at] / factors, se[..., at] / factors
        return b, se

    return expect


def _slopes_alone(model: str, b: Any, se: Any) -> Answer:
    b, se, at = np.array(b), np.array(se), _slopes(model, b)
    rest = np.ones(b.shape, dtype=bool)
    rest[..., at] = False
    return np.where(rest, np.nan, b), np.where(rest, np.nan, se)


def _same(model: str, b: Any, se: Any) -> Answer:
    return b, se


def _fewer_errors(model: str, b: Any, se: Any) -> Answer:
    return b, np.asarray(se) / np.sqrt(2.0)


def _turned(model: str, b: Any, se: Any) -> Answer:
    return -np.asarray(b), se


def _other_level(model: str, b: Any, se: Any) -> Answer:
    b, se = _slopes_alone(model, b, se)
    place = _slopes(model, b).start + 1
    b[..., place] = -b[..., place]
    return b, se


def _other_reference(model: str, b: Any, se: Any) -> Answer:
    b, se = np.asarray(b), np.asarray(se)
    return np.stack([-b[0], b[1] - b[0]]), np.stack([se[0], np.full_like(se[1], np.nan)])


def _less_offset(model: str, b: Any, se: Any) -> Answer:
    b = np.array(b)
    b[1] -= 0.5
    return b, se


def _recombined(model: str, b: Any, se: Any) -> Answer:
    b, se, first = np.array(b), np.array(se), _slopes(model, b).start
    b[..., first] = b[..., first] - b[..., first + 2]
    se[..., first] = np.nan
    return b, se


def exactly(b: Any, se: Any = None) -> Callable[[str, Any, Any], Answer]:
    """What closed forms say, whatever the fit before."""
    return lambda model, before, errors: (np.asarray(b), np.full(np.shape(b), np.nan) if se is None else np.asarray(se))


LAWS: tuple[Law, ...] = (
    Law("scale", "columns in other units", (*ROWS, *GROUPS), "X = X * [1e4, 1.0, 1e-3][: X.shape[1]]",
        _scaled((1e4, 1.0, 1e-3))),
    Law("origin", "columns from another origin", (*ROWS, *GROUPS), "X = X + [2000.0, 0.0, -50.0][: X.shape[1]]",
        _slopes_alone),
    Law("row order", "rows in another order", ROWS, "i = rng.permutation(n)\nX = X[i]\n{each}", _same),
    Law("recombined columns", "a column added to another", ROWS, "X[:, 2] = X[:, 2] + X[:, 0]", _recombined),
    Law("reference level", "0 and 1 of a column exchanged", ROWS, "X[:, 1] = 1 - X[:, 1]", _other_level),
    Law("duplicated rows", "every row twice", NO_SCALE, "X = np.repeat(X, 2, axis=0); y = np.repeat(y, 2)",
        _fewer_errors),
    Law("complement", "1 and 0 of the outcome exchanged", ("logistic", "probit"), "y = 1 - y", _turned),
    Law("reference category", "another category as reference", ("softmax",), "y = np.array([1, 0, 2])[y]",
        _other_reference),
    Law("offset", "a part of a column in the offset", ("poisson with an offset",), "o = o + 0.5 * X[:, 0]",
        _less_offset),
    Law("weights", "weights as repeated rows", ("logistic with weights", "poisson with weights"),
        "X = np.repeat(X, w, axis=0); y = np.repeat(y, w); w = np.ones(len(y))", _same),
    Law("aliased columns", "a column that is the sum of two", ROWS, "X[:, 2] = X[:, 0] + X[:, 1]"),
    Law("separation", "a column that tells the outcomes apart", EVENTS, "y = (X[:, 0] > 0.1).astype(int)"),
    Law("a level without failures", "all rows of a level have the event", EVENTS, "y[X[:, 1] == 1] = 1"),
    Law("a level without events", "all counts of a level are 0", COUNTS, "y[X[:, 1] == 1] = 0"),
    Law("monotone likelihood", "no event in a level", ("Cox", "Weibull"), "event[X[:, 1] == 1] = 0"),
    Law("a category that is certain", "a level has one category", ("softmax", "ordinal"), "y[X[:, 1] == 1] = 2"),
    Law("pure groups", "each group has one outcome", ("mixed logistic",), "y = (g % 2 == 0).astype(int)"),
    Law("one row for each group", "as many groups as rows", ("mixed",), "g = np.arange(n)"),
    Law("closed form of a table", "log odds and log odds ratio of a 2 x 2 table", ("logistic",),
        "m = [30, 20, 10, 40]; X = np.repeat([[0.0], [0.0], [1.0], [1.0]], m, axis=0); y = np.repeat([1, 0, 1, 0], m)",
        exactly([np.log(1.5), np.log(1 / 6)], [np.sqrt(1 / 30 + 1 / 20), np.sqrt(1 / 30 + 1 / 20 + 1 / 10 + 1 / 40)])),
    Law("closed form of rates", "log rates of two levels", ("poisson",),
        "X = np.repeat([[0.0], [1.0]], 5, axis=0); y = np.array([3, 5, 2, 4, 6, 9, 7, 8, 12, 4])",
        exactly([np.log(4.0), np.log(2.0)], [np.sqrt(1 / 20), np.sqrt(1 / 20 + 1 / 40)])),
    Law("certified polynomial", "degree 5, all coefficients 1; residuals (-1)^x C(20, x) are orthogonal to each power",
        ("linear",), "from math import comb; x = np.arange(21.0); X = np.column_stack([x, x**2, x**3, x**4, x**5])\n"
        "y = 1 + X.sum(axis=1) + np.array([(-1) ** k * comb(20, k) for k in range(21)])", exactly(np.ones(6))),
    Law("closed form of balanced groups", "the mean, and its error from the mean squares", ("mixed",),
        "g = np.repeat(np.arange(6), 5); e = np.tile([-2.0, -1, 0, 1, 2], 6); X = np.empty((30, 0))\n"
        "y = np.repeat([1.0, 5, 9, 2, 6, 13], 5) + e", exactly([6.0], [np.sqrt(100.0 / 30)])),
)  # fmt: skip
EACH = {"Cox": "time, event = time[i], event[i]", "Weibull": "time, event = time[i], event[i]"}
"""What else is put in another order beside X; the outcome y of the other models."""


def lines(law: Law, model: str) -> str:
    """The lines of a law for a model."""
    return law.change.replace("{each}", EACH.get(model, "y = y[i]"))
