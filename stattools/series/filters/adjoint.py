"""Derivatives of the filters by the transposed banded solve: one pass backwards gives them all.

With M y = b and a cotangent g = dL/dy, the adjoint lambda = M^-T g is the recurrence run backwards,

    lambda_t = g_t + a_{t+1} lambda_{t+1},    dL/db_t = lambda_t,    dL/da_t = lambda_t y_{t-1}

For the filter a = 1 - w and b = w x, so dL/dx_t = w_t lambda_t and dL/dw_t = lambda_t (x_t - y_{t-1}). The cost is
that of the filter. Source: Griewank & Walther, Evaluating Derivatives (2008), ch. 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.table import paired
from stattools.errors import DomainError, IncompatibleError
from stattools.series.filters.blocks_in_cache import Trouble
from stattools.series.filters.exponential import Initial, Missing, bridged, filtered, require_initial, require_missing
from stattools.series.filters.recurrence import entering, linear_recurrence, solve
from stattools.series.filters.signals import Array, along, numbers, per_series, time_last
from stattools.text.one_line import prints


@prints
class RecurrenceGradient(NamedTuple):
    """Derivatives of a scalar, each of the shape of its argument."""

    a: Array
    b: Array
    initial: Array


@prints
class FilterGradient(NamedTuple):
    """Derivatives of a scalar, each of its argument's shape; that of `initial` is 0 where the first value starts."""

    signal: Array
    weights: Array
    initial: Array


def linear_recurrence_adjoint(
    a: ArrayLike, b: ArrayLike, cotangent: ArrayLike, *, initial: ArrayLike = 0.0, axis: int = -1
) -> RecurrenceGradient:
    """Derivatives of L with respect to a, b and initial, given dL/dy for y = st.linear_recurrence(a, b, ...).

    Arguments as there; `cotangent` has y's shape. What was one number for many is summed over. Complex arguments give
    the plain (not conjugated) transpose. Raises DomainError as st.linear_recurrence does, and for NaN. Source: Griewank
    & Walther (2008), ch. 3.

    >>> import stattools as st
    >>> st.linear_recurrence_adjoint(0.5, [1.0, 1.0, 1.0], [0.0, 0.0, 1.0]).b  # of the last y
    array([0.25, 0.5 , 1.  ])
    """
    who = "linear_recurrence_adjoint"
    paired(("a", a), ("b", b), ("cotangent", cotangent))
    a, b, start = numbers(a, "a", who), numbers(b, "b", who), numbers(initial, "initial", who)
    y = linear_recurrence(a, b, initial=start, axis=axis)
    g = _cotangent(cotangent, y, who)
    if np.isnan(y).any() or np.isnan(g).any():
        raise DomainError(f"{who} needs a, b, initial and cotangent without NaN, which has no derivative.")
    order_k = a.ndim > b.ndim
    parts = list(a) if order_k else [a]
    lags = [along(part, b.shape, axis, "a", who) for part in parts]
    y, g = np.moveaxis(y, axis, -1), np.moveaxis(g, axis, -1)
    k, n, batch = len(lags), y.shape[-1], y.shape[:-1]
    before = entering(start, k, order_k, batch)
    try:
        back = transposed([lag.reshape(-1, n) for lag in lags], g.reshape(-1, n)).reshape(y.shape)
    except Trouble as trouble:
        raise _of_cotangent(trouble, who, batch, n) from None
    with np.errstate(over="ignore", invalid="ignore"):
        found = _by_parts(lags, parts, y, before, back, start, order_k, axis)
    if not all(np.isfinite(part).all() for part in found):
        raise DomainError(f"{who}: a derivative overflows. Rescale b, initial or the cotangent.")
    return found


def _by_parts(
    lags: list[Array], parts: list[Array], y: Array, before: Array, back: Array, start: Array, order_k: bool, axis: int
) -> RecurrenceGradient:
    """The derivatives from `back`, those by the right side b."""
    k, n = len(lags), y.shape[-1]
    by_a, by_before = [], []
    for j in range(1, k + 1):
        earlier = np.concatenate([np.moveaxis(before[:j][::-1], 0, -1), y], axis=-1)[..., :n]
        by_a.append(_summed(np.moveaxis(back * earlier, -1, axis), parts[j - 1], axis))
        # y_{-j} enters at the times t with a lag of t + j.
        by_before.append(sum(lags[t + j - 1][..., t] * back[..., t] for t in range(min(k - j + 1, n))))
    if start.ndim and order_k:
        by_start = np.stack([_summed(np.asarray(d), part) for d, part in zip(by_before, start, strict=True)])
    else:
        by_start = _summed(np.asarray(sum(by_before)), start)
    return RecurrenceGradient(np.stack(by_a) if order_k else by_a[0], np.moveaxis(back, -1, axis), by_start)


