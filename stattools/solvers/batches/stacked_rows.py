"""The rows of many small regressions of any concave family: log-likelihoods, scores and informations of all of them.

    score_k = sum_i J_i' s_i,     information_k = sum_i J_i' W_i J_i

s and W are the score and the information of each row in its linear predictors, asked of the family for the rows of all
members in one call, and J what the columns make of them. What members share has a first axis of length 1; sums over the
rows of members that share their columns are one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.models.model import Model

Coefficients = tuple[Floats, Floats, Floats]
"""log-likelihoods (m,), scores (p, m) and informations (p, p, m) of members."""


@dataclass(frozen=True, eq=False)
class StackedRows:
    """Columns Z (1 or m, n, p), outcomes (1 or m, n, ...), weights W and offset (1 or m, n) or None, in units in which
    the coefficients of `model` are `lift` times these. `events` (m,), where it is given, times the log of the last
    coefficient belongs to the log-likelihood.
    """

    model: Model
    Z: Floats
    Y: Floats
    W: Floats | None
    offset: Floats | None
    events: Floats | None = None

    @cached_property
    def columns(self) -> list[Floats]:
        """The columns of each linear predictor, (1 or m, n, q)."""
        predictor, found = self.model.predictor, []
        for use, alone in zip(predictor.uses, predictor.constant, strict=True):
            ones = np.ones((1, self.Z.shape[1], 1))
            found.append(self.Z if use is None else ones if alone else self.Z[:, :, list(use)])
        return found

    @cached_property
    def products(self) -> dict[tuple[int, int], Floats]:
        """The products of two columns of two linear predictors, (n, q r), where all members share both."""
        found, shared = {}, self.columns
        for a, b, _, _ in self.model.predictor.pairs:
            if len(shared[a]) == len(shared[b]) == 1:
                one, other = shared[a][0], shared[b][0]
                found[a, b] = (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)
        return found

    def kept(self, going: NDArray[np.intp]) -> StackedRows:
        """The rows of some members."""
        Zt = np.swapaxes(self.Z, 1, 2)
        all_of_them = (Zt, self.Y, self.W, self.offset, self.events)
        Zt, *others = (A if A is None or len(A) == 1 else A[going] for A in all_of_them)
        some = StackedRows(self.model, np.swapaxes(Zt, 1, 2), *others)  # type: ignore[arg-type]
        if len(self.Z) == 1:
            vars(some).update(columns=self.columns, products=self.products)
        return some

    def eta(self, theta: Floats) -> Floats:
        """Linear predictors (m, n, width) at theta (p, m)."""
        predictor, n = self.model.predictor, self.Z.shape[1]
        # each linear predictor of its own lies side by side in memory
        found = np.empty((predictor.width, theta.shape[1], n))
        for own, part, Z in zip(found, predictor.parts, self.columns, strict=True):
            if len(Z) == 1:
                np.matmul(theta[part].T, Z[0].T, out=own)
            else:
                np.matmul(Z, theta[part].T[:, :, None], out=own[:, :, None])
        if self.offset is not None:
            found[: predictor.n_first] += self.offset
        return found.transpose(1, 2, 0)

    def at(self, theta: Floats) -> tuple[Coefficients, Floats]:
        """Log-likelihoods and their derivatives at theta (p, m), and the linear predictors."""
        predictor, family = self.model.predictor, self.model.likelihood
        eta, width = self.eta(theta), predictor.width
        m, n = eta.shape[:2]
        y = self.Y if len(self.Y) == m else np.broadcast_to(self.Y, (m, *self.Y.shape[1:]))
        y = y.reshape(m * n, *self.Y.shape[2:])
        each, score, information = family.evaluate(eta.reshape(m * n, width) if width > 1 else eta.ravel(), y)
        each, score = each.reshape(m, n), score.reshape(m, n, width)
        information = information.reshape(m, n, width, width)
        if self.W is not None:
            used = self.W > 0.0
            each = np.where(used, each, 0.0) * self.W
            score, information = score * self.W[:, :, None], information * self.W[:, :, None, None]
        first, second = np.empty((predictor.size, m)), np.empty((predictor.size, predictor.size, m))
        columns, products = self.columns, self.products
        for a, part in enumerate(predictor.parts):
            first[part] = _weighted(score[:, :, a], columns[a]).T
        for a, b, one, other in predictor.pairs:
            w = information[:, :, a, b]
            if (a, b) in products:
                found = (w @ products[a, b]).reshape(m, columns[a].shape[2], columns[b].shape[2])
            elif predictor.constant[b]:
                found = _weighted(w, columns[a])[:, :, None]
            else:
                found = np.swapaxes(columns[a], 1, 2) @ (columns[b] * w[:, :, None])
            second[one, other] = found.transpose(1, 2, 0)
            if a != b:
                second[other, one] = found.transpose(2, 1, 0)
        value = each.sum(axis=1)
        if self.events is not None:
            value += self.events * np.log(theta[-1])
            first[-1] += self.events / theta[-1]
            second[-1, -1] += self.events / theta[-1] ** 2
        return (value, first, second), eta


def _weighted(values: Floats, columns: Floats) -> Floats:
    """Sums over rows of values (m, n) times columns (1 or m, n, q): (m, q)."""
    if columns.shape[2] == 1 and len(columns) == 1:
        return np.einsum("mn,n->m", values, columns[0, :, 0])[:, None]
    return values @ columns[0] if len(columns) == 1 else (values[:, None, :] @ columns)[:, 0]
