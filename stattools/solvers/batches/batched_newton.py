"""Newton's method on thousands of small regressions at once: a step is a few products over those not yet converged.

    theta_k <- theta_k + (X^T W_k X)^-1 X^T (y_k - mean_k),   k = 1 ... m

X is one design (n, p) for all members, or one for each, (m, n, p), with rows of weight 0 where a design is shorter.
Columns are standardized first. Members that do not converge quickly, or are near singular, are marked `doubtful`, and
the caller fits them one by one. A step costs m n p^2 / 2. Source: McCullagh & Nelder (1989), 2.5; Bach,
"Self-concordant analysis for logistic regression" (2010), for the error after a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, LARGEST_SUM, SMALLEST, SMALLEST_SUM
from stattools.likelihoods import Bernoulli, Gaussian, Likelihood, Poisson
from stattools.likelihoods.outcomes import Outcome
from stattools.models.evaluation import Evaluation
from stattools.numerics.small_matrices import backward, factored, forward
from stattools.solvers.batches.batched_rows import BatchedRows, weighted_squares
from stattools.solvers.climb import Standing, climb

Bools = NDArray[np.bool_]

STEPS = 25
"""The most steps of a member that is not doubtful. Newton's method squares its error and takes less than ten steps
where linear predictors stay within FAR.
"""

ROUND_OFF = 1e-13
"""The tolerance of linear regressions, as a share of the size of y: some hundred times the rounding of float64."""

SINGULAR = 1e-10
"""The smallest pivot of the information, at unit diagonal, of a member that is not doubtful: below it the covariance
has fewer than six of its 16 digits.
"""

FAR = 15.0
"""The largest log odds, or minus the log of a mean, of a member that is not doubtful. Beyond it a probability is below
exp(-15) = 3e-7 and outcomes may be separated, which the caller finds out.
"""

SQUARED = 1e-6
"""The decrement after which a step need not be measured: it leaves about its square over the root of the smallest
curvature, which FAR keeps above 3e-7, and so at most 2e-9 standard errors at weights of 1 and more.
"""

TOGETHER = Evaluation(np.nan, np.zeros(1))
"""What a climb notes in its trace where it climbs many members, none of which has a trace."""

POOLED = 50
"""The least number of members with one design for which the maximum of their mean outcomes is found first, as a start:
it costs as much as one member, and saves the others a step or two.
"""

FEWER = 0.8
"""The share of members still climbing below which they are copied to smaller arrays. Above it the copy costs more than
the step that it makes cheaper.
"""

ROUND = 1e-4
"""Linear regressions whose pivots are above this are solved by one step from near the solution, of which twelve digits
or more are right.
"""


@dataclass(frozen=True, eq=False)
class BatchedMaxima:
    """Estimates (m, p), decrements (m,) at the last score, linear predictors (m, n), and which members are doubtful.
    `factor` holds the factors of the informations at scale 1, on the columns X T. `size` (1 or m,) are the sums of
    squares of y, for linear regressions.
    """

    estimate: Floats
    decrement: Floats
    eta: Floats
    doubtful: Bools
    factor: Floats
    T: Floats
    size: Floats | None = None

    @property
    def covariance(self) -> Floats:
        """Inverse informations (m or 1, p, p)."""
        half = forward(self.factor, np.moveaxis(np.swapaxes(self.T, 1, 2), 0, 2))
        half = np.ascontiguousarray(np.moveaxis(half, 2, 0))
        return np.swapaxes(half, 1, 2) @ half


def batched_newton(
    likelihood: Likelihood,
    X: Floats,
    Y: Floats,
    W: Floats | None,
    offset: Floats | None,
    *,
    start: Floats | None = None,
    measured: bool = True,
    tolerance: float = 1e-8,
) -> BatchedMaxima:
    """The maxima for outcomes Y and weights W, (m, n) each, or (1, n) for what members share; W may be None.

    For logistic, Poisson and linear regression. The offset has shape (n,) or (m, n). `start` (p,) is near all the
    maxima. `measured=False` skips the last evaluation of the score where the step before bounds it; the factors are
    then those of the step before.

    >>> found = batched_newton(Gaussian(), np.ones((2, 1)), np.array([[1.0, 3.0], [2.0, 2.0]]), None, None)
    >>> found.estimate.ravel().round(12).tolist()
    [2.0, 2.0]
    """
    Z, T, constant, beyond = _standardized(X, W)
    m, p = max(len(Y), 1 if W is None else len(W)), Z.shape[2]
    whole = BatchedRows(likelihood, Z, Y, W, None if offset is None else np.atleast_2d(offset))
    linear = likelihood.has_scale
    limit = np.full(m, tolerance if measured else SQUARED)
    size = weighted_squares(Y, W) if linear else None
    if size is not None:
        beyond = beyond | ~((size > SMALLEST_SUM) & (size < LARGEST_SUM))
        # the decrement is in units of y; all steps after the first are round-off
        limit = np.broadcast_to(ROUND_OFF * np.sqrt(size), m)
    theta = _starts(whole, constant) if start is None else np.linalg.solve(T[0], start)[:, None]
    found, decrement = np.zeros((p, m)), np.full(m, np.inf)
    settled, factor = np.zeros(m, dtype=bool), np.zeros((p, p, m))
    active, rows = np.arange(m), whole

    def stand(theta: Floats) -> Standing:
        """Where the members that still climb stand; the results of those that have converged are kept."""
        with np.errstate(over="ignore", invalid="ignore"):  # members that diverge are doubtful: the caller fits them
            score, information = rows.derivatives(theta)
            L, pivot = factored(information)
            half = forward(L, score)
            length = np.sqrt((half * half).sum(axis=0))
            ahead = theta + backward(L, half)
        done = length <= limit[active]
        if linear and not measured:
            done = done | (pivot > ROUND)
        sound = (pivot > SINGULAR) & np.isfinite(length)
        whose = slice(None) if len(active) == m else active
        decrement[whose], factor[:, :, whose], settled[whose] = length, L, done & sound
        found[:, whose] = theta if measured and linear else ahead
        going = ~done & sound
        return Standing(theta, TOGETHER, going, float(length[going].max(initial=0.0)), ahead)

    def step(here: Standing) -> Standing:
        nonlocal active, rows
        going, theta = here.metric, here.ahead
        if np.count_nonzero(going) < FEWER * len(active):
            active, theta, rows = active[going], theta[:, going], rows.kept(going)
        return stand(theta)

    last = climb(stand(theta), step, tolerance=0.0, max_steps=STEPS - 1, n=1.0, round_off=0.0).here.theta
    # The last step of linear regressions is round-off.
    near = linear and len(Z) == 1 and rows is whole and last.shape[1] == m and settled.all()
    eta = whole.last_eta if near else whole.eta(found)
    doubtful = ~settled | beyond
    if not linear:
        doubtful |= _far(likelihood, eta, Y, W)
    estimate = (T @ found.T[:, :, None])[:, :, 0] if len(T) > 1 else found.T @ T[0].T
    return BatchedMaxima(estimate, decrement, eta, doubtful, factor, T, size)


def supported(likelihood: Likelihood) -> bool:
    """Is this one of the regressions that are fitted at once?"""
    return isinstance(likelihood, Bernoulli | Poisson | Gaussian)


# Designs whose squares leave float64 are marked as doubtful, and what is computed for them here is not used.
@np.errstate(over="ignore", invalid="ignore")
def _standardized(X: Floats, W: Floats | None) -> tuple[Floats, Floats, int | None, Bools]:
    """Designs (g, n, p), g = 1 or m, with columns of unit size, which are centered where a constant column allows it; T
    (g, p, p) with theta = T phi; the number of that constant column; and which designs have a column without a usable
    unit.
    """
    own = X.ndim == 3
    Z = X if own else X[None]
    weight = W[:, :, None] if own and W is not None else np.ones((1, 1, 1))
    used = np.where(weight > 0, 1.0, 0.0)
    total = np.broadcast_to(used, (len(Z), Z.shape[1], 1)).sum(axis=1)
    mean = (Z * used).sum(axis=1) / total
    spread = np.sqrt((((Z - mean[:, None]) ** 2) * used).sum(axis=1) / total)
    size = np.abs(Z * used).max(axis=1)
    constant = spread <= 1e-13 * size
    T = np.zeros((len(Z), Z.shape[2], Z.shape[2]))
    each = np.arange(Z.shape[2])
    scale = np.where(constant, np.where(size > 0, size, 1.0), np.where(spread > 0, spread, 1.0))
    beyond = ~((scale >= SMALLEST) & (scale <= LARGEST))
    scale = np.where(beyond, 1.0, scale)
    held = np.flatnonzero((constant & (size > 0)).all(axis=0))
    if held.size:
        first = held[0]
        scale[:, first] = mean[:, first]
        T[:, first, :] = -mean / scale / mean[:, first, None]
    T[:, each, each] = 1.0 / scale
    Z, beyond = Z @ T if held.size else Z / scale[:, None], beyond.any(axis=1)
    if beyond.any():
        Z[beyond], T[beyond] = 0.0, np.eye(Z.shape[2])
    return Z, T, int(held[0]) if held.size else None, beyond


def _starts(rows: BatchedRows, constant: int | None) -> Floats:
    """Starting coefficients (p, 1 or m): zeros, or the maximum of the mean outcomes where members share the design. For
    counts, the coefficient of the constant column, which is 1, is the log of the mean rate.
    """
    Y, W, p = rows.Y, rows.W, rows.Z.shape[2]
    theta = np.zeros((p, 1))
    counts = rows.likelihood.outcome is Outcome.COUNT
    if counts and constant is not None:
        theta = np.zeros((p, len(Y) if W is None else max(len(Y), len(W))))
        exposure = 1.0 if rows.offset is None else np.exp(rows.offset)
        weight = np.ones((1, Y.shape[1])) if W is None else W
        rate = (weight * Y).sum(axis=1) / (weight * exposure).sum(axis=1)
        theta[constant] = np.log(np.maximum(rate, 1e-10))
    if len(rows.Z) > 1 or len(Y) < POOLED or W is not None or rows.likelihood.has_scale:
        return theta
    mean = Y.mean(axis=0)[None]
    pooled = batched_newton(rows.likelihood, rows.Z[0], mean, None, rows.offset, tolerance=0.1)
    if pooled.doubtful[0]:
        return theta
    common = pooled.estimate[0][:, None]
    if not counts or constant is None:
        return common
    with np.errstate(divide="ignore"):
        shift = np.log(np.maximum(Y.mean(axis=1), 1e-10) / mean.mean())
    theta = np.repeat(common, len(Y), axis=1)
    theta[constant] += shift
    return theta


def _far(likelihood: Likelihood, eta: Floats, Y: Floats, W: Floats | None) -> Bools:
    """Which members have a log odds beyond FAR, or a mean below exp(-FAR), as separated outcomes have."""
    if eta.min() >= -FAR and (eta.max() <= FAR or likelihood.outcome is Outcome.COUNT):
        return np.zeros(len(eta), dtype=bool)
    out = -eta if likelihood.outcome is Outcome.COUNT else np.abs(eta)
    return ~((out if W is None else np.where(W > 0, out, 0.0)) <= FAR).all(axis=1)
