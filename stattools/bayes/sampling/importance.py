"""Laplace's approximation, and importance sampling from it, each with the Pareto shape k that says how far to trust it.

    u ~ Normal(mode, information^-1)                      Laplace: draws as they are
    u ~ t_7(mode, information^-1), weights p(u | y) / q(u) importance: draws resampled by smoothed weights

Laplace's draws are compared with the same draws weighted: where weighting moves a mean by more than a quarter of a
standard deviation, or changes a standard deviation by more than a quarter, the normal is a poor stand-in and refused,
though its k is small: then the weights are good, and "importance" uses them.

The k of the largest weights estimates how many moments they have: below 0.7 averages are to be trusted, above it they
are not, however many draws there are. Source: Vehtari, Simpson, Gelman, Yao & Gabry, "Pareto smoothed importance
sampling", JMLR 25 (2024).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stattools.bayes.sampling.holes import require_defined
from stattools.bayes.sampling.target import Mode
from stattools.errors import ConvergenceError
from stattools.inference.arviz.datatree import pareto_smoothed
from stattools.interface.arrays import Floats

LARGEST_K = 0.7
FAR = 0.25
TAILS = 7.0
POOL = 4
"""Weighted points per draw that is kept."""


class Weighted(NamedTuple):
    """Draws of z, (1, draws, q), the Pareto k, how many independent draws they are worth, and for Laplace how far its
    means are from the weighted ones, in standard deviations.
    """

    z: Floats
    pareto_k: float
    effective: float
    shift: float = 0.0


def laplace(mode: Mode, *, draws: int, seed: int) -> Weighted:
    """Draws of the normal approximation at the mode. Raises ConvergenceError where k is above 0.7."""
    z = normal_draws(mode, draws, seed)
    return judged(mode, z, _log_density(mode, z) + 0.5 * np.sum(z * z, axis=1), 'Use method="nuts".')


def normal_draws(mode: Mode, draws: int, seed: int) -> Floats:
    """Draws of z, (draws, q)."""
    return np.random.default_rng([seed, 11]).standard_normal((draws, len(mode.center)))


def judged(mode: Mode, z: Floats, ratios: Floats, remedy: str) -> Weighted:
    """The draws of the normal, with what their log weights say. Raises ConvergenceError where that is too far off."""
    log_weights, k = pareto_smoothed(ratios)
    _require(k, "Laplace's approximation", mode, remedy)
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    mean = weights @ z
    sd = np.sqrt(weights @ (z - mean) ** 2)
    shift = float(np.max(np.abs(mean - z.mean(axis=0)) / sd))
    if shift > FAR or np.max(np.abs(sd / z.std(axis=0) - 1.0)) > FAR:
        raise ConvergenceError(
            f"Laplace's approximation of the posterior of {mode.target.title} is off: its Pareto k-hat of {k:.2f} is "
            f"below {LARGEST_K}, and so its weighted draws can be trusted; by them a mean is wrong by {shift:.2f} "
            f"standard deviations, and a standard deviation by a factor of {float(np.max(sd / z.std(axis=0))):.2f}. "
            + remedy.replace("Use method", 'Use method="importance" or method')
        )
    return Weighted(z[None], k, float(len(z)), shift)


def importance(mode: Mode, *, draws: int, seed: int) -> Weighted:
    """Draws resampled from a pool of Student-t points. Raises ConvergenceError where k is above 0.7."""
    random, q = np.random.default_rng([seed, 12]), len(mode.center)
    z = random.standard_normal((POOL * draws, q)) / np.sqrt(random.chisquare(TAILS, (POOL * draws, 1)) / TAILS)
    ratios = _log_density(mode, z) + 0.5 * (TAILS + q) * np.log1p(np.sum(z * z, axis=1) / TAILS)
    log_weights, k = pareto_smoothed(ratios)
    _require(k, "importance sampling", mode, 'Use method="nuts".')
    weights = np.exp(log_weights)
    weights /= weights.sum()
    places = (np.arange(draws) + random.random()) / draws  # systematic: the least noise that resampling can add
    chosen = np.minimum(np.searchsorted(np.cumsum(weights), places), len(z) - 1)
    return Weighted(random.permutation(z[chosen])[None], k, float(min(1.0 / np.sum(weights**2), draws)))


def _log_density(mode: Mode, z: Floats) -> Floats:
    u = z @ mode.W.T + mode.center
    require_defined(mode.target, u)
    return mode.target.log_densities(u) - mode.log_density


def _require(k: float, what: str, mode: Mode, remedy: str) -> None:
    if not k <= LARGEST_K:
        raise ConvergenceError(
            f"{what} of the posterior of {mode.target.title} is not to be trusted: its Pareto k-hat is {k:.2f}, and "
            f"above {LARGEST_K} its averages are unreliable, however many draws there are. The posterior is not close "
            f"to normal at its mode. {remedy}"
        )
