"""`st.exponential_smoothing`: a series, and what moves the weight of its new values, as a model."""

from __future__ import annotations

import numpy as np

from stattools.data.dataset import read
from stattools.data.design.design import Design
from stattools.data.tables.table import paired, table, times_of
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.interface.units import require_size
from stattools.series.filters.signals import numbers
from stattools.series.filters.smoothing import WHO, ExponentialSmoothing


def exponential_smoothing(
    y: object, *, weights: object = "constant", data: object = None, initial: str | float = "estimated"
) -> ExponentialSmoothing:
    """Exponential smoothing, y_t ~ Normal(l_{t-1}, sigma^2) with l_t = l_{t-1} + w_t (y_t - l_{t-1}).

    `y` is a series (n,), oldest first, or the name of a column of `data`; NaN is a missing value, at which the level
    stays; a pandas index has the times. `weights` is "constant" (one weight, estimated), a formula such as "~ z" over
    `data` or an array of covariates (n, p), which gets an intercept (logit w_t = z_t^T beta), or a number in [0, 1]
    that holds it. `initial` is the level before the first time: "estimated", "first" (the first value, which is then no
    forecast), or a number.
    Parameters: the log odds of the weight, `level`, `log sigma`. `fit.forecast(steps)` has the forecasts and
    `fit.model.filtered(fit.estimate)` weights, levels and errors. Where a constant weight has its maximum at 0 (the
    best forecast is the mean) or 1 (the last value), it is held there, the title of the fit says so, and the other
    parameters are left. Raises DomainError for data that it cannot take. Source: Hyndman et al. (2008), ch. 5.

    >>> import stattools as st
    >>> fit = st.fit(st.exponential_smoothing([3.0, 5.0, 4.0, 6.0, 9.0, 7.0, 8.0, 8.0]))
    >>> fit.names
    ('logit weight', 'level', 'log sigma')
    >>> fit.forecast(2)["mean"].round(2).tolist()
    [7.95, 7.95]
    """
    outcome_name = y if isinstance(y, str) else str(getattr(y, "name", None) or "y")
    index = data if isinstance(y, str) else y
    paired(("y", y), ("data", data), ("weights", weights))
    if isinstance(y, str):
        if data is None:
            raise DomainError(f"{WHO} got y={quoted(y)}, a column's name, and no data=.")
        sources = table(data).sources
        if y not in sources:
            raise DomainError(f"{WHO}: data has no column {y!r}; it has {', '.join(map(str, sources))[:80]}.")
        y = sources[y]
    values = numbers(y, "y", WHO)
    if values.ndim != 1 or np.iscomplexobj(values):
        raise DomainError(f"{WHO} needs y, one real series of shape (n,); got {values.dtype} of shape {values.shape}.")
    values = values.astype(float)
    gap = np.isnan(values)
    if np.isinf(values).any():
        raise DomainError(f"{WHO} needs finite values; y[{int(np.argmax(np.isinf(values)))}] is infinite.")
    if not len(values):
        raise DomainError(f"{WHO} needs values; y is empty.")
    if gap.all():
        raise DomainError(f"{WHO} needs values; all {len(values)} are missing.")
    require_size(WHO, "y", values)
    Z, design, fixed, names = _gain(weights, data, len(values))
    used, opening = ~gap, int(np.argmin(gap))
    first, free = _opening(initial, float(values[opening]))
    if initial == "first":
        used = used.copy()
        used[opening] = False
    names = (*names, *(["level"] if free else []), "log sigma")
    if used.sum() <= len(names):
        raise DomainError(
            f"{WHO} has {len(names)} parameters; {int(used.sum())} errors are not enough. Use more values."
        )
    filled = np.where(gap, values[opening], values)
    times = times_of(index, len(values), outcome_name)
    return ExponentialSmoothing(filled, used, gap, Z, design, fixed, first, free, names, outcome_name, times)


def _opening(initial: object, first: float) -> tuple[float, bool]:
    """The level before the first time, and whether it is estimated."""
    if isinstance(initial, str):
        if initial not in ("estimated", "first"):
            raise DomainError(f"{WHO} has initial='estimated', 'first' or a number; got {quoted(initial)}.")
        return first, initial == "estimated"
    if not is_number(initial):
        raise DomainError(f"{WHO} has initial='estimated', 'first' or a finite number; got {quoted(initial)}.")
    require_size(WHO, "initial=", np.array([initial], dtype=float))
    return float(initial), False


def _gain(weights: object, data: object, n: int) -> tuple[Floats | None, Design | None, float | None, tuple[str, ...]]:
    """Covariates, their design, the weight that is held, and the names of beta."""
    if isinstance(weights, str) and weights == "constant":
        return np.ones((n, 1)), None, None, ("logit weight",)
    if is_number(weights):
        if not 0.0 <= weights <= 1.0:
            raise DomainError(f"{WHO} needs a weight in [0, 1]; got {quoted(weights)}.")
        return None, None, float(weights), ()
    if isinstance(weights, str):
        if data is None:
            raise DomainError(f"{WHO} needs data=, the table of the formula {weights!r}.")
        sources = dict(table(data).sources)
        name = "time"
        while name in sources:
            name += "_"
        left, _, right = weights.partition("~")
        if left.strip():
            raise DomainError(f'{WHO} takes a formula with a right side only, such as "~ z"; got {quoted(weights)}.')
        read_data = read(f"{name} ~ {right}", {**sources, name: np.arange(float(len(next(iter(sources.values())))))})
    else:
        read_data = read(np.zeros(n), weights)
    if read_data.n_dropped or len(read_data.X) != n:
        gaps = (
            f"{read_data.n_dropped} missing in {', '.join(read_data.dropped)}"
            if read_data.n_dropped
            else "none missing"
        )
        raise DomainError(
            f"{WHO} needs the covariates of every weight: {n} rows for {n} times; got {len(read_data.X)} ({gaps})."
        )
    return read_data.X, read_data.design, None, tuple(f"logit weight: {term}" for term in read_data.design.names)
