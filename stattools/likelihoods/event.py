"""Outcomes that happen or not, with a link that is symmetric: 1 - p(eta) = p(-eta)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import Floats, Likelihood
from stattools.likelihoods.outcomes import Outcome


class Event(Likelihood):
    """What the families of an event that happens, y = 1, or does not share, by a link that is symmetric."""

    outcome = Outcome.BINARY
    is_event = starts_at_zero = True

    def reversed(self, y: Floats) -> Floats:
        """1 - y."""
        return 1.0 - y

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """p (1 - p), each factor with its own digits."""
        return self.mean(eta) * self.mean(-eta)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """-2 log p(y): a perfect fit has probability 1."""
        return -2.0 * self.loglik(eta, y)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """1 - p at 0, 1 at 1."""
        return np.where(y > 0, 1.0, self.mean(-eta))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """p at 0, 0 at 1."""
        return np.where(y > 0, 0.0, self.mean(eta))

    def side(self, y: Floats) -> Floats:
        """Every outcome wants its own probability to be 1."""
        return 2.0 * y - 1.0

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One 0/1 draw per eta."""
        mean = self.mean(eta)
        return (generator(seed).random(mean.shape) < mean).astype(float)
