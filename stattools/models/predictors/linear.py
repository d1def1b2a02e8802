"""The linear predictor eta = X B^T + offset, with B = theta reshaped to (width, p), and its derivatives by the chain
rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stattools.data.rows.rows import Block
from stattools.interface.arrays import Floats
from stattools.numerics.products import cross_gram, symmetric, times, transposed, upper_gram

Pullback = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Linear:
    """Coefficients for `columns` columns and `width` linear predictors per row, one predictor after the other.

    `forward` gives eta of shape (m,) for width 1, (m, width) otherwise, and the pullback that maps a score in eta to
    a score in theta; `information` is the same map for second derivatives, X^T diag(w) X in blocks.

    >>> eta, pullback = Linear(2).forward(np.array([1.0, 2.0]), Block(np.eye(2), np.zeros(2), None, None))
    >>> eta, pullback(np.ones(2))
    (array([1., 2.]), array([1., 1.]))
    """

    columns: int
    width: int = 1
    extra: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.columns * self.width

    def forward(self, theta: Floats, block: Block) -> tuple[Floats, Pullback]:
        """eta for the rows of the block, and the function that pulls a score back to theta."""
        X = block.X
        if self.width == 1:
            eta = times(X, theta)
            plain = type(X) is np.ndarray and X.flags.forc
            pullback = X.T.dot if plain else lambda score: transposed(X, score)
            return eta if block.offset is None else eta + block.offset, pullback
        eta = X @ theta.reshape(self.width, self.columns).T
        if block.offset is not None:
            eta = eta + block.offset[:, None]
        return eta, lambda score: (score.T @ X).ravel()

    def forward_many(self, thetas: Floats, X: Floats, offset: Floats | None) -> Floats:
        """eta of every row for each of many points, shape (S, m), or (S, m, width)."""
        if self.width == 1:
            return thetas @ X.T + (0.0 if offset is None else offset)
        eta = np.einsum("skp,np->snk", thetas.reshape(len(thetas), self.width, self.columns), X, optimize=True)
        return eta if offset is None else eta + offset[:, None]

    def covariance(self, X: Floats, C: Floats) -> Floats:
        """Covariance of eta in each row, (m, width, width), where that of the parameters is C."""
        V, p = np.empty((len(X), self.width, self.width)), self.columns
        for a in range(self.width):
            for b in range(a, self.width):
                part = C[a * p : (a + 1) * p, b * p : (b + 1) * p]
                V[:, a, b] = V[:, b, a] = ((X @ part) * X).sum(axis=1)
        return V

    def information(self, block: Block, weight: Floats) -> Floats:
        """Sum over rows of weight (x) x x^T: weight (m,) or (m, width, width), result (size, size)."""
        return symmetric(self.upper(block, weight))

    def upper(self, block: Block, weight: Floats) -> Floats:
        """The upper triangle of `information`, with anything below it: what sums over blocks need."""
        X, p = block.X, self.columns
        if self.width == 1:
            return upper_gram(X, weight)
        total = np.empty((self.size, self.size))
        for a in range(self.width):
            for b in range(a, self.width):
                part = cross_gram(X, weight[:, a, b])
                total[a * p : (a + 1) * p, b * p : (b + 1) * p] = part
                total[b * p : (b + 1) * p, a * p : (a + 1) * p] = part.T
        return total

    def lift(self, T: Floats) -> Floats:
        """The map of the parameters that goes with a map T of the columns: T for each linear predictor."""
        return T if self.width == 1 else np.asarray(np.kron(np.eye(self.width), T), dtype=float)
