"""Thousands of small Weibull regressions at once, of times that were seen or are longer: with the slopes as shares of
the scale, the log-likelihood is that of a Poisson regression on one column more, and a term for that column.

    z = (log t - x'beta) / sigma = tau log t - x'gamma,    tau = 1 / sigma,    gamma = beta / sigma
    log L = sum w (d z - exp(z)) + D log tau - sum w d log t,    d = 1 where a time was seen,    D = sum w d

It is concave in (gamma, tau), and a step needs one exponential for each row. At the maximum the covariance of
(beta, log sigma) follows from that of (gamma, tau) by the chain rule, since the slopes are 0 there. Source: Kalbfleisch
& Prentice, The Statistical Analysis of Failure Time Data (2002), 3.6; Aitkin & Clayton, "The fitting of exponential,
Weibull and extreme value distributions to complex censored survival data using GLIM" (1980).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import Terms
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.solvers.batches.stacked_newton import NARROW, StackedMaxima, far_from, stacked_newton
from stattools.solvers.batches.stacked_rows import weighted_squares
from stattools.solvers.batches.stacked_starts import finite, least_squares, raised


@dataclass(frozen=True)
class Hazards:
    """The log-likelihood d z - exp(z) of times in units of their scale, as of counts."""

    outcome = Outcome.COUNT

    def evaluate(self, eta: Floats, y: Floats) -> Terms:
        """loglik, score and information."""
        hazard = np.exp(eta)
        each = y * eta
        each -= hazard
        return each, y - hazard, hazard


def stacked_weibull(
    model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None, near: Floats | None = None
) -> StackedMaxima:
    """The maxima of Weibull regressions of one scale each; see `stacked_newton`, which fits those whose times lie
    between two ends.
    """
    low, high = (Y, Y) if Y.ndim == 2 else (Y[:, :, 0], Y[:, :, 1])
    seen = low == high
    if not (seen | (high == np.inf)).all() or not (low > 0.0).all():
        return stacked_newton(model, X, Y, W, offset, near)
    log_time, seen = np.log(low), seen.astype(float)
    L = log_time if offset is None else log_time - offset
    U = _beside(X, L)
    counted = seen if W is None else seen * W
    family: Any = Hazards()
    start = model.start if near is None else near
    begin = np.append(-start[:-1], 1.0) * np.exp(-start[-1])
    hazards = replace(model, likelihood=family, predictor=Linear(U.shape[-1]), start=begin)
    m = max(len(A) for A in (U if U.ndim == 3 else seen, seen, counted))
    events = np.broadcast_to(counted.sum(axis=1), m)
    near = begin if near is not None else _starts(X if X.ndim == 2 else U[..., :-1], L, W, events, begin)
    found = stacked_newton(hazards, U, seen, W, None, near, events=events)
    with np.errstate(all="ignore"):  # of members that are doubtful
        tau = found.estimate[:, -1]
        slopes, log_scale = -found.estimate[:, :-1] / tau[:, None], -np.log(tau)
        by = np.zeros_like(found.covariance)  # derivatives of (beta, log sigma) by (-gamma, tau)
        each = np.arange(U.shape[-1])
        by[:, each, each] = -1.0 / tau[:, None]
        by[:, :-1, -1] = -slopes / tau[:, None]
        C = by @ found.covariance @ np.swapaxes(by, 1, 2)
        loglik = found.loglik - (counted * log_time).sum(axis=1)
        few = np.count_nonzero(counted, axis=1) <= U.shape[-1]
        ahead = slopes - start[:-1]
        moved = ahead @ X.T if X.ndim == 2 else (X @ ahead[:, :, None])[:, :, 0]
    doubtful = found.doubtful | few | ~(log_scale >= NARROW) | ~np.isfinite(loglik)
    doubtful |= far_from(np.zeros(1), moved, W)
    return StackedMaxima(np.column_stack([slopes, log_scale]), C, loglik, found.decrement, doubtful, found.eta)


@np.errstate(all="ignore")  # members that leave float64 begin where the model does
def _starts(X: Floats, L: Floats, W: Floats | None, events: Floats, begin: Floats) -> Floats:
    """Coefficients (m, p + 1) from the least squares of log times L on X, the scale from what they leave, raised to
    where hazards have as many events in sum; `begin` where these are no numbers.
    """
    slopes, rest = least_squares(X, L, W)
    weight = np.ones((1, rest.shape[1])) if W is None else W
    left = np.maximum(weight.sum(axis=1) - X.shape[-1], 1.0)
    # the logs of Weibull times have the variance (pi sigma)^2 / 6; from a scale too small the way is long
    tau = np.pi / np.sqrt(6.0 * weighted_squares(rest, W) / left)[:, None]
    theta = raised(-slopes * tau, X, np.log(events / (np.exp(tau * rest) * weight).sum(axis=1)))
    return finite(np.column_stack([theta, np.broadcast_to(tau, (len(theta), 1))]), begin)


def _beside(X: Floats, L: Floats) -> Floats:
    """The columns X (n, p) or (m, n, p) and one more, L (1 or m, n); (n, p + 1) where all members share both."""
    if X.ndim == 2 and len(L) == 1:
        return np.column_stack([X, L[0]])
    columns = X if X.ndim == 3 else X[None]
    m, (n, p) = max(len(columns), len(L)), columns.shape[1:]
    U = np.empty((m, p + 1, n))  # rows of a column lie side by side
    U[:, :p] = np.swapaxes(columns, 1, 2)
    U[:, p] = L
    return np.swapaxes(U, 1, 2)
