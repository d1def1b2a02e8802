"""What the families of counts with a log link share."""

from __future__ import annotations

import numpy as np

from stattools.likelihoods.likelihood import Floats, Likelihood, Words
from stattools.likelihoods.outcomes import Outcome


class Count(Likelihood):
    """Counts 0, 1, 2, ... whose first linear predictor is the logarithm of the mean."""

    outcome = Outcome.COUNT
    words = Words("the log rate", "rate ratio", asked="the expected count of {y}")

    def side(self, y: Floats) -> Floats:
        """A count of 0 wants a mean of 0."""
        return np.where(y > 0, 0.0, -1.0)

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """How many were counted, and over what exposure."""
        return np.array([weight @ y, weight @ np.exp(offset)])

    def level(self, sums: Floats) -> Floats:
        """The logarithm of the rate."""
        return self.link(sums[:1] / sums[1])

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """The logarithm of each count, drawn halfway to their mean."""
        return self.link(0.5 * (y + weight @ y / weight.sum()))
