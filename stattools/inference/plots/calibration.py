"""Does what was predicted happen? Shares of events, of each category, means and frequencies of counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from stattools import figures
from stattools.errors import DomainError
from stattools.inference.diagnostics.goodness import calibration as calibration_table
from stattools.inference.diagnostics.goodness import grouped, wilson_ends
from stattools.inference.diagnostics.residuals import outcomes, variance
from stattools.inference.plots.drawing import Drawing
from stattools.inference.plots.words import one_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.memory import require_memory
from stattools.interface.whole_numbers import whole_number
from stattools.likelihoods.outcomes import Outcome
from stattools.text.one_line import many

MOST_COUNTS = 31
"""Bars in a figure of frequencies."""
MOST_LABELS = 12
BINS = 10


def calibration(fit: Any, *, bins: int | None = None, level: float | None = None) -> Drawing:
    """See `Fit.plot`: of events, categories or means."""
    bins = whole_number(BINS if bins is None else bins, "bins= of a plot", at_least=1)
    require_memory(f"{bins:,} bins", 4 * bins, "Ask for fewer: bins=10 is common.")
    level = 0.95 if level is None else level
    require_level(level)
    likelihood = fit.model.likelihood
    if likelihood.outcome.has_several:
        return of_categories(fit, bins, level)
    return events(fit, bins, level) if likelihood.is_event else means(fit, bins, level)


def events(fit: Any, bins: int = BINS, level: float = 0.95) -> Drawing:
    """Observed share of the event in groups of rows of similar predicted probability."""
    model = fit.model
    probability = fit.predict(align=False)
    share, weight, unit = shares(model)
    predicted, observed, size = grouped(probability, share, weight, bins)
    lower, upper = wilson_ends(observed, size, _quantile(level))
    event = figures.plain(model.outcome_name if unit == "trials" else f"{model.outcome_name} = {one_of(model)}")
    event = f"success ({event})" if unit == "trials" else event
    worst = float(np.abs(predicted - observed).max())
    return Drawing(
        lambda on: figures.calibration(
            predicted,
            observed,
            lower,
            upper,
            probability,
            event=event,
            weight=weight,
            unit=unit,
            level=level,
            on=on,
        ),
        alt=f"Observed share against predicted probability in {len(size)} groups; the largest gap is {worst:.2f}",
        caption=f"Each point is one of {len(size)} groups of rows, by predicted probability. "
        "On the dashed line a predicted 20 % happens 20 % of the time.",
    )


def of_categories(fit: Any, bins: int, level: float) -> Drawing:
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
    mean, weight = fit.predict(align=False), model.rows.weight
    if model.likelihood.outcome is Outcome.TRIALS:
        trials = model.likelihood.trials_of(model.rows.y)
        weight = trials if weight is None else weight * trials
    predicted, observed, size = grouped(mean, outcomes(model), weight, bins)
    spread = grouped(
        mean, variance(fit, model, model.eta(fit.estimate)) * model.likelihood.trials_of(model.rows.y), weight, bins
    )[1]
    outcome, counts = figures.plain(model.outcome_name), " count" * (model.likelihood.outcome is Outcome.COUNT)
    share = model.likelihood.outcome is Outcome.TRIALS
    what = f"share of successes ({outcome})" if share else f"mean of {outcome}"
    return Drawing(
        lambda on: figures.means(
            predicted,
            observed,
            np.sqrt(spread / size),
            xlabel=f"predicted {what}",
            ylabel=f"observed {what}",
            on=on,
        ),
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


def expected_frequencies(fit: Any, counts: Floats) -> Floats:
    """Expected number of observations with each of the counts: the sum over rows of P(y = count | x)."""
    model = fit.model
    eta = model.eta(fit.estimate)
    weight = np.ones(len(eta)) if model.rows.weight is None else model.rows.weight
    return np.array([weight @ np.exp(model.likelihood.loglik(eta, np.full(len(eta), k))) for k in counts])


def shares(model: Any) -> tuple[Floats, Floats | None, str]:
    """Share of the event in each row, how much each row counts, and of what: rows, or trials of a grouped outcome."""
    y, weight, likelihood = model.rows.y, model.rows.weight, model.likelihood
    if "trials" not in likelihood.parts:
        return y, weight, "rows"
    trials = likelihood.trials_of(y)
    return likelihood.observed(y), trials if weight is None else weight * trials, "trials"


def _quantile(level: float) -> float:
    return float(-ndtri(0.5 * (1.0 - level)))


def _brief(model: Any) -> str:
    """`negative binomial` for Negative binomial regression."""
    title = model.title.removesuffix(" regression")
    return title if title == "Poisson" else title[0].lower() + title[1:]
