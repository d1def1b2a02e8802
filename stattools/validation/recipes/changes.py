"""Columns of two fits that differ: an intercept or none, other units, others altogether; each change gives a model.

Causes that move estimates away from the maximum, each recognized by an equation that only it satisfies.

A penalty: the score at their numbers is the slope of the penalty. Singular values cut off: the numbers have no part
along the directions cut, and solve the rest. A reversed outcome or columns in other units: the numbers are the maximum
once this is undone.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from stattools.data.design.design import Design
from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.predictor import linear_of
from stattools.models.regressions.binding import starting_point
from stattools.solvers.metric import Metric
from stattools.validation.recipes.likelihoods import Shrinkage, penalized, shrunk_maximum
from stattools.validation.recipes.points import decrement


def plain_name(name: str) -> str:
    """Names of the same column in different packages made one: `C(g)[T.b]` is `g[T.b]`.

    >>> plain_name("C(g)[T.b]"), plain_name("const"), plain_name("yes: C(g)[b]")
    ('g[T.b]', 'Intercept', 'yes: g[T.b]')
    """
    name = re.sub(r"C\(([^(),]+)[^()]*\)\[", r"\1[", name)
    name = re.sub(r"\[(?!T\.)([^\]]+)\]", r"[T.\1]", name)
    return re.sub(r"(^|: )const$", r"\1Intercept", name)


def with_columns(model: Model, X: Floats, design: Design) -> Model:
    """The same model of other columns, which are those of the design."""
    rows, predictor = replace(model.rows, X=X), linear_of(model.likelihood, design)
    start = starting_point(model.likelihood, predictor, rows)
    return replace(model, rows=rows, predictor=predictor, design=design, start=start)


def other_intercept(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    """The cause, words and a model of it where only one of two models has an intercept; None otherwise."""
    here, there = (np.flatnonzero((np.ptp(m.rows.X, axis=0) == 0) & (m.rows.X[0] != 0)) for m in (now, goal))
    if (len(here) > 0) == (len(there) > 0) or _same_span(now.rows.X, goal.rows.X):
        return None
    if len(here):
        keep = np.setdiff1d(np.arange(len(now.terms)), here)
        design = replace(now.design, names=tuple(now.terms[k] for k in keep))
        return "intercept", "an intercept or none", with_columns(now, now.rows.X[:, keep], design)
    X = np.column_stack([goal.rows.X[:, there[0]], now.rows.X])
    design = replace(now.design, names=(goal.terms[there[0]], *now.terms))
    return "intercept", "none or an intercept", with_columns(now, X, design)


def other_scaling(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    """Columns of the same name that are linear functions of each other, or of which one is such a function in another
    order of the rows or before it was rounded; what is left is then told by `other_values`.
    """
    names = [plain_name(term) for term in goal.terms]
    X, moved = now.rows.X.copy(), []
    for k, term in enumerate(now.terms):
        if plain_name(term) not in names:
            continue
        old, new = X[:, k], goal.rows.X[:, names.index(plain_name(term))]
        if np.array_equal(old, new) or np.ptp(old) == 0 or {*old.tolist(), *new.tolist()} <= {0.0, 1.0}:
            continue
        found = in_units(old, new)
        if found is not None:
            X[:, k] = found
            moved.append(term)
    if not moved:
        return None
    listed = ", ".join(moved[:6]) + (", ..." if len(moved) > 6 else "")
    return "scaling", f"{listed} in other units or centered", with_columns(now, X, now.design)


MOST_MISSED = 0.02
"""Of the variance of a column in other units what rounding may leave, for it to be seen in other units as well."""


def in_units(old: Floats, new: Floats) -> Floats | None:
    """The first column in the units of the second; None where they have the same, or nothing to do with each other."""
    spread, size = old.std(), max(float(np.abs(new).max()), np.finfo(float).tiny)
    line = np.column_stack([np.ones(len(old)), (old - old.mean()) / spread])
    made = line @ np.linalg.lstsq(line, new, rcond=None)[0]
    if np.abs(new - made).max() <= 1e-9 * size:
        return new
    for sign in (1.0, -1.0):
        one, other = np.sort(sign * old), np.sort(new)
        a, b = _ends(one, other)
        if np.abs(other - (a + b * one)).max() <= 1e-9 * size and _is_another(a, b * sign, old):
            return a + b * sign * old
    slope = float((made - made.mean()) @ (old - old.mean()) / (spread**2 * len(old)))
    shift = float(made.mean() - slope * old.mean())
    if (new - made).var() > MOST_MISSED * new.var() or not _is_another(shift, slope, old, 0.1):
        return None
    slope = 1.0 if abs(slope - 1.0) < 0.1 else float(f"{slope:.2g}")
    return slope * old + float(np.mean(new - slope * old)) * (abs(np.mean(new - slope * old)) > 0.1 * new.std())


def _ends(one: Floats, other: Floats) -> tuple[float, float]:
    """The line through the ends of two sorted columns."""
    b = float((other[-1] - other[0]) / (one[-1] - one[0]))
    return float(other[0] - b * one[0]), b


def _is_another(shift: float, slope: float, old: Floats, least: float = 1e-9) -> bool:
    return abs(slope - 1.0) > least or abs(shift) > least * max(old.std(), least * abs(old.mean()))


def other_columns(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    """The cause, words and a model of it where two models have other columns; None where they have the same."""
    names, others = ([plain_name(t) for t in m.terms] for m in (now, goal))
    X, Z = now.rows.X, goal.rows.X
    of_predictors = sorted(names) == sorted(others) and all(
        np.array_equal(X[:, names.index(name)], Z[:, others.index(name)]) for name in names
    )
    if of_predictors:  # which read others of the same columns
        names, others = ([plain_name(name) for name in m.names] for m in (now, goal))
        if sorted(names) == sorted(others) or not same_family(now, goal):
            return None
    model = with_columns(now, Z, goal.design)
    mine, theirs = (sorted(set(x) - set(y)) for x, y in ((names, others), (others, names)))
    said = f"{', '.join(mine[:4]) or 'none'} or {', '.join(theirs[:4]) or 'none'}"
    if of_predictors or not _same_span(X, Z):
        return "other columns", said, model
    return "another basis" if any(BASIS.search(name) for name in (*mine, *theirs)) else "reference level", said, model


BASIS = re.compile(r"\b(poly|bs|ns|cr|cc|s|te|I|np\.power)\(")
"""Names of columns that are a basis of functions of a variable: another one spans the same functions."""


def same_family(now: Model, goal: Model) -> bool:
    """Do both have the same likelihood, with the same parameters?"""
    one, two = ((m.kind, m.title, m.likelihood.facts.added) for m in (now, goal))
    return one == two


def _same_span(X: Floats, Z: Floats) -> bool:
    """Do the columns of both span the same space?"""
    if X.shape[1] != Z.shape[1]:
        return False
    size = np.abs(Z).max(axis=0)
    miss = Z - X @ np.linalg.lstsq(X, Z, rcond=None)[0]
    return bool((np.abs(miss).max(axis=0) <= 1e-8 * size).all())


CLOSE_FIT = 0.01
"""Numbers this many standard errors from the maximum are the maximum, as far as anybody reads them."""

EXPLAINED = 0.05
"""A penalty that the object tells is accepted when it leaves at most this share of the score."""

FITTED = 1e-3
"""One whose strength is fitted to the score must leave less: a point on the way to the maximum comes close to one."""

LEAST = 1e-6
"""Weaker penalties are not told from the last steps of a loop."""


def reversed_outcome(model: Model) -> Model | None:
    """The model of the other outcome, 1 and 0 exchanged; None where there are no two outcomes."""
    other = model.likelihood.facts.reversed(model.likelihood, model.rows.y)
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
        return decrement(model, theta) <= CLOSE_FIT
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
