"""A ridge, lasso, elastic-net or Firth penalty that nobody mentions; its strength is read off the claimed coefficients.

At a penalized maximum the score is the slope of the penalty: that tells whether there is one, and about how strong; the
strength is then the one that leaves least between the maximum and the claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from stattools.errors import DomainError, StattoolsError
from stattools.inference.penalties import Jeffreys
from stattools.interface.arrays import Floats
from stattools.interface.time_limit import require_time
from stattools.interface.when_needed import optimize
from stattools.models.model import Model
from stattools.solvers.metric import Metric
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.elastic_nets import elastic_net
from stattools.validation.conventions.state import State, Variant
from stattools.validation.foreign.shrinkage import Shrinkage, penalized, shrunk_maximum

WHERE = ("all columns but the intercept", "all columns and the intercept", "standardized columns")


def _penalties(state: State) -> Iterator[Variant]:
    model = state.model
    if not isinstance(model, Model) or state.recipe.penalty is not None or not any(np.ptp(model.rows.X, axis=0) > 0):
        return
    if model.likelihood.has_firth:
        make = partial(state.with_recipe, penalty=Jeffreys())
        yield Variant("Firth's penalty", make, ("penalty",))
    if state.aim is None or not np.isfinite(state.aim).all():
        return
    for where in WHERE:
        for part, said in {"quadratic": "a ridge (L2)", "absolute": "a lasso (L1)"}.items():
            words = f"{said} penalty on {where}"
            yield Variant(words, partial(_penalized, state, where, part, words), ("penalty",))
    for where in WHERE:
        words = f"an elastic-net penalty (L1 and L2) on {where}"
        yield Variant(words, partial(_of_both, state, where, words), ("penalty",))


def _of_both(state: State, where: str, words: str) -> State:
    """The state with an elastic net whose two strengths come nearest to the claimed coefficients."""
    near = np.asarray(state.aim)
    found = elastic_net(state.model, _unit(state.model, where), near, _rounding(state), words)
    return state.with_recipe(penalty=found)


def _rounding(state: State) -> Floats:
    """Half of the last digits of the claimed coefficients."""
    return np.zeros(len(state.names)) if state.rounding is None else np.nan_to_num(state.rounding)


def _unit(model: Model, where: str) -> Floats:
    """The penalty of squares of strength 1 on these columns."""
    X = np.asarray(model.rows.X)
    return {
        WHERE[0]: lambda: penalized(model),
        WHERE[1]: lambda: penalized(model, free=np.zeros(X.shape[1], dtype=bool)),
        WHERE[2]: lambda: penalized(model, units=np.std(X, axis=0)),
    }[where]()


def _penalized(state: State, where: str, part: str, words: str) -> State:
    """The state with the penalty whose strength comes nearest to the claimed coefficients; DomainError where the
    claim is no such maximum, as far as its digits go.
    """
    model, near = state.model, np.asarray(state.aim)
    P = _unit(model, where)
    first = _first(model, P, near, part, _rounding(state))
    strength = _strength(model, P, near, part, first)
    return state.with_recipe(penalty=_of(P, strength, part, f"{words}, strength {strength:.4g}"))


def _first(model: Model, P: Floats, near: Floats, part: str, rounding: Floats) -> float:
    """The strength at which the slope of the penalty is the score at the claim; DomainError where it is at none.

    What is left of the score, in standard errors, may be what rounding makes of it, and a tenth of the score.
    """
    now = model.evaluate(near, order=2)
    if not now.is_finite:
        raise DomainError("the likelihood has no value at the claimed coefficients.")
    held = (near == 0) & (np.diagonal(P) > 0) & (part == "absolute")
    slope = P @ near if part == "quadratic" else (np.diagonal(P) > 0) * np.sign(near)
    H = now.information[np.ix_(~held, ~held)]
    try:
        inverse = Metric(H).covariance()
    except StattoolsError:
        raise DomainError("the information at the claimed coefficients is singular.") from None
    g, v = now.score[~held], slope[~held]
    strength = float(v @ inverse @ g / max(v @ inverse @ v, 1e-300))
    rest = g - strength * v
    size, left = (float(np.sqrt(max(one @ inverse @ one, 0.0))) for one in (g, rest))
    blur = float(np.sqrt(np.diagonal(H)) @ rounding[~held])
    if not strength > 0 or left > blur + 0.1 * size or size <= blur:
        raise DomainError("the claimed coefficients are no maximum with such a penalty.")
    return strength


def _of(P: Floats, strength: float, part: str, words: str) -> Shrinkage:
    absolute = np.where(np.diagonal(P) > 0, strength, 0.0) if part == "absolute" else np.zeros(len(P))
    return Shrinkage(words, strength, strength * P if part == "quadratic" else np.zeros_like(P), absolute)


def _strength(model: Model, P: Floats, near: Floats, part: str, first: float) -> float:
    """The strength whose maximum is nearest to the claim; a round one where that is as near as its digits tell."""
    scale = np.sqrt(np.mean(np.asarray(model.rows.X) ** 2, axis=0))
    size = model.predictor.of_columns(np.where(scale > 0, scale, 1.0), 1.0)

    def miss(log_strength: float) -> float:
        require_time()
        try:
            with np.errstate(all="ignore"):  # far from the strength there may be no numbers
                gap = shrunk_maximum(model, _of(P, float(np.exp(log_strength)), part, ""), near) - near
        except StattoolsError:
            return 1e300
        return float(np.sum((gap * size) ** 2))

    here = float(np.log(first))
    found: Any = optimize.minimize_scalar(
        miss, bounds=(here - 0.5, here + 0.5), method="bounded", options={"xatol": 1e-7}
    )
    best = float(np.exp(found.x))
    for digits in (1, 2, 3):
        rounded = float(f"{best:.{digits}g}")
        if abs(rounded / best - 1.0) < 1e-2 and miss(float(np.log(rounded))) <= 2.0 * found.fun + 1e-20:
            return rounded
    return best


PENALTY = Choice(
    "penalty",
    "estimates",
    "Switch it off for maximum likelihood (C infinite in LogisticRegression, alpha=0), or report the penalty.",
    _penalties,
)
