"""What kind of thing one observation is, by which tables, residuals and predictions know what can be said of it."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from math import inf


class Outcome(Enum):
    """The kinds of outcomes; the value says what one is, in words.

    >>> Outcome.COUNT.is_whole, Outcome.COUNT.has_labels
    (True, False)
    """

    REAL = "a number"
    POSITIVE = "a positive number"
    UNIT = "a share between 0 and 1"
    COUNT = "a count"
    BINARY = "one of two labels"
    TRIALS = "successes out of trials"
    ORDERED = "one of several labels in order"
    CATEGORY = "one of several labels"
    TIME = "a time, perhaps censored"

    @cached_property
    def is_whole(self) -> bool:
        """True where an observation is a whole number: a count, or the code of a label."""
        return self.has_labels or self in (Outcome.COUNT, Outcome.TRIALS)

    @cached_property
    def range(self) -> tuple[float, float]:
        """The numbers between which an observation lies; of labels and counts its smallest and no largest."""
        return -inf if self is Outcome.REAL else 0.0, 1.0 if self in (Outcome.UNIT, Outcome.BINARY) else inf

    @cached_property
    def has_labels(self) -> bool:
        """True where an observation is the code of a label."""
        return self in (Outcome.BINARY, Outcome.ORDERED, Outcome.CATEGORY)

    @cached_property
    def has_several(self) -> bool:
        """True where a mean is a probability for each of several labels."""
        return self in (Outcome.ORDERED, Outcome.CATEGORY)
