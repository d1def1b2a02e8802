"""Rank beside a factor whose levels are kept as codes: is the coefficient of each column determined?

The columns of a level are read from left to right in its rows; then the other columns, less what the levels make of
them: one of which nothing is left beyond the others before it is a combination of these and of the levels. A level
counts for nothing where its rows have weight 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.slope_units import OrthogonalLevels, orthogonal, standard_columns
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.columns import Columns
from stattools.numerics.products import weighted
from stattools.text.names import first_few

EPS = float(np.finfo(float).eps)


def check_rank_beside_levels(model: Model, X: Columns, terms: Sequence[str]) -> None:
    """IdentificationError naming what the rows do not determine of the columns X of a linear predictor, called
    `terms`.
    """
    importance, factor, levels = model.rows.importance, factor_of(X, terms), orthogonal(X, model.rows.importance)
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
    aliased |= _combinations(model, X, levels, terms, factor)
    if aliased:
        said = [aliased[name] for name in terms if name in aliased]
        raise IdentificationError(
            f"{model.title} cannot tell {len(said)} of its {len(terms)} columns from the others: "
            f"{first_few(said, between='; ')}. Leave out one column of each combination."
        )


def _combinations(
    model: Model, X: Columns, levels: OrthogonalLevels, terms: Sequence[str], factor: str
) -> dict[str, str]:
    """What is said of each other column that is a combination of those before it and of the levels of the factor."""
    importance = model.rows.importance
    work = standard_columns(X, importance)[0]
    w = np.ones(len(X)) if importance is None else importance
    within, size = work.others.copy(), np.abs(work.others).max(axis=0, initial=1.0)
    for kind in [*X.kinds, *X.kinds]:  # the second time takes off what rounding left
        squares = np.where(levels.aliased[:, kind], np.inf, levels.squares[:, kind])
        along = X.by_level(weighted(within, w * levels.Q[:, kind])) / squares[:, None]
        within -= levels.Q[:, kind, None] * X.of_rows(along)
    within *= np.sqrt(w)[:, None]
    which = ""
    if X.slopes is not None:
        which = f" (columns such as {first_few([str(terms[j]) for j in X.places[0].tolist()], between=' and ')})"
    unit: list[Floats] = []
    aliased: dict[str, str] = {}
    before: list[str] = []
    for j, name in enumerate(str(terms[k]) for k in X.rest.tolist()):
        rest = within[:, j]
        for _ in range(2):
            for one in unit:
                rest = rest - one * (one @ rest)
        length = float(np.linalg.norm(rest))
        if length > max(8.0 * EPS * max(size[j], 1.0), 1e-14) * np.sqrt(model.n):
            unit.append(rest / length)
            before.append(name)
        elif X.slopes is None and _is_same(work.others[:, j], X.codes + 1):
            aliased[name] = f"{name} is the same in all rows of each level of {factor}"
        else:
            beside = f"{first_few(before)} and " if before else ""
            aliased[name] = f"{name} is a combination of {beside}the levels of {factor}{which}"
    return aliased


def _is_same(values: Floats, codes: NDArray[np.intp]) -> bool:
    """Whether the values are the same in all rows of each level, up to round-off of the largest."""
    first = np.zeros(int(codes.max()) + 1)
    first[codes] = values
    return bool(np.abs(values - first[codes]).max() <= 64.0 * EPS * np.abs(values).max())


def factor_of(X: Columns, terms: Sequence[str]) -> str:
    """What the factor is called in the names of the columns of its first and last level: the part that differs."""
    first, last = (terms[int(X.places[level, 0])].split(":") for level in (0, -1))
    parts = [one for one, other in zip(first, last, strict=False) if one != other] or first
    return parts[0].rsplit("[", 1)[0]
