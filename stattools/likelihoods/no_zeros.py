"""What is known of a family of counts given that a count is not zero: 1 - f(0), its logarithm and its derivatives.

Where the mean is tiny l = log f(0) is nearly 0; a linear predictor beyond `MOST_ETA` or `FARTHEST` stays there, so
that 1 - f(0) is never 0. A draw is the first of the events behind a count, wherever in the row's time it falls given
that there is one, and those that follow it: Poisson counts are single events, and negative binomial ones are Poisson
many groups whose sizes are those of a logarithmic series.
Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), 4.10 and 5.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.negative_binomial import NegativeBinomial
from stattools.likelihoods.poisson import Poisson

COUNTS, RATE = Poisson(), "rate"
"""The usual family, and what its mean is called where other counts have a mean of their own."""

NO_DEVIANCE = (
    "Counts whose zeros are apart have no deviance: no mean alone fits a count perfectly. Use the log-likelihood, or "
    'kind="pearson".'
)

LEAST_ETA, MOST_ETA, LEAST = -150.0, 200.0, 1e-290
"""The logarithm of a mean stays between these, and a probability above this."""

FARTHEST = 300.0
"""The size of the logarithm of alpha, beyond which it stays."""


@dataclass(frozen=True, eq=False)
class ZerosOfFamily:
    """Of each row: eta (n,) or (n, width), l = log f(0) with its slope (n, width) and its information (n, width,
    width), and the share 1 - f(0) of positive counts.
    """

    family: Likelihood
    eta: Floats
    log_zero: Floats
    slope: Floats
    of_zero: Floats
    share: Floats

    @cached_property
    def odds(self) -> Floats:
        """f(0) / (1 - f(0))."""
        return np.exp(self.log_zero) / self.share

    @cached_property
    def pull(self) -> Floats:
        """The score of -log(1 - f(0)), (n, width)."""
        return self.odds[..., None] * self.slope

    @property
    def information(self) -> Floats:
        """Minus the second derivative of -log(1 - f(0)), (n, width, width)."""
        more = self.pull + self.slope
        return self.odds[..., None, None] * self.of_zero - self.pull[..., :, None] * more[..., None, :]

    def drawn(self, random: np.random.Generator) -> Floats:
        """One positive count per row."""
        first = -np.log1p(-random.random(self.share.shape) * self.share)  # when, in units of events
        left = np.clip(1.0 + first / self.log_zero, 0.0, 1.0)
        return FIRST[type(self.family)](self, random) + FOLLOWING[type(self.family)](self, left, random)


def _one(seen: ZerosOfFamily, random: np.random.Generator) -> Any:
    return 1.0


def _group(seen: ZerosOfFamily, random: np.random.Generator) -> Floats:
    """The size of a group: of a logarithmic series of m / (m + 1 / alpha)."""
    share = 1.0 / (1.0 + np.exp(np.clip(-seen.eta.sum(axis=-1), -700.0, 700.0)))
    return random.logseries(np.minimum(share, 1.0 - 1e-16)).astype(float)


def _events(seen: ZerosOfFamily, left: Floats, random: np.random.Generator) -> Floats:
    return random.poisson(seen.family.mean(seen.eta) * left).astype(float)


def _groups(seen: ZerosOfFamily, left: Floats, random: np.random.Generator) -> Floats:
    alpha = np.exp(np.clip(seen.eta[..., 1], -700.0, 300.0))
    return random.poisson(seen.family.mean(seen.eta) * alpha * random.standard_gamma(left / alpha)).astype(float)


FIRST: dict[type, Callable[..., Any]] = {Poisson: _one, NegativeBinomial: _group}
FOLLOWING: dict[type, Callable[..., Floats]] = {Poisson: _events, NegativeBinomial: _groups}
"""How the first event, and those that follow in what is left of a row's time, are drawn; by the class of a family."""


def of_counts(family: Any, who: str) -> Likelihood:
    """A family of counts with a log link; IncompatibleError for another."""
    if type(family) not in FIRST:
        raise IncompatibleError(f"{who} is made of Poisson() or NegativeBinomial(); got {type(family).__name__}.")
    return family


def no_zeros(family: Likelihood, eta: ArrayLike) -> ZerosOfFamily:
    """What is known of the positive counts of a family at its linear predictors."""
    eta = np.array(eta, dtype=float)
    first = eta if family.width == 1 else eta[..., 0]
    np.clip(first, LEAST_ETA, MOST_ETA, out=first)
    if family.width > 1:
        np.clip(eta[..., 1], -FARTHEST, FARTHEST, out=eta[..., 1])
    log_zero, slope, information = family.evaluate(eta, np.zeros(first.shape))
    log_zero, width = np.minimum(log_zero, -LEAST), family.width
    return ZerosOfFamily(
        family,
        eta,
        log_zero,
        slope.reshape(*first.shape, width),
        information.reshape(*first.shape, width, width),
        -np.expm1(log_zero),
    )


def rate_of(mean: Any) -> Any:
    """The rate of Poisson counts whose positive ones have this mean, m / (1 - exp(-m)): Newton's steps fall to it."""
    mean = np.asarray(mean, dtype=float)
    m = mean
    for _ in range(60):
        seen = -np.expm1(-m)
        m = np.maximum(m - (m - mean * seen) / (1.0 - mean * (1.0 - seen)), LEAST)
    return m


def log_rate(y: Floats, weight: Floats, offset: Floats) -> float:
    """The logarithm of the rate of Poisson counts whose positive ones have the mean of those in y."""
    positive = weight * (y > 0)
    mean = float(positive @ y) / max(float(positive.sum()), 1.0)
    return float(np.log(rate_of(max(mean, 1.0 + 1e-6))) - np.log(weight @ np.exp(offset) / weight.sum()))
