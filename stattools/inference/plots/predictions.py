"""The predicted mean as one variable moves, everything else as it is: a curve with its band, or levels with intervals.

The frames are those of `fit.means`: averages over the rows, or over the reference grid.

Does what was predicted happen? Shares of events, of each category, means and frequencies of counts.

The curve of a variable with its bands, or its slope: a panel for each level of a factor that has a curve each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from stattools import figures
from stattools.errors import DomainError
from stattools.inference.diagnostics.goodness import calibration as calibration_table
from stattools.inference.diagnostics.goodness import grouped, wilson_ends
from stattools.inference.diagnostics.residuals import variance
from stattools.inference.effects.means import values_of
from stattools.inference.effects.moved_rows import Population, levels_of, population
from stattools.inference.estimates import Estimates
from stattools.inference.plots.drawing import Drawing, event_label, level_of, mean_of
from stattools.interface.arguments import several
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
from stattools.interface.whole_numbers import whole_number
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
    values: Sequence[Any] | None = None,
    over: str | None = None,
    level: float | None = None,
    data: object = None,
) -> Drawing:
    """See `Fit.plot`."""
    rows = population(fit.model, data)
    variable = the_variable(rows, variable)
    asked = {"over": "rows" if over is None else over, "level": level, "data": data}
    level = level_of(fit, level)
    return drawing(
        fit.model,
        rows,
        variable,
        by,
        values,
        lambda points: fit.means(variable, by=by, values=points, **asked),
        f"{percent(level)} interval" if fit.kinds else "a ridge fit has no intervals",
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
        x, ticks = np.asarray(points, dtype=float), _ticks(rows, variable)
        return Drawing(lambda on: figures.effect_curves(x, panels, seen=ticks, **shared, on=on), alt, caption)
    names = [str(point) for point in points]
    return Drawing(lambda on: figures.effect_levels(names, panels, **shared, on=on), alt, caption)


def _points(rows: Population, variable: str, values: Sequence[object] | None, number: bool) -> Sequence[Any]:
    """Where the mean is drawn: the levels, what was asked for, or evenly along the values of a number."""
    if values is not None or levels_of(rows, variable) is not None:
        found = values_of(rows, "figures", variable, values)
        return sorted(found) if number else found
    x = np.asarray(rows.columns[variable], dtype=float)
    return np.linspace(x.min(), x.max(), POINTS).tolist()


def _ticks(rows: Population, variable: str) -> Floats:
    x = np.sort(np.asarray(rows.columns[variable], dtype=float))
    return x if len(x) <= MOST_TICKS else x[np.linspace(0, len(x) - 1, MOST_TICKS).astype(int)]


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
"""So many rows have a tick."""

KINDS = ("curve", "slope")


def smooth_curve(
    fit: Any, variable: str | None = None, *, values: object = None, kind: str = "curve", level: float | None = None
) -> Drawing:
    """See `Fit.plot`."""
    level = level_of(fit, level)
    kind = one_of(kind, KINDS, 'plot("smooth") has kind="curve" and kind="slope"', got="kind=")
    name = fit.model.smooths[0].design.part.name if variable is None else variable
    smooth = fit.smooth(name, at=values, level=level)
    smooth = smooth if kind == "curve" else smooth.derivative()
    table, count = smooth.table(), len(smooth.x)
    columns = (kind, "lower", "upper", "lower_simultaneous", "upper_simultaneous")
    panels, seen = {}, []
    for k, curve in enumerate(smooth.curves):
        own = table.iloc[k * count : (k + 1) * count]
        title = curve.term.name if len(smooth.curves) > 1 else ""
        panels[title] = tuple(own[column].to_numpy() for column in columns)
        seen.append(_curve_ticks(curve.term))
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


def _curve_ticks(term: Any) -> Floats:
    """Where the rows of a curve lie: its values of x, at most `MOST` of them."""
    u = term.first + term.basis @ np.arange(-1.0, 3.0)  # B-splines times their middles are the place itself
    x = term.design.least + term.design.step * (u - term.design.start)
    own = x if term.weight is None else x[term.weight != 0.0]
    return own if len(own) <= MOST else np.quantile(own, np.linspace(0.0, 1.0, MOST))
