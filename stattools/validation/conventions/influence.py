"""Where coefficients go when rows are left out, by one Newton step from the maximum of all rows.

    theta_{-S} - theta ~ -(H - H_S)^-1 s_S,   s_S the score of the rows S and H_S their information

Exact for least squares; for others near enough to rank sets of rows, of which few are then fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.validation.conventions.matching import rows_of
from stattools.validation.conventions.state import State

type Mask = NDArray[np.bool_]

CELLS = 2e7
"""More entries than that are not added up row by row."""
EVERY = 2000
"""So many lengths of a run of rows are looked at one by one; of longer ones some, and all beside the nearest."""
NEAREST = 60
"""So many of those are near: a path of many rows comes close to the target in other places by chance."""


@dataclass(frozen=True, eq=False)
class Influence:
    """Scores (n, p) and curvatures (n,) of rows at the maximum, the `information` of all (p, p), and the `target`: how
    far the claimed coefficients are from the maximum, with those that are `known`.
    """

    X: Floats
    scores: Floats
    curvature: Floats
    information: Floats
    target: Floats
    known: Mask

    def distance(self, moves: Floats) -> Floats:
        """How far moves (..., p) end from the target, in standard errors."""
        inverse = np.linalg.pinv(self.information)[np.ix_(self.known, self.known)]
        gap = moves[..., self.known] - self.target[self.known]
        return np.sqrt(np.maximum(np.einsum("...i,ij,...j->...", gap, np.linalg.pinv(inverse), gap), 0.0))

    def of_sets(self, masks: Sequence[Mask]) -> Floats:
        """The distances without each of these sets; infinite where nothing is left of a direction."""
        found = np.full(len(masks), np.inf)
        for k, gone in enumerate(masks):
            X = self.X[gone]
            left = self.information - (X.T * self.curvature[gone]) @ X
            try:
                found[k] = self.distance(-np.linalg.solve(left, self.scores[gone].sum(axis=0)))
            except np.linalg.LinAlgError:
                continue
        return found

    def of_rows(self) -> Floats:
        """How far each row alone moves the coefficients, (n, p)."""
        root = np.linalg.solve(self.information, self.X.T).T
        lever = np.clip(self.curvature * np.einsum("ij,ij->i", root, self.X), 0.0, 0.999)
        moved = np.linalg.solve(self.information, self.scores.T).T
        return -moved / (1.0 - lever)[:, None]

    def pairs(self, best: int = 3) -> list[tuple[int, int]]:
        """The pairs of rows that together move the coefficients nearest to the target."""
        inverse = np.linalg.pinv(self.information)[np.ix_(self.known, self.known)]
        half = np.linalg.cholesky(np.linalg.pinv(inverse)).T
        moves, target = self.of_rows()[:, self.known] @ half.T, half @ self.target[self.known]
        tree: Any = KDTree(moves)
        far, other = tree.query(target - moves, k=2)
        far = np.where(other == np.arange(len(moves))[:, None], np.inf, far)
        found: dict[tuple[int, int], float] = {}
        for i in np.argsort(far.min(axis=1))[: 2 * best].tolist():
            j = int(other[i, int(np.argmin(far[i]))])
            found[min(i, j), max(i, j)] = float(far[i].min())
        return list(found)[:best]

    def runs(self, order: NDArray[np.intp], best: int = 2) -> list[int]:
        """The lengths of the runs from the start of an order of rows whose loss leads nearest to the target."""
        most = len(order) // 2
        step = max(most // EVERY, 1)
        tried = np.arange(1, most + 1, step)
        far = self._of_runs(order, tried)
        if step > 1:
            near = tried[np.argsort(far)[:NEAREST]]
            tried = np.unique((near[:, None] + np.arange(-step, step + 1)).clip(1, most))
            far = self._of_runs(order, tried)
        return tried[np.argsort(far)[:best]].tolist()

    def _of_runs(self, order: NDArray[np.intp], lengths: NDArray[np.intp]) -> Floats:
        X, w = self.X[order[: lengths[-1]]], self.curvature[order[: lengths[-1]]]
        starts = np.append(0, lengths[:-1])
        scores = np.cumsum(np.add.reduceat(self.scores[order[: lengths[-1]]], starts), axis=0)
        outer = (X[:, :, None] * (X * w[:, None])[:, None, :]).reshape(len(X), -1)
        curves = np.cumsum(np.add.reduceat(outer, starts), axis=0).reshape(len(lengths), *self.information.shape)
        left = self.information - curves
        with np.errstate(all="ignore"):
            whole = np.linalg.cond(left) < 1e12
            moves = np.full(scores.shape, np.inf)
            moves[whole] = -np.linalg.solve(left[whole], scores[whole][..., None])[..., 0]
            far = np.full(len(lengths), np.inf)
            far[whole] = self.distance(moves[whole])
        return far


def influence_of(state: State) -> Influence | None:
    """The influence of each row of a state; None where its rows are no plain sum, or too many."""
    model: Any = state.model
    aim = claimed_by(state)
    if aim is None or model.predictor.width != 1 or np.ndim(model.rows.y) > 1 or any(model.predictor.own):
        return None
    n, p = model.rows.X.shape
    if n * p * p > CELLS:
        return None
    try:
        theta = state.estimates()
        eta = model.eta(theta)
        score = np.reshape(model.likelihood.score(eta, model.rows.y), (n, -1))[:, 0]
        curvature = np.reshape(model.likelihood.information(eta, model.rows.y), (n, -1))[:, 0]
    except StattoolsError:
        return None
    weight = 1.0 if model.rows.importance is None else model.rows.importance
    X, curvature = np.asarray(model.rows.X, dtype=float), curvature * weight
    information = (X.T * curvature) @ X
    if not np.isfinite(information).all() or np.linalg.cond(information) > 1e14:
        return None
    return Influence(X, X * (score * weight)[:, None], curvature, information, (aim - theta)[:p], np.isfinite(aim[:p]))


def claimed_by(state: State) -> Floats | None:
    """The claimed coefficients in the order of the model's, NaN for those that are not claimed; None where no row of
    the claim is one.
    """
    if state.aim is not None:
        return state.aim
    if state.claim is None or "estimate" not in state.claim.columns:
        return None
    ours = rows_of(state.claim, tuple(state.model.names))
    aim = np.full(len(state.model.names), np.nan)
    if ours is not None:
        aim[ours[ours >= 0]] = state.claim.columns["estimate"].value[ours >= 0]
    return aim if np.isfinite(aim).any() else None
