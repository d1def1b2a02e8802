"""Laplace's approximation, and importance sampling from it, each with the Pareto shape k that says how far to trust it.

    u ~ Normal(mode, information^-1)                      Laplace: draws as they are
    u ~ t_7(mode, information^-1), weights p(u | y) / q(u) importance: draws resampled by smoothed weights

Laplace's draws are compared with the same draws weighted: where weighting moves a mean by more than a quarter of a
standard deviation, or changes a standard deviation by more than a quarter, the normal is a poor stand-in and refused,
though its k is small: then the weights are good, and "importance" uses them.

The k of the largest weights estimates how many moments they have: below 0.7 averages are to be trusted, above it they
are not, however many draws there are. Source: Vehtari, Simpson, Gelman, Yao & Gabry, "Pareto smoothed importance
sampling", JMLR 25 (2024).

Where rows are in files, Laplace's draws come from all rows and are checked on the sample of them that is held:

    log p(u | y) = log p(u*) - |z|^2 / 2 + r(u),   r(u) = S(u) - S(u*) - g_S^T d + d^T H_S d / 2,   d = u - u* = W z

Mode u* and curvature are exact, from all rows. What lies beyond, r, is that of S, the log density of a sample each of
whose rows stands for n / n_s: the sample has to know the third derivative and those after it only. Then r is log weight
of the draw: Pareto's k-hat, weighted means and standard deviations follow as in memory. At a few of the draws one read
gives r of all rows. Where the sample's is not that, because what a column says rests on few rows, r of all rows at more
draws takes its place, in one more read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stattools.bayes.sampling.target import Mode, Target, require_defined
from stattools.errors import ConvergenceError
from stattools.inference.arviz.datatree import pareto_smoothed
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page

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


MOST_NUMBERS = 200_000_000
"""Rows of the sample times draws of a check, at most: seconds."""

LEAST_DRAWS = 400

POINTS = 32
"""Draws at which the sample is compared with all rows."""

CLOSE = 0.1
"""A log density of the sample this near that of all rows changes no weight by more than a tenth."""

REMEDY = 'Give narrower priors, merge rare levels, or take rows into memory for method="nuts".'


@answers_guesses
@dataclass(frozen=True, repr=False)
class SampledCheck(Faces):
    """What Laplace's approximation was checked on: `rows` of `of` at `draws` of the draws, all rows at `points`.

    `gap` is the largest difference of the log densities there; where it is above 0.1, `rows` are all. `reads` counts
    the reads of the files that mode and check took, the first one included.
    """

    rows: int
    of: int
    draws: int
    points: int
    gap: float
    reads: int

    def _headline(self) -> str:
        return headline(self, "", "", f"{self.rows:,} of {self.of:,} rows", f"gap {self.gap:.2g}")

    def _page(self) -> Page:
        return Page(self.sentence)

    @property
    def sentence(self) -> str:
        """What the check rests on."""
        exact = f"Mode and curvature are those of all {self.of:,} rows ({self.reads} reads)."
        if self.rows < self.of:
            return (
                f"{exact} k-hat is from {self.rows:,} of them at {self.draws:,} draws; at {self.points} draws the log "
                f"density of these rows is within {self.gap:.2g} of that of all."
            )
        return (
            f"{exact} k-hat is from all of them at {self.draws:,} draws: the log density of the sample is off by up to "
            f"{self.gap:.2g}, as where rare levels or outcomes decide."
        )


class Checked(NamedTuple):
    """Draws with the Pareto k of their weights, and what these were made from."""

    found: Weighted
    check: SampledCheck


def laplace_by_sample(mode: Mode, stand_in: Target, held: int, *, draws: int, seed: int, reads: int = 0) -> Checked:
    """Draws of the normal approximation at the mode, checked on the `held` rows of which `stand_in` is made.

    `reads` are those made before the mode. Raises ConvergenceError where k is above 0.7 or a weighted mean or standard
    deviation is far off, as in memory.
    """
    z = normal_draws(mode, draws, seed)
    count = min(draws, max(LEAST_DRAWS, MOST_NUMBERS // held))
    log_weights = _beyond(mode, stand_in, z[:count])
    points = min(POINTS, count)
    gap = float(np.abs(log_weights[:points] - _exact(mode, z[:points])).max())
    rows, n, reads = held, _rows_of(mode), reads + mode.reads + 1
    if not gap <= CLOSE:
        count, rows, reads = min(draws, LEAST_DRAWS), n, reads + 1
        log_weights = _exact(mode, z[:count])
    found = judged(mode, z[:count], log_weights, REMEDY)
    check = SampledCheck(rows, n, count, points, gap, reads)
    return Checked(Weighted(z[None], found.pareto_k, float(draws), found.shift), check)


def _rows_of(mode: Mode) -> int:
    return len(mode.target.data.model.rows.X)  # type: ignore[attr-defined]


def _exact(mode: Mode, z: Floats) -> Floats:
    """r at some draws, of all rows: one read."""
    u = np.concatenate([mode.center[None], mode.center + z @ mode.W.T])
    values = mode.target.log_densities(u)
    return values[1:] - values[0] + 0.5 * np.sum(z * z, axis=1)


def _beyond(mode: Mode, stand_in: Target, z: Floats) -> Floats:
    """r at some draws, of the sample."""
    steps = z @ mode.W.T
    values = stand_in.log_densities(np.concatenate([mode.center[None], mode.center + steps]))
    at = stand_in.smoothed().evaluate(mode.center)
    quadratic = steps @ at.score - 0.5 * np.sum((steps @ at.information) * steps, axis=1)
    return values[1:] - values[0] - quadratic
