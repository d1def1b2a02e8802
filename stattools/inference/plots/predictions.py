"""Figures of what a fit predicts, of what is left, and of series.

The predicted mean moves with one variable, everything else as it is: a curve with its band, or levels with intervals,
from the frames of `fit.means`. Does what was predicted happen? Shares of events, of each category, means and
frequencies of counts say so. A curve has a panel for each level of a factor that has a curve each.

Residuals stand against fitted values, with their normal quantiles; of fits with random effects with the effects of
groups taken away or without. Rows that pull at the fit are named, and effects of groups stand in order. A series has
its levels and states, forecasts and one-step errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from stattools import figures
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.diagnostics.goodness import KINDS, grouped, variance, wilson_ends
from stattools.inference.diagnostics.goodness import calibration as calibration_table
from stattools.inference.effects.averages import Population, population
from stattools.inference.effects.means import values_of
from stattools.inference.estimates import Estimates, level_of
from stattools.inference.plots.drawing import Drawing, event_label, mean_of
from stattools.interface.arguments import require_level, several, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of, word_of
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.questions import AnyModel
from stattools.text.columns import many, percent

POINTS = 41
"""Points of a curve."""

MOST_TICKS = 200
"""So many rows are marked at the foot of a curve, evenly among them in the order of their values."""

MOST_GROUPS = 10

MOST_PANELS = 12


def effect(
    fit: Any,
    variable: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    values: Sequence[object] | None = None,
    over: str | None = None,
    level: float | None = None,
    data: object = None,
) -> Drawing:
    """See `Fit.plot`."""
    rows = population(fit.model, data)
    variable = the_variable(rows, variable)
    asked = {"over": "rows" if over is None else over, "level": level, "data": data}
    said = f"{percent(level_of(fit, level))} interval" if fit.kinds else "a ridge fit has no intervals"
    return drawing(
        fit.model, rows, variable, by, values, lambda points: fit.means(variable, by=by, values=points, **asked), said
    )


def the_variable(rows: Population, variable: str | None) -> str:
    """The variable that moves: the one that was named, or the only one that there is."""
    if variable is None and len(rows.names) != 1:
        raise DomainError(f'plot("effect", variable) moves one of {", ".join(map(repr, rows.names))}: name it.')
    rows.require(found := rows.names[0] if variable is None else variable)
    return str(found)


def drawing(
    model: AnyModel,
    rows: Population,
    variable: str,
    by: object,
    values: Sequence[object] | None,
    means: Callable[[Sequence[object]], pd.DataFrame],
    said: str,
) -> Drawing:
    """The figure of means at the points of a variable: of `means(points)`, a frame with their intervals."""
    number = rows.levels(variable) is None
    points = _points(rows, variable, values, number)
    frame = means(points)
    middle = "estimate" if "estimate" in frame else "mean"
    frame = frame if "lower" in frame else frame.assign(lower=np.nan, upper=np.nan)
    panels = _panels(frame, () if by is None else several(by), middle)
    many = max(len(groups) for groups in panels.values())
    if many > MOST_GROUPS or len(panels) > MOST_PANELS:
        raise DomainError(
            f"a figure shows up to {MOST_GROUPS} groups and {MOST_PANELS} categories; this one has {many} and "
            f"{len(panels)}. fit.means({variable!r}, by=...) is the table of all."
        )
    outcome = model.likelihood.outcome
    bounded = model.likelihood.facts.is_event or outcome.has_several or outcome in (Outcome.TRIALS, Outcome.UNIT)
    shared: dict[str, Any] = {
        "xlabel": figures.plain(variable),
        "ylabel": f"{mean_of(model)}\n{said}",
        "bounds": (0.0, 1.0) if bounded else (-np.inf, np.inf),
    }
    alt = f"{mean_of(model)} by {variable}, from {frame[middle].min():.4g} to {frame[middle].max():.4g}, {said}"
    caption = "Each point is an average of predicted means, everything but this variable being as it is in the rows."
    if number and len(points) > 2:
        x, ticks = np.asarray(points, dtype=float), np.sort(np.asarray(rows.columns[variable], dtype=float))
        if len(ticks) > MOST_TICKS:
            ticks = ticks[np.linspace(0, len(ticks) - 1, MOST_TICKS).astype(int)]
        return Drawing(lambda on: figures.effect_curves(x, panels, seen=ticks, **shared, on=on), alt, caption)
    names = [str(point) for point in points]
    return Drawing(lambda on: figures.effect_levels(names, panels, **shared, on=on), alt, caption)


def _points(rows: Population, variable: str, values: Sequence[object] | None, number: bool) -> Sequence[Any]:
    """Where the mean is drawn: the levels, what was asked for, or evenly along the values of a number."""
    if values is not None or rows.grid_levels(variable) is not None:
        found = values_of(rows, "figures", variable, values)
        return sorted(found) if number else found
    x = np.asarray(rows.columns[variable], dtype=float)
    return np.linspace(x.min(), x.max(), POINTS).tolist()


def _panels(frame: pd.DataFrame, by: Sequence[str], middle: str) -> Mapping[str, Mapping[str, Any]]:
    """By category, and in it by group: middle, lower and upper."""
    panels: dict[str, dict[str, Any]] = {}
    keys = [name for name in ("category", *by) if name in frame]
    groups: Any = frame.groupby(keys, sort=False) if keys else [((), frame)]
    for key, part in groups:
        category, *cell = key if "category" in frame else ("", *key)
        label = ", ".join(f"{name} = {value}" for name, value in zip(by, cell, strict=True))
        ends = tuple(part[name].to_numpy(dtype=float) for name in (middle, "lower", "upper"))
        panels.setdefault(str(category), {})[label] = ends
    return panels


MOST_COUNTS = 31
"""Bars in a figure of frequencies."""

MOST_LABELS = 12

BINS = 10


def calibration(fit: Estimates, *, bins: int | None = None, level: float | None = None) -> Drawing:
    """See `Fit.plot`: of events, categories or means."""
    bins = whole_number(BINS if bins is None else bins, "bins= of a plot", at_least=1)
    require_memory(f"{bins:,} bins", 4 * bins, "Ask for fewer: bins=10 is common.")
    level = 0.95 if level is None else level
    require_level(level)
    likelihood = fit.model.likelihood
    if likelihood.outcome.has_several:
        return of_categories(fit, bins, level)
    return events(fit, bins, level) if likelihood.facts.is_event else means(fit, bins, level)


def events(fit: Any, bins: int = BINS, level: float = 0.95) -> Drawing:
    """Observed share of the event in groups of rows of similar predicted probability."""
    model = fit.model
    probability = fit.predict(align=False)
    share, weight, unit = shares(model)
    predicted, observed, size = grouped(probability, share, weight, bins)
    lower, upper = wilson_ends(observed, size, float(-ndtri(0.5 * (1.0 - level))))
    event = figures.plain(model.outcome_name if unit == "trials" else f"{model.outcome_name} = {event_label(model)}")
    event = f"success ({event})" if unit == "trials" else event
    worst = float(np.abs(predicted - observed).max())
    return Drawing(
        lambda on: figures.calibration(
            predicted, observed, lower, upper, probability, event=event, weight=weight, unit=unit, level=level, on=on
        ),
        alt=f"Observed share against predicted probability in {len(size)} groups; the largest gap is {worst:.2f}",
        caption=f"Each point is one of {len(size)} groups of rows, by predicted probability. "
        "On the dashed line a predicted 20 % happens 20 % of the time.",
    )


def of_categories(fit: Estimates, bins: int, level: float) -> Drawing:
    """The calibration of each category, or of each cut between labels in order."""
    table = calibration_table(fit, bins, level=level)
    what = str(table.columns[0])
    columns = ("predicted", "observed", "lower", "upper")
    panels: Any = {
        name: tuple(part[column].to_numpy() for column in columns) for name, part in table.groupby(what, sort=False)
    }
    if len(panels) > MOST_LABELS:
        raise DomainError(
            f"a figure shows up to {MOST_LABELS} panels, and {fit.model.title} has {len(panels)}: "
            "fit.calibration() is the table of all."
        )
    worst = float((table.predicted - table.observed).abs().max())
    return Drawing(
        lambda on: figures.calibrations(panels, ylabel="observed share", on=on),
        alt=f"Observed share against predicted probability of {many(len(panels), what)}; "
        f"the largest gap is {worst:.2f}",
        caption="On the dashed line a predicted 20 % happens 20 % of the time.",
    )


def means(fit: Any, bins: int = BINS, level: float | None = None) -> Drawing:
    """Observed mean in groups of rows of similar predicted mean."""
    model = fit.model
    mean, (values, weight, unit) = fit.predict(align=False), shares(model)
    predicted, observed, size = grouped(mean, values, weight, bins)
    variances = variance(fit, model, model.eta(fit.estimate)) * model.likelihood.trials_of(model.rows.y)
    se = np.sqrt(grouped(mean, variances, weight, bins)[1] / size)
    outcome, counts = figures.plain(model.outcome_name), " count" * (model.likelihood.outcome is Outcome.COUNT)
    what = f"share of successes ({outcome})" if unit == "trials" else f"mean of {outcome}"
    return Drawing(
        lambda on: figures.means(predicted, observed, se, xlabel=f"predicted {what}", ylabel=f"observed {what}", on=on),
        alt=f"Observed mean{counts} against predicted mean in {many(len(size), 'group')} of rows; the largest gap is "
        f"{float(np.abs(predicted - observed).max()):.2g}",
        caption="Points off the dashed line by more than their bars, two standard errors under the model, speak "
        "against it.",
    )


def frequencies(*fits: Any) -> Drawing:
    """How often each small count occurs, and how often the models expect it, over the rows that they were fitted to."""
    model = fits[0].model
    y, total = model.rows.y, model.n
    weight = np.ones(len(y)) if model.rows.weight is None else model.rows.weight
    order = np.argsort(y)
    most = float(y[order][np.searchsorted(np.cumsum(weight[order]), 0.99 * total)])
    counts = np.arange(min(most, MOST_COUNTS - 1.0) + 1.0)
    observed = np.array([weight[y == k].sum() for k in counts]) / total
    expected = {_brief(fit.model): expected_frequencies(fit, counts) / total for fit in fits}
    zeros = ", ".join(f"{label} expects {100 * share[0]:.1f} %" for label, share in expected.items())
    beyond = "" if counts[-1] >= y.max() else f" Counts above {counts[-1]:.0f} are not shown."
    name = figures.plain(model.outcome_name)
    return Drawing(
        lambda on: figures.frequencies(counts, observed, expected, xlabel=name, on=on),
        alt=f"Observed and expected frequencies of each count; of zeros {100 * observed[0]:.1f} % are observed, "
        f"{zeros}",
        caption="Bars: the share of observations with each count. Dots: the share expected, the probability of the "
        f"count averaged over the rows.{beyond}",
    )


def expected_frequencies(fit: Estimates, counts: Floats) -> Floats:
    """Expected number of observations with each of the counts: the sum over rows of P(y = count | x)."""
    model = fit.model
    eta = model.eta(fit.estimate)
    weight = np.ones(len(eta)) if model.rows.weight is None else model.rows.weight
    return np.array([weight @ np.exp(model.likelihood.loglik(eta, np.full(len(eta), k))) for k in counts])


def shares(model: AnyModel) -> tuple[Floats, Floats | None, str]:
    """The outcome of each row on the scale of its mean, how much each row counts, and of what: rows, or trials of a
    grouped outcome.
    """
    y, weight, likelihood = model.rows.y, model.rows.weight, model.likelihood
    if likelihood.outcome is not Outcome.TRIALS:
        return likelihood.observed(y), weight, "rows"
    trials = likelihood.trials_of(y)
    return likelihood.observed(y), trials if weight is None else weight * trials, "trials"


def _brief(model: AnyModel) -> str:
    """`negative binomial` for Negative binomial regression."""
    title = model.title.removesuffix(" regression")
    return title if title == "Poisson" else title[0].lower() + title[1:]


MOST = 400
"""So many rows of a curve have a tick, at its values of x."""

CURVE_KINDS = ("curve", "slope")


def smooth_curve(
    fit: Any, variable: str | None = None, *, values: object = None, kind: str = "curve", level: float | None = None
) -> Drawing:
    """See `Fit.plot`."""
    level = level_of(fit, level)
    kind = one_of(kind, CURVE_KINDS, 'plot("smooth") has kind="curve" and kind="slope"', got="kind=")
    name = fit.model.smooths[0].design.part.name if variable is None else variable
    smooth = fit.smooth(name, at=values, level=level)
    smooth = smooth if kind == "curve" else smooth.derivative()
    table, count = smooth.table(), len(smooth.x)
    columns = (kind, "lower", "upper", "lower_simultaneous", "upper_simultaneous")
    panels, seen = {}, []
    for k, curve in enumerate(smooth.curves):
        own = table.iloc[k * count : (k + 1) * count]
        term = curve.term
        panels[term.name if len(smooth.curves) > 1 else ""] = tuple(own[column].to_numpy() for column in columns)
        u = term.first + term.basis @ np.arange(-1.0, 3.0)  # B-splines times their middles are the place itself
        x = term.design.least + term.design.step * (u - term.design.start)
        x = x if term.weight is None else x[term.weight != 0.0]
        seen.append(x if len(x) <= MOST else np.quantile(x, np.linspace(0.0, 1.0, MOST)))
    said = f"{'curve' if kind == 'curve' else 'slope of the curve'} {smooth.name}"
    edf = smooth.curves[0].edf if len(smooth.curves) == 1 else None
    ylabel = smooth.name if kind == "curve" else f"slope of {smooth.name}"
    axes = {"xlabel": figures.plain(smooth.variable), "ylabel": figures.plain(ylabel, 40)}
    return Drawing(
        lambda on: figures.smooth(smooth.x, panels, **axes, seen=seen, on=on),
        f"The {said} with {percent(level)} bands" + ("" if edf is None else f", {edf:.2f} degrees of freedom"),
        f"The dark band covers each value of the curve with {percent(level)}, the light one the whole of it; ticks "
        "show where the rows are. The curve has mean 0 over these.",
    )


SEED = 0
"""Of quantile residuals of discrete outcomes, so that a figure is the same each time."""

WORST = 5
"""So many rows of the largest Cook's distances are named."""

