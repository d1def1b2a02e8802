"""Monotone partial likelihoods: coefficients of Cox's regression that run to infinity, and inference on the others.

The likelihood rises for ever along d where at each event those who have it are never below the others,

    x_i d >= x_j d    for all i with the event at t and all j at risk then (of exact ties, j without the event)

The linear program max c'd over |d| <= 1, c the sum of all the differences, is solved on a few pairs, at each event the
one that its last answer violates most. The limit is the partial likelihood within strata of equal x d: the next
direction is looked for there, until there is none, and coefficients that the last limit does not determine are
infinite. Of a factor whose levels are codes one count finds the levels without events, whose hazard is 0. Source:
Bryson & Johnson, "The incidence of monotone likelihood in the Cox model", Technometrics 23 (1981), 381-383.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs, null_space

from stattools.data.design.design import Design
from stattools.data.formula.expression import short
from stattools.errors import IdentificationError
from stattools.inference.existence.rank import EPS, dependent, factor_of
from stattools.inference.existence.separation import (
    FAR,
    FEASIBLE,
    LARGEST_BESIDE_SLOPES,
    PATIENCE,
    POSITIVE,
    WELL_CONDITIONED,
    Ints,
    Pure,
    Separation,
    SeparationError,
    determined,
    highest,
    maximum_along,
    moving,
    rises_for_ever,
    separation_of,
    solved,
    soon,
)
from stattools.inference.restricted import Along
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import sparse
from stattools.models.survival.cox import CoxRegression, centered, columns_at_risk, whitened
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.columns import Columns, with_levels
from stattools.solvers import Newton, Solution
from stattools.solvers.solution import Solver
from stattools.text.columns import first_few


def _certain(n: int, sets: RiskSets, rows: Ints) -> NDArray[np.bool_]:
    """The rows (n,) who are at risk at no event of which the limit does not tell whose it is; `rows` are those of the
    `sets`.
    """
    certain, undecided = np.ones(n, dtype=bool), sets.at_risk > sets.deaths
    certain[rows[sets.rows[sets.while_at_risk(undecided.astype(float)) > 0.0]]] = False
    return certain


NOBODY = -1


def rising_direction(sets: RiskSets, X: Floats, *, exact: bool) -> Floats | None:
    """A d, |d| <= 1, along which the partial likelihood of columns X (p, n) rises for ever; None where there is none.
    Of `exact` ties only those without the event are compared with those with it.
    """
    levels, n = with_levels(X.T), X.shape[1]
    rows = X.T if levels is None else levels.sparse()

    def more(d: Floats, pairs: Ints) -> Ints | None:
        """Beside the pairs, at each event the lowest with it and the highest at risk, where that is higher."""
        u = d @ X
        order = np.argsort(u, kind="stable")
        rank = np.empty(n, dtype=np.intp)
        rank[order] = np.arange(n)
        low = np.minimum.reduceat(np.where(sets.died, rank, n), sets.starts)
        high = _highest_at_risk(sets, rank, sets.joins + (sets.died & exact))
        worst = np.column_stack([order[low], order[np.maximum(high, 0)]])
        gap = np.where(high == NOBODY, 0.0, u[worst[:, 0]] - u[worst[:, 1]])
        bad, many = np.flatnonzero(gap < -FEASIBLE), 4 * len(d) + 20
        worst = worst[bad if len(bad) <= many else bad[np.argpartition(gap[bad], many)[:many]]]
        return np.unique(np.concatenate([pairs, worst]), axis=0) if len(bad) else None

    one = np.ones(n)  # the goal is the sum over events of x less its mean over those at risk
    goal = X @ (sets.died - sets.while_at_risk(sets.sums_of_dead(one) / sets.sums(one)))
    start = np.zeros((0, 2), dtype=np.intp)
    return highest(goal, more, lambda pairs: rows[pairs[:, 0]] - rows[pairs[:, 1]], start)


def _highest_at_risk(sets: RiskSets, rank: Ints, first: Ints) -> Ints:
    """The highest rank among those at risk at each event time, each from its `first` on; `NOBODY` where there is none.

    A row is at risk in two runs of times, as long as the largest power of 2 that fits, each of which is halved down to
    single times.
    """
    ends = np.append(sets.first[1:], sets.m)[np.searchsorted(sets.first, sets.joins, side="right") - 1]
    last = ends if sets.leaves is None else sets.leaves
    some = first < last
    first, last, rank = first[some], last[some], rank[some]
    power = np.log2(last - first).astype(np.intp)
    found = np.full((int(power.max(initial=0)) + 1, sets.m), NOBODY)
    np.maximum.at(found, (power, first), rank)
    np.maximum.at(found, (power, last - (1 << power)), rank)
    for k in range(len(found) - 1, 0, -1):
        np.maximum(found[k - 1], found[k], out=found[k - 1])
        half = 1 << (k - 1)
        np.maximum(found[k - 1, half:], found[k, :-half], out=found[k - 1, half:])
    return found[0]


(potrf,) = get_lapack_funcs(("potrf",), dtype=np.float64)

ROUND_OFF, NOTHING = 1e-12, 1e-10
"""What is added to the squared length of each column, beside which no part of it is round-off; and the share of it
below which a part is a combination of others.
"""


def levels_without_events(model: Any) -> Separation | None:
    """The levels that make a partial likelihood monotone, where what is left of it has a maximum; None otherwise."""
    X, sets, at_risk = model.X, model.sets, model.Z.of.codes + 1
    seen = np.bincount(at_risk, minlength=X.levels + 1)
    dead = np.bincount(at_risk[sets.died], minlength=X.levels + 1)
    if not (gone := (seen > 0) & (dead == 0)).any():
        return None
    pure = Pure.of(model.names, X, -1.0 * gone, {})
    keep = np.flatnonzero(~pure.certain)
    left = model.taken(keep)
    if not (X := left.X.without(np.isin(np.arange(len(model.names)), pure.out))).shape[1]:
        return None
    design = Design(tuple(np.delete(model.names, pure.out).tolist()))
    limit: Any = replace(left, X=X, Z=centered(columns_at_risk(X, left.sets), left.sets), design=design)
    if (found := solved(limit)) is None or not found.converged:
        return None
    certain = _certain(model.said.n, limit.sets, keep)
    kind = "complete" if len(pure.infinite) == len(model.names) else "quasi-complete"
    return Separation(model, kind, pure.infinite, pure.directions, certain, lambda: (found, pure.numbers))


def _undetermined_beside_levels(model: CoxRegression, X: Columns) -> list[str]:
    """What is said of columns that are the same for all rows that are compared, up to a combination of the levels and
    of columns before them.
    """
    n = len(X)
    each = sparse.csr_array((np.ones(n), (compared(model.sets), np.arange(n))))

    def less_means(A: Any) -> Floats:
        """The products of columns of unit length, less their means among rows that are compared."""
        length = np.sqrt((A * A).sum(axis=0))
        A = A.multiply(1.0 / np.where(length > 0.0, length, 1.0)).tocsr()
        sums = (each @ A).toarray()
        return (A.T @ A).toarray() - sums.T @ (sums / each.sum(axis=1)[:, None])

    Z: Any = model.standardized()[0].Z
    order, same = np.r_[X.places.ravel(), X.rest], less_means(X.sparse()).diagonal() <= NOTHING
    R, _ = potrf(less_means(Z.T.sparse())[np.ix_(order, order)] + ROUND_OFF * np.eye(len(order)))
    factor, said = short(factor_of(X, model.names)), []
    for j in np.sort(order[np.flatnonzero(R.diagonal() ** 2 < NOTHING)]).tolist():
        beside = "" if j in X.places else " and of columns before it"
        made = f"a combination of levels of {factor}{beside}, but for a constant"
        said.append(f"{short(model.names[j])} is {'the same for all who are at risk together' if same[j] else made}")
    return said


DEPENDENT = 1e-13
"""A column whose part beside the others is shorter than this, as a share of it, is a combination of them."""


def monotone(model: Any) -> Separation | None:
    """What makes a partial likelihood monotone; None where its maximum exists."""
    if (levels := with_levels(model.Z.T)) is not None:
        if levels.slopes is None and (found := levels_without_events(model)) is not None:
            return found
        model = replace(model, Z=np.asarray(model.Z))
    T = whitened(model.Z)
    X = T.T @ model.Z
    said, rows = model.said, model.sets.rows
    each = [None if part is None else part[rows] for part in (said.time, said.event, said.entry, said.weights)]
    codes = said.labels["strata"][0][rows] if "strata" in said.labels else np.zeros(len(rows), dtype=np.intp)
    steps: list[Floats] = []
    while True:
        sets = RiskSets.of(*each, codes)  # type: ignore[arg-type]
        d = rising_direction(sets, X[:, sets.rows], exact=model.ties == "exact")
        if d is None:
            break
        steps.append(T @ d)
        u = d @ X  # rows of equal codes and, to round-off, equal u are a stratum of what is left
        order = np.lexsort((u, codes))
        new = (np.diff(codes[order], prepend=-1) != 0) | (np.diff(u[order], prepend=-np.inf) > POSITIVE)
        codes = np.empty_like(codes)
        codes[order] = np.cumsum(new) - 1
    if not steps:
        return None
    Z = centered(np.ascontiguousarray(model.Z[:, sets.rows]), sets)
    limit = replace(model, sets=sets, Z=Z)
    told = informative(limit)
    directions = np.array(steps)
    free = null_space(np.linalg.qr((T.T @ told).T, mode="r"), rcond=1e-9)
    kept, infinite = determined(free, T, model.names, directions)
    certain = _certain(said.n, sets, rows)
    kind = "complete" if len(infinite) == len(model.names) else "quasi-complete"

    def maximum() -> tuple[Solution, Ints]:
        """Of the partial likelihood within strata, in the combinations of coefficients that it determines."""
        work, back = limit.standardized()
        V = np.linalg.qr(np.linalg.solve(back, T @ kept))[0]
        return maximum_along(Along(work, V), np.zeros(V.shape[1]), back @ V)

    return Separation(model, kind, infinite, directions, certain, maximum)


def informative(model: CoxRegression) -> Floats:
    """The columns (p, n) of rows that are compared with others, each less the mean of those that it is compared with,
    directly or through others.
    """
    sets, Z = model.sets, model.Z
    if model.ties == "exact":  # where all at risk have the event nothing is compared
        telling = sets.at_risk > sets.deaths
        event = sets.died & telling[sets.joins]
        if not event.any():
            return np.zeros((len(Z), 0))
        time = -sets.joins.astype(float)  # the order of times is all that counts
        entry = None if sets.leaves is None else -sets.leaves.astype(float)
        codes = sets.stratum[sets.joins]
        sets = RiskSets.of(time, event, entry, sets.weight, codes)
        Z = Z[:, sets.rows]
    among = compared(sets)
    order = np.argsort(among, kind="stable")
    Z, among = Z[:, order], among[order]
    first = np.flatnonzero(np.diff(among, prepend=-1))
    counts = np.diff(np.append(first, Z.shape[1]))
    return Z - np.repeat(np.add.reduceat(Z, first, axis=1) / counts, counts, axis=1)


def compared(sets: RiskSets) -> NDArray[np.intp]:
    """The number of the set of rows that each row is compared with, directly or through others."""
    if sets.leaves is None:
        return np.searchsorted(sets.first, sets.joins, side="right") - 1
    k = np.arange(sets.m)
    joined = np.searchsorted(np.sort(sets.joins), k, side="right")
    gone = np.searchsorted(np.sort(sets.leaves), k + 1, side="right")
    return np.append(0, np.cumsum(joined <= gone)[:-1])[sets.joins]  # nobody is there at k and at k + 1


def check_columns(model: CoxRegression) -> None:
    """IdentificationError naming the columns that the risk sets do not tell from nothing, or from the others."""
    if (coded := with_levels(model.Z.T)) is not None:
        said = _undetermined_beside_levels(model, coded)
    else:
        Z, raw, said = informative(model), np.abs(model.X).max(axis=0), []
        length, noise = np.linalg.norm(Z, axis=1), 8.0 * EPS * raw * np.sqrt(max(Z.shape[1], 1))

        def round_off(j: int, kept: list[int], by: Floats) -> float:
            return max(noise[j], DEPENDENT * float(length[j])) + 1e-15 * float(np.abs(by) @ raw[kept])

        for j, (kept, by) in dependent(Z.T, range(len(Z)), round_off).items():
            parts = [f"{c:.6g} {short(model.names[k])}" for k, c in zip(kept, by, strict=True) if abs(c) > 1e-9]
            alone = "is the same for all who are at risk together"
            made = f"= {first_few(parts, between=' + ')}, but for a constant"
            said.append(f"{short(model.names[j])} {alone if length[j] <= noise[j] else made}")
    if said:
        raise IdentificationError(
            f"{model.title} cannot tell {len(said)} of its {len(model.names)} columns: "
            f"{first_few(said, between='; ')}. Leave them out, or take others."
        )


def certified_partial(model: Any, solver: Solver) -> tuple[Any, Solution]:
    """The maximum of a partial likelihood, which is looked for in the columns and by a linear program where a few steps
    leave a doubt that it exists.
    """
    quick = isinstance(solver, Newton) and solver.max_steps > PATIENCE
    found = soon(model, solver) if quick else None
    if found is None or model.exact is not None or not found.quality.well_conditioned(WELL_CONDITIONED):
        check_columns(model)  # of exact ties always: an information of 0 is left as round-off there
    if found is None or found.reach > min(FAR, -1.5 * np.log(min(max(found.decrement, 1e-300), 0.5))):
        check_monotone(model)
    return model, solver.solve(model) if found is None else found


def check_monotone(model: CoxRegression) -> None:
    """SeparationError where the partial likelihood rises for ever; IdentificationError with the columns of one sparse
    program where slopes by level make the model large.
    """
    X, found = with_levels(model.Z.T), None
    if X is not None and X.slopes is not None and len(X) * float(X.shape[1]) > LARGEST_BESIDE_SLOPES:
        work, T = model.standardized()
        if (d := rising_direction(model.sets, work.Z, exact=model.ties == "exact")) is None:
            return
        directions: Floats = np.asarray(T @ d)[None]
    elif (found := monotone(model)) is not None:
        directions = found.directions
    else:
        return
    named = [short(model.names[k]) for k in moving(directions, np.abs(model.Z.T).max(axis=0)).tolist()]
    why = (
        f"{model.title} has no maximum: at every event those who have it are the highest of those at risk in a "
        f"combination of {first_few(named)}"
    )
    if found is not None:
        penalty = "st.Jeffreys()" if model.exact is None else "st.Ridge(strength)"
        ways_out = f"{penalty}, leave these columns out or merge them, or collect more events."
        raise SeparationError(rises_for_ever(why, found, ways_out), found)
    raise IdentificationError(
        f"{why}, so that the log-likelihood rises for ever. Use penalty=st.Ridge(strength), leave slopes of such "
        "levels out, merge levels, or collect more events."
    )


def separation(model: Any) -> Separation | None:
    """What separates the outcomes of a discrete regression; None where they overlap and the maximum exists.

    For logistic, probit, softmax, ordinal, Poisson and negative binomial regression, grouped counts, and hurdles, whose
    zeros and positive counts are looked at one after the other, and for Cox's regression and matched sets, whose events
    may be in the order of some combination of columns; None for other regressions. Under a second for 20,000 rows and
    21 columns; IdentificationError names what separates beside slopes by thousands of levels. Source: Albert & Anderson
    (1984); Konis (2007); Bryson & Johnson (1981).

    >>> import stattools as st
    >>> separation(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0])) is None
    True
    >>> separation(st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], names=["dose"])).infinite
    {'Intercept': -inf, 'dose': inf}
    >>> separation(st.cox("survival(t, d) ~ x", {"t": [1, 2, 3, 4], "d": [1, 1, 0, 0], "x": [4, 3, 2, 1]})).infinite
    {'x': inf}
    """
    return monotone(model) if isinstance(model, CoxRegression) else separation_of(model)
