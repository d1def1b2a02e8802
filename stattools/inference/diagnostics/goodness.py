"""How well a fit describes its data: deviance, pseudo R^2, scores of probabilities, calibration.

    deviance     twice the log-likelihood lost against a perfect fit
    mcfadden     1 - l / l_0                          l the log-likelihood, l_0 that of the intercept alone
    dispersion   pearson / df of counts and groups: 1 where they vary as the family says
    cox_snell    1 - exp(2 (l_0 - l) / n)             nagelkerke: divided by its largest value, 1 - exp(2 l_0 / n)
    tjur         mean p where y = 1 minus mean p where y = 0
    brier        mean (y - p)^2; several categories: the sum over them
    log_score    -l / n, the mean of -log p(y): the smaller, the better
    auc          P(p of an event > p of a non-event), ties counted half: the area under the ROC curve

Means of probabilities are over observations: a row counts as often as its frequency weight says, a grouped row as often
as it has trials. Source: McFadden (1974); Nagelkerke, Biometrika 78 (1991), 691-692; Tjur, American Statistician 63
(2009), 366-372; Gneiting & Raftery, JASA 102 (2007), 359-378; Hanley & McNeil, Radiology 143 (1982), 29-36.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from stattools.data.rows.rows import Rows
from stattools.inference.diagnostics.checks.overdispersion import overdispersed
from stattools.inference.diagnostics.checks.spread import spread_of
from stattools.inference.diagnostics.null_model import about_mean, null_loglik, null_loglik_read
from stattools.inference.diagnostics.residuals import outcomes, residuals
from stattools.inference.estimates import Estimates
from stattools.inference.prediction.prediction import regression, require_finite
from stattools.inference.questions import probabilities
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.memory import require_memory
from stattools.interface.whole_numbers import whole_number
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model

if TYPE_CHECKING:
    import pandas as pd


def goodness(fit: Estimates) -> pd.DataFrame:
    """Goodness of fit in exactly one row; a model has the columns that mean something for it.

    `st.ols`: deviance (the residual sum of squares), r_squared, adjusted_r_squared, log_score. Others: deviance,
    pearson (chi-square; not for softmax), df, mcfadden, cox_snell, nagelkerke, log_score (mcfadden and nagelkerke
    of counts and labels only: of a density they depend on the unit of y); counts and groups have dispersion, pearson /
    df, and `attrs["note"]` where it makes standard errors too small; beside these binary and
    grouped outcomes have tjur, brier and auc, softmax has brier, ungrouped outcomes have accuracy. Of rows in
    files all but auc, in one read, and two or three more where counts of the outcomes do not tell the log-likelihood
    of the intercept alone. Raises IncompatibleError for a fit without rows.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6]))
    >>> goodness(fit)[["mcfadden", "tjur", "brier", "auc", "accuracy"]].round(4).to_numpy().tolist()
    [[0.4042, 0.445, 0.1468, 0.8889, 0.6667]]
    """
    import pandas as pd

    model = regression(fit, "goodness")
    require_finite(fit, "goodness")
    found = _sums(fit, model)
    row: dict[str, Any] = {"deviance": found.deviance}
    if model.has_scale:
        r_squared = fit.r_squared
        if np.isnan(r_squared) and model.rows.offset is not None and (total := about_mean(model)) > 0:
            r_squared = 1.0 - found.deviance / total
        row["r_squared"] = r_squared
        row["adjusted_r_squared"] = 1.0 - (1.0 - r_squared) * (fit.n - 1.0) / fit.df
        return pd.DataFrame([row | {"log_score": -fit.loglik / fit.n}])
    if not model.likelihood.outcome.has_several:
        row["pearson"] = found.pearson
    null = null_loglik(model)
    if np.isnan(null):
        null = null_loglik_read(model)
    cox_snell = -np.expm1(2.0 * (null - fit.loglik) / fit.n)
    whole_numbers = model.likelihood.outcome.is_whole  # log densities, and their ratio, depend on the unit of y
    row |= {"df": fit.df} | ({"mcfadden": 1.0 - fit.loglik / null} if whole_numbers else {}) | {"cox_snell": cox_snell}
    row |= {"nagelkerke": cox_snell / -np.expm1(2.0 * null / fit.n)} if whole_numbers else {}
    row |= {"log_score": -fit.loglik / fit.n}
    if spread := spread_of(model, fit.estimate, found.pearson):
        row["dispersion"] = spread.ratio
    made = pd.DataFrame([row | _of_probabilities(fit, model, found)])
    if said := overdispersed(fit, reads=True):
        made.attrs["note"] = said
    return made


def calibration(fit: Estimates, bins: int = 10, *, level: float = 0.95) -> pd.DataFrame:
    """Observed against predicted probability in up to `bins` groups of rows of similar prediction.

    One row per group, [category,] predicted, observed, n, lower, upper: mean prediction, share of the event, number of
    observations and Wilson's interval of the share. Groups have about equal numbers; equal predictions stay together.
    Softmax has the groups of each category; `st.ordinal` those of each cut, "<= low" in a column `cut`, of the
    probability of a label below it. Raises IncompatibleError for a model without probabilities, DomainError for bins
    below 1.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6]))
    >>> calibration(fit, bins=2)[["predicted", "observed", "n"]].round(3).to_numpy().tolist()
    [[0.179, 0.333, 3.0], [0.821, 0.667, 3.0]]
    """
    import pandas as pd

    model = regression(fit, "calibration")
    require_finite(fit, "calibration")
    bins = whole_number(bins, "bins= of calibration", at_least=1)
    require_memory(f"{bins:,} bins", 4 * bins, "Ask for fewer: bins=10 is common.")
    require_level(level)
    z = float(-ndtri(0.5 * (1.0 - level)))
    probabilities(fit, "calibration")
    mean, weight = model.likelihood.mean(model.eta(fit.estimate)), _observations(model)
    if model.likelihood.is_event:
        return pd.DataFrame(_groups(mean, outcomes(model), weight, bins, z))
    labels, frames = [str(label) for label in model.labels or ()], []
    what, names, happened = "category", labels, model.rows.y[:, None] == np.arange(len(labels))
    if model.likelihood.outcome is Outcome.ORDERED:
        what, names = "cut", [f"<= {label}" for label in labels[:-1]]
        mean, happened = np.cumsum(mean, axis=1), model.rows.y[:, None] <= np.arange(len(labels))
    for k, name in enumerate(names):
        part = _groups(mean[:, k], happened[:, k].astype(float), weight, bins, z)
        frames.append(pd.DataFrame({what: name} | part))
    return pd.concat(frames, ignore_index=True)


def grouped(fitted: Floats, y: Floats, weight: Floats | None, bins: int = 10) -> tuple[Floats, Floats, Floats]:
    """Mean prediction, mean outcome and size of up to `bins` groups of about equal size, ties kept together.

    >>> [part.tolist() for part in grouped(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0.0, 1.0, 1.0, 1.0]), None, 2)]
    [[0.1, 0.9], [0.5, 1.0], [2.0, 2.0]]
    """
    weight = np.ones(len(y)) if weight is None else weight
    _, unit = np.frexp(np.abs(fitted).max())  # a power of 2, so that scaling is exact
    scaled = np.ldexp(fitted, -unit)
    rounded = np.round(scaled, 12)  # predictions that differ by round-off only belong together
    _, inverse = np.unique(rounded, return_inverse=True)
    mass = np.bincount(inverse, weights=weight)
    share = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
    group = np.minimum((bins * share).astype(int), bins - 1)[inverse]
    size = np.bincount(group, weights=weight, minlength=bins)
    kept = size > 0
    means = [np.bincount(group, weights=weight * column, minlength=bins)[kept] / size[kept] for column in (scaled, y)]
    return np.ldexp(means[0], unit), means[1], size[kept]


def wilson_ends(share: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    """Wilson's interval of a proportion, for shares that may be of weighted observations: Wilson (1927)."""
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.where(share == 0, 0.0, center - half), np.where(share == 1, 1.0, center + half)


