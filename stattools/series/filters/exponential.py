"""The time-varying exponential filter y_t = y_{t-1} + w_t (x_t - y_{t-1}).

It is the recurrence with a = 1 - w and b = w x, but for a small w the number 1 - w is rounded, and the error grows to
eps / 2w of y. So where weights are small the banded solve is refined once: its residual is formed with w itself (and
with 1 - w where w is near 1, and w (x - y) would cancel), solved with the same band, and added.

Source: Brown, Smoothing, Forecasting and Prediction (1963), ch. 7; refinement: Higham, Accuracy and Stability of
Numerical Algorithms (2002), ch. 12.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.table import paired
from stattools.errors import DomainError, quoted
from stattools.series.filters.banded import Band, one_number, substitute
from stattools.series.filters.blocks_in_cache import Arrays, Trouble, kept_contiguous, sweep
from stattools.series.filters.engines import Engine, compiled, require_engine
from stattools.series.filters.gaps import Missing, bridged, require_missing
from stattools.series.filters.one_coefficient import OneCoefficient
from stattools.series.filters.signals import Array, along, apart, beside, common, numbers, per_series, result, time_last

type Initial = Literal["first", "zero"] | ArrayLike

WHO = "exponential_filter"
SMALL = 1e-2
"""Below this mean weight the rounding of 1 - w counts."""
BLOCK = 1024
"""How many weights the mean is taken of: an error of less than BLOCK eps / 2 is accepted."""
GROWS = "Weights outside [0, 2] make |1 - w| > 1, and the filter grows without bound; keep them within."


def exponential_filter(
    signal: ArrayLike,
    weights: ArrayLike,
    *,
    initial: Initial = "first",
    missing: Missing = "carry",
    axis: int = -1,
    out: Array | None = None,
    engine: Engine = "auto",
) -> Any:
    """y_t = y_{t-1} + w_t (x_t - y_{t-1}): the exponential moving average with a weight of its own at every time.

    `signal` has shape (..., n); `weights` are one number, one per time (n,), or of the signal's shape, such as
    `st.decay_weights(times, half_life=...)`. `initial` is "first" (y_0 = x_0, whatever w_0), "zero" or numbers
    (y_{-1}, one or one per series). A NaN in the signal is a missing value: with missing="carry" y stays where it is
    (pandas' ignore_na=True), with "decay" the past also loses weight meanwhile, and the next value counts w / (w + P)
    with P the product of 1 - w since the last one (ignore_na=False), with "raise" it is an error; with initial="first"
    y is NaN before the first value. Real or complex, float32 or float64; `out` and `engine` as in
    `st.linear_recurrence`. A signal that is a pandas or a Polars series goes out as one, with its index.

    Weights in [0, 1] average. Outside, the filter is still what the formula says: it overshoots for w in (1, 2), and
    for w < 0 or w > 2 it is unstable, |1 - w| > 1, and errors grow with it. In float64 the error is within 1e-12 of the
    filter of |x| for weights in [0, 1]. Raises DomainError for shapes that do not fit, no times, NaN weights, infinite
    values, missing complex values, a signal that is missing everywhere (with initial="first"; one series of several
    stays NaN), and a result that overflows, naming the index. Source: Brown (1963), ch. 7.

    >>> import stattools as st
    >>> st.exponential_filter([1.0, 3.0, 5.0], [0.0, 0.5, 0.25])
    array([1.  , 2.  , 2.75])
    >>> st.exponential_filter([1.0, float("nan"), 5.0], 0.5, missing="decay").round(3)
    array([1.   , 1.   , 3.667])
    """
    engine = require_engine(WHO, engine)
    missing = require_missing(WHO, missing)
    paired(("signal", signal), ("weights", weights))
    x, w = numbers(signal, "signal", WHO), numbers(weights, "weights", WHO)
    first, start = require_initial(WHO, initial)
    seen = time_last(x, axis, WHO)
    batch, n = seen.shape[:-1], seen.shape[-1]
    series = int(np.prod(batch))
    y = result(out, x, common(x, w, start), WHO)
    before = per_series(start, batch, "initial", WHO).reshape(1, series)
    gain = apart(along(w, x.shape, axis, "weights", WHO), y).reshape(series, n)
    seen = apart(seen, y).reshape(series, n)
    target = np.moveaxis(y, axis, -1)
    work = target.reshape(series, n)
    try:
        filtered(gain, seen, before, work, first=first, missing=missing, engine=engine)
    except Trouble as trouble:
        raise trouble.told(WHO, batch, GROWS if "overflow" in trouble.reason else "Replace or drop it.") from None
    require_values(WHO, work, "start from: give initial= a number.")
    if not np.may_share_memory(work, target):
        target[...] = work.reshape(target.shape)
    return y if out is not None else beside(signal, y)


def filtered(
    w: Array,
    x: Array,
    before: Array,
    y: Array,
    *,
    first: Array | bool,
    missing: Missing = "carry",
    kept: Array | None = None,
    engine: Engine = "auto",
) -> None:
    """Fill y (S, n) from w, x (S, n) and before (1, S); raises Trouble.

    `first` says which series begin with their first value, `kept` what a gap before has left of the past. It is tried
    as if nothing were missing: a NaN or an infinity would stay in y to the end. Only then are gaps bridged.
    """
    kernels = compiled(engine, y.size)
    whole = kernels is not None and all(kept_contiguous(part) and part.dtype == y.dtype for part in (w, x, y))
    kernel = ExponentialKernel(y.dtype) if kernels is None else kernels.exponential
    # What overflows or is missing shows in the last values, and is told below.
    with np.errstate(over="ignore", invalid="ignore"):
        if kept is None:
            sweep(kernel, (w,), x, np.where(first, x[:, 0], before), y, whole=whole)
            if np.isfinite(y[:, -1]).all():
                return
        kept = np.ones(1) if kept is None else kept
        w, x, before, blank = bridged(w, x, before, first=first, missing=missing, kept=kept)
        sweep(kernel, (w,), x, before, y, whole=whole)
        if not np.isfinite(y[:, -1]).all():
            sweep(ExponentialKernel(y.dtype), (w,), x, before, y)
            bad = ~np.isfinite(y)
            if bad.any():
                raise Trouble(f"the result overflows {y.dtype}", *np.argwhere(bad)[0])
    y[:, : blank.shape[1]][blank] = np.nan


class ExponentialKernel:
    """The kernel of `exponential_filter` by LAPACK, refined where weights are small or few."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.band = Band(dtype)
        self.one: OneCoefficient | None = None

    def __call__(self, gain: Arrays, x: Array, before: Array, y: Array) -> None:
        w = gain[0]
        # A NaN weight beside a y of 0 would be lost in tbtrs; it shows in the mean.
        smallest = mean_of_small(w)
        if not np.isfinite(smallest):
            y[...] = np.nan
            return
        few = y.size <= 4 * BLOCK or smallest < SMALL
        number = None if few else one_number(w)
        self.one = OneCoefficient.of(None if number is None else 1.0 - number, number, y, self.one)
        if self.one is not None:
            self.one.solve(x, before[0], y)
            y[:, 0] = one_step(w[:, 0], x[:, 0], before[0])
            return
        band, lower = self.band.room_for(y.shape[0], y.shape[1], 1)
        if not self.band.stands(gain):
            np.subtract(w[:, 1:], 1.0, out=lower[:, :-1, 1])
            lower[:, -1, 1] = 0.0
        np.multiply(w, x, out=y)
        y[:, 0] = one_step(w[:, 0], x[:, 0], before[0])
        substitute(self.band.tbtrs, band, y)
        if few:
            error = _residual(w, x, y)
            substitute(self.band.tbtrs, band, error)
            y += error


def one_step(w: Array, x: Array, y: Array) -> Array:
    """y + w (x - y) or, where w is near 1, (1 - w) y + w x; y itself where x = y."""
    return np.where((np.abs(w) < 0.5) | (x == y), y + w * (x - y), (1.0 - w) * y + w * x)


def mean_of_small(w: Array) -> float:
    """The smallest mean of |w| over blocks of BLOCK weights, or a bound below it that is not small; NaN where a weight
    is NaN or infinite.
    """
    number = one_number(w)
    if number is not None:
        return float(np.abs(number)) * min(w.size / BLOCK, 1.0) if np.isfinite(number) else np.nan
    flat = w.reshape(-1)
    total = np.abs(_sums_of_blocks(flat))
    smallest = float(total.min())
    if not smallest >= SMALL * BLOCK:  # |a sum| is at most the sum of |w|, which takes one more pass
        total = _sums_of_blocks(np.abs(flat))
        smallest = float(total.min())
    return smallest / BLOCK if isfinite(total.max()) else np.nan


def _sums_of_blocks(flat: Array) -> Array:
    """The sums of each BLOCK numbers, the last with what is left over."""
    blocks = len(flat) // BLOCK
    if not blocks:
        return flat.sum(keepdims=True)
    total = flat[: blocks * BLOCK].reshape(blocks, BLOCK).sum(axis=1)
    if len(flat) > blocks * BLOCK:
        total[-1] += flat[blocks * BLOCK :].sum()
    return total


def _residual(w: Array, x: Array, y: Array) -> Array:
    """How far y (R, T) misses the definition, from the second time on; differences of neighbors are exact."""
    error = np.zeros_like(y)
    last, now, u, v = y[:, :-1], y[:, 1:], w[:, 1:], x[:, 1:]
    error[:, 1:] = np.where(np.abs(u) < 0.5, (last - now) + u * (v - last), ((1.0 - u) * last + u * v) - now)
    return error


def require_values(who: str, y: Array, use: str) -> None:
    """DomainError if all of y (S, n) is NaN to its end: then no value was ever seen."""
    if y.size and np.isnan(y[:, -1]).all():
        raise DomainError(f"{who}: the signal is missing everywhere (NaN), and has no value to {use}")


def require_initial(who: str, initial: object) -> tuple[bool, Array]:
    """Whether the first value starts the filter, and the value before it otherwise."""
    if isinstance(initial, str):
        if initial not in ("first", "zero"):
            raise DomainError(f"{who} has initial='first', 'zero' or a number; got {quoted(initial)}.")
        return initial == "first", np.zeros((), np.float32)
    start = numbers(initial, "initial", who)
    if not np.isfinite(start).all():
        raise DomainError(f"{who} needs a finite initial=; got {quoted(initial)}.")
    return False, start
