"""Rank of columns of which each level of a factor has several: is the coefficient of each determined?

The columns of a level are read from left to right in its rows; then the other columns, less what the levels make of
them. A level counts for nothing where its rows have weight 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stattools.data.rows.slope_units import orthogonal, with_slope_units
from stattools.errors import IdentificationError
from stattools.inference.existence.rank_beside_levels import combinations, refuse
from stattools.models.model import Model
from stattools.numerics.coded_levels import CodedLevels
from stattools.numerics.level_slopes import LevelSlopes
from stattools.numerics.products import weighted
from stattools.text.names import first_few


def check_rank_of_slopes(model: Model, X: LevelSlopes, terms: Sequence[str]) -> None:
    """IdentificationError naming what the rows do not determine of the columns X of a linear predictor, called
    `terms`.
    """
    importance, factor = model.rows.importance, factor_of(X, terms)
    levels = orthogonal(X, importance)
    if len(empty := np.flatnonzero(~(levels.counts > 0))):
        raise IdentificationError(
            f"{model.title} has no row that counts in {first_few([str(terms[j]) for j in X.places[empty, 0].tolist()])}"
            f"{'' if importance is None else ': all have weight 0'}. Leave the rows of such levels of {factor} out."
        )
    aliased: dict[str, str] = {}
    for level, kind in np.argwhere(levels.aliased).tolist():
        *before, name = [str(terms[j]) for j in X.places[level, : kind + 1].tolist()]
        alone = f"{name} is 0 in all rows that count"
        aliased[name] = f"{name} is a combination of {first_few(before)}" if before else alone
    work, w = with_slope_units(X, importance)[0], np.ones(len(X)) if importance is None else importance
    within = work.others.copy()
    for kind in [*X.kinds, *X.kinds]:  # the second time takes off what rounding left
        squares = np.where(levels.aliased[:, kind], np.inf, levels.squares[:, kind])
        along = X.by_level(weighted(within, w * levels.Q[:, kind])) / squares[:, None]
        within -= levels.Q[:, kind, None] * X.of_rows(along)
    names, size = [str(terms[j]) for j in X.rest.tolist()], np.abs(work.others).max(axis=0, initial=1.0)
    left = np.sqrt(w)[:, None] * within
    such = f" (columns such as {first_few([str(terms[j]) for j in X.places[0].tolist()], between=' and ')})"
    aliased |= combinations(left, size, names, [False] * len(names), factor, model.n, such)
    if aliased:
        refuse(model, [aliased[name] for name in terms if name in aliased], len(terms))


def factor_of(X: CodedLevels, terms: Sequence[str]) -> str:
    """What the factor is called in the names of the columns of its first and last level: the part that differs."""
    first, last = (terms[int(X.numbers[level, 0])].split(":") for level in (0, -1))
    parts = [one for one, other in zip(first, last, strict=False) if one != other] or first
    return parts[0].rsplit("[", 1)[0]
