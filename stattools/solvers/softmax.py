"""Softmax regressions with many coefficients: quasi-Newton passes, and the certificate that their size allows.

L-BFGS (`quasi_newton.py`) climbs in a metric made of p x p matrices (`softmax_metric.py`), rebuilt at steps 10, 50,
150, 300, ... Then, where standard errors are asked for, the information is formed and Newton's steps end the climb;
where not, conjugate gradients measure the decrement on the full data and take what is left of the step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError, IncompatibleError
from stattools.likelihoods import Categorical
from stattools.model import Model
from stattools.solvers.conjugate_gradients import newton_step
from stattools.solvers.metric import Metric
from stattools.solvers.newton_steps import ROUND_OFF, climb
from stattools.solvers.quasi_newton import Ascent, ascend
from stattools.solvers.softmax_metric import metric_at
from stattools.solvers.softmax_passes import SoftmaxPasses
from stattools.solvers.solution import Known, Solution, Status, TraceStep
from stattools.solvers.surrogate import held_elsewhere

Floats = NDArray[np.float64]

REBUILD = (10, 50, 150)

NEAR = 1e-6
"""So near the maximum, in standard errors, one Newton step ends the climb."""

MEMORY_LIMIT = 2.0e9
"""Bytes that the information and what its inverse takes may come to."""

MATRICES = 40.0
"""Bytes per entry of the information: five matrices of its size at once."""


def large(model: object) -> bool:
    """Is this a softmax regression whose score passes are cheaper than Newton's informations?

    Newton forms n p^2 K^2 / 2 products about seven times, quasi-Newton reads the rows about sixty times at 2 n p K.
    """
    if not isinstance(model, Model) or not isinstance(model.likelihood, Categorical) or model.predictor.width < 2:
        return False
    if held_elsewhere(model):  # the passes hold all rows
        return False
    newton, quasi = costs(model)
    return quasi < newton and newton > 1e8


def costs(model: Model) -> tuple[float, float]:
    """Multiplications that Newton's method and L-BFGS take, to choose by."""
    n, p, width = len(model.rows.X), model.predictor.columns, model.predictor.width
    information = 0.5 * n * (p * width) ** 2 + (p * width) ** 3 / 3.0
    return 7.0 * information, 60.0 * 2.0 * n * p * (width + 1) + 6.0 * (n / 8.0 * p * p + p**3 / 3.0) + information


def choice(model: Model) -> str:
    """What was chosen, to be printed in the certificate."""
    newton, quasi = costs(model)
    return f"L-BFGS, blockwise metric: about {quasi:.1e} multiplications, Newton {newton:.1e}"


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

    `covariance=False` leaves the information unformed; the solution's covariance is then NaN and takes no memory.
    Raises IdentificationError where a step separates the outcomes, IncompatibleError where the covariance would take
    more than 2 GB.

    >>> import stattools as st
    >>> model = st.softmax([0, 1, 2, 0, 1, 2], [1.0, 2.0, 3.0, 2.0, 3.0, 1.0])
    >>> solution = maximize_softmax(model)
    >>> solution.converged, bool(np.allclose(solution.estimate, st.fit(model).estimate, atol=1e-9))
    (True, True)
    """
    size = model.predictor.size
    memory = MATRICES * size * size
    if covariance and memory > MEMORY_LIMIT:
        raise IncompatibleError(
            f"Standard errors of {size:,} coefficients take {memory / 1e9:.1f} GB of memory, and the limit is "
            f"{MEMORY_LIMIT / 1e9:g} GB. Use penalty=st.Ridge(strength), whose estimates have none, or fewer columns."
        )
    passes = SoftmaxPasses(model, ridge, centered)
    start = np.linalg.solve(passes.T, model.start.reshape(passes.width, passes.p).T).T.ravel()

    def watch(theta: Floats) -> None:
        if ridge is None and passes.separates(theta):
            raise IdentificationError(
                f"{model.title} has no maximum: the values of {model.outcome_name} are separated completely. "
                "Coefficients were found that give every row's own category the largest linear predictor; scaling them "
                "up raises the log-likelihood for ever. Use penalty=st.Ridge(strength), or fewer columns."
            )

    rebuild = (*REBUILD, *range(300, max_steps + 1, 150))
    found = ascend(
        lambda theta: passes.evaluate(theta, order=1),
        start,
        lambda theta: metric_at(passes, theta, own=passes.passes > 0),
        tolerance=max(0.3 * tolerance, 0.3 * NEAR) if covariance else 0.3 * tolerance,
        max_steps=max_steps,
        rebuild=rebuild,
        n=passes.n,
        watch=watch,
    )
    watch(found.theta)
    solution = _by_information(passes, found, tolerance) if covariance else _by_gradients(passes, found, tolerance)
    T = passes.T
    theta = (solution.estimate.reshape(passes.width, passes.p) @ T.T).ravel()
    C = solution.covariance
    if covariance:
        wide = C.reshape(passes.width, passes.p, passes.width, passes.p)
        C = np.einsum("ij,ajbk,lk->aibl", T, wide, T, optimize=True).reshape(size, size)
    return replace(solution, estimate=theta, covariance=C, solver=choice(model))


def _by_information(passes: SoftmaxPasses, found: Ascent, tolerance: float) -> Solution:
    """A Newton step with the information that the covariance needs anyway; Newton's method where it is not the last.

    NEAR the maximum the information is that of the maximum, to fewer digits than a standard error has.
    """
    now = passes.evaluate(found.theta)
    metric = Metric.for_ascent(now.information)
    if metric.norm(now.score) <= NEAR and metric.definite:
        theta = found.theta + metric.solve(now.score)
        del now  # the information, to leave room for its inverse
        after = passes.evaluate(theta, order=1)
        decrement, steps = metric.norm(after.score), found.steps + 1
        if after.is_finite and decrement <= tolerance:
            last = TraceStep(steps, after.loglik, float(np.linalg.norm(after.score)) / passes.n)
            return Solution(
                theta,
                metric.covariance(),
                after.loglik,
                "converged",
                steps,
                decrement,
                (*found.trace, last),
                "L-BFGS",
                Known(metric.rcond),
            )
    del metric
    end = climb(passes, found.theta, tolerance, 10, "L-BFGS")  # type: ignore[arg-type]
    trace = tuple(found.trace) + tuple(step._replace(step=found.steps + step.step) for step in end.trace[1:])
    return replace(end, steps=found.steps + end.steps, trace=trace)


def _by_gradients(passes: SoftmaxPasses, found: Ascent, tolerance: float) -> Solution:
    """The decrement measured by conjugate gradients on the full data, and their steps where it is too large."""
    theta, now, trace = found.theta, found.now, list(found.trace)
    metric, last, steps = metric_at(passes, theta, own=True), np.inf, found.steps
    status: Status
    while True:
        passes.keep_probabilities(theta)
        step, decrement = newton_step(passes.times, now.score, metric)
        if decrement <= tolerance:
            status = "converged"
        elif decrement <= ROUND_OFF and decrement > 0.5 * last:
            status = "round-off"
        elif steps >= found.steps + 10:
            status = "max-steps"
        else:
            theta = theta + step
            now, last, steps = passes.evaluate(theta, order=1), decrement, steps + 1
            trace.append(TraceStep(steps, now.loglik, float(np.linalg.norm(now.score)) / passes.n))
            continue
        none = np.broadcast_to(np.nan, (len(theta), len(theta)))
        rcond = metric.rcond
        return Solution(theta, none, now.loglik, status, steps, decrement, tuple(trace), "L-BFGS", Known(rcond))
