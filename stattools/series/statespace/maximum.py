"""Maximum likelihood over variances that may be 0: the interior by Newton's method, the boundary by a slope's sign.

At a maximum each variance is either positive with slope 0 or 0 with slope <= 0 (Karush-Kuhn-Tucker). A rough climb by
L-BFGS on the square roots, where 0 is an ordinary point, from several starts; variances that gain nothing are put to
0; Newton's method on the logarithms of the others (and on beta) ends it; the slopes at 0 are checked again. The level
without gaps has its scale in closed form and is one equation (`spectrum.maxima`). The certificate is the Newton
decrement of the positive variances, as everywhere.

Intervals are Wald's, on the log scale for variances, which stay positive, and profile intervals:

    variance: estimate * exp(-+ z se / estimate)      coefficient: estimate -+ z se
    { t : 2 (max loglik - max loglik with theta_j = t) <= chi-squared quantile, one degree of freedom }

A variance is followed on the log scale; where the profile at 0 is within the cut, the interval starts at 0. At a
maximum on the boundary the interval is [0, upper], as wide as the same cut says. Source: Harvey (1989), 4.2; Nocedal &
Wright (2006), 12.3; Venzon & Moolgavkar (1988).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.models.evaluation import Evaluation
from stattools.models.questions import AnyModel
from stattools.numerics.threads import one_blas_thread
from stattools.series.statespace.spectrum import maxima
from stattools.series.statespace.states import require_quantile
from stattools.series.statespace.structural import Structural
from stattools.solvers.climb import Climbed, Standing, climb
from stattools.solvers.solution import Solution

SMALL = 1e-3
"""A variance below this share of the sum is tried at 0."""
FLATTEST = 1e-10
"""A curvature below this share of the largest is taken as this: what is flatter is not known in float64."""
LONGEST = 3.0
"""A step changes the logarithm of a variance by this at most, a factor of 20: the curvature is not known farther."""
HALVINGS = 40
"""A step is halved so often at most, to a part in 1e12."""
NOISE = 1e-12
"""Round-off of a log-likelihood as a share of it and of the number of rows: that of the recursions over time."""
RELEASES = 6
"""Variances are moved off 0 in so many times `max_steps` steps at most."""
STARTS = ((1.0, 0.1, 0.01, 0.1), (1.0, 1e-3, 1e-4, 1e-3), (0.3, 1.0, 0.1, 0.1), (1.0, 1e-3, 0.1, 0.01))
"""Ratios of (irregular, level, trend, seasonal) to start from."""


@dataclass(frozen=True)
class BoundedNewton:
    """Newton's method over variances, 0 among them.

    `tolerance` bounds the decrement, the distance to the maximum in standard errors. Raises DomainError for a series
    that is constant, IncompatibleError for a model without variances.

    >>> BoundedNewton().needs
    'a state space model'
    """

    tolerance: float = 1e-8
    max_steps: int = 100
    needs = "a state space model"

    def solve(self, model: AnyModel) -> Solution:
        """The maximum, with the covariance of what is not at the boundary."""
        if not isinstance(model, Structural):
            raise IncompatibleError(f"BoundedNewton needs {self.needs}, such as st.local_level(y); got {model.title}.")
        _require_variation(model)
        if model.spectrum is not None:
            variances, steps = maxima(model.spectrum)
            theta, taken = variances[0], int(steps[0])
        else:
            theta, taken = _rough(model), 0
        found = ascend(model, theta, self.tolerance, self.max_steps, first=taken)
        return found.solution(_covariance(model, found.here.theta), "BoundedNewton")


def _require_variation(model: Structural) -> None:
    size = float(np.nanmax(np.abs(model.y)))
    if model.scale <= (64.0 * np.finfo(float).eps * size) ** 2:
        raise DomainError(
            f"{model.outcome_name} follows the components exactly (constant, or a straight line): every variance is 0 "
            "and the likelihood has no maximum. Give a series that varies."
        )


def _rough(model: Structural) -> Floats:
    """The best of several climbs on square roots of variances, beta at its maximum for each."""
    free = list(model.components.free)
    unit = model.scale
    spare = model.n - model.diffuse

    def scaled(ratios: Floats) -> tuple[float, tuple[float, ...]]:
        """Minus the log-likelihood at the best common scale of the variances, and the ratios times that scale.

        sum_k v_k score_k = (quadratic form - spare) / 2 tells the scale.
        """
        loglik, score = model.evaluate_at(ratios * unit)
        if not np.isfinite(loglik):
            return np.inf, tuple(ratios)
        quadratic = max(spare + 2.0 * float(score[: len(ratios)] @ ratios) * unit, 1e-300)
        best = quadratic / spare
        return -(loglik + 0.5 * (quadratic - spare) - 0.5 * spare * np.log(best)), tuple(ratios * best)

    def objective(root: Floats) -> tuple[float, Floats]:
        loglik, score = model.evaluate_at(root**2 * unit)
        if not np.isfinite(loglik):
            return 1e10, np.zeros_like(root)
        return -loglik / spare, -2.0 * root * score[: len(root)] * unit / spare

    tried = {scaled(np.array([start[k] for k in free])) for start in STARTS}
    found = []
    for _, ratios in sorted(tried)[:2]:
        with one_blas_thread():  # more threads wait for each other on its small matrices
            result = optimize.minimize(
                objective, np.sqrt(ratios), jac=True, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-7}
            )
        found.append((float(result.fun), result.x**2 * unit))
    variances = min(found, key=lambda pair: pair[0])[1]
    return _snapped(model, np.append(variances, model.coefficients(variances)))


def _snapped(model: Structural, theta: Floats, hold: int | None = None) -> Floats:
    """theta with small variances set to 0 where that loses nothing and the slope at 0 is not positive."""
    k = len(model.positive)
    for j in np.argsort(theta[:k]):
        if j == hold or theta[j] == 0.0 or theta[j] > SMALL * theta[:k].sum():
            continue
        trial = theta.copy()
        trial[j] = 0.0
        if len(theta) > k and (hold is None or hold < k):
            trial[k:] = model.coefficients(trial[:k])
        now, there = model.loglik(theta), model.evaluate(trial, 1)
        if there.loglik >= now - 1e-10 * abs(now) and there.score[j] <= 0.0:
            theta = trial
    return theta


def _released(model: Structural, theta: Floats, hold: int | None) -> Floats | None:
    """theta with one variance moved off 0, where the log-likelihood rises from there; None if all stay."""
    k = len(model.positive)
    zero = np.array([j for j in np.flatnonzero(theta[:k] == 0.0) if j != hold], dtype=int)
    if not len(zero):
        return None
    score = model.evaluate(theta, 1).score
    gain = score[zero] * theta[:k].sum()
    best = int(np.argmax(gain))
    if gain[best] <= 1e-6:
        return None
    for share in (1e-2, 1e-4, 1e-6, 1e-8):
        moved = theta.copy()
        moved[zero[best]] = share * theta[:k].sum()
        if model.loglik(moved) > model.loglik(theta):
            return moved
    return None


def ascend(
    model: Structural, theta: Floats, tolerance: float, max_steps: int, *, hold: int | None = None, first: int = 0
) -> Climbed:
    """Newton's method on log variances and beta, with variances put to 0 and taken off it; the parameter `hold` keeps
    its value, and `first` is the number of the first step.
    """
    k, most, trace = len(model.positive), first + RELEASES * max_steps, []
    left, snapped = max_steps, None

    def step(here: Standing) -> Standing | None:
        nonlocal snapped
        moved = _higher(model, here)
        if moved is not None and (moved[:k] < SMALL * moved[:k].sum()).any():
            at_zero = _snapped(model, moved, hold)
            if (at_zero[:k] != moved[:k]).any():
                snapped = at_zero
                return None  # other variances are positive now: another climb
        return None if moved is None else _stand(model, moved, tolerance, hold)

    while True:
        start, snapped = _stand(model, theta, tolerance, hold), None
        found = climb(start, step, tolerance=tolerance, max_steps=left, n=model.n, first=first, trace=trace)
        if snapped is not None:
            left, following = left - (found.steps + 1 - first), snapped
        else:
            following = _released(model, found.here.theta, hold) if found.steps < most else None
            left = max_steps
        if following is None:
            return found
        theta, first = following, found.steps + 1


def _stand(model: Structural, theta: Floats, tolerance: float, hold: int | None) -> Standing:
    """Where the climb stands among the parameters that move: not at a variance of 0, not `hold`. Steps are in logs of
    variances and in standard errors of beta, whatever the units of y and X; `metric` is (which move, those units).
    """
    k = len(model.positive)
    moves = np.append(theta[:k] > 0, np.ones(len(theta) - k, dtype=bool))
    if hold is not None:
        moves[hold] = False
    if not moves.any():
        return Standing(theta, Evaluation(model.loglik(theta), np.zeros(1)), None, 0.0)
    logs = int(moves[:k].sum())
    now = model.evaluate(theta)
    unit = np.append(theta[:k], 1.0 / np.sqrt(np.abs(now.information.diagonal()[k:])))[moves]
    score = now.score[moves] * unit
    H = now.information[np.ix_(moves, moves)] * np.outer(unit, unit)
    H[np.arange(logs), np.arange(logs)] -= score[:logs]
    values, vectors = np.linalg.eigh(0.5 * (H + H.T))
    along = vectors.T @ score
    curved = np.maximum(np.abs(values), FLATTEST * np.abs(values).max() + 1e-300)
    decrement = float(np.sqrt((along**2 / curved).sum()))
    if values.min() <= 0:  # a saddle is no maximum, however small its slopes
        decrement = max(decrement, 2.0 * tolerance)
    return Standing(theta, Evaluation(now.loglik, score), (moves, unit), decrement, vectors @ (along / curved))


def _higher(model: Structural, here: Standing) -> Floats | None:
    """The first point on the step, halved and halved, that is no lower but for round-off; None where there is none."""
    k, now, (moves, unit) = len(model.positive), here.now, here.metric
    logs = int(moves[:k].sum())
    length = min(1.0, LONGEST / max(float(np.abs(here.ahead[:logs]).max(initial=0.0)), 1e-300))
    for _ in range(HALVINGS):
        moved, change = here.theta.copy(), np.zeros(len(here.theta))
        change[moves] = length * here.ahead
        moved[:k] *= np.exp(change[:k])
        change[moves] *= unit
        moved[k:] += change[k:]
        rise = model.loglik(moved) - now.loglik
        if rise > 0 or abs(rise) <= NOISE * (abs(now.loglik) + model.n):
            return moved
        length *= 0.5
    return None


def _covariance(model: Structural, theta: Floats) -> Floats:
    """Inverse information of what is not at the boundary; NaN rows for a variance of 0, which has no standard error."""
    k = len(model.positive)
    active = np.append(theta[:k] > 0, np.ones(len(theta) - k, dtype=bool))
    H = model.information(theta)[np.ix_(active, active)]
    covariance = np.full((len(theta),) * 2, np.nan)
    unit = 1.0 / np.sqrt(np.abs(H.diagonal()))
    unit = np.outer(unit, unit)
    covariance[np.ix_(active, active)] = np.linalg.inv(0.5 * (H + H.T) * unit) * unit
    return covariance


def profile_ends(model: Structural, theta: Floats, se: Floats, level: float) -> tuple[Floats, Floats]:
    """Lower and upper ends, (p,) each, of the profile intervals around the maximum theta."""
    cut = model.loglik(theta) - 0.5 * require_quantile(level) ** 2
    ends = np.array([_ends(model, theta, se, j, cut) for j in range(len(theta))])
    return ends[:, 0], ends[:, 1]


def profile_fall(model: Structural, theta: Floats, j: int, values: Floats) -> Floats:
    """How far the profile log-likelihood of parameter j lies below its maximum, at values that lead away from it."""
    top, last = model.loglik(theta), {"theta": theta}
    return np.array([_height(model, j, float(value), last) - top for value in values])


def _height(model: Structural, j: int, value: float, last: dict[str, Floats]) -> float:
    """The profile log-likelihood of parameter j at a value, climbed to from the last point that was."""
    start = last["theta"].copy()
    start[j] = value
    k = len(model.positive)
    if not start[:k].any():  # something has to be random
        start[:k] = np.where(np.arange(k) == j, value, 0.1 * model.scale)
    found = ascend(model, start, 1e-7, 60, hold=j).here.theta
    last["theta"] = found
    return model.loglik(found)


def _ends(model: Structural, theta: Floats, se: Floats, j: int, cut: float) -> tuple[float, float]:
    last = {"theta": theta}

    def height(value: float) -> float:
        return _height(model, j, value, last) - cut

    if j >= len(model.positive):
        lower = _root(lambda x: height(theta[j] + x), -se[j], model.names[j])
        last["theta"] = theta
        return theta[j] + lower, theta[j] + _root(lambda x: height(theta[j] + x), se[j], model.names[j])
    total = float(theta[: len(model.positive)].sum())
    center = np.log(theta[j]) if theta[j] > 0 else np.log(1e-8 * total)
    step = float(np.clip(se[j] / theta[j], 0.05, 2.0)) if theta[j] > 0 else 2.0
    upper = float(np.exp(center + _root(lambda x: height(float(np.exp(center + x))), step, model.names[j])))
    if theta[j] == 0:
        return 0.0, upper
    last["theta"] = theta
    if height(0.0) >= 0.0:
        return 0.0, upper
    last["theta"] = theta
    return float(np.exp(center + _root(lambda x: height(float(np.exp(center + x))), -step, model.names[j]))), upper


def _root(height: Callable[[float], float], step: float, name: str) -> float:
    """Where the height first falls to 0, walking away from the maximum in growing steps."""
    near, far = 0.0, step
    for _ in range(60):
        if height(far) < 0.0:
            return float(optimize.brentq(height, near, far, xtol=1e-9 * abs(far), rtol=1e-10))
        near, far = far, 1.6 * far
    raise ConvergenceError(f"The profile of {name!r} does not come down to the cut. Use the Wald interval.")


def ends(fit: Any, level: float, kind: str) -> tuple[Floats, Floats]:
    """Lower and upper ends, (p,) each; NaN in Wald's interval of a variance whose maximum is 0."""
    theta, se = fit.estimate, fit.se
    if kind == "profile":
        return profile_ends(fit.model, theta, se, level)
    z, k = require_quantile(level), len(fit.model.positive)
    lower, upper = theta - z * se, theta + z * se
    inside = np.flatnonzero(theta[:k] > 0)
    reach = np.exp(z * se[inside] / theta[inside])
    lower[inside], upper[inside] = theta[inside] / reach, theta[inside] * reach
    return lower, upper