ROWS_OF_A_GROUP = 25

CAPTION = (
    "Left: 95 % of the points belong between the shaded ends, and a line that bends away from zero would mean that the "
    "model misses something. Right: points within the shaded ends mean residuals as normal as the model says."
)


def residuals(fit: Any, *, kind: str | None = None, seed: object = None) -> Drawing:
    """See `Fit.plot`."""
    model = fit.model
    if model.facts.is_mixed:
        return mixed_residuals(fit, kind, seed)
    outcome, fitted = figures.plain(model.outcome_name), fit.predict(align=False)
    kind, residual = _residuals(fit, word_of(kind, KINDS), seed)
    label, unit, sd = f"{kind} residual", "", 1.0 if kind == "quantile" else None
    largest = float(np.abs(residual).max())
    if kind == "response":
        label, precision = f"residual of {outcome}", model.rows.precision
        if precision is not None:
            residual, label = residual * np.sqrt(precision), label + " × √precision"
        if model.has_scale:
            unit, largest = " residual standard deviations", float(np.abs(residual).max() / fit.scale)
    axis = f"fitted {outcome}" if model.has_scale else f"fitted {mean_of(model)}"
    alt = f"Residuals against fitted values and normal quantiles; the largest is {largest:.1f}{unit}"
    return _drawing(fitted, residual, model.rows.weight, axis, label, sd, alt)


