"""Causes that move estimates away from the maximum, each recognized by an equation that only it satisfies.

A penalty: the score at their numbers is the slope of the penalty. Singular values cut off: the numbers have no part
along the directions cut, and solve the rest. A reversed outcome or columns in other units: the numbers are the maximum
once this is undone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.solvers.metric import Metric
from stattools.validation.distance import decrement
from stattools.validation.foreign.shrinkage import Shrinkage, penalized, shrunk_maximum

CLOSE = 0.01
"""Numbers this many standard errors from the maximum are the maximum, as far as anybody reads them."""

EXPLAINED = 0.05
"""A penalty that the object tells is accepted when it leaves at most this share of the score."""

FITTED = 1e-3
"""One whose strength is fitted to the score must leave less: a point on the way to the maximum comes close to one."""


LEAST = 1e-6
"""Weaker penalties are not told from the last steps of a loop."""


def reversed_outcome(model: Model) -> Model | None:
    """The model of the other outcome, 1 and 0 exchanged; None where there are no two outcomes."""
    other = model.likelihood.reversed(model.rows.y)
    if other is None:
        return None
    labels = None if model.labels is None else model.labels[::-1]
    return replace(model, rows=replace(model.rows, y=other), labels=labels)


def penalty(model: Model, theta: Floats, declared: Shrinkage | None, told: bool) -> tuple[Shrinkage, float] | None:
    """The penalty that makes theta a maximum, and the share of the score that it leaves; None where none does.

    The declared one is tried first, then, unless the object has `told` all, strengths are fitted: ridge on the columns,
    on all, on standardized columns, with an absolute part too.
    """
    now = model.evaluate(theta, order=2)
    if not now.is_finite:
        return None
    spread = np.std(model.rows.X, axis=0)
    held = theta
    if not model.predictor.own:  # an absolute penalty holds them at 0, up to the tolerance of a loop
        reach = np.abs(theta) * np.tile(spread, len(theta) // len(spread))
        held = np.where((reach > 0) & (reach <= 1e-6 * reach.max()), 0.0, theta)
    measure = _Measure(now.information, model)
    size = measure(now.score)
    if size == 0:
        return None
    if declared is not None:
        own = _Measure(now.information + declared.quadratic, model)  # as its loop does, which stops by what is left
        left = own(_slack(now.score, declared, held if declared.absolute.any() else theta)) / own(now.score)
        if left <= EXPLAINED:
            return declared, left
    if told:
        return None
    kinds = {
        "on all columns but the intercept": penalized(model),
        "on all columns and the intercept": penalized(model, free=np.zeros(len(spread), dtype=bool)),
        "on standardized columns": penalized(model, units=spread),
    }
    best: tuple[Shrinkage, float] | None = None
    for words, P in kinds.items():
        for parts in ((True, False), (False, True), (True, True)):
            at = held if parts[1] else theta
            found = _fitted(now.score, P, at, words, parts, measure)
            if found is None:
                continue
            left = measure(_slack(now.score, found, at)) / size
            if left <= FITTED and (best is None or left < 0.1 * best[1]):
                best = found, left
    return best


def _fitted(
    g: Floats, P: Floats, theta: Floats, words: str, parts: tuple[bool, bool], measure: _Measure
) -> Shrinkage | None:
    """The penalty of these parts (quadratic, absolute) whose slope is nearest to the score g."""
    shrunk = np.diagonal(P) > 0
    free = ~(shrunk & (theta == 0)) if parts[1] else np.ones(len(theta), dtype=bool)
    if np.count_nonzero(free) <= sum(parts):  # as many equations as unknowns prove nothing
        return None
    slopes = [slope for slope, used in zip((P @ theta, shrunk * np.sign(theta)), parts, strict=True) if used]
    V = np.column_stack([measure.half(np.where(free, slope, 0.0)) for slope in slopes])
    strengths = np.zeros(2)
    strengths[list(parts)] = np.linalg.lstsq(V, measure.half(np.where(free, g, 0.0)), rcond=None)[0]
    quadratic, absolute = (float(strength) for strength in strengths)
    if not (strengths[list(parts)] > LEAST).all():
        return None
    said = [f"an L2 penalty of strength {quadratic:.3g}"] if quadratic > 0 else []
    said += [f"an L1 penalty of strength {absolute:.3g}"] if absolute > 0 else []
    a = np.where(shrunk, absolute, 0.0)
    return Shrinkage(f"{' and '.join(said)} {words}", quadratic or absolute, quadratic * P, a)


def _slack(g: Floats, shrinkage: Shrinkage, theta: Floats) -> Floats:
    """What is left of the score; nothing where a coefficient is held at 0 by a penalty stronger than its score."""
    rest = g - shrinkage.slope(theta)
    return np.where(shrinkage.held(theta), np.sign(rest) * np.maximum(np.abs(rest) - shrinkage.absolute, 0.0), rest)


class _Measure:
    """Lengths of scores in standard errors; in units of the columns where the information is singular."""

    def __init__(self, information: Floats, model: Model) -> None:
        metric = Metric.where_definite(information)
        if metric is not None and metric.well_conditioned(1e-10):
            self.W = metric.whiten()
        else:
            self.W = np.diag(1.0 / _sizes(model))

    def half(self, score: Floats) -> Floats:
        return self.W.T @ score

    def __call__(self, score: Floats) -> float:
        return float(np.linalg.norm(self.half(score)))


def _sizes(model: Model) -> Floats:
    """The size of each coefficient's column; 1 where it is zero, and for what is no coefficient of a column."""
    spread = np.sqrt(np.mean(model.rows.X**2, axis=0))
    return model.predictor.of_columns(np.where(spread > 0, spread, 1.0), 1.0)


