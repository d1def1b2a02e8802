"""Outcomes that happen or not, with a link that is symmetric: 1 - p(eta) = p(-eta)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.seeds import generator
from stattools.likelihoods.cumulants import Weights
from stattools.likelihoods.likelihood import Floats, Likelihood
from stattools.likelihoods.links import Link
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


STEP = 1e-4
"""The step of the bend, a difference of slopes: it shapes Newton's steps, and no estimate."""


def of_events(link: Link, eta: Floats, size: Floats) -> Weights:
    """The expected information of `size` trials, m'^2 / (m (1 - m)) = - (log m)' (log(1 - m))', and how it moves.

    >>> from stattools.likelihoods.links import LINKS
    >>> found = of_events(LINKS["probit"], np.zeros(1), np.ones(1))
    >>> found.information.round(9).tolist(), found.bend.round(4).tolist()  # 2 / pi, at its top
    ([0.636619772], [[[-0.4627]]])
    """

    def slope(eta: Floats) -> tuple[Floats, Floats]:
        (_, up, bent), (_, down, bent_down) = link.log_mean(eta), link.log_rest(eta)
        return -size * up * down, -size * (bent * down + up * bent_down)

    step = STEP * np.maximum(np.abs(eta), 1.0)
    bend = (slope(eta + step)[1] - slope(eta - step)[1]) / (2.0 * step)
    information, first = slope(eta)
    return Weights(information, first[:, None], bend[:, None, None])
