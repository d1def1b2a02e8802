"""A ridge, lasso, elastic-net or Firth penalty that nobody mentions; its strength is read off the claimed coefficients.

At a penalized maximum the score is the slope of the penalty: that tells whether there is one, and about how strong; the
strength is then the one that leaves least between the maximum and the claim.

An elastic-net penalty that nobody mentions: both strengths, of the squares and of the absolute values, are read off
the claimed coefficients.

At its maximum theta the score is the slope of the penalty, q P theta + a sign(theta), which gives first strengths by
least squares; the maximum moves with them as -(H + q P)^-1 (P theta, sign(theta)), along which a few Gauss-Newton steps
lead to those whose maximum is nearest to the claim. Source: Zou & Hastie (2005).

Numbers of a loop that stopped: the iterates of Newton's method from zero and of iteratively reweighted least squares
from the usual starts, each with standard errors from where it is or from the step before.

    eta <- X (X^T W X)^-1 X^T W (eta + (y - mu) / mu'),   W = mu'^2 / V(mu)

Source: McCullagh & Nelder (1989), 2.5; starts are those of R's glm, of statsmodels' GLM, and zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError, StattoolsError
from stattools.inference.penalties import Jeffreys
from stattools.interface.arrays import Floats
from stattools.interface.progress import require_time
from stattools.interface.when_needed import optimize
from stattools.models.model import Model
from stattools.solvers.metric import Metric
from stattools.validation.conventions.state import Choice, State, Variant
from stattools.validation.recipes.likelihoods import Shrinkage, penalized, shrunk_maximum

LEAST = 3
"""So many coefficients at least have a penalty and are not 0: two strengths explain any two."""

STEPS = 12
"""More steps bring the strengths no nearer."""


def elastic_net(model: Model, P: Floats, near: Floats, rounding: Floats, words: str) -> Shrinkage:
    """The elastic net whose maximum comes nearest to the claimed coefficients `near`, P being the penalty of squares of
    strength 1; DomainError where they are no such maximum beyond their `rounding`, half of the last digit of each.
    """
    shrunk = np.diagonal(P) > 0
    held = (near == 0) & shrunk
    if np.count_nonzero(shrunk & ~held) < LEAST:
        raise DomainError("that they are no maximum with such a penalty is open: two strengths explain any two.")
    strengths = _first_net(model, P, near, held, rounding)
    for _ in range(STEPS):
        require_time()
        theta = shrunk_maximum(model, _net_of(P, strengths, ""), near)
        step = _net_step(model, P, strengths, near - theta, theta, held)
        strengths = np.maximum(strengths + step, 0.1 * strengths)
        if np.abs(step).max() <= 1e-9 * strengths.max():
            break
    squares, absolute = strengths
    return _net_of(P, strengths, f"{words}, of strength {squares:.4g} on squares and {absolute:.4g} on absolute values")


def _first_net(model: Model, P: Floats, near: Floats, held: Floats, rounding: Floats) -> Floats:
    """The strengths at which the slope of the penalty is nearest to the score at the claim."""
    now = model.evaluate(near, order=2)
    if not now.is_finite:
        raise DomainError("the likelihood has no value at the claimed coefficients.")
    free = ~np.asarray(held, dtype=bool)
    W = _half(now.information[np.ix_(free, free)])
    g, V = W @ now.score[free], W @ _slopes(P, near)[free]
    strengths: Floats = np.linalg.lstsq(V, g, rcond=None)[0].astype(float)
    size, left = float(np.linalg.norm(g)), float(np.linalg.norm(g - V @ strengths))
    blur = float(np.sqrt(np.diagonal(now.information)[free]) @ rounding[free])
    if not (strengths > 0).all() or left > blur + 0.05 * size or size <= blur:
        raise DomainError("the claimed coefficients are no maximum with such a penalty.")
    return strengths


def _net_step(model: Model, P: Floats, strengths: Floats, gap: Floats, theta: Floats, held: Floats) -> Floats:
    """How the strengths change so that the maximum moves by the gap."""
    free = ~np.asarray(held, dtype=bool)
    H = model.evaluate(theta, order=2).information[np.ix_(free, free)]
    moves = -np.linalg.solve(H + strengths[0] * P[np.ix_(free, free)], _slopes(P, theta)[free])
    units = np.sqrt(np.diagonal(H))[:, None]
    return np.linalg.lstsq(moves * units, gap[free] * units[:, 0], rcond=None)[0].astype(float)


def _slopes(P: Floats, theta: Floats) -> Floats:
    """The slopes of both parts of strength 1, (p, 2)."""
    return np.column_stack([P @ theta, np.sqrt(np.diagonal(P)) * np.sign(theta)])


def _half(information: Floats) -> Floats:
    """What takes a score into standard errors."""
    try:
        return Metric(information).whiten().T
    except StattoolsError:
        raise DomainError("the information at the claimed coefficients is singular.") from None


def _net_of(P: Floats, strengths: Floats, words: str) -> Shrinkage:
    squares, absolute = map(float, strengths)
    return Shrinkage(words, squares + absolute, squares * P, absolute * np.sqrt(np.diagonal(P)))


WHERE = ("all columns but the intercept", "all columns and the intercept", "standardized columns")


def _penalties(state: State) -> Iterator[Variant]:
    model = state.model
    if not model.facts.is_regression or state.recipe.penalty is not None or not any(np.ptp(model.rows.X, axis=0) > 0):
        return
    if model.likelihood.facts.has_firth:
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


def _logit(p: Floats) -> Floats:
    return special.logit(np.clip(p, 1e-10, 1.0 - 1e-10))


LINKS: dict[str, Any] = {
    "logistic": _logit,
    "binomial": _logit,
    "probit": lambda p: special.ndtri(np.clip(p, 1e-10, 1.0 - 1e-10)),
    "poisson": np.log,
}
"""The links of the regressions whose iterates are known, by their kind."""


def _iterates(state: State) -> Iterator[Variant]:
    model = state.model
    if state.rows is None or model.kind not in LINKS or any(model.predictor.own):
        return
    if np.ndim(model.rows.y) > 1 or model.rows.y.shape != model.eta(model.start).shape:
        return
    for words, eta in _starts(model).items():
        before, theta = None, None
        for step in range(1, STEPS + 1):
            before, theta = theta, _step(model, eta)
            if theta is None or (before is not None and np.allclose(before, theta, rtol=1e-12, atol=1e-14)):
                break
            eta = model.eta(theta)
            said = f"the numbers after {step} step{'s' * (step > 1)} of {words}"
            slot = ("iterate",)
            make = partial(replace, state, point=theta, curvature=theta, best=None)
            yield Variant(f"{said}, standard errors from there", make, slot)
            if before is not None:
                make = partial(replace, state, point=theta, curvature=before, best=None)
                yield Variant(f"{said}, standard errors from the step before", make, slot)


def _starts(model: Model) -> dict[str, Floats]:
    """Linear predictors to start from, by words."""
    y, link, zero = model.rows.y, LINKS[model.kind], model.eta(np.zeros(len(model.names)))
    if model.kind == "poisson":
        means = {"reweighted least squares from R's start": y + 0.1}
        means["reweighted least squares from statsmodels' start"] = 0.5 * (y + y.mean())
    else:
        means = {"reweighted least squares from the usual start": 0.5 * (y + 0.5)}
    made = {words: link(np.maximum(mean, 1e-10)) for words, mean in means.items()}
    return {"Newton's method from zero": zero, **made}


def _step(model: Model, eta: Floats) -> Floats | None:
    """The coefficients after one step of reweighted least squares; None where it fails."""
    rows, likelihood = model.rows, model.likelihood
    with np.errstate(all="ignore"):
        slope = np.ravel(likelihood.slope(eta))
        weight = slope**2 / np.ravel(likelihood.variance(eta, rows.y))
        working = eta + (likelihood.observed(rows.y) - likelihood.mean(eta)) / slope
    if rows.offset is not None:
        working = working - rows.offset
    weight = weight if rows.weight is None else weight * rows.weight
    if not (np.isfinite(working).all() and np.isfinite(weight).all()):
        return None
    root = np.sqrt(weight)
    try:
        return np.asarray(np.linalg.lstsq(rows.X * root[:, None], working * root, rcond=None)[0], dtype=float)
    except (np.linalg.LinAlgError, StattoolsError):
        return None


STOPPED = Choice(
    "not converged",
    "estimates",
    "Allow more steps and a tighter tolerance, and report the maximum.",
    _iterates,
    keeps=True,
)
