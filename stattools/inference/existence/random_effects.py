"""Has the likelihood of a mixed regression a maximum? Asked before a climb, while it runs, and of where it ended.

What separates the fixed part does so beside effects too, and groups of one row say of an effect only what they say of
the spread of a row. Coefficients and standard deviations may also grow together, t (b, s) with t to infinity. A row is
then certain where x b + s u lies on the side of its outcome, and the likelihood tends to more than 0 exactly where one
b and an effect v of each group separate all rows that the effects move,

    side_i (x_i b + z_i v[group of i]) >= 1,        and >= 0 for rows that they do not move,

a linear program in (b, v). Groups that are pure, all 0 or all 1, have v = +-1 and b = 0. A row in between, such as 3
successes in 5 trials or a count above 0, is on no side, and ends all of this. With columns that are the same for all
rows no point is as high as the limit, sum_k n_k log(n_k / J) of the n_k of J groups with outcome k.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np

from stattools.data.design.latent_terms import RandomTerm
from stattools.errors import IdentificationError
from stattools.inference.existence import ExistenceCheck, check_size, examine
from stattools.inference.existence.boundaries import check_dispersion, check_labels
from stattools.inference.existence.rank import check_rank, pieces
from stattools.inference.existence.separation import (
    Bools,
    RecessionCone,
    SeparationError,
    check_columns_of,
    check_overlap,
    check_solution,
    listed,
    lying_between,
    recession_cone,
    soon,
)
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize, sparse
from stattools.latent.coordinates import orthonormal
from stattools.latent.covariance_factors import require_told_apart
from stattools.likelihoods.between import between
from stattools.likelihoods.likelihood import edge_of, side_of
from stattools.likelihoods.outcomes import Outcome
from stattools.models.mixed.mixed_model import MixedRegression
from stattools.models.model import Model
from stattools.solvers.newton import Newton

WORDS = {
    Outcome.BINARY: ("which is 0 or 1", "is all 0 or all 1"),
    Outcome.TRIALS: ("of one trial, which is a success or not", "is all successes or all failures"),
    Outcome.ORDERED: ("with one label", "has one label in all rows"),
    Outcome.COUNT: ("", "is all 0"),
}
"""What one row of an outcome is, where it does not tell of a spread, and what makes a group pure."""


def check_rows_of_groups(model: MixedRegression) -> None:
    """IdentificationError for a random term whose groups have one row each, or as many effects as there are rows, where
    the likelihood does not tell these from the rest of what varies.
    """
    likelihood, rows, kind = model.likelihood, model.rows, model.likelihood.outcome
    # Of counts, and of what has one parameter, one row tells of a spread beyond that which its mean implies.
    tells_spread = kind is Outcome.COUNT or (kind is Outcome.TIME and likelihood.width == 1)
    vary_together = kind is Outcome.TRIALS and bool(likelihood.others)  # the trials of a row, by a parameter
    counted = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    seen = counted if vary_together else counted * np.asarray(likelihood.trials_of(rows.y), dtype=float)
    what, way_out = "a measurement with a spread of its own", "the spread of the outcome itself is estimated already"
    if vary_together:
        what = "the trials of which vary together already, by a parameter"
    elif kind in WORDS:
        what, way_out = WORDS[kind][0], "give the successes of several trials (trials=), where there are"
    total = float(counted.sum() if tells_spread else seen.sum())
    for term in model.random:
        moving = (term.z != 0.0).any(axis=1) & (term.codes >= 0)
        each = np.bincount(term.codes[moving], weights=seen[moving], minlength=term.n_levels)
        q, effects = len(term.columns), len(term.columns) * term.n_levels
        if each.max(initial=0.0) <= 1.0 and not tells_spread:
            raise IdentificationError(
                f"{model.title}: each of the {term.n_levels:,} groups of {term.group!r} in {term.name} has one row, "
                f"{what}: the standard deviation of the effects is not "
                f"identified, as larger effects do what larger coefficients, or a larger spread, do. Leave {term.name} "
                f"out or group the rows otherwise; {way_out}."
            )
        if "Intercept" in term.columns and _is_constant_within(model, term, counted > 0.0):
            raise IdentificationError(
                f"{model.title}: {model.outcome_name} is constant within each level of {term.group!r}, so that effects "
                f"of {term.name} make it exactly, the spread within levels is 0 and the likelihood has no maximum. "
                "Give one row per level to the regression without random effects, or an outcome that varies within "
                "groups."
            )
        if effects > total or (effects == total and not tells_spread):
            raise IdentificationError(
                f"{model.title}: {term.name} has {q} effect{'' if q == 1 else 's'} in each of {term.n_levels:,} "
                f"groups, {effects:,} in all, and there are {total:,.0f} observations: the effects cannot be told from "
                "what varies between rows. Take fewer columns, or leave the part out."
            )


def _is_constant_within(model: MixedRegression, term: RandomTerm, seen: Bools) -> bool:
    """Do measurements, the spread of which is a parameter and may go to 0, differ between the levels of a term only?"""
    likelihood, y = model.likelihood, np.asarray(model.rows.y).reshape(len(seen), -1)[seen]
    has_spread = likelihood.outcome in (Outcome.REAL, Outcome.POSITIVE, Outcome.TIME) and likelihood.width > 1
    if not has_spread or not (y[:, 0] == y[:, -1]).any():  # all times are censored
        return False
    codes = term.codes[seen]
    first = np.empty((term.n_levels, y.shape[1]))
    first[codes[::-1]] = y[::-1]
    return bool((y == first[codes]).all())


def check_fixed(model: MixedRegression) -> None:
    """What is asked of the fixed part by itself; what separates it has other remedies beside effects."""
    fixed = model.fixed
    check_size(fixed)
    found = soon(fixed, Newton())
    try:
        if found is not None:
            check_columns_of(fixed, found)
            check_solution(fixed, found)
        else:
            check_rank(fixed)
            check_overlap(fixed)
    except SeparationError as error:
        infinite = error.separation.infinite
        which = listed(infinite) if infinite else "some combination of columns runs off"
        how = "completely" if error.separation.kind == "complete" else "for some of the rows (quasi-completely)"
        latent = "effects of groups" if model.random else "curves"
        prior = "" if model.smooths else ", or give a prior that keeps coefficients finite: st.posterior(model)"
        raise SeparationError(
            f"{model.title} has no maximum: the fixed part separates {model.outcome_name} {how}, so that the "
            f"log-likelihood rises for ever, whatever the {latent} are: {which}. Leave out or merge the separating "
            f"columns, or collect rows that overlap{prior}.",
            error.separation,
        ) from error


def check_pure(model: MixedRegression) -> None:
    """IdentificationError where all groups are pure and nothing else tells their rows apart."""
    term, offset = pure_term(model), model.rows.offset
    if term is None or len(term.columns) > 1:
        return
    is_constant = not model.smooths and (offset is None or np.ptp(offset) == 0.0)
    is_constant = is_constant and bool(constant_coefficients(model.fixed).all())
    if is_constant or len({one.group for one in model.random}) > 1:
        raise _runs_off(model, Apart((term,), (), is_pure=True))


def check_told_apart(model: MixedRegression) -> None:
    """IdentificationError where several effects of groups have variances that the rows do not tell apart."""
    terms = model.random
    z = [np.empty((len(term.columns), len(term.codes))) for term in terms]
    for term, own in zip(terms, z, strict=True):
        orthonormal(term.z, None, term.columns, term.name, own)
    require_told_apart(model.title, [term.name for term in terms], [term.codes for term in terms], z, residual=False)


MOST_ENTRIES, MOVED = 5e7, 1e-6
"""Half-cone times unknowns of the largest linear program that is solved; and the share of the largest coefficient of
standardized columns below which one moves nothing.
"""


class Apart(NamedTuple):
    """Random terms whose effects separate the rows as they grow, together with `columns` of the fixed part; none where
    groups do by themselves, as those that are pure.
    """

    terms: tuple[RandomTerm, ...]
    columns: tuple[str, ...]
    is_pure: bool = False


def moving_part(model: MixedRegression) -> Model:
    """The fixed part that effects are beside: the first piece of the log-likelihood, where it has several."""
    return next(iter(pieces(model.fixed)), model.fixed)


def pure_term(model: MixedRegression) -> RandomTerm | None:
    """A term with levels, (1 | g) or (x | g), all of whose groups are pure; None without one, after one look."""
    if model.likelihood.facts.pieces:
        return None
    y, likelihood, weight = model.rows.y, model.likelihood, model.rows.weight
    ordered = likelihood.facts.half_spaces(likelihood, y) is not None
    if (end := y.astype(float) if ordered else side_of(likelihood, y)) is None:
        return None
    used = ~np.isnan(end) if weight is None else ~np.isnan(end) & (weight > 0.0)
    if not ordered and (end[used] == 0.0).any():
        return None
    for term in model.random:
        if (((term.z == term.z[0]).all(axis=0)) & (term.z[0] != 0.0)).any():
            low, high = np.full(term.n_levels, np.inf), np.full(term.n_levels, -np.inf)
            np.minimum.at(low, term.codes[used], end[used])
            np.maximum.at(high, term.codes[used], end[used])
            if (low >= high).all():  # of groups without rows both are infinite
                return term
    return None


def groups_apart(model: MixedRegression) -> Apart | None:
    """What separates the rows as effects grow; None where nothing does, or where that would take too long to tell."""
    if (pure := pure_term(model)) is not None:
        return Apart((pure,), (), is_pure=True)
    fixed = moving_part(model)
    if (cone := recession_cone(fixed)) is None:
        return None
    constant = constant_coefficients(fixed)[: cone.A.shape[1]]
    free = (constant, np.ones_like(constant))  # first what groups do by themselves
    several = (terms for size in range(1, len(model.random) + 1) for terms in combinations(model.random, size))
    for terms, some in product(several, free):
        if (b := _program(cone, terms, some)) is not None:
            moving = (np.abs(b) > MOVED * np.abs(b).max(initial=0.0)) & ~constant
            columns = [fixed.terms[fixed.predictor.column[k]] for k in np.flatnonzero(moving)]
            return Apart(terms, tuple(dict.fromkeys(columns)))
    return None


def constant_coefficients(fixed: Model) -> Bools:
    """Which coefficients are the same for all rows: intercepts and thresholds."""
    X = np.asarray(fixed.rows.X)
    return np.append((X[:1] == X).all(axis=0), True)[fixed.predictor.column]


def _program(cone: RecessionCone, terms: Sequence[RandomTerm], free: Bools) -> Floats | None:
    """A b that with some effects of the groups separates the rows, with coefficients 0 that are not `free`."""
    rows, equal = cone.rows, cone.held
    m, moving, blocks = len(rows), np.zeros(len(rows), dtype=bool), []
    for term in terms:
        z, at = term.z[rows], (np.arange(m), term.codes[rows])
        moving |= (z != 0.0).any(axis=1)
        blocks += [sparse.csr_array((cone.normals[:, 0] * column, at), shape=(m, term.n_levels)) for column in z.T]
    if (moving & equal).any() or not moving.any() or m * (free.sum() + 1.0) > MOST_ENTRIES:
        return None
    A = sparse.hstack([cone.A[:, free], *blocks], format="csr")
    if (found := lying_between(A, moving.astype(float), np.where(equal, 0.0, np.inf))) is None:
        return None
    b = np.zeros(len(free))
    b[free] = found[: int(free.sum())]
    return b


FAR, CERTAIN, OFF = 8.0, 30.0, 1e3
"""Standard deviations of effects that may be on their way to infinity, since a row is certain then; of such as make
nearly all rows certain; and of effects that have run off, whatever the decrement is.
"""

NEARLY, LOST = 0.6, 1e-7
"""The share of the way to an end of its range, in logarithms, from which on a parameter is looked at; the end is as
high where it loses no more of the log-likelihood.
"""

EXACT = 1e-3
"""With a larger error of the integral, in standard errors, a value at a maximum is compared with nothing."""

PRIOR = "or give a prior that keeps it finite: st.posterior(model)"


def existence(model: MixedRegression) -> str:
    """Why there is a maximum, of a fit that passed: a sentence, empty where every observation has one."""
    if not _has_sides(model):
        return ""
    pure = ""
    if model.random:
        pure = ", and no grouping of the rows does by itself"
        if pure_term(model) is not None:
            pure = ", and the limit as effects of groups grow without end is lower"
    return f"A maximum exists: the columns do not separate the values of {model.outcome_name}{pure}."


def check_effects(model: MixedRegression, found: Any) -> None:
    """IdentificationError where the end of a climb, a `MarginalMaximum`, is none: effects ran off to infinity, or a
    limit at infinity is higher.
    """
    largest, converged = largest_spread(model, found.roots), found.status == "converged"
    if largest > FAR or not converged or pure_term(model) is not None:
        apart = groups_apart(model)
        if apart is not None and not (converged and largest < OFF and _is_higher(model, found, apart)):
            raise _runs_off(model, apart)
    if largest > OFF and _has_sides(model):
        raise IdentificationError(
            f"{model.title} has no maximum that was found: the standard deviation of the effects of groups runs off, "
            f"at {largest:.3g} on the scale of the linear predictor, and the log-likelihood levels off. Look for "
            f"groups whose rows are all alike, leave the random part out, {PRIOR}."
        )


def check_apart(model: MixedRegression) -> None:
    """IdentificationError where the data let effects grow for ever."""
    if (apart := groups_apart(model)) is not None:
        raise _runs_off(model, apart)


def running_off(model: MixedRegression) -> Callable[[Any, Floats], None]:
    """What watches a climb, and raises IdentificationError where it runs off: the first time that effects are so large
    that nearly all rows of their groups are certain, it looks whether the data let them grow for ever; and where a
    parameter beside the first is near an end of its range, whether the end is as high.
    """
    is_asked = not _has_sides(model)

    def watch(marginal: Any, theta: Floats) -> None:
        nonlocal is_asked
        # Columns of effects have a mean square of 1.
        if not is_asked and max((np.abs(T).max(initial=0.0) for T in marginal.factors(theta)), default=0.0) > CERTAIN:
            is_asked = True
            examine(CHECKS, "failed", model)
        check_ends(model, marginal, theta)

    return watch


def check_ends(model: MixedRegression, marginal: Any, theta: Floats) -> None:
    """IdentificationError where a parameter beside the first, the same for all rows, is near an end of its range, such
    as an alpha of 0, and the log-likelihood is as high there.
    """
    predictor, edge = model.fixed.predictor, edge_of(model.likelihood)
    if edge is None or edge.power or predictor.uses[-1]:
        return
    k = predictor.parts[-1].start
    here = float((marginal.to_fixed @ marginal.fixed_at(theta))[k])
    end, said = (edge.lower, edge.below) if here < NEARLY * edge.lower else (edge.upper, edge.above)
    if NEARLY * edge.lower <= here <= NEARLY * edge.upper:
        return
    fixed, factors, taus = marginal.parts(theta)
    move = np.linalg.solve(marginal.to_fixed, (end - here) * np.eye(1, len(marginal.to_fixed), k)[0])
    there = marginal.theta(fixed + move, factors, taus)
    if marginal.evaluate(there, 0).loglik >= marginal.evaluate(theta, 0).loglik - LOST:
        raise IdentificationError(f"{model.title}: beside the effects, {said}")


def _has_sides(model: MixedRegression) -> bool:
    """Has any row a log-likelihood that rises for ever?"""
    y, likelihood = model.rows.y[:1], model.likelihood
    return likelihood.facts.half_spaces(likelihood, y) is not None or side_of(likelihood, y) is not None


def largest_spread(model: MixedRegression, roots: Sequence[Floats]) -> float:
    """The largest standard deviation that effects give the linear predictor of a row; `roots` R_k have Sigma = R R'."""
    total = np.zeros(len(model.rows.X))
    for term, root in zip(model.random, roots, strict=False):  # curves have no groups
        total += ((term.z @ root) ** 2).sum(axis=1)
    return float(np.sqrt(total.max(initial=0.0)))


