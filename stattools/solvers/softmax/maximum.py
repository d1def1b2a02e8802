"""Softmax regressions with many coefficients: quasi-Newton passes, and the certificate that their size allows.

Where rows are many, the maximum of a sample is the start and its information the metric: of m = 150 p rows, or so many
that the rarest category has 10 p, (n / m) H_m is within sqrt(p / m) of the information of all rows, and a step by their
score leaves about an eighth of the error. H_m is taken at the end of a first such step, since at its own maximum a
sample looks better determined than it is. Elsewhere L-BFGS climbs in a metric of p x p matrices, which is rebuilt at
steps 10, 50, 150, 300, ... Both read in single precision first. In the end, where standard errors are asked for, Newton
steps with the information itself; where they are not, conjugate gradients measure the decrement on all rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.likelihoods.outcomes import Outcome
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.numerics.columns import with_levels
from stattools.solvers.climb import WELL_PLACED, Climbed, Standing, climb, newton_ascent
from stattools.solvers.metric import Metric
from stattools.solvers.quasi_newton import Conditioned, Shares, ascend, newton_step, unit_ascend
from stattools.solvers.softmax.passes import MetricInPlace, SharedMetric, SoftmaxPasses, metric_at
from stattools.solvers.solution import Known, Solution
from stattools.solvers.subsampling import DIFFERENT

NEAR = 4e-8
"""A standard error changes by about the last step, in standard errors, divided by sqrt(n): by this much it may."""

LEAVES = 0.1
"""The largest share of the decrement that a step may leave; where it leaves more, the information is not that of the
maximum.
"""

GRADIENT_STEPS = 10
"""The most steps by conjugate gradients: near the maximum each of them squares the decrement."""

INFORMATIONS = 4
"""The information is formed this many times at most, each time nearer the maximum."""


def require_room(size: int, matrices: int) -> None:
    """DomainError where memory does not hold this many matrices (size, size): two, the information and as much again
    for other work, or five for Newton's method.
    """
    require_memory(
        f"Standard errors of {size:,} coefficients",
        matrices * size * size,
        "Use penalty=st.Ridge(strength), whose estimates have none, or fewer columns.",
    )


def near(n: float) -> float:
    """How near the maximum, in standard errors, the information has to be formed to stand for that of the maximum."""
    return NEAR * float(np.sqrt(n))


def by_information(passes: SoftmaxPasses, found: Climbed, tolerance: float) -> Solution:
    """Steps with the information, which the covariance needs anyway; it is formed again where it was not that of the
    maximum. Where steps do not contract, Newton's method with step halving takes over, which needs five matrices of
    this size.
    """
    climbed = found
    for _ in range(INFORMATIONS):
        metric, before, climbed = _with_information(passes, climbed, tolerance)
        if before <= near(passes.n) and climbed.status == "converged":
            quality = Known(metric.rcond)
            return climbed.solution(metric.covariance(), "L-BFGS", quality)
        del metric  # the next information takes its room
        if not climbed.here.decrement < climbed.last:
            break
    require_room(len(found.here.theta), 5)
    before = found.trace[:-1]
    return newton_ascent(passes, found.here.theta, tolerance, GRADIENT_STEPS, "L-BFGS", first=found.steps, trace=before)


def _with_information(passes: SoftmaxPasses, found: Climbed, tolerance: float) -> tuple[MetricInPlace, float, Climbed]:
    """Steps by the score, in the metric of the information where another climb ended: the metric, the decrement before
    the steps, and where they lead.
    """
    metric = MetricInPlace(passes.information(found.here.theta))

    def stand(theta: Floats, now: Evaluation) -> Standing:
        return Standing(theta, now, None, metric.norm(now.score) if now.is_finite else np.inf)

    def step(here: Standing) -> Standing:
        point = here.theta + metric.solve(here.now.score)
        return stand(point, passes.evaluate(point, order=1))

    start = stand(found.here.theta, found.here.now)
    n, first, trace = passes.n, found.steps, found.trace[:-1]
    climbed = climb(start, step, tolerance=tolerance, max_steps=np.inf, n=n, first=first, trace=trace, leaves=LEAVES)
    return metric, start.decrement, climbed


def by_gradients(
    passes: SoftmaxPasses, single: SoftmaxPasses, found: Climbed, metric: Conditioned | Metric, tolerance: float
) -> Solution:
    """The decrement measured by conjugate gradients on all rows, and their steps where it is too large. Products with
    the information are in single precision, at the probabilities that `single` keeps; scores are in double precision.
    `metric` is the preconditioner of the conjugate gradients.
    """

    def stand(theta: Floats, now: Evaluation) -> Standing:
        ahead, decrement = newton_step(single.times, now.score, metric, enough=tolerance)
        return Standing(theta, now, metric, decrement, ahead)

    def step(here: Standing) -> Standing:
        point = here.theta + here.ahead
        return stand(point, passes.evaluate(point, order=1, keep=single))

    goal = {"tolerance": tolerance, "max_steps": GRADIENT_STEPS, "n": passes.n}
    start = stand(found.here.theta, found.here.now)
    climbed = climb(start, step, first=found.steps, trace=found.trace[:-1], **goal)
    none = np.broadcast_to(np.nan, (len(start.theta), len(start.theta)))
    return climbed.solution(none, "L-BFGS", Known(metric.rcond))


ROWS = 150
"""Rows of the sample for each column: its information is then within sqrt(1 / 150), a twelfth, of that of all rows."""

SHARE = 8
"""A sample of more than one in this many rows does not pay: its own climb takes as long as the steps that it saves."""

SAMPLE_STEPS = 30
"""The most reads of a sample. More are needed only where it does not determine the coefficients."""

CLOSE = 10.0
"""The distance from the sample's maximum, in its standard errors, at which the steps by all rows begin."""

