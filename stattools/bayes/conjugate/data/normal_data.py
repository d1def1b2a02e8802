"""Measurements for a Normal or a NormalInverseGamma prior: all of them in a row, each one left out, and replicates.

The posterior without measurement i comes from the exact sums less that measurement, by the formula of the posterior, so
that nothing is lost where a measurement is nearly all that is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.data.pair import Drawn, LeftOut, NamedObservations, Seen
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.samples.normal import NormalSample
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.sums import ExactSum, pair_difference, pair_product

Doubled = tuple[Floats, Floats]
"""Numbers with about 32 digits: each is the sum of the two."""


@record
class Measurements:
    """All measurements of a posterior in the order they came, with the number of each one's arm and its weight."""

    values: Floats
    arm_of: NDArray[np.intp]
    weight: Floats

    @staticmethod
    def of(batches: Sequence[NormalSample]) -> Measurements:
        """Those of all batches."""
        parts = [(batch.values, batch.arm_of, batch.weight) for batch in batches]
        return Measurements(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def without(
        self, total: Sequence[ExactSum], first: Doubled, second: Doubled | None = None
    ) -> tuple[Doubled, Doubled]:
        """The two exact sums of `total`, for each measurement those of its arm without it: `first` and `second` are
        what it adds to them, `second` unless told `first` times its value.
        """
        own = pair_product(first, (self.values, np.zeros_like(self.values))) if second is None else second
        sums, others = ((high[self.arm_of], low[self.arm_of]) for high, low in (one.rounded() for one in total))
        return pair_difference(sums, first), pair_difference(others, own)

    def left_out(self, pointwise: Floats) -> LeftOut:
        """The result, one entry per measurement."""
        ones = np.ones(len(self.values), dtype=np.int64)
        return LeftOut(pointwise, ones, tuple(self.values.tolist()), self.arm_of, self.log_likelihood)

    def log_likelihood(self, drawn: Drawn) -> Floats:
        """log p(y_i | mean, sd) of each draw and measurement, (draws, n)."""
        mean, sd = self._at(drawn)
        z = (self.values - mean) / sd
        return -0.5 * z * z - np.log(sd) - HALF_LOG_TWO_PI

    def replicates(self, drawn: Drawn, random: np.random.Generator) -> Floats:
        """New measurements, (draws, n)."""
        mean, sd = self._at(drawn)
        return mean + sd * random.standard_normal(mean.shape)

    def _at(self, drawn: Drawn) -> tuple[Floats, Floats]:
        """The mean and the standard deviation of each measurement, the latter from its weight where it is known."""

        def at(values: Floats) -> Floats:
            each = values.reshape(len(values), -1)
            return each[:, self.arm_of] if each.shape[1] > 1 else np.broadcast_to(each, (len(each), len(self.values)))

        return at(drawn["mean"]), at(drawn["sd"]) if "sd" in drawn else 1.0 / np.sqrt(self.weight)


def outcomes(belief: object, seen: Seen) -> list[NamedObservations]:
    """The measurements."""
    data = Measurements.of(seen.batches)
    return [NamedObservations("y", data.values, data.replicates, data.log_likelihood)]


def require_rest(belief: Any, data: Measurements, enough: ArrayLike) -> None:
    """DomainError where leaving one measurement out leaves an improper posterior."""
    enough = np.broadcast_to(enough, data.values.shape)
    if not enough.all():
        first = int(np.argmin(enough))
        arm = "" if belief.arms is None else f" of arm {belief.arms[data.arm_of[first]]!r}"
        raise DomainError(
            f"loo needs a proper posterior without each measurement; under {belief.prior!r} there is none without "
            f"measurement {first}{arm}. Use a proper prior."
        )