def _is_higher(model: MixedRegression, found: Any, apart: Apart) -> bool:
    """Is the maximum that was found higher than what the likelihood tends to as these effects grow? False where that is
    not known.
    """
    term = apart.terms[0]
    if found.said.kind != "quadrature" or len(model.random) > 1 or len(term.columns) > 1:
        return False
    cone = recession_cone(moving_part(model))
    if cone is None or (term.z[cone.rows] == 0.0).any() or not np.max(found.integral.error, initial=0.0) < EXACT:
        return False
    sd = float(np.abs(found.roots[0][0, 0]))
    start = np.linalg.solve(model.fixed.standardized()[1], found.estimate) / max(sd, 1e-9)
    return found.loglik > supremum_at_infinity(cone, term, start[: cone.A.shape[1]])


def supremum_at_infinity(cone: RecessionCone, term: RandomTerm, start: Floats) -> float:
    """The largest limit of the log-likelihood of rows whose groups have one effect, as it grows together with the
    coefficients: sum over groups of log(Phi(high) - Phi(low)), concave in these, a lower bound of its supremum.
    """
    A, slope = cone.A, cone.normals[:, 0] * term.z[cone.rows, 0]
    codes, up = term.codes[cone.rows], slope > 0.0
    present = np.unique(codes)

    def fall(b: Floats) -> float:
        ends = -(A @ b) / slope
        low, high = np.full(term.n_levels, -np.inf), np.full(term.n_levels, np.inf)
        np.maximum.at(low, codes[up], ends[up])
        np.minimum.at(high, codes[~up], ends[~up])
        low, high = low[present], high[present]
        if (low >= high).any():
            return 1e10 + float(np.maximum(low - high, 0.0).sum())
        return -float(between("probit", low, high, high - low).log.sum())

    options = {"maxiter": 400 * len(start), "adaptive": True}
    ends = [
        optimize.minimize(fall, one, method="Nelder-Mead", options=options).fun for one in (start, np.zeros(len(start)))
    ]
    return -float(min(ends))


