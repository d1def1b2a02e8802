"""The rows at which a test has a wanted power: a curve through simulated shares, and its Monte Carlo error.

    probit(power) = a + b sqrt(rows)

which is exact for a normal estimate whose variance falls with the rows. The first guess comes from the information at
the truth; sizes around it are simulated, and again around what the curve says, until it says a size among them. Source:
Landau & Stahl, Statistical Methods in Medical Research 22 (2013), 324-345.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from stattools.data.rows.level_units import as_units
from stattools.errors import ConvergenceError, DomainError, IncompatibleError
from stattools.inference.planning.simulated_fits import Simulated, Truth, simulated
from stattools.interface.arrays import Floats
from stattools.solvers.metric import Metric

AROUND = (0.6, 0.8, 1.0, 1.25, 1.6)
"""Sizes that are simulated, as shares of the guess."""

ROUNDS = 8
"""Guesses that are tried."""

MOST_OUTCOMES = 300_000_000
"""Outcomes of one size that a search draws at most."""


@dataclass(frozen=True)
class RowsNeeded:
    """The rows at which the power is `target`, with the standard error that the number of draws leaves."""

    target: float
    rows: int
    se: float


def rows_needed(truth: Truth, target: float, draws: int, random: np.random.Generator) -> tuple[RowsNeeded, Simulated]:
    """The rows for a power of `target`, and what as many draws at just these rows come to.

    Raises DomainError where nothing is to be found (an effect of 0, power above the target at any size),
    IncompatibleError for sizes beyond what can be simulated, ConvergenceError where the power does not rise with the
    rows.
    """
    guess, least = _first_guess(truth, target), len(truth.theta) + 2
    seen: dict[int, Simulated] = {}
    sizes: list[int] = []
    shares = np.empty(0)
    for _ in range(ROUNDS):
        _require_room(guess, draws)
        for size in sorted({max(least, round(guess * part)) for part in AROUND}):
            if size not in seen:
                seen[size] = simulated(truth, size, draws, random)
        sizes = sorted(seen)
        shares = np.array([seen[size].rejected for size in sizes])
        if shares[0] > target * draws and sizes[0] == least:
            raise DomainError(
                f"the power is above {target:g} at {least} rows already, the fewest for {len(truth.theta)} "
                "coefficients. Give rows=, or a larger target=."
            )
        if (shares > target * draws).all() or (shares < target * draws).all():
            guess = sizes[0] / 2.0 if shares[0] > target * draws else sizes[-1] * 2.0
            continue
        rows, se = crossing(np.array(sizes), shares, draws, target)
        if not np.isfinite(rows):
            break
        if sizes[0] <= rows <= sizes[-1]:
            found = int(np.ceil(rows))
            return RowsNeeded(target, found, se), seen.get(found) or simulated(truth, found, draws, random)
        guess = min(max(rows, sizes[0] / 4.0), sizes[-1] * 4.0)
    raise ConvergenceError(
        f"the power does not rise to {target:g} with the rows: at {', '.join(f'{size:,}' for size in sizes)} rows "
        f"it is {', '.join(f'{hits / draws:.3f}' for hits in shares)}. Give rows= to see it at sizes of your own."
    )


def crossing(sizes: Floats, hits: Floats, draws: int, target: float) -> tuple[float, float]:
    """Where the curve through the shares hits / draws is the target, and its standard error; infinite where it does
    not rise.

    Weighted least squares of probits, each with the variance of a share by the delta method.

    >>> rows = np.array([50.0, 100.0, 150.0])
    >>> crossing(rows, 1e6 * special.ndtr(-1.96 + 0.28 * np.sqrt(rows)), 10**6, 0.8)[0] // 1
    100.0
    """
    p = (hits + 0.5) / (draws + 1.0)
    z, root = special.ndtri(p), np.sqrt(sizes)
    weight = draws * np.exp(-z * z) / (2.0 * np.pi) / (p * (1.0 - p))
    middle = np.average(root, weights=weight), np.average(z, weights=weight)
    spread = float(weight @ (root - middle[0]) ** 2)
    slope = float(weight @ ((root - middle[0]) * (z - middle[1]))) / spread if spread else 0.0
    if slope <= 0.0:
        return np.inf, np.inf
    at = float(middle[0] + (special.ndtri(target) - middle[1]) / slope)
    if at <= 0.0:
        return 0.0, np.inf
    variance = (1.0 / weight.sum() + (at - middle[0]) ** 2 / spread) / slope**2
    return at**2, 2.0 * at * float(np.sqrt(variance))


def _first_guess(truth: Truth, target: float) -> float:
    """The rows by the information at the truth, as if estimates were normal."""
    effect = truth.theta[truth.which]
    if not effect.any():
        raise DomainError(
            "rows for a power need an effect that is not 0: a test of what is true rejects at its level, whatever the "
            "rows. Give effect=, or rows= to see that level."
        )
    work, T = truth.model.standardized()  # columns far from 0 leave no digits of their information
    now = work.evaluate(as_units(T).solve(truth.theta))
    along = np.asarray(T)[truth.which] @ Metric(np.asarray(now.information)).whiten()
    distance = float(np.square(np.linalg.lstsq(along, effect / truth.scale, rcond=None)[0]).sum())
    k = len(effect)
    wanted = special.chndtrinc(special.chdtri(k, 1.0 - truth.level), k, 1.0 - target)
    return max(len(truth.model.rows.X) * float(wanted) / max(distance, np.finfo(float).tiny), 1.0)


def _require_room(guess: float, draws: int) -> None:
    most = MOST_OUTCOMES // draws
    if not guess * max(AROUND) < most:
        raise IncompatibleError(
            f"the search for the rows came to about {guess:,.3g}, and with {draws:,} draws it simulates up to "
            f"{most:,}. Give rows= of your own, fewer draws=, or a larger effect=."
        )
