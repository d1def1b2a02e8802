"""Exponential weights of irregular times, and the moments they make.

An observation counts half as much every `half_life`: at time t, one of time s has weight 2^-((t - s) / half_life).

    mean = sum w x / sum w,    variance = sum w (x - mean)^2 / sum w, times (sum w)^2 / ((sum w)^2 - sum w^2) unbiased

All of them are first-order recurrences whose terms are not negative, so that nothing cancels. Source: West, Updating
mean and variance estimates, Communications of the ACM 22 (1979), with weights that decay.
"""

from __future__ import annotations

import warnings
from decimal import Decimal
from functools import cached_property
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.arrays import array as as_array
from stattools.data.tables.table import paired
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number, require_truth
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.units import require_size
from stattools.interface.when_needed import pd
from stattools.series.filters.blocks_in_cache import Trouble
from stattools.series.filters.exponential import Missing, filtered, require_missing, require_values
from stattools.series.filters.recurrence import solve
from stattools.series.filters.signals import Array, along, beside, numbers, require_differences, time_last


def decay_weights(times: object, *, half_life: object) -> Any:
    """Filter weights of irregular times: w_t = 1 - 2^-((time_t - time_{t-1}) / half_life), and w_0 = 1.

    `times` are numbers or dates, shape (..., n), strictly increasing along the last axis; `half_life` is positive, in
    the units of the times, or a timedelta (or a text such as "2h") where they are dates. With them
    `st.exponential_filter` forgets by elapsed time, not by number of observations. Times that are a pandas or a Polars
    series go out as one, with its index. Raises DomainError for times that do
    not increase or are missing, and for a half-life that is not positive and finite. Source: Eckner, Algorithms for
    unevenly spaced time series: moving averages and other rolling operators (2019).

    >>> import stattools as st
    >>> st.decay_weights([0.0, 1.0, 3.0], half_life=1.0)
    array([1.  , 0.5 , 0.75])
    """
    steps = half_lives(times, half_life, "decay_weights")
    weights = np.ones((*steps.shape[:-1], steps.shape[-1] + 1))
    np.negative(np.expm1(-np.log(2.0) * steps), out=weights[..., 1:])
    return beside(times, weights)


@answers_guesses
@record
class ExponentialMoments:
    """Moments under exponentially decaying weights, each of the signal's shape, and a series where it was one; made by
    `st.exponential_moments`.

    `mean` and `variance` stay where they are at a missing value; `weight` and `sum` go on decaying with time. NaN
    before the first value, and for an unbiased variance where only one value has weight.
    """

    mean: Any
    variance: Any
    sum: Any
    weight: Any

    @cached_property
    def std(self) -> Any:
        """Square root of the variance."""
        return np.sqrt(self.variance)


def exponential_moments(
    signal: ArrayLike,
    *,
    half_life: object,
    times: object = None,
    bias: bool = False,
    missing: Missing = "decay",
    axis: int = -1,
) -> ExponentialMoments:
    """Mean, variance, std, sum and total weight of what was seen so far, with weight 2^-(age / half_life).

    `times` (n,) are numbers or dates that increase; without them observations are one apart. NaN in the signal is a
    missing value: "decay" lets time pass (pandas' ignore_na=False), "carry" stops the clock at it (ignore_na=True),
    "raise" refuses it. `bias=True` leaves out the correction of the variance for the mean. As pandas'
    `ewm(halflife=half_life, adjust=True)`, whose variance and sum have no `times`. Raises DomainError as
    `st.decay_weights` and `st.exponential_filter` do, and for complex signals. Source: West (1979).

    >>> import stattools as st
    >>> moments = st.exponential_moments([1.0, 2.0, 4.0], half_life=1.0)
    >>> moments.mean.round(4).tolist(), moments.sum.tolist(), moments.std.round(4).tolist()
    ([1.0, 1.6667, 3.0], [1.0, 2.5, 5.25], [nan, 0.7071, 1.5811])
    """
    who = "exponential_moments"
    missing = require_missing(who, missing)
    require_truth(bias, f"bias= of {who}")
    paired(("signal", signal), ("times", times))
    x = numbers(signal, "signal", who)
    if np.iscomplexobj(x):
        raise DomainError(f"{who} needs a real signal; got {x.dtype}. Take its real and imaginary parts one by one.")
    if not np.isinf(x).any():  # which are told by their index
        require_size(who, "the signal", x)
    seen = time_last(x, axis, who)
    n, batch = seen.shape[-1], seen.shape[:-1]
    steps = half_lives(np.arange(n) if times is None else times, half_life, who)
    if steps.ndim != 1 or len(steps) != n - 1:
        raise DomainError(f"{who}: times has shape {(*steps.shape[:-1], steps.shape[-1] + 1)}, the signal {n} times.")
    decay = along(np.concatenate([[0.0], np.exp2(-steps)]), x.shape, axis, "times", who).reshape(-1, n)
    try:
        moments = _moments(seen.reshape(-1, n).astype(float), decay, bias, missing)
    except Trouble as trouble:
        raise trouble.told(who, batch, "Replace or drop it.") from None
    require_values(who, moments[0], "take moments of.")
    found = (np.moveaxis(part.reshape(seen.shape), -1, axis) for part in moments)
    return ExponentialMoments(*(beside(signal, part) for part in found))


