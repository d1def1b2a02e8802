"""Fixed effects that a package takes out of the columns before its fit, as columns of ours: one for each level but the
first, without those that the columns before them already determine.

Their coefficients are not reported: those of the highest likelihood beside the reported ones stand for them, so that
only what was reported is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import IncompatibleError
from stattools.inference.restricted import Along
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.solvers.climb import newton_ascent
from stattools.validation.foreign.description import Foreign

MOST = 300
"""Levels that become columns."""


def with_effects(X: Floats, names: list[str], effects: Mapping[str, ArrayLike]) -> tuple[Floats, list[str]]:
    """X with an intercept where it determines none, and columns for the levels of each effect; IncompatibleError for
    too many.
    """
    coded = {name: np.unique(np.asarray(values), return_inverse=True) for name, values in effects.items()}
    many = sum(len(levels) for levels, _ in coded.values())
    if many > MOST:
        raise IncompatibleError(
            f"this fit has {many:,} fixed effects ({', '.join(coded)}), of which audit makes a column each, at most "
            f"{MOST}. Audit the same fit on fewer groups."
        )
    columns, called = [np.ones(len(X)), *X.T], ["Intercept", *names]
    if np.linalg.matrix_rank(np.column_stack(columns)) < len(columns):
        columns, called = [*X.T], list(names)
    basis = np.linalg.qr(np.column_stack(columns))[0] if columns else np.empty((len(X), 0))
    for name, (levels, codes) in coded.items():
        for k, level in enumerate(levels[1:], start=1):
            column = (np.ravel(codes) == k).astype(float)
            rest = column - basis @ (basis.T @ column)
            rest -= basis @ (basis.T @ rest)
            if np.linalg.norm(rest) <= 1e-9 * np.linalg.norm(column):
                continue
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
            columns.append(column)
            called.append(f"{name}[{level}]")
    return np.column_stack(columns), called


def completed(model: Model, theta: Floats) -> Floats:
    """theta with the coefficients that are NaN at the highest likelihood beside the others."""
    free = np.isnan(theta)
    if not free.any():
        return theta
    alone: Any = Along(model, np.eye(len(theta))[:, free], np.where(free, 0.0, theta))
    found = newton_ascent(alone, model.start[free], 1e-10, 100, "Newton").estimate
    return np.where(free, 0.0, theta) + alone.V @ found


def placed(values: Floats, reported: list[str], names: tuple[str, ...]) -> Floats:
    """Reported values in the order of the names, NaN where none was reported."""
    known = dict(zip(reported, np.asarray(values, dtype=float), strict=True))
    return np.array([known.get(name, np.nan) for name in names])


def told_of(foreign: Foreign, reported: int) -> Foreign:
    """With a note where coefficients were completed."""
    more = len(foreign.model.names) - reported
    if more == 0:
        return foreign
    note = f"{more} coefficients of fixed effects are not reported: those beside the reported ones stand for them."
    return replace(foreign, notes=(*foreign.notes, note))


def level_codes(values: Any) -> NDArray[np.intp]:
    """Codes of the levels of a column."""
    return np.unique(np.asarray(values), return_inverse=True)[1].ravel()
