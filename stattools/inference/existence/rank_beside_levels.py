"""Rank beside a factor whose levels are kept as codes: is every other column's coefficient determined, and each level?

The other columns, less their means within levels, are read from left to right; one of which nothing is left beyond the
others before it is a combination of these and of the levels. A level counts for nothing where its rows have weight 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.level_units import with_units
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.level_columns import LevelColumns
from stattools.numerics.products import weighted
from stattools.text.names import first_few

EPS = float(np.finfo(float).eps)


def check_rank_beside_levels(model: Model, X: LevelColumns, terms: Sequence[str]) -> None:
    """IdentificationError naming what the rows do not determine of the columns X of a linear predictor, called
    `terms`.
    """
    importance = model.rows.importance
    w = np.ones(len(X)) if importance is None else importance
    counts = X.by_level(w)
    factor = terms[X.at].rsplit("[", 1)[0]
    if len(empty := np.flatnonzero(~(counts > 0))):
        raise IdentificationError(
            f"{model.title} has no row that counts in {first_few([terms[X.at + j] for j in empty.tolist()])}"
            f"{'' if importance is None else ': all have weight 0'}. Leave the rows of such levels of {factor} out."
        )
    work, _ = with_units(X, importance)
    size = np.abs(work.others).max(axis=0, initial=1.0)
    means = work.by_level(weighted(work.others, w)) / counts[:, None]
    within = np.sqrt(w)[:, None] * (work.others - work.of_rows(means))
    names = [name for k, name in enumerate(terms) if not X.at <= k < X.stop]
    same = [_is_same(column, X.codes + 1) for column in work.others.T]
    if aliased := combinations(within, size, names, same, factor, model.n):
        refuse(model, list(aliased.values()), len(terms))


def combinations(
    within: Floats, size: Floats, names: Sequence[str], same: Sequence[bool], factor: str, n: float, such: str = ""
) -> dict[str, str]:
    """What is said of each column that is a combination of those before it and of the levels of a `factor`: `within`
    (n, m) is what the levels leave of the columns, `size` (m,) what they were, and `same` tells which the levels make
    alone. `such` says which columns the levels have, where they have several.
    """
    unit: list[Floats] = []
    aliased: dict[str, str] = {}
    before: list[str] = []
    for j, name in enumerate(names):
        rest = within[:, j]
        for _ in range(2):
            for one in unit:
                rest = rest - one * (one @ rest)
        length = float(np.linalg.norm(rest))
        if length > max(8.0 * EPS * max(size[j], 1.0), 1e-14) * np.sqrt(n):
            unit.append(rest / length)
            before.append(name)
            continue
        if same[j]:
            aliased[name] = f"{name} is the same in all rows of each level of {factor}"
        else:
            beside = f"{first_few(before)} and " if before else ""
            aliased[name] = f"{name} is a combination of {beside}the levels of {factor}{such}"
    return aliased


def refuse(model: Model, aliased: Sequence[str], columns: int) -> None:
    """IdentificationError that says of which of the columns the rows tell no coefficient."""
    raise IdentificationError(
        f"{model.title} cannot tell {len(aliased)} of its {columns} columns from the others: "
        f"{first_few(aliased, between='; ')}. Leave out one column of each combination."
    )


def _is_same(values: Floats, codes: NDArray[np.intp]) -> bool:
    """Whether the values are the same in all rows of each level, up to round-off of the largest."""
    first = np.zeros(int(codes.max()) + 1)
    first[codes] = values
    return bool(np.abs(values - first[codes]).max() <= 64.0 * EPS * np.abs(values).max())
