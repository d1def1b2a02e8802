"""The effects of groups given the data, with their standard errors, and how far estimates move without a group.

    u_hat_j = Sigma Z_j'V^-1 (y - X beta_hat)
    Var(u_j | y, beta) = Sigma - Sigma Z_j'V^-1 Z_j Sigma                                      fixed="known"
    Var(u_hat_j - u_j) = the same + D (X'V^-1 X)^-1 D',   D = Sigma Z_j'V^-1 X                 fixed="estimated"
    cooks_distance_j = (beta_hat - beta_(j))' Cov^-1 (beta_hat - beta_(j)) / p

The variances are taken as known; these are the formulas of a normal outcome, of others beta_(j) is one step of Newton,
of coefficients and variances together. Source: Henderson, Biometrics 31 (1975), 423-447; Demidenko & Stukel, Statistics
in Medicine 24 (2005), 893-909; Pregibon, Annals of Statistics 9 (1981), 705-724.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from stattools.data.design.latent_terms import RandomTerm, SmoothTerm
from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError
from stattools.inference.estimates import Estimates, quantile_of
from stattools.inference.existence.rank import check_rank
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
from stattools.latent.blocks import LatentColumns, fitted
from stattools.latent.elimination import structure_of
from stattools.models.mixed.mixed_model import MixedModel
from stattools.numerics.small_matrices import Codes
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum
from stattools.solvers.mixed.maximum import MixedMaximum
from stattools.solvers.mixed.null import without_rows


def random_effects(fit: Any, group: str | None, level: float, fixed: str) -> pd.DataFrame:
    """group, level, term, estimate, se, lower, upper: see `Fit.random_effects`."""
    found, random = fit.found, fit.model.random
    groups = list(dict.fromkeys(term.group for term in random))
    if not groups:
        raise IncompatibleError(f"random_effects are those of groups, and {found.model.formula!r} has curves alone.")
    if group is not None:
        group = one_of(group, groups, "random_effects has the groups {}")
    fixed = one_of(fixed, tuple(NOTES), 'random_effects has fixed="known" and fixed="estimated"')
    estimates, errors = found.modes, found.errors(fixed)
    require_level(level)
    q = quantile_of(np.inf, level)
    frames = []
    for name in groups if group is None else [group]:
        own = [k for k, term in enumerate(random) if term.group == name]
        columns = [column for k in own for column in random[k].columns]
        labels = [label_of(label) for label in random[own[0]].levels]
        estimate = np.concatenate([estimates[k] for k in own]).T.ravel()  # the effects of a level side by side
        se = np.concatenate([errors[k] for k in own]).T.ravel()
        made = {"group": name, "level": [label for label in labels for _ in columns], "term": columns * len(labels)}
        made |= {"estimate": estimate, "se": se, "lower": estimate - q * se, "upper": estimate + q * se}
        frames.append(pd.DataFrame(made))
    table = pd.concat(frames, ignore_index=True)
    table.attrs["note"] = NOTES[fixed]
    return table


NOTES = {
    "known": "Standard errors of the effects given the data, with the fixed effects and variances taken as known.",
    "estimated": "Standard errors of estimated less true effects, with the variances taken as known.",
}
"""What the standard errors leave out."""


def wiggles(found: MixedMaximum | MarginalMaximum, curves: Sequence[SmoothTerm]) -> Floats | float:
    """What the wiggly parts of curves, as the maximum has them, make of rows (n,)."""
    pairs = zip(curves, found.of_curves, strict=True) if curves else ()
    return sum((fitted(rows, (rows.wiggles @ one.wiggly)[:, None])[0] for rows, one in pairs), 0.0)


def label_of(level: object) -> Any:
    """A level as a table shows it: those of several columns are joined, "A:a".

    >>> label_of(("A", 2)), label_of(7)
    ('A:2', 7)
    """
    return ":".join(map(str, level)) if isinstance(level, tuple) else level


SINGULAR = 1e-12
"""An eigenvalue of X'V^-1 X, in orthonormal coordinates of all rows, below this share of the largest is round-off."""


def group_influence(fit: Estimates, group: str | None) -> pd.DataFrame:
    """level, n, cooks_distance, and for each coefficient how many standard errors it falls without the group."""
    fit.model.require_groups_alone("group_influence")
    term = grouping(fit.model, group)
    with one_blas_thread():
        distance, falls = (_variances_held if fit.model.has_scale else _by_newton)(fit, term)
    frame = {
        "level": [label_of(level) for level in term.levels],
        "n": np.bincount(term.codes, minlength=term.n_levels),
        "cooks_distance": distance,
    }
    frame |= {f"se_{name}": fall for name, fall in zip(fit.names, falls.T, strict=True)}
    return pd.DataFrame(frame)