def _drawing(
    fitted: Floats, residual: Floats, weight: Floats | None, axis: str, label: str, sd: float | None, alt: str
) -> Drawing:
    """Residuals against fitted values and normal quantiles, with what the axes are called."""
    names = {"fitted_label": axis, "residual_label": label}
    trend = trend_of(fitted, residual, weight)
    return Drawing(
        lambda on: figures.residuals(fitted, residual, **names, sd=sd, trend=trend, weight=weight, on=on), alt, CAPTION
    )


def _residuals(fit: Any, kind: str | None, seed: object) -> tuple[str, Floats]:
    """The residuals of this kind; by default those of least squares, quantile residuals of other likelihoods, and
    Pearson's of one that does not know its quantiles.
    """
    if kind is None and fit.model.has_scale:
        kind = "response"
    if kind not in (None, "quantile"):
        if seed is not None:
            raise IncompatibleError(f"{kind} residuals are not randomized: leave seed= out.")
        return kind, fit.residuals_of(kind, align=False)
    try:
        return "quantile", fit.residuals_of("quantile", seed=SEED if seed is None else seed, align=False)
    except IncompatibleError:
        if kind is not None:
            raise
        return "pearson", fit.residuals_of("pearson", align=False)


def trend_of(fitted: Floats, residual: Floats, weight: Floats | None) -> tuple[Floats, Floats] | None:
    """Mean residual in groups of rows of similar fitted value; None of few rows, or few values."""
    bins = min(12, len(fitted) // ROWS_OF_A_GROUP)
    if bins < 3:
        return None
    middle, mean, _ = grouped(fitted, residual, weight, bins)
    return (middle, mean) if len(middle) >= 3 else None


def influence(fit: Any) -> Drawing:
    """See `Fit.plot`."""
    model = fit.model
    h, cook = fit.leverage(align=False), fit.cooks_distance(align=False)
    pearson = fit.residuals_of("pearson", align=False)
    alone = h >= 1.0 - 1e-12
    seen = np.ones(len(h), dtype=bool) if model.rows.weight is None else model.rows.weight > 0
    there = np.flatnonzero(~alone & seen)
    standardized = pearson[there] / np.sqrt(1.0 - h[there])
    names = row_names(model)
    worst = np.argsort(-cook[there], kind="stable")[:WORST].tolist()
    notes = []
    if (alone & seen).any():
        some = [names[k] for k in np.flatnonzero(alone & seen)]
        notes.append(f"leverage 1, alone in deciding a coefficient: {', '.join(some[:5])}{' …' * (len(some) > 5)}")
    if not seen.all():
        notes.append(f"{int((~seen).sum()):,} of weight 0 not shown")
    first = names[there[worst[0]]] if worst else "none"
    largest = float(cook[there].max()) if len(there) else 0.0
    size = model.predictor.size_first
    on_lines = np.allclose(cook[there], standardized**2 * h[there] / (size * (1.0 - h[there])), rtol=1e-6, atol=1e-12)
    shown: dict[str, Any] = {"size": size if on_lines else None, "names": [names[k] for k in there]}
    return Drawing(
        lambda on: figures.influence(
            h[there], standardized, cook[there], **shown, worst=worst, note="; ".join(notes), on=on
        ),
        alt=f"Standardized residuals against leverage; the largest Cook's distance is {largest:.2g}, of row {first}",
        caption=f"Rows {'beyond the lines' if on_lines else 'of a large distance'} pull at the fit: leave them out, "
        "and look at how far the estimates move.",
    )


def row_names(model: Any) -> list[str]:
    """What each row that was used is called: by the index of a pandas table, else by its number."""
    places = model.places
    kept = np.arange(places.n) if places.kept is None else places.kept
    index = places.origin.index
    return [str(name) for name in (kept if index is None else index[kept])]


BEFORE_GROUPS = ("marginal", "quantile")
"""Residuals of what the model expects without what is known of the groups."""


def mixed_residuals(fit: Any, kind: str | None, seed: object) -> Drawing:
    """See `Fit.plot`: by default conditional residuals of a normal outcome, Pearson's where there are curves, and
    quantile residuals elsewhere.
    """
    fixed = fit.model.fixed
    normal, weight, outcome = fixed.has_scale, fixed.rows.weight, figures.plain(fit.model.outcome_name)
    if kind is None:
        plain = "conditional" if fixed.rows.precision is None else "pearson"
        kind = plain if normal else "pearson" if fit.model.smooths else "quantile"  # curves have no average over groups
    if kind != "quantile" and seed is not None:
        raise IncompatibleError(f"{kind} residuals are not randomized: leave seed= out.")
    options = {"seed": SEED if seed is None else seed} if kind == "quantile" and not normal else {}
    residual = fit.residuals_of(kind, align=False, **options)
    known = kind not in BEFORE_GROUPS
    fitted = fit.predict(groups="known" if known else "population", align=False)
    whose = "with the effects of groups" if known else "without effects of groups"
    axis = f"fitted {outcome if normal else mean_of(fixed)}, {whose}"
    sd = 1.0 if kind == "quantile" or (normal and kind == "pearson") else None
    alt = f"{kind.capitalize()} residuals against fitted values, {whose}, and normal quantiles"
    return _drawing(fitted, residual, weight, axis, f"{kind} residual", sd, alt)


def groups_with_effects(fit: Estimates, name: str) -> None:
    """A mixed model."""
    if not (fit.model.facts.is_mixed and fit.model.random):
        raise IncompatibleError(f"effects of groups are those of (1 | g) in a formula; this is {fit.model.title}.")


def random_effects(fit: Any, variable: str | None = None, *, level: float | None = None) -> Drawing:
    """See `Fit.plot`."""
    level = level_of(fit, level)
    group = fit.model.random[0].group if variable is None else variable
    frame = fit.random_effects(group, level=level)
    panels = {
        str(term): (own["level"].map(str).tolist(), own["estimate"], own["lower"], own["upper"])
        for term, own in frame.groupby("term", sort=False)
    }
    count, shown = len(frame) // len(panels), percent(level)
    return Drawing(
        lambda on: figures.caterpillar(panels, ylabel=f"{figures.plain(group)}, {shown} intervals", on=on),
        f"Effects of {many(count, 'group')} of {group} in order, with {shown} intervals",
        f"The effect of each group of {group} given the data, with its {shown} interval: the less is known of a group, "
        "the nearer its effect is to 0.",
    )


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
    fit: Any, *, steps: int | None = None, level: float | None = None, data: object = None, X: object = None
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


def _band(frame: pd.DataFrame) -> Any:
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
