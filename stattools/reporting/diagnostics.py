"""What a fit looks like against its data: residuals, calibration, coefficients on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.reporting import figures
from stattools.reporting.document import Figure
from stattools.reporting.tables import percent

if TYPE_CHECKING:
    from stattools.fitting import Fit

Floats = NDArray[np.float64]
COUNTS = ("coin", "binomial")
GROUPS = 10
KINDS = {
    "wald": "Wald",
    "wilson": "Wilson (score)",
    "likelihood-ratio": "likelihood ratio",
    "clopper-pearson": "Clopper–Pearson",
}
"""How the intervals of a proportion are called in print, the alias "score" left out."""


def diagnostics(fit: Fit) -> tuple[Figure, ...]:
    """The figures that suit the kind of model; several coefficients are compared on one scale."""
    if fit.model.kind in COUNTS:
        return (likelihood_curve(fit),)
    first = {"ols": residuals, "logistic": calibration, "poisson": means}.get(fit.model.kind)
    several = int((spreads(fit.model) > 0).sum()) * fit.model.predictor.width > 1
    return (*([first(fit)] if first else []), *([coefficients(fit)] if several else []))


def residuals(fit: Fit, name: str = "residuals") -> Figure:
    """Residuals of a linear regression against fitted values, and their normal quantiles."""
    outcome = figures.plain(fit.model.outcome_name)
    fitted, residual = fit.predict(), fit.residuals
    largest = float(np.abs(residual).max() / fit.scale)
    return Figure(
        name,
        lambda: figures.residuals(
            fitted, residual, fitted_label=f"fitted {outcome}", residual_label=f"residual of {outcome}"
        ),
        alt=f"Residuals against fitted values and normal quantiles; the largest is {largest:.1f} residual standard "
        "deviations",
        caption="Left: a shape in the cloud would mean that the line misses something. "
        "Right: points on the line mean residuals as normal as the model says.",
    )


def calibration(fit: Fit, name: str = "calibration") -> Figure:
    """Observed share of the event in groups of rows of similar predicted probability."""
    model = fit.model
    probability = fit.predict()
    weight = model.rows.weight
    predicted, observed, size = grouped(probability, model.rows.y, weight)
    lower, upper = _wilson(observed, size)
    one = 1 if model.labels is None else model.labels[1]
    event = figures.plain(f"{model.outcome_name} = {one}")
    worst = float(np.abs(predicted - observed).max())
    return Figure(
        name,
        lambda: figures.calibration(predicted, observed, lower, upper, probability, event=event, weight=weight),
        alt=f"Observed share against predicted probability in {len(size)} groups; the largest gap is {worst:.2f}",
        caption=f"Each point is one of {len(size)} groups of rows, by predicted probability. "
        "On the dashed line a predicted 20 % happens 20 % of the time.",
    )


def means(fit: Fit, name: str = "means") -> Figure:
    """Observed mean count in groups of rows of similar predicted mean."""
    model = fit.model
    mean = fit.predict()
    predicted, observed, size = grouped(mean, model.rows.y, model.rows.weight)
    outcome = figures.plain(model.outcome_name)
    return Figure(
        name,
        lambda: figures.means(
            predicted,
            observed,
            np.sqrt(predicted / size),
            xlabel=f"predicted mean of {outcome}",
            ylabel=f"observed mean of {outcome}",
        ),
        alt=f"Observed mean count against predicted mean in {len(size)} groups of rows",
        caption="Points off the dashed line by more than their bars speak against the Poisson model.",
    )


def coefficients(fit: Fit, name: str = "coefficients") -> Figure:
    """Estimates times the standard deviation of their columns, so that all are on one scale."""
    model = fit.model
    width = model.predictor.width
    spread = np.tile(spreads(model), width)
    shown = spread > 0
    lower, upper = np.asarray(fit.interval()).T * spread
    unit = {
        "ols": f"change in {figures.plain(model.outcome_name)}",
        "poisson": "change in the log mean",
    }.get(model.kind, "change in the log odds")
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
        alt=f"Coefficients per standard deviation of their columns with {percent(fit.level)} intervals",
        caption=f"Each coefficient times the standard deviation of its column, with its {percent(fit.level)} "
        "interval: farther from zero is stronger.",
    )


def likelihood_curve(fit: Fit, name: str = "likelihood") -> Figure:
    """The likelihood of a proportion relative to its maximum, with every kind of interval under it."""
    theta = span(fit.model.successes + 1.0, fit.model.trials - fit.model.successes + 1.0)
    relative = np.exp(np.asarray(fit.model.loglik(theta)) - fit.loglik)
    maximum = float(fit.estimate[0])
    ends = {label: fit.interval(kind=kind) for kind, label in KINDS.items() if kind in fit.kinds}
    intervals = {label: (float(lower), float(upper)) for label, (lower, upper) in ends.items()}
    what = "flip is 1" if fit.model.kind == "coin" else "trial is a success"
    return Figure(
        name,
        lambda: figures.likelihood(
            theta, relative, maximum=maximum, intervals=intervals, xlabel=f"θ, the probability that a {what}"
        ),
        alt=f"The likelihood of θ relative to its maximum at {maximum:.4g}, and {len(intervals)} intervals",
        caption=f"Top: how well each $\\theta$ explains the data, the best being 1. Bottom: {percent(fit.level)} "
        "intervals made from it.",
    )


def span(a: float, b: float) -> Floats:
    """The part of [0, 1] where Beta(a, b) is not flat, six standard deviations around its mean."""
    mean, sd = a / (a + b), np.sqrt(a * b / (a + b + 1.0)) / (a + b)
    return np.linspace(max(0.0, mean - 6.0 * sd), min(1.0, mean + 6.0 * sd), 501)


def grouped(fitted: Floats, y: Floats, weight: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Mean prediction, mean outcome and size of up to ten groups of about equal size, ties kept together."""
    weight = np.ones(len(y)) if weight is None else weight
    # Predictions that differ by round-off only belong together.
    rounded = np.round(fitted, 12)
    _, inverse = np.unique(rounded, return_inverse=True)
    mass = np.bincount(inverse, weights=weight)
    share = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
    group = np.minimum((GROUPS * share).astype(int), GROUPS - 1)[inverse]
    size = np.bincount(group, weights=weight, minlength=GROUPS)
    kept = size > 0
    means = [np.bincount(group, weights=weight * column, minlength=GROUPS)[kept] / size[kept] for column in (fitted, y)]
    return means[0], means[1], size[kept]


def spreads(model: Any) -> Floats:
    """Standard deviation of each column of X over all observations; 0 for a constant."""
    rows = model.rows
    weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    mean = weight @ rows.X / weight.sum()
    spread = np.sqrt(weight @ (rows.X - mean) ** 2 / weight.sum())
    return np.where(spread > 1e-13 * np.abs(rows.X).max(axis=0), spread, 0.0)


def _wilson(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Wilson's 95 % interval of a proportion: Wilson (1927)."""
    z = 1.959963984540054
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return center - half, center + half
