"""The recurrence with one coefficient for all times, y_t = a y_{t-1} + s b_t, in runs of 16 times side by side.

    within a run     y_k = s sum_{j <= k} a^(k-j) b_j + a^(k+1) c,    k = 0 ... 15: a product with one small matrix
    between runs     c' = a^16 c + the last y_k of the run without c: the same recurrence over a sixteenth of the times

A substitution waits at each time for the one before it; products of runs do not. For |a| <= 1, where powers do not
overflow. A NaN or an infinity spoils its whole run and all that follows, so that it shows at the last time. Source:
Blelloch, "Prefix sums and their applications" (1990).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.series.filters.banded import Band, substitute
from stattools.series.filters.blocks_in_cache import Array

RUN = 16
"""Times of a run: products grow with it, and what remains for the substitution shrinks."""

LEAST = 256
"""With fewer times the calls cost more than the substitution."""


class OneCoefficient:
    """The matrix of a run and room for what enters the runs, used again for the next block of times."""

    def __init__(self, a: Any, scale: Any, dtype: np.dtype[Any]) -> None:
        powers = np.power(np.asarray(a, np.result_type(dtype, np.float64)), np.arange(RUN + 1))
        later = np.arange(RUN) - np.arange(RUN)[:, None]
        self.a, self.scale = a, scale
        self.within = np.where(later >= 0, scale * powers[np.maximum(later, 0)], 0.0).astype(dtype)
        self.after, self.of_a_run = powers[1:].astype(dtype), powers[RUN].astype(dtype)
        self.between = Band(dtype)

    @classmethod
    def of(cls, a: Any, scale: Any, y: Array, before: OneCoefficient | None) -> OneCoefficient | None:
        """For blocks like y (R, T), the one of the block `before` where that has the same numbers; None where the
        substitution is quicker, or powers may overflow.
        """
        if a is None or y.shape[1] < LEAST or not abs(a) <= 1.0:
            return None
        if before is not None and before.a == a and before.scale == scale:
            return before
        return cls(a, scale, y.dtype)

    def solve(self, b: Array, before: Array, y: Array) -> None:
        """Fill y (R, T), contiguous, from b (R, T) and the values before, (R,)."""
        series, times = y.shape
        runs = times // RUN
        whole = runs * RUN
        inner = y[:, :whole].reshape(series, runs, RUN)
        np.matmul(b[:, :whole].reshape(series, runs, RUN), self.within, out=inner)
        enters = np.empty((series, runs), y.dtype)
        enters[:, 0], enters[:, 1:] = before, inner[:, :-1, -1]
        band = self.between.filled((np.broadcast_to(self.of_a_run, enters.shape),))
        substitute(self.between.tbtrs, band, enters)
        inner += enters[:, :, None] * self.after
        if not np.may_share_memory(inner, y):
            y[:, :whole] = inner.reshape(series, whole)
        for t in range(whole, times):
            y[:, t] = self.a * y[:, t - 1] + self.scale * b[:, t]
