"""What a likelihood says of itself: its linear predictor in words, formulas, the ends of its parameters, its pieces.

Reports, sentences and figures read these records and know no likelihood by its name. Words in braces are filled in for
a model: {y} is its outcome and {event} says what a mean is the probability of; `reporting/equations.py` lists the rest.
The families of the house have a row each in `families.toml`, which is read when its words are first asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Equation:
    """A likelihood written out in TeX: `each` says what a row is, `distribution` how it is distributed, and `loglik`,
    which `sum` announces, is what all rows add up to, as a function of `of`. `beside` says what the other parameters
    are: `phi` is the symbol of the last, and `others` are the linear predictors of all. {predictor} is written in a
    formula of its own where the distribution does not have it.

    Where `mean` is given, in words and as a symbol, the distribution is written at its mean, whatever the link is: the
    link is then said after `each` and written after the distribution, and `beside` begins with how log `phi` is made.
    """

    each: str
    distribution: str
    loglik: str
    of: str = r"\beta"
    sum: str = "The log-likelihood of all rows is"
    beside: str = ""
    phi: str = ""
    others: tuple[str, ...] = ()
    mean: tuple[str, str] | None = None


@dataclass(frozen=True)
class Dispersion:
    """What the last parameter does to the variance, where its logarithm is a coefficient that all rows share: its
    `symbol`, and a sentence about the `value` that follows from the parameter and from {mean}, the mean outcome, or
    {trials}, the median number of trials, whichever the sentence speaks of. {name} is the coefficient.
    """

    symbol: str
    said: str
    value: Callable[[float, float], float]


@dataclass(frozen=True)
class Words:
    """What a linear predictor is called ("the log odds"), and what the exponential of a coefficient is ("odds ratio")
    where the predictor is a logarithm. `factor` says the same where the predictor is a logarithm of what sentences do
    not speak of, as is the complementary log-log, of a hazard.

    Only the predictor is needed; what else is given replaces words that are made from it: `asked` is what depends on
    the columns, `effect` is what a coefficient multiplies or changes, `moved` is the phrase for it with its verb, and
    `beside` goes on after "the columns are linearly independent" with why there is a maximum. `equation` is for
    the family's own link, `with_precision` for rows of given precisions, and `at_mean` for any other link. `figures`
    names the figures of a report where they are not those of the kind of outcome.
    """

    predictor: str
    ratio: str | None = None
    factor: str | None = None
    asked: str | None = None
    effect: str | None = None
    moved: str | None = None
    beside: str = ""
    equation: Equation | None = None
    with_precision: Equation | None = None
    at_mean: Equation | None = None
    dispersion: Dispersion | None = None
    figures: tuple[str, ...] | None = None

    @property
    def exponential(self) -> str | None:
        """What the exponential of a coefficient is; None where it is no ratio.

        >>> Words("the log odds", "odds ratio").exponential, Words("the mean").exponential
        ('odds ratio', None)
        """
        return self.ratio or self.factor

    @property
    def subject(self) -> str:
        """What a column multiplies ("the odds") where there is a ratio, or moves."""
        return self.predictor.replace("the log ", "the ", 1) if self.ratio else self.predictor


@dataclass(frozen=True)
class Edge:
    """A parameter whose maximum may lie at the end of its range: beyond `lower` or `upper` of its linear predictor.

    Both are of outcomes of size 1, and `power` is that of the outcome's unit in the parameter: 1 of a scale. `below`
    and `above` say, as an error does, what the data are then and what to do; None where there is no such end.
    """

    lower: float = -np.inf
    upper: float = np.inf
    power: float = 0.0
    below: str | None = None
    above: str | None = None


Limits = Mapping[str, tuple[Any, str]]
"""By the name of a parameter, the family, or its class, at an end of its range, and where that is: "alpha = 0"."""


@dataclass(frozen=True)
class Piece:
    """A family whose log-likelihood is one of those that another adds up: of which linear predictors, by number, of
    which rows, and with which outcome; `what` is told apart, `label` is what its coefficients are called by, and `of`
    what stands behind the title.
    """

    what: str
    label: str
    of: str
    predictors: tuple[int, ...]
    family: Any
    outcome: Callable[[Any], Any]
    rows: Callable[[Any], Any]

    def called(self, term: str) -> str:
        """The name of a coefficient."""
        return f"{self.label}: {term}" if self.label else term


VALUES: dict[str, Callable[[float, float], float]] = {
    "NegativeBinomial": lambda alpha, mean: 1.0 + alpha * mean,
    "GammaFamily": lambda phi, _: float(np.sqrt(phi)),
    "BetaBinomial": lambda s, trials: 1.0 + (trials - 1.0) / (1.0 + s),
}
"""The value of a dispersion, by the row of its family."""


@cache
def rows() -> dict[str, dict[str, Any]]:
    """The rows of `families.toml`, the lines of a text joined."""

    def joined(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: joined(part) for key, part in value.items()}
        if isinstance(value, list):
            return tuple(value)
        return value.replace("\n", " ") if isinstance(value, str) else value

    return joined(tomllib.loads(Path(__file__).with_name("families.toml").read_text(encoding="utf-8")))


@cache
def words_of(row: str) -> Words:
    """The words of a row.

    >>> words_of("Poisson").exponential
    'rate ratio'
    """
    said = {key: value for key, value in rows()[row].items() if key not in ("edge", "refused")}
    if "equation" in said:
        said["equation"] = Equation(**said["equation"])
    for other in ("with_precision", "at_mean"):
        if other in said:
            said[other] = replace(said.get("equation", Equation("", "", "")), **said[other])
    if "dispersion" in said:
        said["dispersion"] = Dispersion(**said["dispersion"], value=VALUES[row])
    return Words(**said)


@cache
def edge_of(row: str) -> Edge:
    """The ends of the last parameter of a row: the table has the numbers, and the linear predictor is the logarithm.

    >>> round(edge_of("NegativeBinomial").lower, 6)
    -18.420681
    """
    said = rows().get(row, {}).get("edge", {})
    return Edge(**said | {end: float(np.log(said[end])) for end in ("lower", "upper") if end in said})


def refused_of(row: str) -> Mapping[str, str]:
    """The questions that have no answer in a row, each with the reason."""
    return rows().get(row, {}).get("refused", {})


class OfRow[Said]:
    """An attribute of families that is read from their `_row` of the table, unless an object or a class has its own."""

    def __init__(self, read: Callable[[str], Said]) -> None:
        self.read = read

    def __get__(self, family: Any, kind: Any) -> Said:
        return self.read(kind._row)
