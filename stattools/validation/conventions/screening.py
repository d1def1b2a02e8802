"""Could the claimed coefficients be the maximum of a state? A step of Newton's method from them tells.

    delta = H^-1 g at the claim,   |delta_j| within the rounding of each coefficient

At the maximum itself the step is 0, and rounding moves it by no more than rounding; a state that fails is not fitted.
Of many rows a sample is asked first, which refuses what is far away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.restricted import Along
from stattools.interface.arrays import Floats
from stattools.interface.time_limit import require_time
from stattools.models.model import Model
from stattools.solvers.climb import newton_ascent
from stattools.solvers.metric import Metric
from stattools.validation.claims.standing import EXACT
from stattools.validation.conventions.displays import forms
from stattools.validation.conventions.sampled_rows import Far, far, sample_of
from stattools.validation.conventions.state import State
from stattools.validation.foreign.recipe import Recipe

STEPS, NEAR, FAR = 8, 1e-6, 30.0
"""So many steps at most, until one is as short in standard errors; a claim so many roundings away is left at once."""
BESIDE = 3
"""So many parameters that nobody claimed, such as alpha, are found beside the others."""


class Screened(NamedTuple):
    """Whether the claim may be the maximum, how many coefficients a step leaves where they are by the form in which
    they are printed, and how far the maximum is in standard errors in the best form.
    """

    passes: bool
    held: Mapping[Any, int]
    apart: float


def screened(state: State) -> Screened | None:
    """The screening of a state that knows the claimed coefficients; None where it takes a refit to tell."""
    recipe, aim = state.recipe, state.aim
    known = state.best is not None or state.point is not None
    if known or not isinstance(recipe, Recipe) or recipe.penalty is not None or aim is None:
        return None
    aim = np.where([name.startswith("log ") for name in state.names], np.nan, aim)  # which others print as it is
    said = int(np.isfinite(aim).sum())
    if recipe.dispersion != "likelihood" or not said or len(aim) - said > BESIDE:
        return None
    held, nearest, passes = {}, np.inf, False
    sample = sample_of(recipe.model)
    for one in forms(state):
        theta, half = _plain(one, aim)
        found = _step(recipe.model, sample, theta, half) if np.isfinite(theta).sum() == said else None
        count = 0 if found is None else int(np.count_nonzero(found[0]))
        held[one.shown.form, one.shown.sign] = count
        passes = passes or count == said
        nearest = nearest if found is None else min(nearest, found[1])
    return Screened(passes, held, nearest)


def _plain(state: State, aim: Floats) -> tuple[Floats, Floats]:
    """The claimed coefficients and half of their last digits, as they are in the model."""
    half = np.zeros(len(aim)) if state.rounding is None else np.nan_to_num(state.rounding)
    with np.errstate(invalid="ignore", divide="ignore"):
        if state.shown.form == "ratio":
            aim, half = np.log(aim), half / aim
        elif state.shown.form == "percent":
            aim, half = np.log1p(0.01 * aim), half / (100.0 + aim)
    return np.asarray(state.shown.sign * aim, dtype=float), np.nan_to_num(half)


def _step(model: Model, sample: Model | None, theta: Floats, half: Floats) -> tuple[Any, float] | None:
    """Which coefficients stay within their rounding as steps of Newton's method go on from the claim, and how long the
    first step is in standard errors; as a sample of the rows tells it, where that refuses the claim.
    """
    known = np.isfinite(theta)
    try:
        with np.errstate(all="ignore"):  # wrong claims may lead beyond float64
            near, refused = (None, None) if sample is None else _of_sample(sample, theta, half, len(model.rows.X))
            if refused is not None and not refused.stays[known].all():
                return refused.stays[known], refused.apart
            theta = _completed(model, theta, known, near)
            at, first, delta, allowed = theta, np.inf, theta, theta
            for turn in range(STEPS):
                require_time()
                now = model.evaluate(at, order=2)
                if not (now.is_finite and np.isfinite(now.information).all()):
                    return None
                covariance = Metric(now.information).covariance()
                delta = covariance @ now.score
                scale = np.sqrt(model.dispersion(at + delta))
                size = float(np.sqrt(max(delta @ now.score, 0.0)) / scale)
                blur = float(half @ np.sqrt(np.diagonal(now.information)) / scale)
                if blur > 1.0 and size <= 1.5 * blur:  # digits so few that a refit must tell
                    return np.ones(int(known.sum()), dtype=bool), size
                allowed = half + EXACT * scale * np.sqrt(np.diagonal(covariance))
                first, at = min(first, size) if turn else size, at + delta
                if size < NEAR or not (np.abs(at - theta) <= FAR * allowed)[known].all():
                    break
    except StattoolsError:
        return None
    stays: Any = np.abs(at - theta) <= 0.1 * np.abs(delta) + 1.01 * allowed
    return stays[known], first


def _of_sample(sample: Model, theta: Floats, half: Floats, n: int) -> tuple[Floats | None, Far | None]:
    """The claimed coefficients with the others at their best in a sample of n rows, and whether it refuses them; None
    of both where a sample has no such best, which says nothing of all rows.
    """
    try:
        near = _completed(sample, theta, np.isfinite(theta))
        return near, far(sample, near, half, n)
    except StattoolsError:
        return None, None


def _completed(model: Model, theta: Floats, known: Any, near: Floats | None = None) -> Floats:
    """The claimed coefficients with the parameters that nobody claimed where they are best beside these, looked for
    from `near`, or from the model's own start.
    """
    if known.all():
        return theta
    directions = np.eye(len(theta))[:, ~known]
    beside = Along(model, directions, np.where(known, theta, 0.0))
    found = newton_ascent(beside, (model.start if near is None else near)[~known], 1e-8, 30, "Newton").estimate
    return np.where(known, theta, 0.0) + directions @ found
