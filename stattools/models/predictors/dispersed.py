"""A linear predictor with one more parameter that all rows share: eta = (X beta + offset, tau)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stattools.data.rows.rows import Block
from stattools.models.predictors.linear import Floats, Pullback
from stattools.numerics.products import symmetric, times, transposed, upper_gram


@dataclass(frozen=True)
class Dispersed:
    """Coefficients for `columns` columns, then tau, on the log scale of the dispersion named by `extra`.

    For likelihoods of width 2. eta has shape (m, 2).

    >>> eta, _ = Dispersed(2).forward(np.array([1.0, 2.0, -0.5]), Block(np.eye(2), np.zeros(2), None, None))
    >>> eta.tolist()
    [[1.0, -0.5], [2.0, -0.5]]
    """

    columns: int
    extra: tuple[str, ...] = ("log alpha",)
    width = 2

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.columns + 1

    def forward(self, theta: Floats, block: Block) -> tuple[Floats, Pullback]:
        """eta for the rows of the block, and the function that pulls a score back to theta."""
        first = times(block.X, theta[:-1])
        if block.offset is not None:
            first = first + block.offset
        eta = np.stack([first, np.full_like(first, theta[-1])], axis=-1)
        return eta, lambda score: np.append(transposed(block.X, score[:, 0]), score[:, 1].sum())

    def forward_many(self, thetas: Floats, X: Floats, offset: Floats | None) -> Floats:
        """eta of every row for each of many points, shape (S, m, 2)."""
        first = thetas[:, :-1] @ X.T + (0.0 if offset is None else offset)
        return np.stack([first, np.broadcast_to(thetas[:, -1:], first.shape)], axis=-1)

    def covariance(self, X: Floats, C: Floats) -> Floats:
        """Covariance of eta in each row, (m, 2, 2), where that of the parameters is C."""
        V = np.empty((len(X), 2, 2))
        V[:, 0, 0] = ((X @ C[:-1, :-1]) * X).sum(axis=1)
        V[:, 0, 1] = V[:, 1, 0] = X @ C[:-1, -1]
        V[:, 1, 1] = C[-1, -1]
        return V

    def information(self, block: Block, weight: Floats) -> Floats:
        """Sum over rows of J^T weight J, J = (x, 0; 0, 1): weight (m, 2, 2), result (size, size)."""
        return symmetric(self.upper(block, weight))

    def upper(self, block: Block, weight: Floats) -> Floats:
        """The upper triangle of `information`, with anything below it: what sums over blocks need."""
        X = block.X
        total = np.empty((self.size, self.size))
        total[:-1, :-1] = upper_gram(X, weight[:, 0, 0])
        total[:-1, -1] = total[-1, :-1] = transposed(X, weight[:, 0, 1])
        total[-1, -1] = weight[:, 1, 1].sum()
        return total

    def lift(self, T: Floats) -> Floats:
        """The map of the parameters that goes with a map T of the columns: tau stays as it is."""
        whole = np.eye(self.size)
        whole[:-1, :-1] = T
        return whole
