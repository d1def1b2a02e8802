"""A ridge, lasso or Firth penalty that nobody mentions; its strength is read off the claimed coefficients.

At a penalized maximum the score is the slope of the penalty: strengths that programs use are tried first, then the one
that leaves least between the maximum and the claim.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy import optimize

from stattools.errors import ConvergenceError, StattoolsError
from stattools.inference.penalties import Jeffreys
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.foreign.shrinkage import Shrinkage, penalized, shrunk_maximum

STRENGTHS = (1.0, 0.1, 0.01, 10.0, 100.0, 0.5, 2.0)
"""Strengths that programs take where nobody says one, and round ones."""
WHERE = ("all columns but the intercept", "all columns and the intercept", "standardized columns")


def _penalties(state: State) -> Iterator[Variant]:
    model = state.model
    if not isinstance(model, Model) or state.recipe.penalty is not None or not any(np.ptp(model.rows.X, axis=0) > 0):
        return
    if model.likelihood.has_firth:
        make = partial(state.with_recipe, penalty=Jeffreys())
        yield Variant("Firth's penalty", make, ("penalty",))
    if state.aim is None or not np.isfinite(state.aim[: model.predictor.size_first]).all():
        return
    for where in WHERE:
        for part in ("quadratic", "absolute"):
            said = {"quadratic": "a ridge (L2)", "absolute": "a lasso (L1)"}[part]
            words = f"{said} penalty on {where}"
            yield Variant(words, partial(_penalized, state, where, part, words), ("penalty",))


def _penalized(state: State, where: str, part: str, words: str) -> State:
    """The state with the penalty whose strength comes nearest to the claimed coefficients."""
    model = state.model
    X = np.asarray(model.rows.X)
    free = np.zeros(X.shape[1], dtype=bool)
    P = {
        WHERE[0]: lambda: penalized(model),
        WHERE[1]: lambda: penalized(model, free=free),
        WHERE[2]: lambda: penalized(model, units=np.std(X, axis=0)),
    }[where]()
    near = np.where(np.isfinite(state.aim), state.aim, model.start) if state.aim is not None else model.start
    strength = _strength(model, P, near, part, state.until)
    shrinkage = _of(P, strength, part, f"{words}, strength {strength:.4g}")
    return replace(state.with_recipe(penalty=shrinkage), aim=near)


def _of(P: Floats, strength: float, part: str, words: str) -> Shrinkage:
    absolute = np.where(np.diagonal(P) > 0, strength, 0.0) if part == "absolute" else np.zeros(len(P))
    return Shrinkage(words, strength, strength * P if part == "quadratic" else np.zeros_like(P), absolute)


def _strength(model: Model, P: Floats, near: Floats, part: str, until: float) -> float:
    """The strength whose maximum is nearest to the claim; a round one where that is as near as its digits tell."""
    scale = np.sqrt(np.mean(np.asarray(model.rows.X) ** 2, axis=0))
    size = model.predictor.of_columns(np.where(scale > 0, scale, 1.0), 1.0)

    def miss(log_strength: float) -> float:
        if time.monotonic() > until:
            raise ConvergenceError("there was no time to find the strength of a penalty.", None)
        try:
            gap = shrunk_maximum(model, _of(P, float(np.exp(log_strength)), part, ""), near) - near
        except StattoolsError:
            return 1e300
        return float(np.sum((gap * size) ** 2))

    slope = P @ near if part == "quadratic" else (np.diagonal(P) > 0) * np.sign(near)
    score = model.evaluate(near, order=1).score
    fit = float(slope @ score / max(slope @ slope, 1e-300))
    first = np.log(fit) if fit > 1e-8 else 0.0
    found: Any = optimize.minimize_scalar(
        miss, bounds=(first - 1.0, first + 1.0), method="bounded", options={"xatol": 1e-9}
    )
    best = float(np.exp(found.x))
    for digits in (1, 2, 3):
        rounded = float(f"{best:.{digits}g}")
        if abs(rounded / best - 1.0) < 1e-3 and miss(float(np.log(rounded))) <= 2.0 * found.fun + 1e-20:
            return rounded
    return best


PENALTY = Choice(
    "penalty",
    "estimates",
    "Switch it off for maximum likelihood (C infinite in LogisticRegression, alpha=0), or report the penalty.",
    _penalties,
)
