"""The exponential filter of an endless signal, chunk by chunk: one value per series is kept, and the gap it is in.

The only mutable class of the package: a stream goes one way. `copy` keeps a state to go back to.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError
from stattools.interface.names.guesses import answers_guesses
from stattools.series.filters.blocks_in_cache import Trouble
from stattools.series.filters.exponential import GROWS, Initial, filtered, require_initial
from stattools.series.filters.gaps import Missing, remaining, require_missing
from stattools.series.filters.signals import Array, along, common, numbers, per_series, time_last
from stattools.text.one_line import prints

WHO = "exponential_filter_state"


@answers_guesses
@prints
@dataclass(eq=False)
class ExponentialFilterState:
    """Where an exponential filter stands; made by `st.exponential_filter_state`, moved on by `update`.

    `value` is the last y, one per series, NaN before a first value and None before the first chunk; `n` counts the
    times seen.
    """

    weights: float | None
    missing: Missing
    first: bool
    start: Array
    value: Array | None = None
    n: int = 0
    kept: Array = field(default_factory=lambda: np.ones(1), repr=False)

    def update(self, chunk: ArrayLike, weights: ArrayLike | None = None) -> Array:
        """Filter the next values, shape (..., m) with time last or one number, and move on; the y of the chunk.

        Chunks give what `st.exponential_filter` gives of the whole signal, to 1e-15 of the filter of |x|. `weights`
        are those of the chunk, by default the state's. Raises as `st.exponential_filter`, with the index in the chunk,
        and the state then stays where it was.
        """
        gain = self.weights if weights is None else weights
        if gain is None:
            raise DomainError(f"{WHO}: update needs weights= for the chunk, or the state a constant weights=.")
        x, w = numbers(chunk, "chunk", WHO), numbers(gain, "weights", WHO)
        if x.ndim == 0:
            return self.update(x[None], w.reshape(-1) if w.size == 1 else w)[0]
        if x.shape[-1] == 0:
            return np.empty(x.shape, common(x, w, self.start))
        seen = time_last(x, -1, WHO)
        batch, m = seen.shape[:-1], seen.shape[-1]
        series = int(np.prod(batch))
        earlier = () if self.value is None else (self.value,)
        y = np.empty((series, m), common(x, w, self.start, *earlier))
        before, new = self._entering(batch, series)
        gain = along(w, x.shape, -1, "weights", WHO).reshape(series, m)
        flat = seen.reshape(series, m)
        kept = np.broadcast_to(self.kept, series)
        options: Any = {"first": new, "missing": self.missing, "kept": None if (kept == 1.0).all() else kept}
        try:
            filtered(gain, flat, before, y, **options)
        except Trouble as trouble:
            raise trouble.told(WHO, batch, GROWS if "overflow" in trouble.reason else "Replace or drop it.") from None
        if self.missing == "decay":
            gap = np.isnan(flat)
            left = remaining(gain, gap, kept)[:, -1] if gap[:, -1].any() else kept
            self.kept = np.where(gap[:, -1] & ~np.isnan(y[:, -1]), left, 1.0)
        self.value, self.n = y[:, -1].reshape(batch).copy(), self.n + m
        return y.reshape(x.shape)

    def copy(self) -> ExponentialFilterState:
        """A state of its own that stands where this one does."""
        return replace(self)

    def _entering(self, batch: tuple[int, ...], series: int) -> tuple[Array, Array]:
        """The values before the chunk, (1, S), and which series have none yet, (S,)."""
        if self.value is None:
            start = per_series(self.start, batch, "initial", WHO).reshape(1, series)
            return start, np.full(series, self.first)
        if self.value.shape != batch:
            raise DomainError(f"{WHO}: the chunk has series of shape {batch}, and those before {self.value.shape}.")
        value = self.value.reshape(1, series)
        new = np.isnan(value)
        return np.where(new, 0.0, value), new[0]


def exponential_filter_state(
    weights: float | None = None, *, initial: Initial = "first", missing: Missing = "carry"
) -> ExponentialFilterState:
    """An exponential filter for a signal that comes in chunks: `state.update(chunk)` filters one and moves on.

    `weights` is a constant weight, or None where every `update(chunk, weights)` brings its own; `initial` and `missing`
    as in `st.exponential_filter`. Raises DomainError for options that it does not have.

    >>> import stattools as st
    >>> state = st.exponential_filter_state(0.5)
    >>> state.update([1.0, 3.0]), state.update([5.0])
    (array([1., 2.]), array([3.5]))
    >>> state.n, float(state.value)
    (3, 3.5)
    """
    missing = require_missing(WHO, missing)
    first, start = require_initial(WHO, initial)
    if weights is not None:
        constant = numbers(weights, "weights", WHO)
        if constant.ndim or not np.isfinite(constant):
            raise DomainError(f"{WHO} needs weights=, one finite number or None; give those of a chunk to update.")
    return ExponentialFilterState(weights, missing, first, start)
