"""Has the likelihood of a mixed regression a maximum? Asked before a climb, and of where it ended.

Before: the fixed part by itself (what separates it does so beside effects of groups too), groups of one row
(`groups_alone.py`), pure groups. After: effects that run off, and a limit at infinity that is higher
(`groups_apart.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stattools.data.random_term import RandomTerm
from stattools.errors import ConvergenceError, IdentificationError
from stattools.inference.existence.boundary import check_dispersion
from stattools.inference.existence.groups_alone import check_rows_of_groups
from stattools.inference.existence.groups_apart import (
    Apart,
    SidesOfRows,
    constant_coefficients,
    groups_apart,
    pure_term,
    sides_of,
)
from stattools.inference.existence.overlap import SeparationError, check_overlap, check_solution, listed
from stattools.inference.existence.rank import check_rank, check_size
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.mixed.mixed_regression import MixedRegression
from stattools.solvers.newton import Newton

PATIENCE = 15
"""Steps in which the fixed part by itself is at its maximum, unless it has none."""
FAR = 8.0
"""Effects of groups with a larger standard deviation may be on their way to infinity: a row is certain then."""
CERTAIN = 30.0
"""Nearly all rows are certain where the effects of their groups have this standard deviation."""
NEARLY = 0.6
"""The share of the way to an end of its range, in logarithms, from which on a parameter is looked at."""
LOST = 1e-7
"""An end of a range is as high where it loses no more of the log-likelihood."""
EXACT = 1e-3
"""With a larger error of the integral, in standard errors, a value at a maximum is compared with nothing."""
OFF = 1e3
"""With this standard deviation effects have run off, whatever the decrement is."""
PRIOR = "or give a prior that keeps it finite: st.posterior(model)"

ALIKE = {
    Outcome.BINARY: "is all 0 or all 1",
    Outcome.TRIALS: "is all successes or all failures",
    Outcome.ORDERED: "has one label in all rows",
    Outcome.COUNT: "is all 0",
}
"""What makes a group pure."""


def check_mixed(model: MixedRegression) -> None:
    """IdentificationError where it is known before a climb that there is no maximum: the columns do not determine the
    fixed effects or separate the outcomes, groups have one row, all groups are pure.
    """
    check_rows_of_groups(model)
    _check_fixed(model)
    term = pure_term(model)
    crossed = len({one.group for one in model.random}) > 1
    if term is not None and len(term.columns) == 1 and (_is_constant(model) or crossed):
        raise _pure(model, term)


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


def _check_fixed(model: MixedRegression) -> None:
    """The fixed part by itself."""
    fixed = model.fixed
    check_size(fixed)
    try:
        found = Newton().within(fixed, PATIENCE)
    except (IdentificationError, ConvergenceError):
        found = None
    try:
        if found is None or not found.converged:
            check_rank(fixed)
            if not fixed.has_scale:
                check_overlap(fixed)
        else:
            check_solution(fixed, found)
    except SeparationError as error:
        raise _separated(model, error) from error


def _separated(model: MixedRegression, error: SeparationError) -> SeparationError:
    """The same of a mixed regression, whose remedies are other ones."""
    infinite = error.separation.infinite
    which = listed(infinite) if infinite else "some combination of columns runs off"
    kind = error.separation.kind
    how = "completely" if kind == "complete" else "for some of the rows (quasi-completely)"
    latent = "effects of groups" if model.random else "curves"
    prior = "" if model.smooths else ", or give a prior that keeps coefficients finite: st.posterior(model)"
    return SeparationError(
        f"{model.title} has no maximum: the fixed part separates {model.outcome_name} {how}, so that the "
        f"log-likelihood rises for ever, whatever the {latent} are: {which}. Leave out or merge the separating "
        f"columns, or collect rows that overlap{prior}.",
        error.separation,
    )


def _is_constant(model: MixedRegression) -> bool:
    """Is the fixed part the same for all rows?"""
    offset = model.rows.offset
    return (
        not model.smooths
        and bool(constant_coefficients(model.fixed).all())
        and (offset is None or np.ptp(offset) == 0.0)
    )


def check_mixed_solution(model: MixedRegression, found: Any) -> None:
    """IdentificationError where the end of a climb, a `MarginalMaximum`, is none: effects ran off to infinity, or a
    limit at infinity is higher; a parameter beside the first is at an end of its range.
    """
    largest = largest_spread(model, found.roots)
    pure = pure_term(model)
    converged = found.status == "converged"
    if pure is not None or largest > FAR or not converged:
        apart = Apart((pure,), ()) if pure is not None else groups_apart(model)
        if apart is not None and not (converged and largest < OFF and _is_higher(model, found, apart)):
            raise _apart(model, apart)
    if largest > OFF and _has_sides(model):
        raise IdentificationError(
            f"{model.title} has no maximum that was found: the standard deviation of the effects of groups runs off, "
            f"at {largest:.3g} on the scale of the linear predictor, and the log-likelihood levels off. Look for "
            f"groups whose rows are all alike, leave the random part out, {PRIOR}."
        )
    check_ends(model, found.marginal, found.at)
    check_dispersion(model.fixed, found.estimate)


class RunningOff:
    """What watches a climb, and raises IdentificationError where it runs off: the first time that effects are so large
    that nearly all rows of their groups are certain, it looks whether the data let them grow for ever; and where a
    parameter beside the first is near an end of its range, whether the end is as high.
    """

    def __init__(self, model: MixedRegression) -> None:
        self.model, self.is_asked = model, not _has_sides(model)

    def __call__(self, marginal: Any, theta: Floats) -> None:
        if not self.is_asked:
            largest = max((np.abs(T).max(initial=0.0) for T in marginal.factors(theta)), default=0.0)
            if largest > CERTAIN:  # of columns whose mean square is 1
                self.is_asked = True
                explain_mixed(self.model)
        check_ends(self.model, marginal, theta)


def check_ends(model: MixedRegression, marginal: Any, theta: Floats) -> None:
    """IdentificationError where a parameter beside the first, the same for all rows, is near an end of its range, such
    as an alpha of 0, and the log-likelihood is as high there.
    """
    predictor, likelihood = model.fixed.predictor, model.likelihood
    for number, (name, _) in enumerate(likelihood.others, predictor.n_first):
        edge = likelihood.edges.get(name)
        if edge is None or predictor.uses[number]:
            continue
        k = predictor.parts[number].start
        here = float((marginal.to_fixed @ marginal.fixed_at(theta))[k])
        below, above = here < NEARLY * edge.lower, here > NEARLY * edge.upper
        if not (below or above) or edge.power:
            continue
        unit = np.zeros(len(marginal.to_fixed))
        unit[k] = (edge.lower if below else edge.upper) - here
        fixed, factors, taus = marginal.parts(theta)
        there = marginal.theta(fixed + np.linalg.solve(marginal.to_fixed, unit), factors, taus)
        if marginal.evaluate(there, 0).loglik >= marginal.evaluate(theta, 0).loglik - LOST:
            raise IdentificationError(f"{model.title}: beside the effects, {edge.below if below else edge.above}")


def _has_sides(model: MixedRegression) -> bool:
    """Has any row a log-likelihood that rises for ever?"""
    y, likelihood = model.rows.y[:1], model.likelihood
    return likelihood.half_spaces(y) is not None or likelihood.side(y) is not None


def explain_mixed(model: MixedRegression) -> None:
    """A climb failed: IdentificationError with the reason, where it lies in the data."""
    pure = pure_term(model)
    apart = Apart((pure,), ()) if pure is not None else groups_apart(model)
    if apart is not None:
        raise _apart(model, apart)
    check_rank(model.fixed)


def largest_spread(model: MixedRegression, roots: Any) -> float:
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
    if not np.max(found.integral.error, initial=0.0) < EXACT:
        return False
    sides = sides_of(model)
    if sides is None or (term.z[sides.row] == 0.0).any():
        return False
    T = model.fixed.standardized()[1]
    sd = float(np.abs(found.roots[0][0, 0]))
    start = np.linalg.solve(T, found.estimate) / max(sd, 1e-9)
    return found.loglik > supremum_at_infinity(sides, term, start[: sides.A.shape[1]])


def supremum_at_infinity(sides: SidesOfRows, term: RandomTerm, start: Floats) -> float:
    """The largest limit of the log-likelihood of rows whose groups have one effect, as it grows together with the
    coefficients: sum over groups of log(Phi(high) - Phi(low)), concave in these, a lower bound of its supremum.
    """
    from scipy.optimize import minimize

    slope = sides.g * term.z[sides.row, 0]
    codes, up = term.codes[sides.row], slope > 0.0
    present = np.unique(codes)

    def fall(b: Floats) -> float:
        ends = -(sides.A @ b) / slope
        low, high = np.full(term.n_levels, -np.inf), np.full(term.n_levels, np.inf)
        np.maximum.at(low, codes[up], ends[up])
        np.minimum.at(high, codes[~up], ends[~up])
        low, high = low[present], high[present]
        if (low >= high).any():
            return 1e10 + float(np.maximum(low - high, 0.0).sum())
        turned = low > 0.0
        a, b = np.where(turned, special.log_ndtr(-low), special.log_ndtr(high)), np.where(turned, -high, low)
        return -float((a + np.log1p(-np.exp(special.log_ndtr(b) - a))).sum())

    p = len(start)
    best = min((minimize(fall, one, method="Nelder-Mead", options={"maxiter": 400 * p, "adaptive": True})
                for one in (start, np.zeros(p))), key=lambda found: float(found.fun))  # fmt: skip
    return -float(best.fun)


def _apart(model: MixedRegression, apart: Apart) -> IdentificationError:
    if not apart.columns and pure_term(model) is not None:
        return _pure(model, apart.terms[0])
    names, columns = " and ".join(term.name for term in apart.terms), ", ".join(apart.columns)
    if not apart.columns:
        return IdentificationError(
            f"{model.title} has no maximum that was found: the effects of {names} by themselves separate the values of "
            f"{model.outcome_name} in each group, so that the log-likelihood rises as their standard deviation "
            f"runs off to infinity. Leave {names} out, collect groups that overlap, {PRIOR}."
        )
    return IdentificationError(
        f"{model.title} has no maximum that was found: within the groups of {names}, {columns} separate"
        f"{'s' if len(apart.columns) == 1 else ''} the values of {model.outcome_name}, so that the log-likelihood "
        f"rises as their coefficients and the standard deviation of {names} run off to infinity together. Leave out "
        f"the columns or {names}, collect groups that overlap, {PRIOR}."
    )


def _pure(model: MixedRegression, term: RandomTerm) -> IdentificationError:
    alike = ALIKE.get(model.likelihood.outcome, "is at an end of its range in all rows")
    return IdentificationError(
        f"{model.title} has no maximum: {model.outcome_name} {alike} in each of the {term.n_levels:,} groups of "
        f"{term.name}, so that the log-likelihood rises for ever as the standard deviation of the effects grows: it is "
        f"infinite. Rows of a group tell nothing more than one of them: take one row for each group and leave "
        f"{term.name} out, collect groups that have both, {PRIOR}."
    )
