"""Newton's method where reading all rows is expensive: samples of them first, and a certificate from all.

    1. Newton on m / 8 of the rows, or more where outcomes are rare, then one step on m = min(n / 8, 1250 p) of them
    2. steps by the score of all rows, with (n / m) H of those m rows as metric   (`quasi_newton.py`)
    3. score and information of all rows, a Newton step with them, and the score where it leads: the certificate

The maximum of m rows is about sqrt(p n / m) standard errors away from that of all n. In 3 the sample says how the
information changes along a step: one of lambda standard errors changes it by about lambda / sqrt(n) of itself, which m
rows know to one part in sqrt(m), so it is formed at lambda = 7 tolerance sqrt(n m) or nearer. A right correction leaves
no score; the share of lambda that is left is the relative error of the standard errors. Steps are to the argmax of the
surrogate

    c l_s(t) + (g - c g_s)^T (t - theta) - (t - theta)^T (H - c H_s) (t - theta) / 2,    c = n / m, s the sample,

wrong by a sampling error of third order, with score and information of all rows; of rows in files all steps are. Where
samples do not determine the coefficients, or steps do not contract, the usual method takes over. Source: Bottou, Curtis
& Nocedal, "Optimization methods for large-scale machine learning" (2018), 5; Jordan, Lee & Yang,
"Communication-efficient distributed statistical inference" (2019).
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.errors import DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import named_parts
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.numerics.columns import with_levels
from stattools.solvers.climb import HALF, ROUND_OFF, Standing, climb, footing, newton_ascent, orthogonalized
from stattools.solvers.metric import Metric
from stattools.solvers.quasi_newton import Shares, unit_ascend
from stattools.solvers.solution import Solution

SMALLEST = 500_000
"""The most numbers of X for which Newton's method on all rows is as fast. The choice changes the time, not the maximum.
"""

FEW_ROWS = 16_000
"""The most rows that have no two samples: the smaller one has 2,000 rows, the larger an eighth of all."""

MANY_ROWS = 40_000
"""The most rows for which a start on samples costs as much as the steps that it saves."""

DIFFERENT = 10
"""The least number of outcomes other than the usual one that a sample has for each coefficient: samples with fewer are
often separated.
"""

RATIO = 8
"""The larger sample has this many times the rows of the smaller one, which then has 30 rows or more for each column.
Some seven steps on the smaller sample cost about as much as the one step on the larger.
"""

NEAR = 1e-2
"""The largest decrement, in standard errors, at which the information of all rows is formed."""

SHARP = 1e-6
"""The share of its decrement that a step may leave: standard errors are then right to about this share. From a
decrement below it they always are: even where a single row determines a coefficient, its information changes by no more
than the decrement.
"""

MOST_READS = 8
"""The most steps by the score alone. Beyond them Newton's own method, which forms some seven informations, is as fast.
"""

ALIKE = 0.1
"""Standard errors of all rows between two points from which the steps lead to one maximum: on so short a way the
information of many rows changes by less than a thousandth.
"""

CARRIED = 7.0
"""The decrement at which the information of all rows is formed, over the tolerance and the root of the product of the
numbers of rows, as above.
"""

NEARER = 0.2
"""The same of rows in files, of which a score alone takes as long to read."""


class Start(NamedTuple):
    """The model on columns for which its information can be formed, and the map back (None where the columns are its
    own); samples of its rows, the smaller first; a point near the maximum; and the metric of all rows as the larger
    sample knows it.
    """

    model: Model
    T: Any
    samples: tuple[Model, Model]
    theta: Floats
    metric: Metric


def subsampled(model: Model, tolerance: float, max_steps: int) -> Solution | None:
    """The maximum with its certificate from all rows, which take every step where there are tens of thousands of them;
    None where the usual method has to find it.
    """
    if not isinstance(model, Model) or model.has_scale:
        return None
    sizes = sample_sizes(model)
    if not sizes or max_steps < MOST_READS:
        near = sampled_start(model) if len(model.rows.X) > MANY_ROWS else None
        return near and newton_ascent(near.model, near.theta, tolerance, max_steps, "Newton").mapped(near.T)
    try:
        start = subsample_start(model, sizes)
        least = min(NEAR, CARRIED * tolerance * sqrt(start.model.n * start.samples[0].n))
        near = unit_ascend(Shares.of(start.model), start.theta, start.metric, least, MOST_READS)
        if near is None:
            return None
        sample = expanded(start.model, start.samples[0].rows)
        return certified_ascent(start.model, sample, tolerance, max_steps, "Newton on subsamples", near).mapped(start.T)
    except (DomainError, IdentificationError):
        return None


def sampled_start(model: Model) -> Start | None:
    """Where Newton's method on all rows starts: near the maximum, as samples of many rows know it.

    None for likelihoods that start at zero, which take three or four cheap steps, and where the samples do not
    determine the coefficients.
    """
    sizes = [] if model.likelihood.facts.starts_at_zero else sample_sizes(model, 0)
    try:
        return subsample_start(model, sizes) if sizes else None
    except (DomainError, IdentificationError):
        return None


def sample_sizes(model: Model, few: int = SMALLEST) -> list[int]:
    """The sizes of the samples; none where X has no more than `few` numbers, or rows are too few for two samples.

    >>> import stattools as st
    >>> sample_sizes(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0]))
    []
    """
    n, p = model.rows.X.shape
    if n * p <= few or with_levels(model.rows.X) is not None:  # whose steps cost little
        return []
    largest = min(n // 8, max(1250 * p, 50_000))
    smallest = max(largest // RATIO, 30 * p, 2000)
    return [smallest, largest] if smallest < largest else []


def subsample_start(model: Model, sizes: list[int]) -> Start:
    """Where the passes over all rows start.

    Raises IdentificationError where a sample does not determine the coefficients, as with a rare outcome or a column
    that is nearly always 0.
    """
    sample = replace(model, rows=model.rows.sample(sizes[-1]))
    y = named_parts(model.likelihood, sample.rows.y)["y"]
    differ = max(float(np.mean(y != np.median(y))), 1e-12)  # the share of outcomes other than the usual one, the median
    needed = int(DIFFERENT * sample.predictor.size / differ)
    if needed > sizes[-1]:
        raise IdentificationError(f"{model.title}: too few outcomes differ in a sample of the rows.")
    size = max(sizes[0], needed)
    first = sample if 2 * size > sizes[-1] else replace(sample, rows=sample.rows.sample(size))
    work, T, now, metric = footing(first)
    if T is not None:
        if work.rows.center is None:
            raise IdentificationError(f"{model.title}: a sample has no orthogonal columns that are those of all rows.")
        model, T = model.standardized()
        same = {"center": model.rows.center, "scale": model.rows.scale}
        sample, first = (replace(model, rows=replace(part.rows, **same)) for part in (sample, first))
        now = metric = None
    found = newton_ascent(first, first.start, 0.5, 12, "Newton", now, metric)
    if not found.converged:
        raise IdentificationError(f"{model.title}: a sample of the rows does not determine the coefficients.")
    now = sample.evaluate(found.estimate)
    theta, metric = step_carried(found.estimate, now, first, sample.rows.n / first.rows.n)
    return Start(model, T, (first, sample), theta, metric.times(model.rows.n / sample.rows.n))


def sampled_alike(model: Model, other: Model) -> bool:
    """Whether climbs of many rows from the starts of two models, which differ in these alone, come to one point on the
    samples: what follows on all rows is then the same, and need not be done twice. False of few rows.
    """
    sizes = sample_sizes(model)
    if not sizes:
        return False
    try:
        one, two = (subsample_start(each, sizes) for each in (model, other))
    except (DomainError, IdentificationError):  # whoever climbs will find out
        return False
    return one.metric.length(one.theta - two.theta) <= ALIKE


def step_carried(theta: Floats, now: Evaluation, sample: Model, times: float) -> tuple[Floats, Metric]:
    """Where a Newton step from theta leads, and the information there. `now` is the evaluation at theta of `times` as
    many rows as the sample has; the sample says how the information changes on the way.
    """
    here = Metric(now.information)
    ahead = theta + here.solve(now.score)
    change = times * sample.change(theta, ahead)
    half, there = (Metric.where_definite(now.information + share * change) for share in (0.5, 1.0))
    if half is None or there is None:  # a few far rows of the sample make this change: it says nothing of all
        return ahead, here
    return theta + half.solve(now.score), there


STEPS = 12
"""The most Newton steps on the surrogate. Near its maximum each step squares the error, and three are enough."""


def named(solver: str, model: Model) -> str:
    """The name of a solver together with the place of the rows: "Newton on files"."""
    return f"{solver} {model.rows.place.replace('in ', 'on ', 1)}"


def surrogate_ascent(model: Any, tolerance: float, max_steps: int) -> Solution:
    """The maximum of a model whose rows are in files, with its certificate from all rows. Its columns are those that
    the sample asks for: its own, standardized or, where these nearly depend, orthogonal ones.
    """
    _, T, _, metric = footing(expanded(model))
    if T is not None:
        model, T = orthogonalized(model) if metric is None and isinstance(model, Model) else model.standardized()
    return certified_ascent(model, expanded(model), tolerance, max_steps, named("Newton", model)).mapped(T)


def certified_ascent(
    whole: Any, stand_in: Any, tolerance: float, max_steps: int, solver: str, near: tuple[Floats, int] | None = None
) -> Solution:
    """The maximum of `whole`, each of whose evaluations is a read of all rows, from the point `near` it that so many
    reads have found, or from the maximum of the sample after the read that made it.

    `stand_in` is the same function of a sample that stands for all rows (see `expanded`). Where the sample does not
    determine the coefficients, or the maximum of a surrogate is no nearer, Newton's method on `whole` takes over.
    """
    theta, reads = near or (_start(stand_in), 1)
    size = float(np.sqrt(stand_in.dispersion(theta)))
    carried = 0.0  # of others the sample does not say how the information changes
    if isinstance(whole, Model):
        carried = min(NEAR, (CARRIED if near else NEARER) * tolerance * sqrt(whole.n * len(stand_in.rows.X)))

    def stand(theta: Floats, now: Evaluation) -> Standing:
        metric = Metric.for_ascent(now.information)
        return Standing(theta, now, metric, metric.norm(now.score) / size if metric.definite else np.inf)

    def step(here: Standing) -> Standing | None:
        nonlocal reads
        if not here.metric.definite:
            return None
        theta = _surrogate_maximum(stand_in, here.theta, here.now, here.metric)
        if here.decrement <= carried:  # the sample shows how the information changes: the score alone is read
            reads += 1
            information = here.now.information + stand_in.change(here.theta, theta)
            ahead = stand(theta, replace(whole.evaluate(theta, order=1), information=information, reach=here.now.reach))
            if here.decrement <= SHARP or ahead.decrement <= SHARP * here.decrement:
                return ahead
        reads += 1
        now = whole.evaluate(theta)
        return stand(theta, now) if now.is_finite else None

    reads += 1
    now = whole.evaluate(theta)
    if not now.is_finite:
        return newton_ascent(whole, whole.start, tolerance, max_steps, solver)
    found = climb(stand(theta, now), step, tolerance=tolerance, max_steps=max_steps, n=whole.n, leaves=HALF)
    here, metric = found.here, found.here.metric
    if found.status == "max-steps" or not metric.definite:
        return newton_ascent(whole, here.theta, tolerance, max_steps, solver, here.now)
    last = replace(here, theta=here.theta + metric.solve(here.now.score))  # a step that costs no read
    reach = here.now.reach or np.nan
    return replace(found, here=last).solution(metric.covariance(), solver, metric.kept(), reads=reads, reach=reach)


def expanded(model: Model, sample: Rows | None = None) -> Model:
    """The model over a sample of its rows, by default that in memory, with weights that make each row count for as many
    as it stands for.
    """
    sample = model.rows.sampled if sample is None else sample
    c = model.n / sample.n
    weight = np.full(len(sample.X), c) if sample.weight is None else c * sample.weight
    return replace(model, rows=replace(sample, weight=weight))


def _start(stand_in: Any) -> Floats:
    """The maximum of the sample, or the start of the model where the sample has none."""
    try:
        found = newton_ascent(stand_in, stand_in.start, 1e-3, 15, "Newton")
    except (IdentificationError, DomainError):
        return stand_in.start
    return found.estimate if found.converged and np.isfinite(found.estimate).all() else stand_in.start


def _surrogate_maximum(stand_in: Any, theta: Floats, now: Evaluation, metric: Metric) -> Floats:
    """The maximum of the surrogate about theta, by Newton's method; where it has none, the end of a Newton step of all
    rows.
    """
    there = stand_in.evaluate(theta)
    slope, bend = now.score - there.score, now.information - there.information

    def stand(point: Floats, at: Evaluation) -> Standing:
        if not at.is_finite:
            return Standing(point, at, None, np.inf)
        at = replace(at, score=at.score + slope - bend @ (point - theta))
        own = Metric.for_ascent(at.information + bend)
        return Standing(point, at, own, own.norm(at.score) if own.definite else np.inf, own.solve(at.score))

    def step(here: Standing) -> Standing:
        point = here.theta + here.ahead
        return stand(point, stand_in.evaluate(point))

    start = stand(theta, there)
    if start.decrement < np.inf:
        found = climb(start, step, tolerance=ROUND_OFF, max_steps=STEPS - 1, n=1.0, leaves=HALF)
        point = found.here.theta + found.here.ahead
        if found.here.decrement < 2.0 * found.last and np.isfinite(point).all():
            return point
    return theta + metric.solve(now.score)
