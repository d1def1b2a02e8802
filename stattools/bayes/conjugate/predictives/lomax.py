"""What to expect next: the waiting time to an event whose rate is Gamma(shape, rate).

    f(t) = shape rate^shape / (rate + t)^(shape + 1),    P(T > t) = (1 + t / rate)^-shape,    t > 0

The Lomax (Pareto II) distribution: its tail falls like t^-shape, so that the mean is infinite for shape <= 1 and the
standard deviation for shape <= 2. Source: Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1 (1994),
ch. 20.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expm1, log1p

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_numbers
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.models.samples.arms import tail_area


@answers_guesses
@record
class Lomax:
    """The time to an event whose rate is Gamma(shape, rate); both may be arrays, one entry per arm.

    >>> round(Lomax(3, 2).sf(2.0), 12)  # (1 + 1)^-3
    0.125
    """

    shape: Any
    rate: Any
    arms: tuple[Hashable, ...] | None = None

    @property
    def mean(self) -> float | Floats:
        """rate / (shape - 1); infinite for shape <= 1, where the tail falls too slowly to have a mean."""
        spare = np.asarray(self.shape) - 1.0
        return plain(np.where(spare > 0.0, self.rate / np.where(spare > 0.0, spare, 1.0), np.inf))

    @property
    def sd(self) -> float | Floats:
        """mean sqrt(shape / (shape - 2)); infinite for shape <= 2."""
        spare = np.asarray(self.shape) - 2.0
        ratio = np.sqrt(self.shape / np.where(spare > 0.0, spare, 1.0))
        return plain(np.where(spare > 0.0, self.mean * ratio, np.inf))

    @property
    def median(self) -> float | Floats:
        """The time that half of the waits exceed."""
        return self.quantile(0.5)

    def log_pdf(self, t: ArrayLike) -> float | Floats:
        """log f(t) for each t; -inf below 0. Raises DomainError for NaN."""
        t = points(t, "a time", self.shape)
        value = np.log(self.shape / self.rate) - (self.shape + 1.0) * log1p(np.maximum(t, 0.0) / self.rate)
        return np.where(t >= 0.0, value, -np.inf)[()]

    def pdf(self, t: ArrayLike) -> float | Floats:
        """f(t) for each t; 0 below 0."""
        return np.exp(self.log_pdf(t))

    def cdf(self, t: ArrayLike) -> float | Floats:
        """P(T <= t) for each t, accurate in both tails."""
        return plain(-expm1(-self.shape * log1p(np.maximum(points(t, "a time", self.shape), 0.0) / self.rate)))

    def sf(self, t: ArrayLike) -> float | Floats:
        """P(T > t) for each t, accurate in both tails."""
        return plain(np.exp(-self.shape * log1p(np.maximum(points(t, "a time", self.shape), 0.0) / self.rate)))

    def quantile(self, p: ArrayLike) -> float | Floats:
        """The t with P(T <= t) = p: rate ((1 - p)^(-1 / shape) - 1), p in [0, 1)."""
        p = as_numbers(p, "quantile needs p, a probability in [0, 1)", np.shape(self.shape))
        if not ((p >= 0.0) & (p < 1.0)).all():
            raise DomainError(f"quantile needs p, a probability in [0, 1); got {quoted(p.tolist())}.")
        return plain(self.rate * expm1(-log1p(-p) / self.shape))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "eti") -> Interval:
        """The interval that holds the time with probability `prob`: equal-tailed, or of highest density, from 0."""
        tail = tail_area(prob, "prob")
        kind = one_of(
            kind, ("hdi", "eti"), 'interval needs kind="hdi" or kind="eti"', got="kind=", meaning="kind of belief"
        )
        lower = self.quantile(tail if kind == "eti" else 0.0)
        shape = np.shape(self.shape)
        names = ("time",) if not shape else tuple(map(str, self.arms if self.arms is not None else range(shape[0])))
        return Interval(lower, self.quantile(1.0 - tail if kind == "eti" else prob), prob, kind, names)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent times, shape (draws,), or (draws, arms)."""
        size = draws_shape(draws, np.shape(self.shape))
        return self.rate * expm1(generator(seed).standard_exponential(size) / self.shape)
