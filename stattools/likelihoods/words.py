"""What a likelihood says of itself: its linear predictor in words, the ends of its parameters, its pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Words:
    """What a linear predictor is called ("the log odds"), and what the exponential of a coefficient is ("odds ratio")
    where the predictor is a logarithm. `factor` says the same where the predictor is a logarithm of what sentences do
    not speak of, as is the complementary log-log, of a hazard.
    """

    predictor: str
    ratio: str | None = None
    factor: str | None = None

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
