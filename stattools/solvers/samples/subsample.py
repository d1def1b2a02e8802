"""Newton's method on growing samples of the rows: a start near the maximum of all, and a metric for the steps.

    m = min(n / 8, 1250 p):  Newton on m / 8 of the rows, or more where outcomes are rare;
                             theta <- theta + H^-1 g on m;   metric (n / m) H
    H                        that of m rows at theta, corrected by its change along the step on m / 8 of them: by half
                             for the step, by all of it for the metric at the end of the step

The maximum of m rows is sqrt(p n / m) standard errors of all n rows away from theirs, and reading m rows costs m / n of
reading them all. Source: Bottou, Curtis & Nocedal, "Optimization methods for large-scale machine learning" (2018), 5.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from stattools.errors import IdentificationError
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.steps.newton_steps import climb, footing

SMALLEST = 500_000
"""Numbers of X below which Newton's method on all rows is as fast."""

DIFFERENT = 10
"""Outcomes other than the usual one that a sample needs for each coefficient: fewer are often separated."""

RATIO = 8
"""The larger sample is so many times as large, where the smaller one then has 30 rows for each column."""


class Start(NamedTuple):
    """The model on columns that its information can be formed of, the map back (None: the same columns), samples of its
    rows from the smaller to the larger, a point near the maximum, and the metric of all rows as the larger knows it.
    """

    model: Model
    T: Floats | None
    samples: tuple[Model, Model]
    theta: Floats
    metric: Metric


def sample_sizes(model: Model) -> list[int]:
    """The sizes of the samples; none where the rows are too few for samples to pay.

    >>> import stattools as st
    >>> sample_sizes(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0]))
    []
    """
    n, p = model.rows.X.shape
    largest = min(n // 8, max(1250 * p, 50_000))
    smallest = max(largest // RATIO, 30 * p, 2000)
    return [smallest, largest] if n * p > SMALLEST and smallest < largest else []


def subsample_start(model: Model, sizes: list[int]) -> Start:
    """Where the passes over all rows start.

    Raises IdentificationError where a sample does not determine the coefficients, as with a rare outcome or a column
    that is nearly always 0.
    """
    sample = replace(model, rows=model.rows.sample(sizes[-1]))
    needed = int(DIFFERENT * sample.predictor.size / max(_changes(sample), 1e-12))
    if needed > sizes[-1]:
        raise IdentificationError(f"{model.title}: too few outcomes differ in a sample of the rows.")
    size = max(sizes[0], needed)
    first = sample if 2 * size > sizes[-1] else replace(sample, rows=sample.rows.sample(size))
    _, T, now, metric = footing(first)
    if T is not None:
        model, T = model.standardized()
        same = {"center": model.rows.center, "scale": model.rows.scale}
        sample, first = (replace(model, rows=replace(part.rows, **same)) for part in (sample, first))
        now = metric = None
    found = climb(first, first.start, 0.5, 12, "Newton", now, metric)
    if not found.converged:
        raise IdentificationError(f"{model.title}: a sample of the rows does not determine the coefficients.")
    now = sample.evaluate(found.estimate)
    theta, metric = step_carried(found.estimate, now, first, sample.rows.n / first.rows.n)
    return Start(model, T, (first, sample), theta, metric.times(model.rows.n / sample.rows.n))


def step_carried(theta: Floats, now: Evaluation, sample: Model, times: float) -> tuple[Floats, Metric]:
    """Where a Newton step from theta leads, and the information there: `now` is the evaluation at theta of `times` as
    many rows as the sample has, which says how the information changes on the way.
    """
    here = Metric(now.information)
    ahead = theta + here.solve(now.score)
    change = times * sample.change(theta, ahead)
    half, there = (Metric.where_definite(now.information + share * change) for share in (0.5, 1.0))
    if half is None or there is None:  # a few far rows of the sample are no measure of the change
        return ahead, here
    return theta + half.solve(now.score), there


def _changes(model: Model) -> float:
    """Share of the rows whose outcome is not the usual one."""
    y = model.likelihood.named(model.rows.y)["y"]
    return float(np.mean(y != np.median(y)))
