"""Monotone partial likelihoods: coefficients of Cox's regression that run to infinity, and inference on the others.

Along a direction of `risk_set_order.py` rows that are lower at an event leave its risk set in the limit, so that the
limit is the partial likelihood within strata of equal x d: the next direction is looked for there, until there is none.
Coefficients that the last limit does not determine are infinite; the others have its estimates and standard errors.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.formula.evaluation import short
from stattools.errors import IdentificationError
from stattools.inference.existence.levels_without_events import check_columns_beside_levels, levels_without_events
from stattools.inference.existence.monotone_likelihood import MonotoneLikelihood
from stattools.inference.existence.overlap import FAR, WELL_CONDITIONED, SeparationError, listed
from stattools.inference.existence.recession_cone import null_space
from stattools.inference.existence.risk_set_order import POSITIVE, RiskSetOrder
from stattools.inference.existence.separated_rows import UNTOLD, sign_of
from stattools.inference.existence.sparse_program import LARGEST_BESIDE_SLOPES
from stattools.interface.arrays import Floats
from stattools.models.survival.columns_at_risk import centered, in_own_units, whitened
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.columns import as_columns
from stattools.solvers import Newton, Solution
from stattools.text.names import first_few

PATIENCE = 15
"""Newton needs this many steps where the likelihood is monotone: time to look, before it takes all."""
DEPENDENT = 1e-13
"""A column whose part beside the others is shorter than this, as a share of it, is a combination of them."""


def monotone(model: Any) -> MonotoneLikelihood | None:
    """What makes a partial likelihood monotone; None where its maximum exists."""
    if as_columns(model.Z.T).by_levels is not None:
        if as_columns(model.Z.T).coded is not None and (found := levels_without_events(model)) is not None:
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
        d = RiskSetOrder(sets, X[:, sets.rows], model.ties == "exact").direction()
        if d is None:
            break
        steps.append(T @ d)
        codes = _levels(codes, d @ X)
    if not steps:
        return None
    Z = centered(np.ascontiguousarray(model.Z[:, sets.rows]), sets)
    limit = replace(model, sets=sets, Z=Z)
    told = informative(limit)
    free = null_space(np.linalg.qr((T.T @ told).T, mode="r")) if told.size else np.eye(len(T))
    kept = T @ (np.linalg.svd(free)[0][:, free.shape[1] :] if free.shape[1] else np.eye(len(T)))
    loose = np.linalg.norm(T @ free, axis=1) > 1e-7 * np.linalg.norm(T, axis=1)
    directions = np.array(steps)
    infinite = {name: sign_of(directions[:, j], T[j]) for j, name in enumerate(model.names) if loose[j]}
    certain = np.ones(said.n, dtype=bool)
    undecided = sets.at_risk > sets.deaths
    certain[rows[sets.rows[sets.while_at_risk(undecided.astype(float)) > 0.0]]] = False
    kind = "complete" if len(infinite) == len(model.names) else "quasi-complete"
    return MonotoneLikelihood(model, kind, infinite, directions, certain, np.ones((said.n, 1), dtype=bool), kept, limit)


def _levels(codes: NDArray[np.intp], u: Floats) -> NDArray[np.intp]:
    """Strata of equal codes and, to round-off, equal u."""
    order = np.lexsort((u, codes))
    new = (np.diff(codes[order], prepend=-1) != 0) | (np.diff(u[order], prepend=-np.inf) > POSITIVE)
    found = np.empty(len(codes), dtype=np.intp)
    found[order] = np.cumsum(new) - 1
    return found


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
    if (coded := as_columns(model.Z.T).by_levels) is not None:
        check_columns_beside_levels(model, coded, compared(model.sets))
        return
    Z = informative(model)
    raw = np.abs(model.X).max(axis=0)
    kept: list[int] = []
    said: list[str] = []
    for j, name in enumerate(model.names):
        z, others = Z[j], Z[kept].T
        noise = 8.0 * np.finfo(float).eps * raw[j] * np.sqrt(max(Z.shape[1], 1))
        if np.linalg.norm(z) <= noise:
            said.append(f"{short(name)} is the same for all who are at risk together")
            continue
        by = np.linalg.lstsq(others, z, rcond=None)[0] if kept else np.zeros(0)
        rest = z - others @ by
        if np.linalg.norm(rest) <= max(noise, DEPENDENT * float(np.linalg.norm(z))) + 1e-15 * np.abs(by) @ raw[kept]:
            parts = [f"{c:.6g} {short(model.names[k])}" for k, c in zip(kept, by, strict=True) if abs(c) > 1e-9]
            said.append(f"{short(name)} = {first_few(parts, between=' + ')}, but for a constant")
        else:
            kept.append(j)
    if said:
        raise IdentificationError(
            f"{model.title} cannot tell {len(said)} of its {len(model.names)} columns: "
            f"{first_few(said, between='; ')}. Leave them out, or take others."
        )


def certified_partial(model: Any, solver: Any) -> tuple[Any, Solution]:
    """The maximum of a partial likelihood, which is looked for in the columns and by a linear program where a few steps
    leave a doubt that it exists.
    """
    found = None
    try:
        quick = solver.within(model, PATIENCE) if isinstance(solver, Newton) and solver.max_steps > PATIENCE else None
        found = quick if quick is not None and quick.converged else None
    except IdentificationError:
        pass
    if found is None or model.exact is not None or not found.quality.well_conditioned(WELL_CONDITIONED):
        check_columns(model)  # of exact ties always: an information of 0 is left as round-off there
    if found is None or found.reach > min(FAR, -1.5 * np.log(min(max(found.decrement, 1e-300), 0.5))):
        check_monotone(model)
    return model, solver.solve(model) if found is None else found


def require_order_beside_slopes(model: Any) -> None:
    """IdentificationError where columns of a large model of slopes by level make its likelihood rise for ever, with
    their names, from one sparse program.
    """
    Z, T = in_own_units(model.Z)
    if (d := RiskSetOrder(model.sets, Z, model.ties == "exact").direction()) is None:
        return
    step = np.abs(T @ d) * np.abs(as_columns(model.Z.T).by_levels).max(axis=0)
    named = [short(name) for name, move in zip(model.names, step / step.max(), strict=True) if move > 1e-7]
    raise IdentificationError(
        f"{model.title} has no maximum: at every event those who have it are the highest of those at risk in a "
        f"combination of {first_few(named)}, so that the log-likelihood rises for ever. Use "
        "penalty=st.Ridge(strength), leave slopes of such levels out, merge levels, or collect more events."
    )


def check_monotone(model: CoxRegression) -> None:
    """SeparationError where the partial likelihood rises for ever."""
    X = as_columns(model.Z.T).by_levels
    if X is not None and X.coded is None and len(X) * float(X.shape[1]) > LARGEST_BESIDE_SLOPES:
        require_order_beside_slopes(model)
        return
    separation = monotone(model)
    if separation is None:
        return
    moves = np.abs(separation.directions) * np.abs(model.Z.T).max(axis=0)
    moves = (moves / moves.max(axis=1, keepdims=True)).max(axis=0)
    named = [short(name) for name, move in zip(model.names, moves, strict=True) if move > 1e-7]
    finite = len(model.names) - len(separation.infinite)
    penalty = "Jeffreys()" if model.exact is None else "Ridge(strength)"
    raise SeparationError(
        f"{model.title} has no maximum: at every event those who have it are the highest of those at risk in a "
        f"combination of {first_few(named)}, so that the log-likelihood rises for ever"
        f"{'; ' + listed(separation.infinite) if separation.infinite else UNTOLD}. "
        + (f"The other {finite} {'is' if finite == 1 else 'are'} finite: " if finite and separation.infinite else "")
        + f"`separation.table()` of this error has estimates and intervals. Use penalty=st.{penalty}, leave these "
        "columns out or merge them, or collect more events.",
        separation,
    )
