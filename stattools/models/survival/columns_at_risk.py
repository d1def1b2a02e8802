"""The columns of rows that are ever at risk, centered within strata, and the coordinates in which they are climbed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.rows.level_units import LevelUnits
from stattools.data.rows.slope_units import orthogonal
from stattools.interface.arrays import Floats
from stattools.models.survival.partial_likelihood import parts
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.columns import as_columns
from stattools.numerics.level_blocks import Within

LONG = 1e-4
"""Columns whose Gram matrix of unit lengths has at least this reciprocal condition are left as they are."""


def columns_at_risk(X: Any, sets: RiskSets) -> Any:
    """The columns (p, rows of `sets`) of the rows X (n, p); levels that are codes stay so."""
    if (coded := as_columns(X).by_levels) is not None:
        return coded[sets.rows].T
    Z = np.empty((X.shape[1], len(sets.rows)))
    for part in parts(*Z.shape):
        Z[:, part] = X[sets.rows[part]].T
    return Z


def centered(Z: Any, sets: RiskSets) -> Any:
    """The columns less their means within strata, which no ratio of hazards depends on; in place. Levels that are codes
    stay zeros and ones.
    """
    if (coded := as_columns(Z.T).by_levels) is not None:
        others = centered(np.ascontiguousarray(coded.others.T), sets)
        return replace(coded, others=np.ascontiguousarray(others.T)).T
    first = sets.starts[sets.first]
    one = len(first) == 1
    counts = Z.shape[1] if one else np.diff(np.append(first, Z.shape[1]))
    of = None if one else np.repeat(np.arange(len(first)), counts)
    for _ in range(2):  # the second time for what round-off left
        means = np.add.reduceat(Z, first, axis=1) / counts
        for part in parts(*Z.shape):
            Z[:, part] -= means if of is None else means[:, of[part]]
    return Z


def in_own_units(Z: Any) -> tuple[Any, Any]:
    """T' Z of unit variance, and T; of columns beside levels that are codes each in its own unit, where those of a
    level with several are made orthogonal.
    """
    X = as_columns(Z.T).by_levels
    if X is None:
        T = whitened(Z)
        return T.T @ Z, T
    length = np.sqrt((X.others**2).mean(axis=0))
    length = np.where(length > 0.0, length, 1.0)
    identity = LevelUnits.identity(X.shape[1])
    own = replace(X, others=X.others / length)
    if X.slopes is None:
        return own.T, replace(identity, t=X.joined(1.0, 1.0 / length))
    of = orthogonal(X, None)
    t = X.joined(np.diagonal(of.M, axis1=1, axis2=2), 1.0 / length)
    return replace(own, slopes=of.Q).T, replace(identity, t=t, within=Within.of(X.places, of.M))


def whitened(Z: Floats) -> Floats:
    """T (p, p) upper triangular with T' Z of unit variance, and uncorrelated where columns are nearly dependent; a
    column that others make keeps its length.
    """
    n = Z.shape[1]
    length = np.sqrt(np.einsum("ij,ij->i", Z, Z) / n)
    length = np.where(length > 0.0, length, 1.0)
    G = (Z @ Z.T) / n / np.outer(length, length)
    if len(G) == 1 or np.linalg.eigvalsh(G)[0] > LONG:
        return np.diag(1.0 / length)
    R = np.linalg.qr((Z / length[:, None]).T, mode="r") / np.sqrt(n)
    size = np.abs(np.diagonal(R))
    if size.min() < 1e-12:
        return np.diag(1.0 / length)
    return np.linalg.solve(R, np.eye(len(R))) / length[:, None]
