"""What the families of positive outcomes with a log mean and a dispersion share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.units import LARGEST, SMALLEST
from stattools.likelihoods.likelihood import Floats, Words, allowed, finite_floats
from stattools.likelihoods.mean_beside import LogMean
from stattools.likelihoods.outcomes import Outcome

FITS = (
    "the means fit every outcome to round-off, and the dispersion has its maximum at 0. Drop columns, or collect more "
    "rows."
)
"""What is said where a dispersion runs to 0."""


class Positive(LogMean):
    """Amounts: costs, times, sizes, whose spread grows with their mean."""

    parameters: ClassVar = {"mean": "log", "dispersion": "log"}
    outcome = Outcome.POSITIVE
    words = Words("the log mean", "ratio of means")
    who: ClassVar[str]
    """What a regression of such outcomes is called."""

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is positive, and within 1e-120 and 1e120."""
        y = finite_floats(y, self.who)
        remedy = "Model whether there is any amount apart (st.logistic), and the amounts > 0 here."
        allowed(y, y > 0.0, self.who, "positive numbers", remedy)
        moderate = (y >= SMALLEST) & (y <= LARGEST)
        return allowed(y, moderate, self.who, "numbers from 1e-120 to 1e120", "Change their units.")

    def side(self, y: Floats) -> None:
        """Every positive outcome has a maximum."""

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The amount, and over what exposure."""
        return np.array([weight @ y, weight @ np.exp(offset)])

    def level(self, sums: Floats) -> Floats:
        """The logarithm of the amount per exposure."""
        return self.link(sums[:1] / sums[1])

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """The logarithm of each outcome."""
        return np.log(y)
