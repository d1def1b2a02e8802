"""Softmax regressions with many coefficients: quasi-Newton passes, and the certificate that their size allows.

Where rows are many, the maximum of a sample is the start and its information the metric (`sample.py`), and unit steps
follow the score of all rows. Elsewhere L-BFGS (`quasi_newton.py`) climbs in a metric made of p x p matrices
(`metric.py`), which is rebuilt at steps 10, 50, 150, 300, ... Both read in single precision first, and end in double
precision by `certificate.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.solvers.climb import Climbed, Standing
from stattools.solvers.quasi_newton import Shares, ascend, unit_ascend
from stattools.solvers.softmax.certificate import by_gradients, by_information, near, require_room
from stattools.solvers.softmax.metric import metric_at
from stattools.solvers.softmax.passes import SoftmaxPasses
from stattools.solvers.softmax.sample import Begun, sample_start
from stattools.solvers.solution import Solution

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
    if not isinstance(model, Model) or not model.likelihood.by_category or model.predictor.width < 2:
        return False
    return _pays(model)


def large_with_ridge(model: object) -> bool:
    """The same of a regression with a ridge, which has no covariance: a logistic one is a softmax of two categories."""
    if type(model) is not Model:
        return False
    is_logistic = model.likelihood.outcome is Outcome.BINARY and model.likelihood.canonical
    return large(model) or (is_logistic and _pays(model))


def _pays(model: Model) -> bool:
    if not model.in_memory:  # passes need all rows in memory
        return False
    newton, quasi = costs(model)
    return quasi < newton and newton > 1e8


def costs(model: Model) -> tuple[float, float]:
    """The multiplications that Newton's method and L-BFGS take, by which one of them is chosen."""
    n, p, width = len(model.rows.X), model.predictor.columns, model.predictor.width
    information = 0.5 * n * (p * width) ** 2 + (p * width) ** 3 / 3.0
    return 7.0 * information, 60.0 * 2.0 * n * p * (width + 1) + 6.0 * (n / 8.0 * p * p + p**3 / 3.0) + information


def choice(model: Model, metric: str) -> str:
    """The way that was chosen, as the certificate prints it."""
    newton, quasi = costs(model)
    return f"L-BFGS, {metric} metric: about {quasi:.1e} multiplications, Newton {newton:.1e}"


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
    return replace(solution, estimate=theta, covariance=C, solver=choice(model, metric))


def _from_sample(begun: Begun, tolerance: float, covariance: bool) -> Solution | None:
    """Unit steps by the score of all rows, in the metric of a sample; None where they do not contract."""
    passes = SoftmaxPasses(begun.model)
    single = passes.single()
    if not (single.X[:, begun.still] == single.X[0, begun.still]).all():
        return None  # a column that does not vary in the sample, though it does in all rows
    first = begun.ahead(single.ascent(begun.theta), tolerance)
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