def exponential_filter_adjoint(
    signal: ArrayLike,
    weights: ArrayLike,
    cotangent: ArrayLike,
    *,
    initial: Initial = "first",
    missing: Missing = "carry",
    axis: int = -1,
) -> FilterGradient:
    """Derivatives of L with respect to signal, weights and initial, given dL/dy for y = st.exponential_filter(...).

    Arguments as there; `cotangent` has y's shape, and is not looked at where y is NaN before a first value. Missing
    values have derivative 0. Raises DomainError as st.exponential_filter does, IncompatibleError for missing="decay",
    where a weight acts through a whole gap. Source: Griewank & Walther (2008), ch. 3.

    >>> import stattools as st
    >>> gradient = st.exponential_filter_adjoint([1.0, 3.0, 5.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0])
    >>> gradient.signal, gradient.weights
    (array([0.25, 0.25, 0.5 ]), array([0., 1., 3.]))
    """
    who = "exponential_filter_adjoint"
    missing = require_missing(who, missing)
    if missing == "decay":
        raise IncompatibleError(f"{who} has missing='carry' and 'raise'; got 'decay', whose weights act through gaps.")
    paired(("signal", signal), ("weights", weights), ("cotangent", cotangent))
    x, w = numbers(signal, "signal", who), numbers(weights, "weights", who)
    first, start = require_initial(who, initial)
    seen = time_last(x, axis, who)
    batch, n = seen.shape[:-1], seen.shape[-1]
    flat, series = seen.reshape(-1, n), int(np.prod(batch))
    gain = along(w, x.shape, axis, "weights", who).reshape(series, n)
    before = per_series(start, batch, "initial", who).reshape(1, series)
    g = np.moveaxis(_cotangent(cotangent, x, who), axis, -1).reshape(series, n)
    try:
        gain, values, before, blank = bridged(gain, flat, before, first=first, missing=missing)
        y = np.empty((series, n), np.result_type(gain, values, before))
        filtered(gain, values, before, y, first=False)
    except Trouble as trouble:
        raise trouble.told(who, batch, "Replace or drop it.") from None
    g = g.copy()
    g[:, : blank.shape[1]][blank] = 0.0
    try:
        back = transposed([1.0 - gain], g)
    except Trouble as trouble:
        raise _of_cotangent(trouble, who, batch, n) from None
    earlier = np.concatenate([before.T, y[:, :-1]], axis=1)
    gap = np.isnan(flat)
    with np.errstate(over="ignore"):
        by_x, by_w = gain * back, np.where(gap, 0.0, back * (values - earlier))
    if not np.isfinite(by_w).all():
        raise DomainError(f"{who}: the derivative by the weights overflows. Rescale the signal or the cotangent.")
    by_start = (1.0 - gain[:, 0]) * back[:, 0]
    if first:
        opening = np.argmin(gap, axis=1)[:, None]
        np.put_along_axis(by_x, opening, by_start[:, None], axis=1)
        by_w[np.arange(n) <= opening] = 0.0
        by_x[gap.all(axis=1)] = 0.0
        by_start = np.zeros(series)
    by_x, by_w = (np.moveaxis(part.reshape(seen.shape), -1, axis) for part in (by_x, by_w))
    return FilterGradient(by_x, _summed(by_w, w, axis), _summed(by_start.reshape(batch), start))


def transposed(lags: list[Array], g: Array) -> Array:
    """lambda = M^-T g for lags and g (S, n): lambda_t = g_t + a_1,t+1 lambda_{t+1} + ... + a_k,t+k lambda_{t+k}."""
    shifted = []
    for j, lag in enumerate(lags, 1):
        ahead = np.zeros(g.shape, np.result_type(*lags, g))
        ahead[:, : max(g.shape[1] - j, 0)] = lag[:, j:]
        shifted.append(ahead[:, ::-1])
    back = np.empty(g.shape, np.result_type(*lags, g))
    solve(tuple(shifted), g[:, ::-1], np.zeros((len(lags), len(g)), back.dtype), back)
    return back[:, ::-1]


def _of_cotangent(trouble: Trouble, who: str, batch: tuple[int, ...], n: int) -> DomainError:
    """What went wrong on the way back, where the times run backwards and b is the cotangent."""
    reason = trouble.reason.replace("b is", "cotangent is")
    return Trouble(reason, trouble.row, n - 1 - trouble.column).told(who, batch, "Rescale the cotangent.")


def _cotangent(cotangent: ArrayLike, like: Array, who: str) -> Array:
    g = numbers(cotangent, "cotangent", who)
    if g.shape != like.shape:
        raise DomainError(f"{who} needs a cotangent of the result's shape {like.shape}; got {g.shape}.")
    return g


def _summed(gradient: Array, like: Array, axis: int | None = None) -> Array:
    """The derivative summed over what `like` was broadcast to."""
    if axis is not None and like.ndim == 1 and like.shape != (1,):
        others = tuple(i for i in range(gradient.ndim) if i != axis % gradient.ndim)
        return gradient.sum(axis=others)
    extra = gradient.ndim - like.ndim
    gradient = gradient.sum(axis=tuple(range(extra))) if extra else gradient
    repeated = tuple(i for i, size in enumerate(like.shape) if size == 1 and gradient.shape[i] != 1)
    return np.asarray(gradient.sum(axis=repeated, keepdims=True) if repeated else gradient)