ACCURACY = 0.1
"""The relative error of the first step by conjugate gradients. The metric is wrong by about as much, so that more
accuracy would be lost.
"""


class Begun(NamedTuple):
    """The model on columns standardized as in the sample, and the map back; a start near the maximum of the sample,
    whose passes keep the probabilities there; a metric of the sample; and the columns that do not vary in it.
    """

    model: Model
    T: Any
    theta: Floats
    sample: SoftmaxPasses
    rough: SharedMetric
    still: NDArray[np.intp]

    def ahead(self, score: Floats) -> tuple[Floats, Metric] | None:
        """Where a step by the score of all rows leads from theta, and the information there as the sample knows it."""
        times = self.model.n / self.sample.n
        theta = self.theta + newton_step(self.sample.times, score / times, self.rough, ACCURACY, SAMPLE_STEPS)[0]
        metric = Metric.where_definite(self.sample.information(theta).astype(float))
        return None if metric is None or metric.rcond < WELL_PLACED else (theta, metric.times(times))


def sample_start(model: Model) -> Begun | None:
    """A start within sampling error of the maximum; None where the usual climb is better."""
    n, p = model.rows.X.shape
    rarest = np.bincount(model.rows.y.astype(np.intp), minlength=model.predictor.width + 1).min() / n
    size = int(max(ROWS, DIFFERENT / max(rarest, 1.0 / n)) * p)
    if SHARE * size > n or (p * model.predictor.width) ** 2 > 10 * n * p:
        return None
    rows, T = model.rows.sample(size).standardized()
    still = np.flatnonzero(np.max(rows.X, axis=0) == np.min(rows.X, axis=0))
    sample = replace(model, rows=rows)
    passes = SoftmaxPasses(sample).single()
    start = np.linalg.solve(T, model.start.reshape(passes.width, p).T).T.ravel()
    passes.keep_probabilities(start)
    try:
        rough = SharedMetric(passes, size)
    except IdentificationError:
        return None
    found = ascend(
        lambda theta: passes.evaluate(theta, order=1),
        start,
        lambda _theta: rough,
        tolerance=CLOSE,
        max_steps=SAMPLE_STEPS,
        rebuild=(),
        n=passes.n,
    )
    if found.here.decrement > CLOSE:
        return None
    theta = found.here.theta
    passes.keep_probabilities(theta)
    model = replace(model, rows=replace(model.rows, center=rows.center, scale=rows.scale))
    return Begun(model, T, theta, passes, rough, still)


REBUILD = (10, 50, 150)
"""Steps at which the metric is rebuilt: probabilities change most during the first of them, so that later ones are
farther apart.
"""

NOISE = 1e-6
"""The round-off of a log-likelihood in single precision as a share of it: some ten times the rounding of one number,
6e-8.
"""

ROUGH = 1e-2
"""The decrement down to which L-BFGS reads in single precision: the scores are then wrong by a tenth of it at most."""

FINE = 1e-4
"""The decrement down to which steps read in single precision where the metric is nearly the information."""

MOST_READS = 12
"""The most steps in the metric of a sample. Where they do not suffice, the sample does not stand for the rows."""


def large(model: object) -> bool:
    """Is this a softmax regression for which reading scores is cheaper than Newton's informations?

    Newton's method forms n p^2 K^2 / 2 products about seven times; quasi-Newton steps read the rows about sixty times,
    at 2 n p K.
    """
    if not isinstance(model, Model) or not model.likelihood.facts.by_category or model.predictor.width < 2:
        return False
    return _pays(model)


def large_with_ridge(model: object) -> bool:
    """The same of a regression with a ridge, which has no covariance: a logistic one is a softmax of two categories."""
    if type(model) is not Model:
        return False
    is_logistic = model.likelihood.outcome is Outcome.BINARY and model.likelihood.facts.canonical
    return large(model) or (is_logistic and _pays(model))


def _pays(model: Model) -> bool:
    if not model.in_memory or with_levels(model.rows.X) is not None:  # passes need all rows and columns in memory
        return False
    newton, quasi = costs(model)
    return quasi < newton and newton > 1e8


def costs(model: Model) -> tuple[float, float]:
    """The multiplications that Newton's method and L-BFGS take, by which one of them is chosen."""
    n, p, width = len(model.rows.X), model.predictor.columns, model.predictor.width
    information = 0.5 * n * (p * width) ** 2 + (p * width) ** 3 / 3.0
    return 7.0 * information, 60.0 * 2.0 * n * p * (width + 1) + 6.0 * (n / 8.0 * p * p + p**3 / 3.0) + information


