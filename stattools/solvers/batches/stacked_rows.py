"""The rows of many small regressions: log-likelihoods, scores and informations of all of them.

    score_k = sum_i J_i' s_i,     information_k = sum_i J_i' W_i J_i

s and W are the score and the information of each row in its linear predictors, asked of the family for the rows of all
members in one call, and J what the columns make of them. Of logistic, Poisson and linear regressions they are the mean
and its slope. What members share has a first axis of length 1; sums over the rows of members that share their columns
are one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.likelihoods import Bernoulli, Gaussian, Likelihood, Poisson
from stattools.models.model import Model

Coefficients = tuple[Floats, Floats, Floats]
"""log-likelihoods (m,), scores (p, m) and lower triangles of informations (p, p, m) of members."""


def _normal(eta: Floats) -> tuple[Floats, Floats]:
    return eta, np.ones((1, eta.shape[1]))


def _event(eta: Floats) -> tuple[Floats, Floats]:
    odds = np.exp(-eta)
    odds += 1.0
    mean = np.divide(1.0, odds, out=odds)
    slope = 1.0 - mean
    slope *= mean
    return mean, slope


def _count(eta: Floats) -> tuple[Floats, Floats]:
    mean = np.exp(eta)
    return mean, mean


FUSED: dict[type[Likelihood], Callable[[Floats], tuple[Floats, Floats]]] = {
    Gaussian: _normal,
    Bernoulli: _event,
    Poisson: _count,
}
"""The mean and its slope at linear predictors (m, n), of the families whose score is y less the mean."""


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

    @property
    def m(self) -> int:
        """How many members there are."""
        return max(len(A) for A in (self.Z, self.Y, self.W) if A is not None)

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
        """The products of two columns of two linear predictors, (n, q r), where all members share both; of one linear
        predictor those of the lower triangle, (n, q (q + 1) / 2).
        """
        found, shared = {}, self.columns
        for a, b, _, _ in self.model.predictor.pairs:
            one, other = shared[a][0], shared[b][0]
            if a == b and len(shared[a]) == 1:
                rows, columns = np.tril_indices(one.shape[1])
                found[a, b] = one[:, rows] * one[:, columns]
            elif len(shared[a]) == len(shared[b]) == 1:
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

    @property
    def typical(self) -> StackedRows:
        """The mean outcomes of members that share their columns, where the score is linear in them; else one member."""
        if type(self.model.likelihood) not in FUSED or len(self.Z) > 1 or self.W is not None:
            return self.kept(np.arange(1))
        return replace(self, Y=self.Y.mean(axis=0, keepdims=True))

    def eta(self, theta: Floats) -> Floats:
        """Linear predictors (m, n, width) at theta (p, m)."""
        predictor, n = self.model.predictor, self.Z.shape[1]
        # each linear predictor of its own lies side by side in memory
        m = max([theta.shape[1], *map(len, self.columns)])
        found = np.empty((predictor.width, m, n))
        for own, part, Z in zip(found, predictor.parts, self.columns, strict=True):
            own[:] = theta[part].T @ Z[0].T if len(Z) == 1 else (Z @ theta[part].T[:, :, None])[:, :, 0]
        if self.offset is not None:
            found[: predictor.n_first] += self.offset
        return found.transpose(1, 2, 0)

    def at(self, theta: Floats) -> tuple[Coefficients, Floats]:
        """Log-likelihoods and their derivatives at theta (p, 1 or m), and the linear predictors. Where only means are
        computed the log-likelihoods are 0.
        """
        predictor, W, eta = self.model.predictor, self.W, self.eta(theta)
        m = max(self.m, len(eta))
        fused = FUSED.get(type(self.model.likelihood))
        if fused is not None:
            mean, slope = fused(eta[:, :, 0])
            value, score, information = np.zeros(m), (self.Y - mean)[:, :, None], slope[:, :, None, None]
        else:
            each, score, information = self._terms(eta)
            value = each.sum(axis=1) if W is None else (np.where(W > 0.0, each, 0.0) * W).sum(axis=1)
        first, second = np.zeros((predictor.size, m)), np.zeros((predictor.size, predictor.size, m))
        columns, products = self.columns, self.products
        for a, part in enumerate(predictor.parts):
            first[part] = weighted_sums(score[:, :, a], W, columns[a]).T
        for a, b, one, other in predictor.pairs:
            w, shape = information[:, :, a, b], (columns[a].shape[2], columns[b].shape[2])
            if (a, b) in products:
                found = weighted_sums(w, W, products[a, b][None]).T
                if a == b:
                    second[one, other][np.tril_indices(shape[0])] = found
                    continue
                found = found.reshape(*shape, -1)
            elif predictor.constant[b]:
                found = weighted_sums(w, W, columns[a]).T[:, None]
            else:
                w = w if W is None else w * W
                found = (np.swapaxes(columns[a], 1, 2) @ (columns[b] * w[:, :, None])).transpose(1, 2, 0)
            second[one, other] = found
            if a != b:
                second[other, one] = found.transpose(1, 0, 2)
        if self.events is not None:
            value += self.events * np.log(theta[-1])
            first[-1] += self.events / theta[-1]
            second[-1, -1] += self.events / theta[-1] ** 2
        return (value, first, second), eta

    def _terms(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """What the family says of the rows of all members: log-likelihoods (m, n), scores and informations."""
        m, (n, width) = max(len(eta), len(self.Y)), eta.shape[1:]
        y, eta = (np.broadcast_to(A, (m, *A.shape[1:])).reshape(m * n, *A.shape[2:]) for A in (self.Y, eta))
        each, score, information = self.model.likelihood.evaluate(eta if width > 1 else eta.ravel(), y)
        return each.reshape(m, n), score.reshape(m, n, width), information.reshape(m, n, width, width)

    def raised(self, theta: Floats) -> Floats:
        """Coefficients at which as many events are expected as were seen, where the first column is a constant."""
        value = self.Z[0, 0, 0]
        if not value or (self.Z[:, :, 0] != value).any():
            return theta
        seen, expected = (
            weighted_sums(A, self.W, np.ones((1, A.shape[1], 1)))[:, 0]
            for A in (self.Y, np.exp(self.eta(theta)[:, :, 0]))
        )
        by = np.log(np.maximum(seen, 1e-10) / expected) / value
        theta = np.array(np.broadcast_to(theta, (len(theta), len(by))))
        theta[0] += by
        return theta


def weighted_sums(values: Floats, W: Floats | None, columns: Floats) -> Floats:
    """Sums over rows of weights (1 or m, n) times values (1 or m, n) times columns (1 or m, n, q): (m, q)."""
    if W is not None and len(columns) == len(values) == 1:  # one product for the weights of all members
        return W @ (columns[0] * values[0][:, None])
    values = values if W is None else values * W
    if columns.shape[2] == 1 and len(columns) == 1:
        return np.einsum("mn,n->m", values, columns[0, :, 0])[:, None]
    return values @ columns[0] if len(columns) == 1 else (values[:, None, :] @ columns)[:, 0]


def weighted_squares(values: Floats, W: Floats | None) -> Floats:
    """Weighted sums of squares (m,) of values (1 or m, n)."""
    if W is None:
        return np.einsum("mi,mi->m", values, values)
    return weighted_sums(values * values, W, np.ones((1, values.shape[1], 1)))[:, 0]
