"""How far the fixed effects move when a whole group is left out, the variances held at their estimates.

    cooks_distance_j = (beta_hat - beta_(j))' Cov^-1 (beta_hat - beta_(j)) / p

Where groups are independent, X'V^-1 X and X'V^-1 y are sums over them, from which one is taken away; where they meet,
the rows of the others are fitted anew, at the same variances. Source: Demidenko & Stukel, Statistics in Medicine 24
(2005), 893-909.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.random_term import RandomTerm
from stattools.errors import DomainError, IdentificationError, quoted
from stattools.inference.mixed.random_effects import label_of
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.latent.small_blocks import Codes
from stattools.latent.structure import LatentColumns
from stattools.latent.structures import structure_of
from stattools.solvers.mixed.mixed_maximum import MixedMaximum

SINGULAR = 1e-12
"""An eigenvalue of X'V^-1 X, in orthonormal coordinates of all rows, below this share of the largest is round-off."""


def group_influence(found: MixedMaximum, group: str | None) -> pd.DataFrame:
    """level, n, cooks_distance, and for each fixed effect how many standard errors it falls without the group."""
    found.model.require_groups_alone("group_influence")
    term = grouping(found.model, group)
    codes, count = term.codes, term.n_levels
    crosses = _crosses_without(found, codes, count)
    b, at = found.profile.b, found.profile
    p = len(b)
    moved = np.array([b - _solved(cross, term, j) for j, cross in enumerate(crosses)])
    distance = np.einsum("jp,pr,jr->j", moved, at.evaluated.cross[:-1, :-1], moved) / (at.s2 * p)
    back = found.coordinates.to_beta
    falls = (moved @ back.T) * found.coordinates.unit / np.sqrt(found.covariance.diagonal())
    return frame_of(term, found.model.names, distance, falls)


def grouping(model: Any, group: str | None) -> RandomTerm:
    """A term of the group, which is needed where there are several."""
    groups = list(dict.fromkeys(term.group for term in model.random))
    group = word_of(group, groups)
    if group is None and len(groups) == 1:
        group = groups[0]
    if not is_one_of(group, tuple(groups)):
        raise DomainError(
            f"group_influence needs one of the groups {', '.join(map(repr, groups))}; got {quoted(group)}."
        )
    return next(term for term in model.random if term.group == group)


def frame_of(term: RandomTerm, names: tuple[str, ...], distance: Floats, falls: Floats) -> pd.DataFrame:
    """level, n, cooks_distance, and the falls (J, p) in standard errors."""
    frame = {
        "level": [label_of(level) for level in term.levels],
        "n": np.bincount(term.codes, minlength=term.n_levels),
        "cooks_distance": distance,
    }
    frame |= {f"se_{name}": fall for name, fall in zip(names, falls.T, strict=True)}
    return pd.DataFrame(frame)


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


def _crosses_without(found: MixedMaximum, codes: Codes, count: int) -> Any:
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