def _variances_held(fit: Any, term: RandomTerm) -> tuple[Floats, Floats]:
    """Cook's distances (J,) and falls (J, p) of the fixed effects of a normal outcome."""
    found: MixedMaximum = fit.found
    codes, count = term.codes, term.n_levels
    crosses = _crosses_without(found, codes, count)
    b, at = found.profile.b, found.profile
    p = len(b)
    moved = np.array([b - _solved(cross, term, j) for j, cross in enumerate(crosses)])
    distance = np.einsum("jp,pr,jr->j", moved, at.evaluated.cross[:-1, :-1], moved) / (at.s2 * p)
    back = found.coordinates.to_beta
    return distance, (moved @ back.T) * found.coordinates.unit / np.sqrt(found.covariance.diagonal())


def grouping(model: MixedModel, group: str | None) -> RandomTerm:
    """A term of the group, which is needed where there are several."""
    groups = list(dict.fromkeys(term.group for term in model.random))
    group = groups[0] if group is None and len(groups) == 1 else group
    group = one_of(group, groups, "group_influence needs one of the groups {}")
    return next(term for term in model.random if term.group == group)


def _solved(cross: Floats, term: RandomTerm, j: int) -> Floats:
    """b of W'V^-1 W without group j."""
    gram = cross[:-1, :-1]
    values = np.linalg.eigvalsh(gram)
    if values[0] <= SINGULAR * values[-1]:
        raise IdentificationError(
            f"group_influence: without {label_of(term.levels[j])!r} of {term.group!r} the rows that are left do not "
            "determine the fixed effects, which rest on that group alone: leave out the column that is its own."
        )
    return np.linalg.solve(gram, cross[:-1, -1])


def _crosses_without(found: MixedMaximum, codes: Codes, count: int) -> Iterator[Floats]:
    """W'V^-1 W (m, m) without each of the groups."""
    columns, at = found.coordinates.columns, found.profile
    if all(_within(other, codes, size) for other, size in zip(columns.codes, columns.sizes, strict=True)):
        W = columns.W
        left = W.copy()  # V^-1 W = W - Z S Z'V^-1 W
        for T, z, own, projected in zip(at.factors, columns.z, columns.codes, at.evaluated.projected, strict=True):
            left -= np.einsum("qi,qmi->mi", T @ T.T @ z, projected[:, :, own])
        for j in _parts(codes, count):
            yield at.evaluated.cross - W[:, j] @ left[:, j].T
        return
    for j in range(count):
        rows = np.flatnonzero(codes != j)
        some = LatentColumns(
            np.ascontiguousarray(columns.W[:, rows]),
            tuple(own[rows] for own in columns.codes),
            columns.sizes,
            tuple(np.ascontiguousarray(z[:, rows]) for z in columns.z),
        )
        yield structure_of(some).evaluate(at.factors).cross


def _within(inner: Codes, outer: Codes, size: int) -> bool:
    """Each level of `inner` lies in one of `outer`."""
    above = np.zeros(size, dtype=np.intp)
    above[inner] = outer
    return bool((above[inner] == outer).all())


def _parts(codes: Codes, count: int) -> list[Codes]:
    """The rows of each group."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=count))[:-1])


def _by_newton(fit: Any, term: RandomTerm) -> tuple[Floats, Floats]:
    """Cook's distances (J,) and falls (J, p) by one step of Newton from the fit."""
    moved = []
    for j in range(term.n_levels):
        try:
            check_rank(fit.model.fixed.subset(np.flatnonzero(term.codes != j)))
            moved.append(fit.estimate - without_rows(fit.found, term.codes == j))
        except (IdentificationError, ConvergenceError):
            raise IdentificationError(
                f"group_influence: without {label_of(term.levels[j])!r} of {term.group!r} the rows left do not "
                "determine the coefficients, which rest on that group alone: leave out the column that is its own."
            ) from None
    falls = np.array(moved)
    distance = np.einsum("jp,pj->j", falls, np.linalg.solve(fit.covariance, falls.T)) / falls.shape[1]
    return distance, falls / fit.se
