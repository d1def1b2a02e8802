"""What a series is made of, what comes next, and what is left: levels, states, forecasts, one-step errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools import figures
from stattools.errors import IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.plots.drawing import Drawing, level_of
from stattools.interface.arguments import word_of
from stattools.text.columns import percent

INNER = (0.8, 0.5)
"""The levels of the bands within that of a forecast."""

MOST_BEFORE = 5
"""So many times as long as a forecast is the part of the series that stands before it, at least 40 times."""


def a_series(fit: Estimates, name: str) -> None:
    """A model of a series."""
    if not fit.model.facts.is_series:
        raise IncompatibleError(
            f"{name} belongs to models of a series such as st.local_level; this is {fit.model.title}."
        )


def level(fit: Estimates, *, level: float | None = None, steps: int | None = None) -> Drawing:
    """See `Fit.plot`: the level of a state space model with its interval, or the one that smoothing leaves."""
    return (smoothed_level if fit.model.facts.has_states else filtered_level)(fit, level, steps)


def smoothed_level(fit: Any, level: float | None = None, steps: int | None = None) -> Drawing:
    """The smoothed level, and a forecast of some steps, a tenth of the series by default."""
    level = level_of(fit, level)
    model, states = fit.model, fit.states(level=level)
    states = states[states["state"] == "level"]
    ahead = max(model.steps // 10, 1) if steps is None else steps
    band = _band(states)
    coming = None if model.regressors else _band(fit.forecast(ahead, level=level))
    outcome, interval = figures.plain(model.outcome_name), f"{percent(level)} interval"
    first, last = float(band[1][0]), float(band[1][-1])
    return Drawing(
        lambda on: figures.level(band[0], model.y, band, forecast=coming, ylabel=outcome, interval=interval, on=on),
        alt=f"The series with its smoothed level, which goes from {first:.4g} to {last:.4g}",
        caption="The band holds the level at each time, the variances taken as known; the forecast band holds a new "
        "value, noise included.",
    )


def filtered_level(fit: Estimates, level: float | None = None, steps: int | None = None) -> Drawing:
    """The series with its level after each value, and what comes next where that is known."""
    model = fit.model
    level, steps = level_of(fit, level), 10 if steps is None else steps
    frame = model.filtered(fit.estimate)
    known = model.design is None
    coming = model.forecast(fit.estimate, steps, level=level) if known else None
    clock, later = _times(frame["time"]), None if coming is None else _times(coming["time"])
    if later is not None and later.dtype.kind == "i" and clock.dtype.kind == "i" and later[0] == 0:
        later = later + len(clock)  # both were counted
    frame, coming = frame.assign(time=clock), None if coming is None else coming.assign(time=later)
    name = figures.plain(model.outcome_name)
    words = f", and the next {steps} with their {percent(level)} intervals" if known else ""
    return Drawing(
        lambda on: figures.levels(frame["time"], frame["observed"], frame["level"], coming, ylabel=name, on=on),
        alt=f"The series of {len(model.y):,} times with the level that follows it{words}",
        caption="Points: what was observed. Line: the level after each of them."
        + (" Band: where a coming value falls; parameters are taken as known." if known else ""),
    )


def states(fit: Any, *, kind: str | None = None, level: float | None = None) -> Drawing:
    """See `Fit.plot`: every state with its band."""
    level = level_of(fit, level)
    kind = "smoothed" if kind is None else word_of(kind, ("smoothed", "filtered"))
    frame, model = fit.states(kind=kind, level=level), fit.model
    panels: dict[str, Any] = {}
    for name, part in frame.groupby("state", sort=False):
        panels[str(name)] = tuple(np.where(np.isfinite(end), end, np.nan) for end in _band(part)[1:])
    first = next(iter(panels.values()))[0]
    flat = max(int(np.isnan(middle).sum()) for middle, _, _ in panels.values())
    label = f"{kind}, {percent(level)} interval" + (f"; none at the first {flat}" if flat else "")
    clock, observed = _times(frame["time"][: len(first)]), model.y
    return Drawing(
        lambda on: figures.states(clock, observed, panels, label=label, on=on),
        alt=f"The {kind} states {', '.join(panels)} with their {percent(level)} intervals",
        caption="The variances are taken as known.",
    )


def forecast(
    fit: Any, *, steps: int | None = None, level: float | None = None, data: Any = None, X: object = None
) -> Drawing:
    """See `Fit.plot`: what comes next, one band inside the other."""
    model = fit.model
    level = level_of(fit, level)
    coming: Any = X if X is not None else data
    if steps is None:  # as far as what is coming was given, else a tenth of the series
        steps = max(len(model.y) // 10, 5) if coming is None else len(coming)
    levels = [level, *(inner for inner in INNER if inner < level)]
    frames = {one: fit.forecast(steps, level=one, data=data, X=X) for one in levels}
    bands: Any = {percent(one): _band(frame)[2:] for one, frame in frames.items()}
    ahead = frames[level]
    before = min(len(model.y), max(MOST_BEFORE * len(ahead), 40))
    clock = model.times if model.facts.has_states else model.filtered(fit.estimate)["time"]
    times, observed = _times(clock)[-before:], np.asarray(model.y, dtype=float)[-before:]
    later, middle, _, _ = _band(ahead)
    name = figures.plain(model.outcome_name)
    return Drawing(
        lambda on: figures.fan(times, observed, later, middle, bands, ylabel=name, on=on),
        alt=f"The last {before} values, and {len(ahead)} to come, the last between "
        f"{bands[percent(level)][0][-1]:.4g} and {bands[percent(level)][1][-1]:.4g} ({percent(level)} interval)",
        caption="Bands hold a new value, noise included; parameters are taken as known.",
    )


def innovations(fit: Any) -> Drawing:
    """See `Fit.plot`: standardized one-step errors and their autocorrelations."""
    if fit.model.facts.has_states:
        frame = fit.innovations()
        error = frame["standardized"].to_numpy()
    else:
        frame = fit.model.filtered(fit.estimate)
        error = frame["error"].to_numpy() / float(np.exp(fit.estimate[-1]))
    largest = float(np.nanmax(np.abs(error)))
    times = _times(frame["time"])
    return Drawing(
        lambda on: figures.innovations(times, error, on=on),
        alt=f"Standardized one-step errors in time and their autocorrelations; the largest error is {largest:.1f}",
        caption="If the model holds, the errors are independent and standard normal: 1 in 20 outside the dashed lines, "
        "1 in 20 autocorrelations outside the grey band.",
    )


def _band(frame: Any) -> Any:
    """Times, middle and ends, as arrays."""
    return _times(frame["time"]), *(frame[key].to_numpy(dtype=float) for key in ("mean", "lower", "upper"))


def _times(times: object) -> Any:
    """Numbers and dates as they are; periods as the dates at their start, other labels by their number."""
    times = np.asarray(times)
    if times.dtype.kind in "iufM":
        return times
    try:
        return np.array([np.datetime64(time.to_timestamp()) for time in times])
    except AttributeError:
        return np.arange(len(times))
