"""Thousands of small gamma regressions at once: the means first, whose maximum does not depend on the shape, which then
is the root of one equation for each member.

    means   sum w (r - 1) x = 0,   r = y / exp(eta)                      concave: a sum of -(eta + r)
    shape   log k - digamma(k) = D,   D the mean of w (r - 1 - log r)

At the maximum the information has no entries between the two. Source: McCullagh & Nelder (1989), 8.3.
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
from stattools.numerics.distributions.gamma import differences, digamma_gap, log_density_of_deviance
from stattools.solvers.batches.stacked_newton import StackedMaxima, stacked_newton
from stattools.solvers.batches.stacked_starts import finite, least_squares, raised

STEPS = 25
"""Newton steps for a shape, each of which squares its error: ten are plenty."""
REGULAR = 1e-6
"""The mean D, about half the squared coefficient of variation, below which differences of it have lost their digits."""
CLOSE = 1e-10
"""The decrement of the means where the dispersion is 1: it is this many times the root of the shape."""


@dataclass(frozen=True)
class Means:
    """The log-likelihood of gamma means at shape 1, less what depends on y alone."""

    outcome = Outcome.POSITIVE

    def evaluate(self, eta: Floats, y: Floats) -> Terms:
        """loglik, score and information."""
        ratio = np.exp(-eta)
        ratio *= y
        return -(eta + ratio), ratio - 1.0, ratio


def stacked_gamma(
    model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None, near: Floats | None = None
) -> StackedMaxima:
    """The maxima of gamma regressions of one dispersion each; see `stacked_newton`."""
    family: Any = Means()
    means = replace(model, likelihood=family, predictor=Linear(X.shape[-1]), start=model.start[:-1])
    with np.errstate(all="ignore"):  # of members that are doubtful
        log_y = np.log(Y)
        begin = _starts(means, X, log_y if offset is None else log_y - offset, W) if near is None else near[:-1]
        found = stacked_newton(means, X, Y, W, offset, begin, tolerance=CLOSE)
        m, p = found.estimate.shape
        t = log_y - (found.estimate @ X.T if X.ndim == 2 else (X @ found.estimate[:, :, None])[:, :, 0])
        if offset is not None:
            t -= offset
        each = differences(t)[2]
        if W is None:
            n, sizes, logs = np.full(m, float(t.shape[1])), each.mean(axis=1), log_y.sum(axis=1)
        else:
            used = W > 0.0
            n = np.broadcast_to(W.sum(axis=1), m)
            sizes = (np.where(used, each, 0.0) * W).sum(axis=1) / n
            logs = (np.where(used, log_y, 0.0) * W).sum(axis=1)
        log_shape, k, gap, bend = _shapes(np.clip(sizes, 1e-300, 1e6))
        own = n * (k * sizes - bend)
        C = np.zeros((m, p + 1, p + 1))
        C[:, :p, :p] = found.covariance / k[:, None, None]
        C[:, p, p] = 1.0 / own
        loglik = n * (log_density_of_deviance(np.zeros(m), k) - k * sizes) - logs
        decrement = np.sqrt(k * found.decrement**2 + (n * (k * sizes - gap)) ** 2 / own)
        doubtful = found.doubtful | ~(sizes > REGULAR) | ~(own > 0.0) | ~np.isfinite(loglik)
    return StackedMaxima(np.column_stack([found.estimate, -log_shape]), C, loglik, decrement, doubtful, found.eta)


def _shapes(D: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The logs of the shapes k whose log k - digamma(k) is D, k, and its `digamma_gap`. The start errs by two percent;
    see T. Minka, "Estimating a gamma distribution" (2002).
    """
    log_shape = np.log((3.0 - D + np.sqrt((D - 3.0) ** 2 + 24.0 * D)) / (12.0 * D))
    k = np.exp(log_shape)
    gap, bend = digamma_gap(k)
    for _ in range(STEPS):
        step = (k * D - gap) / (k * D - bend)
        if not (np.abs(step) > 1e-13).any():
            break
        log_shape = log_shape - np.clip(step, -2.0, 2.0)
        k = np.exp(log_shape)
        gap, bend = digamma_gap(k)
    return log_shape, k, gap, bend


def _starts(means: Model, X: Floats, V: Floats, W: Floats | None) -> Floats:
    """Least squares of the logs V less offsets, raised to where the ratios to the means are 1 on average."""
    theta, rest = least_squares(X, V, W)
    return finite(raised(theta, X, np.log(np.exp(rest).mean(axis=1))), means.start)