def _moments(x: Array, decay: Array, bias: bool, missing: Missing) -> tuple[Array, Array, Array, Array]:
    """mean, variance, sum, weight of x (S, n) with the decay since the time before, (S, n)."""
    gap = np.isnan(x)
    if missing == "carry":
        decay = np.where(gap, 1.0, decay)
    here = (~gap).astype(float)

    def total(d: Array, b: Array) -> Array:
        y = np.empty_like(x)
        solve((d,), b, np.zeros((1, len(x))), y)
        return y

    weight = total(decay, here)
    past = decay * _before(weight, 0.0)
    gain = np.divide(here, weight, out=np.zeros_like(x), where=weight > 0.0)
    mean = np.empty_like(x)
    filtered(gain, x, np.zeros((1, len(x))), mean, first=True, missing="raise" if missing == "raise" else "carry")
    apart = np.where(gap, 0.0, x) - np.where(past > 0.0, _before(mean, 0.0), 0.0)
    squares = total(decay, np.where(past > 0.0, past * gain * apart * apart, 0.0))
    # (sum w)^2 - sum w^2 grows by decay^2 and 2 w past: the same without a difference.
    pairs = weight * weight if bias else total(decay * decay, 2.0 * here * past)
    variance = np.divide(squares * weight, pairs, out=np.full_like(x, np.nan), where=pairs > 0.0)
    began = np.logical_or.accumulate(~gap, axis=1)
    last = np.maximum.accumulate(np.where(gap, 0, np.arange(x.shape[1])), axis=1)
    variance = np.where(began, np.take_along_axis(variance, last, axis=1), np.nan)
    return mean, variance, np.where(began, total(decay, np.where(gap, 0.0, x)), np.nan), weight


def half_lives(times: Any, half_life: object, who: str) -> Array:
    """Time steps in half-lives, (..., n - 1)."""
    array = as_array(times, f"times of {who}")
    dressed = array.dtype.kind == "O" and not any(isinstance(value, Number | Decimal) for value in array.flat)
    array = numbers(array, "times", who) if array.dtype.kind == "O" and not dressed else array
    if dressed or array.dtype.kind in "US" or "tz" in type(getattr(times, "dtype", None)).__name__.lower():
        try:
            with warnings.catch_warnings(action="error"):  # pandas warns of numbers among texts
                dates = pd.DatetimeIndex(pd.to_datetime(times, utc=True, format="ISO8601"))
            array = np.asarray(dates.tz_localize(None))
        except (ValueError, TypeError, ArithmeticError, NotImplementedError, Warning) as error:
            raise DomainError(
                f"{who} needs times as numbers or dates; got {quoted(array.flat[0])} and the like."
            ) from error
    if array.ndim == 0 or array.shape[-1] == 0:
        raise DomainError(f"{who} needs at least one time; got times of shape {array.shape}.")
    dated = array.dtype.kind in "mM"
    steps, unit = _dated(array, half_life, who) if dated else _numbered(array, half_life, who)
    if not (np.isfinite(unit) and unit > 0.0):
        raise DomainError(f"{who} needs a half_life that is positive and finite; got {quoted(half_life)}.")
    bad = ~(steps > 0)
    if bad.any():
        place = np.argwhere(bad)[0]
        index = tuple(int(i) for i in (*place[:-1], place[-1] + 1))
        raise DomainError(
            f"{who} needs times that increase; times[{', '.join(map(str, index))}] = {array[index]} follows "
            f"{array[(*index[:-1], index[-1] - 1)]}. Sort them, and merge observations of the same time."
        )
    with np.errstate(over="ignore"):  # after infinitely many half-lives nothing is left
        return steps / unit


def _numbered(times: Array, half_life: object, who: str) -> tuple[Array, float]:
    values = numbers(times, "times", who)
    if np.iscomplexobj(values) or not np.isfinite(values).all():
        raise DomainError(f"{who} needs times that are real and finite; got a missing, infinite or complex one.")
    require_differences(who, "times", values)
    if not is_number(half_life) or not abs(float(half_life)) < 1e300:
        raise DomainError(f"{who} needs half_life, a number in the units of the times; got {quoted(half_life)}.")
    return np.diff(values.astype(float)), float(half_life)


def _dated(times: Array, half_life: object, who: str) -> tuple[Array, float]:
    if np.isnat(times).any():
        raise DomainError(f"{who} needs a time for every observation; times[{int(np.argmax(np.isnat(times)))}] is NaT.")
    try:
        if isinstance(half_life, int | float | np.number) and not isinstance(half_life, np.timedelta64):
            raise TypeError
        unit = pd.Timedelta(half_life)
    except (ValueError, TypeError) as error:
        raise DomainError(
            f'{who} needs half_life as a timedelta for dates, such as "2h"; got {quoted(half_life)}.'
        ) from error
    nanoseconds = np.diff(times).astype("timedelta64[ns]").astype(np.int64)
    return nanoseconds.astype(float), unit.as_unit("ns").value if unit is not pd.NaT else np.nan


def _before(values: Array, first: float) -> Array:
    """Values one time earlier, (S, n)."""
    earlier = np.full_like(values, first)
    earlier[:, 1:] = values[:, :-1]
    return earlier