def area_under_curve(p: Floats, events: Floats, others: Floats) -> float:
    """P(p of an event > p of a non-event) + half of P(equal), rows counting `events` and `others` times.

    >>> area_under_curve(np.array([0.2, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    0.875
    """
    _, inverse = np.unique(p, return_inverse=True)
    up, down = np.bincount(inverse, weights=events), np.bincount(inverse, weights=others)
    below = np.cumsum(down) - down
    return float(up @ (below + 0.5 * down) / (up.sum() * down.sum()))


class _Sums(NamedTuple):
    """What goodness is made from, summed over rows; adds with `+`."""

    deviance: float = 0.0
    pearson: float = 0.0
    weight: float = 0.0
    events: float = 0.0
    mean_of_events: float = 0.0
    mean_of_others: float = 0.0
    square: float = 0.0
    right: float = 0.0

    def __add__(self, other: _Sums) -> _Sums:  # type: ignore[override]
        return _Sums._make(map(add, self, other))


def _of_rows(fit: Estimates, model: Model) -> _Sums:
    """The sums over the rows of the model that count, which are in memory."""
    if model.rows.weight is not None and not model.rows.weight.all():
        model = model.subset(np.flatnonzero(model.rows.weight))
    eta = model.eta(fit.estimate)
    mean, y = model.likelihood.mean(eta), model.rows.y
    deviance = _sum(model.likelihood.deviance(eta, y), model.rows.importance)
    if model.has_scale:
        return _Sums(deviance)
    weight = _observations(model)
    if model.likelihood.outcome.has_several:
        hit = y[:, None] == np.arange(mean.shape[1])
        square = ((hit - mean) ** 2).sum(axis=1) / (2.0 if mean.shape[1] == 2 else 1.0)  # two categories: as logistic
        right = float(weight @ (mean.argmax(axis=1) == y))
        return _Sums(deviance, weight=float(weight.sum()), square=float(weight @ square), right=right)
    pearson = _sum(residuals(replace(fit, model=model), "pearson") ** 2, model.rows.weight)
    if not model.likelihood.is_event:
        return _Sums(deviance, pearson)
    share = outcomes(model)
    events, others = weight * share, weight * (1.0 - share)
    square = float(events @ (1.0 - mean) ** 2 + others @ mean**2)
    right = float(weight @ ((mean > 0.5) == (share > 0.5)))
    total, some = float(weight.sum()), float(events.sum())
    return _Sums(deviance, pearson, total, some, float(events @ mean), float(others @ mean), square, right)


