"""The last steps of a softmax regression, and the certificate that its size allows.

Where standard errors are asked for, the information is formed anyway, and Newton's steps with it end the climb. Where
they are not, conjugate gradients measure the decrement on all rows and take the step that is left.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.models.evaluation import Evaluation
from stattools.numerics.conjugate_gradients import newton_step
from stattools.solvers.climb import Climbed, Standing, climb
from stattools.solvers.metric import Metric
from stattools.solvers.newton_steps import newton_ascent
from stattools.solvers.quasi_newton import Conditioned
from stattools.solvers.softmax.information import MetricInPlace
from stattools.solvers.softmax.passes import SoftmaxPasses
from stattools.solvers.solution import Known, Solution

NEAR = 4e-8
"""A standard error changes by about the last step, in standard errors, divided by sqrt(n): by this much it may."""

LEAVES = 0.1
"""The largest share of the decrement that a step may leave; where it leaves more, the information is not that of the
maximum.
"""

STEPS = 10
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
    return newton_ascent(passes, found.here.theta, tolerance, STEPS, "L-BFGS", first=found.steps, trace=before)


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
    climbed = climb(
        start, step, tolerance=tolerance, max_steps=np.inf, n=passes.n, first=found.steps, trace=found.trace[:-1],
        leaves=LEAVES,
    )  # fmt: skip
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

    goal = {"tolerance": tolerance, "max_steps": STEPS, "n": passes.n}
    start = stand(found.here.theta, found.here.now)
    climbed = climb(start, step, first=found.steps, trace=found.trace[:-1], **goal)
    none = np.broadcast_to(np.nan, (len(start.theta), len(start.theta)))
    return climbed.solution(none, "L-BFGS", Known(metric.rcond))