def refit_distance(model: Model, shrinkage: Shrinkage, theta: Floats, se: Floats) -> float:
    """Largest distance of theta from the maximum with the penalty, in standard errors; infinite where the refit fails.

    Where there are no standard errors, relative to the largest coefficient, each in units of its column.
    """
    try:
        gap = np.abs(theta - shrunk_maximum(model, shrinkage, theta))
    except StattoolsError:
        return float("inf")
    sizes = _sizes(model)
    unit = max(float(np.abs(theta * sizes).max()), 1e-300) / sizes
    return float(np.max(gap / np.where(np.isfinite(se) & (se > 0), se, unit)))


def cut_off(model: Model, theta: Floats) -> tuple[tuple[str, ...], float] | None:
    """The columns of the directions that a least-squares solver left out, and the largest singular value among them as
    a share of the largest of all; None where theta is no such solution.

    Solvers by singular values leave out what is small beside the largest, of X as it is (`pinv`) or centered
    (scikit-learn): a column in small units, or nearly a combination of others.
    """
    if not model.has_scale:
        return None
    rows = model.rows
    root = np.sqrt(np.ones(len(rows.y)) if rows.importance is None else rows.importance)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    constant = np.ptp(rows.X, axis=0) == 0
    forms = [(rows.X, y, np.ones(len(theta), dtype=bool))]
    if constant.any():
        share = root**2 / (root**2).sum()
        forms.insert(0, (rows.X[:, ~constant] - share @ rows.X[:, ~constant], y - share @ y, ~constant))
    for X, target, used in forms:
        A, b, part = X * root[:, None], target * root, theta[used]
        U, s, Vt = np.linalg.svd(A, full_matrices=False)
        z = U.T @ b
        for kept in range(len(s) - 1, 0, -1):
            if s[kept] > 1e-4 * s[0]:
                break
            dropped = Vt[kept:] @ part
            off = np.abs(s[:kept] * (Vt[:kept] @ part) - z[:kept]).max() / np.linalg.norm(b)
            if np.linalg.norm(dropped) <= 1e-6 * np.linalg.norm(part) and off <= 1e-7:
                load = np.abs(Vt[kept:]).max(axis=0)
                names = np.array(model.terms)[used][load >= 0.3 * load.max()]
                return tuple(str(name) for name in names), float(s[kept] / s[0])
    return None


def is_maximum(model: Model, theta: Floats, declared: Shrinkage | None) -> bool:
    """True where theta is the maximum of the log-likelihood with this penalty."""
    if declared is None:
        return decrement(model, theta) <= CLOSE
    return penalty(model, theta, declared, True) is not None


def other_units(model: Model, theta: Floats, declared: Shrinkage | None) -> tuple[str, Model] | None:
    """How the columns were transformed before the fit, and the model of them, where theta is its maximum."""
    X = model.rows.X
    varies = np.ptp(X, axis=0) > 0
    if not varies.any() or model.categories is not None or model.predictor.own:
        return None
    low, high, mean = X.min(axis=0), X.max(axis=0), X.mean(axis=0)
    forms = {
        "standardized to mean 0 and standard deviation 1 (divisor n)": (mean, X.std(axis=0)),
        "standardized to mean 0 and standard deviation 1 (divisor n - 1)": (mean, X.std(axis=0, ddof=1)),
        "centered": (mean, np.ones(len(mean))),
        "scaled to standard deviation 1": (np.zeros(len(mean)), X.std(axis=0)),
        "mapped to the range from 0 to 1": (low, high - low),
    }
    for words, (center, scale) in forms.items():
        Z = np.where(varies, (X - center) / np.where(varies, scale, 1.0), X)
        if np.allclose(Z, X, rtol=0.01, atol=1e-9):  # the columns are so already, but for n or n - 1
            continue
        other = replace(model, rows=replace(model.rows, X=Z))
        if is_maximum(other, theta, declared):
            return words, other
    return None