def maximize_softmax(
    model: Model,
    *,
    ridge: Floats | None = None,
    centered: bool = False,
    tolerance: float = 1e-8,
    max_steps: int = 500,
    covariance: bool = True,
) -> Solution:
    """The maximum of a softmax model, with a ridge per standardized column where there is one.

    With `covariance=False` the information is not formed, and the covariance of the solution is NaN and takes no
    memory. Raises IdentificationError where a step separates the outcomes, DomainError where memory does not hold the
    covariance.

    >>> import stattools as st
    >>> model = st.softmax([0, 1, 2, 0, 1, 2], [1.0, 2.0, 3.0, 2.0, 3.0, 1.0])
    >>> solution = maximize_softmax(model)
    >>> solution.converged, bool(np.allclose(solution.estimate, st.fit(model).estimate, atol=1e-9))
    (True, True)
    """
    if covariance:
        require_room(model.predictor.size, 2)
    begun = sample_start(model) if ridge is None else None
    solution = T = None
    metric = "a sample's information as"
    if begun is not None:
        solution, T = _from_sample(begun, tolerance, covariance), begun.T
    if solution is None or T is None:
        passes, metric = SoftmaxPasses(model, ridge, centered), "blockwise"
        solution, T = _from_start(passes, model, tolerance, max_steps, covariance), passes.T
    width, p = model.predictor.width, model.predictor.columns
    theta = (solution.estimate.reshape(width, p) @ T.T).ravel()
    C = solution.covariance
    if covariance:
        for k in range(width):  # in place, one category at a time, for its memory
            part = slice(k * p, (k + 1) * p)
            C[part] = T @ C[part]
        for k in range(width):
            part = slice(k * p, (k + 1) * p)
            C[:, part] = C[:, part] @ T.T
    newton, quasi = costs(model)
    way = f"L-BFGS, {metric} metric: about {quasi:.1e} multiplications, Newton {newton:.1e}"
    return replace(solution, estimate=theta, covariance=C, solver=way)


def _from_sample(begun: Begun, tolerance: float, covariance: bool) -> Solution | None:
    """Unit steps by the score of all rows, in the metric of a sample; None where they do not contract."""
    passes = SoftmaxPasses(begun.model)
    single = passes.single()
    if not (single.X[:, begun.still] == single.X[0, begun.still]).all():
        return None  # a column that does not vary in the sample, though it does in all rows
    first = begun.ahead(single.ascent(begun.theta))
    if first is None:
        return None
    theta, metric = first
    rough, exact = (Shares([which.ascent], len(theta)) for which in (single, passes))
    found = unit_ascend(rough, theta, metric, max(0.7 * tolerance, FINE), MOST_READS)
    if covariance and found is not None:
        found = unit_ascend(exact, found[0], metric, 0.3 * near(passes.n), MOST_READS)
    if found is None:
        return None
    theta, reads = found[0], found[1] + 1
    now = passes.evaluate(theta, order=1, keep=single)
    there = Climbed(Standing(theta, now, metric, metric.norm(now.score)), "max-steps", reads, [], np.inf)
    if covariance:
        return by_information(passes, there, tolerance)
    return by_gradients(passes, single, there, metric, tolerance)


def _from_start(passes: SoftmaxPasses, model: Model, tolerance: float, max_steps: int, covariance: bool) -> Solution:
    """L-BFGS from the start of the model, in single precision first."""
    single = passes.single()
    T, given = passes.T, model.start.reshape(passes.width, passes.p).T
    upper = not np.tril(T, -1).any()  # as where the constant is the first column; to factor T takes a whole step's time
    start = (solve_triangular(T, given) if upper else np.linalg.solve(T, given)).T.ravel()

    def watch(theta: Floats) -> None:
        if passes.ridge is None and passes.separates(theta):
            raise IdentificationError(
                f"{model.title} has no maximum: the values of {model.outcome_name} are separated completely. "
                "Coefficients were found that give every row's own category the largest linear predictor; scaling them "
                "up raises the log-likelihood for ever. Use penalty=st.Ridge(strength), or fewer columns."
            )

    def metric(theta: Floats) -> Any:
        return metric_at(single, theta, own=single.passes > 0)

    last = max(0.3 * tolerance, 0.1 * near(passes.n)) if covariance else 0.3 * tolerance
    limits: Any = {
        "max_steps": max_steps,
        "rebuild": (*REBUILD, *range(300, max_steps + 1, 150)),
        "n": passes.n,
        "watch": watch,
    }
    rough = ascend(
        lambda theta: single.evaluate(theta, order=1), start, metric, tolerance=max(last, ROUGH), noise=NOISE, **limits
    )
    found = ascend(
        lambda theta: passes.evaluate(theta, order=1), rough.here.theta, metric, tolerance=last, after=rough, **limits
    )
    watch(found.here.theta)
    if covariance:
        return by_information(passes, found, tolerance)
    single.keep_probabilities(found.here.theta)
    return by_gradients(passes, single, found, found.here.metric.metric, tolerance)
