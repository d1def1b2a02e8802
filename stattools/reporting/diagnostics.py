"""What a fit looks like against its data: residuals, calibration, coefficients on one scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools import figures
from stattools.inference.diagnostics.goodness import grouped, wilson_ends
from stattools.inference.fitted import Fit
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.reporting.columns import summary
from stattools.reporting.document import Figure
from stattools.reporting.stories import story
from stattools.reporting.tables import percent

Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""
MOST_COUNTS = 31
"""Bars in a figure of frequencies."""


def residuals(fit: Fit, name: str = "residuals") -> Figure:
    """Residuals of a linear regression against fitted values, and their normal quantiles."""
    outcome = figures.plain(fit.model.outcome_name)
    fitted, residual, precision = fit.predict(align=False), fit.residuals_of(align=False), fit.model.rows.precision
    label = f"residual of {outcome}"
    if precision is not None:
        residual, label = residual * np.sqrt(precision), label + " × √precision"
    largest = float(np.abs(residual).max() / fit.scale)
    return Figure(
        name,
        lambda: figures.residuals(fitted, residual, fitted_label=f"fitted {outcome}", residual_label=label),
        alt=f"Residuals against fitted values and normal quantiles; the largest is {largest:.1f} residual standard "
        "deviations",
        caption="Left: a shape in the cloud would mean that the line misses something. "
        "Right: points on the line mean residuals as normal as the model says.",
    )


def calibration(fit: Fit, name: str = "calibration") -> Figure:
    """Observed share of the event in groups of rows of similar predicted probability."""
    model = fit.model
    probability = fit.predict(align=False)
    share, weight, unit = shares(model)
    predicted, observed, size = grouped(probability, share, weight)
    lower, upper = wilson_ends(observed, size, Z)
    one = 1 if model.labels is None else model.labels[1]
    event = figures.plain(model.outcome_name if unit == "trials" else f"{model.outcome_name} = {one}")
    event = f"success ({event})" if unit == "trials" else event
    worst = float(np.abs(predicted - observed).max())
    return Figure(
        name,
        lambda: figures.calibration(
            predicted, observed, lower, upper, probability, event=event, weight=weight, unit=unit
        ),
        alt=f"Observed share against predicted probability in {len(size)} groups; the largest gap is {worst:.2f}",
        caption=f"Each point is one of {len(size)} groups of rows, by predicted probability. "
        "On the dashed line a predicted 20 % happens 20 % of the time.",
    )


def means(fit: Fit, name: str = "means") -> Figure:
    """Observed mean in groups of rows of similar predicted mean."""
    model = fit.model
    mean, weight = fit.predict(align=False), model.rows.weight
    predicted, observed, size = grouped(mean, model.rows.y, weight)
    variance = grouped(mean, model.likelihood.variance(model.eta(fit.estimate), model.rows.y), weight)[1]
    outcome, counts = figures.plain(model.outcome_name), " count" * model.likelihood.outcome.is_whole
    return Figure(
        name,
        lambda: figures.means(
            predicted,
            observed,
            np.sqrt(variance / size),
            xlabel=f"predicted mean of {outcome}",
            ylabel=f"observed mean of {outcome}",
        ),
        alt=f"Observed mean{counts} against predicted mean in {len(size)} groups of rows; the largest gap is "
        f"{float(np.abs(predicted - observed).max()):.2g}",
        caption="Points off the dashed line by more than their bars, two standard errors under the model, speak "
        "against it.",
    )


def frequencies(*fits: Fit, name: str = "frequencies") -> Figure:
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
    return Figure(
        name,
        lambda: figures.frequencies(counts, observed, expected, xlabel=figures.plain(model.outcome_name)),
        alt=f"Observed and expected frequencies of each count; of zeros {100 * observed[0]:.1f} % are observed, "
        f"{zeros}",
        caption="Bars: the share of observations with each count. Dots: the share expected, the probability of the "
        f"count averaged over the rows.{beyond}",
    )


def expected_frequencies(fit: Fit, counts: Floats) -> Floats:
    """Expected number of observations with each of the counts: the sum over rows of P(y = count | x)."""
    model = fit.model
    eta = model.eta(fit.estimate)
    weight = np.ones(len(eta)) if model.rows.weight is None else model.rows.weight
    return np.array([weight @ np.exp(model.likelihood.loglik(eta, np.full(len(eta), k))) for k in counts])


def coefficients(fit: Fit, name: str = "coefficients") -> Figure:
    """Estimates times the standard deviation of their columns, so that all are on one scale."""
    model = fit.model
    spread = coefficient_spreads(model)
    shown = spread > 0
    ends = np.asarray(fit.interval()).T if fit.kinds else np.stack([fit.estimate, fit.estimate])
    lower, upper = ends * spread
    level = percent(fit.level)
    unit = story(model).unit(model)
    names = [label for label, keep in zip(fit.names, shown, strict=True) if keep]
    return Figure(
        name,
        lambda: figures.coefficients(
            names,
            (fit.estimate * spread)[shown],
            lower[shown],
            upper[shown],
            xlabel=f"{unit} per standard deviation of the column",
        ),
        alt=f"Coefficients per standard deviation of their columns{f' with {level} intervals' if fit.kinds else ''}",
        caption="Each coefficient times the standard deviation of its column"
        f"{f', with its {level} interval' if fit.kinds else ''}: farther from zero is stronger.",
    )


def shares(model: Any) -> tuple[Floats, Floats | None, str]:
    """Share of the event in each row, how much each row counts, and of what: rows, or trials of a grouped outcome."""
    y, weight, likelihood = model.rows.y, model.rows.weight, model.likelihood
    if "trials" not in likelihood.parts:
        return y, weight, "rows"
    trials = likelihood.trials_of(y)
    return likelihood.observed(y), trials if weight is None else weight * trials, "trials"


def coefficient_spreads(model: Any) -> Floats:
    """Standard deviation of the column of each coefficient of the first parameter; 0 for constants and for those of
    other parameters.
    """
    spread = model.predictor.of_columns(summary(model).sd, 0.0)
    spread[model.predictor.size_first :] = 0.0
    return spread


def _brief(model: Any) -> str:
    """`negative binomial` for Negative binomial regression."""
    title = model.title.removesuffix(" regression")
    return title if title == "Poisson" else title[0].lower() + title[1:]


SUITED: dict[str, tuple[Callable[[Fit], Figure], ...]] = {
    "ols": (residuals,),
    "logistic": (calibration,),
    "probit": (calibration,),
    "softmax": (),
    "poisson": (frequencies, means),
    "negative_binomial": (frequencies, means),
    "beta_binomial": (),
}
"""The figures of each kind of regression, beside its coefficients."""

BY_OUTCOME: dict[Outcome, tuple[Callable[[Fit], Figure], ...]] = {
    Outcome.REAL: (means,),
    Outcome.POSITIVE: (means,),
    Outcome.UNIT: (means,),
    Outcome.COUNT: (frequencies, means),
    Outcome.BINARY: (calibration,),
}
"""Those of a regression without a row, by what its outcomes are."""
