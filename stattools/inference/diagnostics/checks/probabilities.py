"""Are the probabilities what happens, and do they tell events from others?

    calibration      sqrt(max(sum_b n_b ((o_b - p_b)^2 - v_b), 0) / n) / sd(p),   v_b = p_b (1 - p_b) / n_b
    discrimination   P(p of an event > p of a non-event), ties counted half

o_b and p_b are the observed share and the mean prediction in tenths of the rows by prediction, v_b what chance makes.
The error stands beside the spread of the predictions, so that rare events are judged as frequent ones are. How often
chance makes it is Hosmer & Lemeshow's test. Source: Hosmer & Lemeshow, Applied Logistic Regression (2013), 5.2; Hanley
& McNeil, Radiology 143 (1982), 29-36.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import special

from stattools.data.rows.rows import Block
from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.goodness import area_under_curve
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.predictors.linear import Linear
from stattools.text.columns import number

TENTHS = np.linspace(0.1, 0.9, 9)
SAMPLE = 100_000


@dataclass(frozen=True, eq=False)
class Tenths:
    """Sums in groups of similar prediction, (K, groups): observations, events, predictions and their squares."""

    n: Floats
    events: Floats
    predicted: Floats
    square: Floats

    @classmethod
    def of(cls, stacked: Floats) -> Tenths:
        return cls(*stacked)

    def check(self, phi: float = 1.0) -> Check:
        """The check of calibration."""
        used = self.n > 0
        n = np.where(used, self.n, 1.0)
        observed, predicted = self.events / n, self.predicted / n
        chance = phi * np.maximum(predicted * (1.0 - predicted), 1e-300) / n
        gap = np.where(used, (observed - predicted) ** 2, 0.0)
        whole = self.n.sum()
        mean = self.predicted.sum(axis=1) / self.n.sum(axis=1)
        spread = np.sqrt(max(float((self.square.sum(axis=1) - self.n.sum(axis=1) * mean**2).sum() / whole), 0.0))
        error = np.sqrt(max(float((self.n * (gap - chance * used)).sum() / whole), 0.0))
        absolute = float((self.n * np.sqrt(gap)).sum() / whole)
        # Two parameters of the line are fitted; groups with few expected events are no normal numbers.
        expected = np.minimum(self.predicted, self.n - self.predicted)
        enough = used & (expected >= 1.0)
        statistic = float((gap / chance)[enough].sum())
        df = int(enough.sum()) - 2 * len(self.n)
        p_value = float(special.chdtrc(df, statistic)) if df > 0 else 1.0
        size = error / spread if spread > 1e-12 else 0.0
        advice = (
            f"Predicted and observed shares of tenths of the rows are {number(absolute, 2)} apart on average: "
            "fit.calibration() shows where; see link and form."
        )
        return judged(
            "calibration",
            "error of the probabilities / their sd, by tenths",
            size,
            advice,
            p_value=p_value,
            detail=absolute,
        )


def calibration(of: LookedAt) -> Check | None:
    """Predicted against observed shares; None where all predictions are alike."""
    rows = of.model.rows.sampled
    rows = rows if len(rows.X) <= SAMPLE else rows.sample(SAMPLE)
    some = replace(of.model, rows=rows, source=None)
    edges = edges_of(_columns(of.likelihood.mean(some.eta(of.theta)), of.likelihood))
    if all(len(of_one) == 0 for of_one in edges):
        return None
    part = partial(_block, of.likelihood, of.model.predictor, of.theta, edges)
    sums = of.model.rows.total(part)
    if of.likelihood.outcome is not Outcome.ORDERED:
        return Tenths.of(sums).check(of.phi)
    cuts = [str(label) for label in (of.model.labels or ())[:-1]]
    each = [Tenths.of(sums[:, k : k + 1]).check(of.phi) for k in range(len(cuts))]
    worst = max(range(len(each)), key=lambda k: each[k].value)
    p_value = each[worst].p_value
    return replace(
        each[worst],
        measure=f"{each[worst].measure}, of {of.model.outcome_name} <= {cuts[worst]}, the worst cut",
        p_value=None if p_value is None else min(1.0, len(each) * p_value),
    )


def discrimination(of: LookedAt) -> Check:
    """The area under the ROC curve, of several categories the mean of each against the rest; it compares all rows."""
    model = of.model
    model.rows.at_hand("an area under the ROC curve compares all rows", model.title, "Fit a sample of them in memory.")
    p = _columns(of.likelihood.mean(model.eta(of.theta)), of.likelihood)
    share = shares_of(of.likelihood, model.rows.y, p.shape[1])
    weight = np.ones(len(p)) if model.rows.weight is None else model.rows.weight
    several = "cuts" if of.likelihood.outcome is Outcome.ORDERED else AGAINST
    return ranked(p, share, weight * of.likelihood.trials_of(model.rows.y), several)


AGAINST = "categories against the rest"
"""What several areas are of."""


def ranked(p: Floats, share: Floats, weight: Floats, several: str = AGAINST) -> Check:
    """The check of discrimination, of probabilities and shares (n, K)."""
    both = [(q, weight * s, weight * (1.0 - s)) for q, s in zip(p.T, share.T, strict=True)]
    areas = [area_under_curve(np.round(q, 12), one, other) for q, one, other in both if one.any() and other.any()]
    value = float(np.mean(areas)) if areas else 0.5
    advice = (
        "The columns hardly tell events from others: effects may be as they are estimated, predictions of single rows "
        "say little."
    )
    what = "area under the ROC curve" + (f", mean of the {several}" if p.shape[1] > 1 else "")
    return judged("discrimination", what, value, advice, size=-value)


def edges_of(p: Floats) -> list[Floats]:
    """What separates the tenths of each column of probabilities: none where all are alike."""
    found = []
    for q in p.T:
        edges = np.unique(np.quantile(q, TENTHS))
        alike = q.max() - q.min() <= 1e-9
        found.append(edges[:0] if alike else edges)
    return found


def tenths(p: Floats, share: Floats, weight: Floats, edges: list[Floats]) -> Floats:
    """Sums in groups, (4, K, 10)."""
    found = np.zeros((4, len(edges), 10))
    for k, cuts in enumerate(edges):
        group = np.searchsorted(cuts, p[:, k] - 1e-12)
        for j, values in enumerate((np.ones(len(p)), share[:, k], p[:, k], p[:, k] ** 2)):
            found[j, k] = np.bincount(group, weight * values, 10)
    return found


def shares_of(likelihood: Likelihood, y: Floats, count: int) -> Floats:
    """What was observed, (n, K): shares of the event, 1 in the column of the category, or in those of cuts above it."""
    if likelihood.outcome is Outcome.ORDERED:
        return (y[:, None] <= np.arange(count)).astype(float)
    if count == 1:
        return likelihood.observed(y)[:, None]
    return (y[:, None] == np.arange(count)).astype(float)


def _columns(mean: Floats, likelihood: Likelihood) -> Floats:
    if likelihood.outcome is Outcome.ORDERED:  # P(y <= k) at each cut
        return np.cumsum(mean, axis=1)[:, :-1]
    return mean if likelihood.outcome.has_several else mean[:, None]


def _block(likelihood: Likelihood, predictor: Linear, theta: Floats, edges: list[Floats], block: Block) -> Floats:
    p = _columns(likelihood.mean(predictor.forward(theta, block)[0]), likelihood)
    weight = np.ones(len(p)) if block.weight is None else block.weight
    weight = weight * likelihood.trials_of(block.y)
    return tenths(p, shares_of(likelihood, block.y, len(edges)), weight, edges)
