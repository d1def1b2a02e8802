"""The time-varying exponential filter y_t = y_{t-1} + w_t (x_t - y_{t-1}), of a whole signal or chunk by chunk.

It is the recurrence with a = 1 - w and b = w x, but for a small w the number 1 - w is rounded, and the error grows to
eps / 2w of y. So where weights are small the banded solve is refined once: its residual is formed with w itself (and
with 1 - w where w is near 1, and w (x - y) would cancel), solved with the same band, and added.

Missing values are weights: a gap has weight 0, and the next value a larger one.

    carry:  w_t as it is                        pandas ewm(adjust=False, ignore_na=True)
    decay:  w_t / (w_t + P_t),  P_t the product of 1 - w from after the last value to t    ignore_na=False

Without a gap P_t = 1 - w_t, and the two are the same. Source: Brown, Smoothing, Forecasting and Prediction (1963), ch.
7; refinement: Higham, Accuracy and Stability of Numerical Algorithms (2002), ch. 12.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.table import paired
from stattools.errors import DomainError, quoted
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.series.filters.banded import Band, OneCoefficient, one_number, substitute
from stattools.series.filters.blocks_in_cache import Arrays, Trouble, kept_contiguous, sweep
from stattools.series.filters.engines import Engine, compiled, require_engine
from stattools.series.filters.recurrence import solve
from stattools.series.filters.signals import Array, along, apart, beside, common, numbers, per_series, result, time_last
from stattools.text.one_line import prints

type Missing = Literal["carry", "decay", "raise"]


def require_missing(who: str, missing: object) -> Missing:
    """The word; DomainError for another."""
    return one_of(missing, ("carry", "decay", "raise"), f"{who} has missing='carry', 'decay' and 'raise'")


def bridged(
    w: Array, x: Array, before: Array, *, first: Array | bool, missing: Missing, kept: Array | float = 1.0
) -> tuple[Array, Array, Array, Array]:
    """Weights, signal and value before without gaps, and where the result is blank for want of a first value, (S, m)
    for the m times that this concerns.

    w, x are (S, n), before (1, S); `first` says which series begin with their first value, and `kept` the weight that a
    gap before left to the past (`remaining`). Raises Trouble for a NaN weight, infinite values, what `missing` refuses.
    """
    for what, values in (("the weight", w), ("the signal", x)):
        _require_none(np.isinf(values), f"{what} is infinite")
    _require_none(np.isnan(w), "the weight is NaN")
    gap = np.isnan(x)
    if missing == "raise":
        _require_none(gap, "the signal is missing (NaN), which missing='raise' refuses,")
    if np.iscomplexobj(x) or np.iscomplexobj(w):
        _require_none(gap, "the signal is complex and missing (NaN), which has no rule,")
    weight = decayed(w, gap, kept) if missing == "decay" else w
    weight, seen = np.where(gap, 0.0, weight).astype(w.dtype), np.where(gap, 0.0, x).astype(x.dtype)
    new = np.broadcast_to(np.asarray(first), len(x))[:, None]
    opening = np.argmin(gap, axis=1)[:, None]
    value = np.take_along_axis(seen, opening, axis=1)
    opening[np.take_along_axis(gap, opening, axis=1)] = x.shape[1]
    head = np.arange(min(int(opening.max(initial=0)) + 1, x.shape[1]))
    weight[:, : len(head)][new & (head <= opening)] = 0.0
    return weight, seen, np.where(new, value, before.T).T, new & (head < opening)


def decayed(w: Array, gap: Array, kept: Array | float = 1.0) -> Array:
    """w / (w + P) for w, gap (S, n); `kept` is the product of 1 - w over the gap that the series begins in."""
    outside = ~((w >= 0.0) & (w <= 1.0))
    _require_none(outside, "missing='decay' needs weights in [0, 1], and the weight is outside")
    past = remaining(w, gap, kept)
    total = w + past
    share = np.divide(w, total, out=np.zeros_like(total), where=total > 0.0)
    return np.where(past == 1.0 - w, w, share)


def remaining(w: Array, gap: Array, kept: Array | float = 1.0) -> Array:
    """P (S, n): the product of 1 - w from after the last value up to and with each time."""
    forget = 1.0 - w
    after_gap = np.ones_like(gap)
    after_gap[:, 1:] = gap[:, :-1]
    start = np.broadcast_to(np.asarray(kept, dtype=forget.dtype), (1, len(forget)))
    # The product goes on from a gap before, and starts anew after a value; `kept` is 1 after one.
    product = np.empty_like(forget)
    solve((np.where(after_gap, forget, 0.0),), np.where(after_gap, 0.0, forget), start, product, "lapack")
    return product


def _require_none(bad: Array, reason: str) -> None:
    if bad.any():
        raise Trouble(reason, *np.argwhere(bad)[0])


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

    def __init__(self, dtype: np.dtype[np.generic]) -> None:
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


STATE = "exponential_filter_state"


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
            raise DomainError(f"{STATE}: update needs weights= for the chunk, or the state a constant weights=.")
        x, w = numbers(chunk, "chunk", STATE), numbers(gain, "weights", STATE)
        if x.ndim == 0:
            return self.update(x[None], w.reshape(-1) if w.size == 1 else w)[0]
        if x.shape[-1] == 0:
            return np.empty(x.shape, common(x, w, self.start))
        seen = time_last(x, -1, STATE)
        batch, m = seen.shape[:-1], seen.shape[-1]
        series = int(np.prod(batch))
        earlier = () if self.value is None else (self.value,)
        y = np.empty((series, m), common(x, w, self.start, *earlier))
        before, new = self._entering(batch, series)
        gain = along(w, x.shape, -1, "weights", STATE).reshape(series, m)
        flat = seen.reshape(series, m)
        kept = np.broadcast_to(self.kept, series)
        options: Any = {"first": new, "missing": self.missing, "kept": None if (kept == 1.0).all() else kept}
        try:
            filtered(gain, flat, before, y, **options)
        except Trouble as trouble:
            raise trouble.told(STATE, batch, GROWS if "overflow" in trouble.reason else "Replace or drop it.") from None
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
            start = per_series(self.start, batch, "initial", STATE).reshape(1, series)
            return start, np.full(series, self.first)
        if self.value.shape != batch:
            raise DomainError(f"{STATE}: the chunk has series of shape {batch}, and those before {self.value.shape}.")
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
    missing = require_missing(STATE, missing)
    first, start = require_initial(STATE, initial)
    if weights is not None:
        constant = numbers(weights, "weights", STATE)
        if constant.ndim or not np.isfinite(constant):
            raise DomainError(f"{STATE} needs weights=, one finite number or None; give those of a chunk to update.")
    return ExponentialFilterState(weights, missing, first, start)