def _runs_off(model: MixedRegression, apart: Apart) -> IdentificationError:
    """What is said of effects that separate the rows as they grow."""
    names, columns = " and ".join(term.name for term in apart.terms), ", ".join(apart.columns)
    if apart.is_pure:
        alike = WORDS.get(model.likelihood.outcome, ("", "is at an end of its range in all rows"))[1]
        return IdentificationError(
            f"{model.title} has no maximum: {model.outcome_name} {alike} in each of the {apart.terms[0].n_levels:,} "
            f"groups of {names}, so that the log-likelihood rises for ever as the standard deviation of the effects "
            "grows: it is infinite. Rows of a group tell nothing more than one of them: take one row for each group "
            f"and leave {names} out, collect groups that have both, {PRIOR}."
        )
    within = f"the effects of {names} by themselves separate the values of {model.outcome_name} in each group"
    runs, leave = "their standard deviation runs off to infinity", f"{names} out"
    if columns:
        verb, leave = f"separate{'s' if len(apart.columns) == 1 else ''}", f"out the columns or {names}"
        within = f"within the groups of {names}, {columns} {verb} the values of {model.outcome_name}"
        runs = f"their coefficients and the standard deviation of {names} run off to infinity together"
    return IdentificationError(
        f"{model.title} has no maximum that was found: {within}, so that the log-likelihood rises as {runs}. Leave "
        f"{leave}, collect groups that overlap, {PRIOR}."
    )


CHECKS = (
    ExistenceCheck("before", lambda model: model.fixed.predictor.taken_up, lambda model: check_labels(model.fixed)),
    ExistenceCheck("before", None, check_rows_of_groups),
    ExistenceCheck("before", None, check_fixed),
    ExistenceCheck("before", None, check_pure),
    ExistenceCheck("before", lambda model: sum(len(term.columns) for term in model.random) > 1, check_told_apart),
    ExistenceCheck("failed", None, check_apart),
    ExistenceCheck("failed", None, lambda model: check_rank(model.fixed)),
    ExistenceCheck("end", None, check_effects),
    ExistenceCheck("end", None, lambda model, found: check_ends(model, found.marginal, found.at)),
    ExistenceCheck("end", None, lambda model, found: check_dispersion(model.fixed, found.estimate)),
)
"""What is asked of a regression with random effects or curves, in this order."""