@dataclass(frozen=True, eq=False)
class _SumsOfBatch:
    """The sums over the rows of a batch; small enough to be sent to where the batch is."""

    fit: Estimates

    def __call__(self, rows: Rows) -> _Sums:
        return _of_rows(self.fit, replace(self.fit.model, rows=rows))


def _sums(fit: Estimates, model: Model) -> _Sums:
    some = model.rows.sampled
    few = replace(some, X=some.X[:1], y=some.y[:1], weight=None, offset=None, precision=None)
    return model.rows.gather(_SumsOfBatch(replace(fit, model=replace(model, rows=few, source=None))))


def _of_probabilities(fit: Estimates, model: Model, found: _Sums) -> dict[str, float]:
    """Scores of predicted probabilities; the area under the curve compares all rows, which have to be in memory."""
    if model.likelihood.outcome.has_several:
        return {"brier": found.square / found.weight, "accuracy": found.right / found.weight}
    if not model.likelihood.is_event:
        return {}
    others = found.weight - found.events
    tjur = found.mean_of_events / found.events - found.mean_of_others / others
    scores = {"tjur": tjur, "brier": found.square / found.weight}
    if model.in_memory:
        share, weight = outcomes(model), _observations(model)
        mean = model.likelihood.mean(model.eta(fit.estimate))
        scores["auc"] = area_under_curve(mean, weight * share, weight * (1.0 - share))
    if model.likelihood.outcome is Outcome.TRIALS:
        return scores
    return scores | {"accuracy": found.right / found.weight}


def _observations(model: Model) -> Floats:
    """How many observations each row stands for: its frequency, times its trials where it is grouped."""
    weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight
    return weight * model.likelihood.trials_of(model.rows.y)


def _groups(p: Floats, y: Floats, weight: Floats, bins: int, z: float) -> dict[str, Floats]:
    predicted, observed, n = grouped(p, y, weight, bins)
    lower, upper = wilson_ends(observed, n, z)
    return {"predicted": predicted, "observed": observed, "n": n, "lower": lower, "upper": upper}


def _sum(values: Floats, weight: Floats | None) -> float:
    return float(values.sum() if weight is None else values @ weight)
