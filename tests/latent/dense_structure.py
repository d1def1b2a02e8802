"""The slow exact twin of every structure: V as a matrix of rows by rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.blocks import LatentColumns
from stattools.latent.elimination import AtFactors, Evaluated


@dataclass(frozen=True)
class DenseStructure:
    columns: LatentColumns

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(len(z) for z in self.columns.z)

    def design(self, k: int) -> Floats:
        """Z_k (n, q J), the effects of a level beside each other."""
        z, codes, J = self.columns.z[k], self.columns.codes[k], self.columns.sizes[k]
        Z = np.zeros((len(codes), J, len(z)))
        Z[np.arange(len(codes)), codes] = z.T
        return Z.reshape(len(codes), -1)

    def with_columns(self, which: list[int]) -> DenseStructure:
        return DenseStructure(replace(self.columns, W=self.columns.W[which]))

    def evaluate(self, factors: tuple[Floats, ...]) -> Evaluated:
        W = self.columns.W
        n = W.shape[1]
        V = np.eye(n)
        designs = [self.design(k) for k in range(len(factors))]
        for Z, T, J in zip(designs, factors, self.columns.sizes, strict=True):
            V += Z @ np.kron(np.eye(J), T @ T.T) @ Z.T
        blocks, projected = [], []
        for Z, T, J in zip(designs, factors, self.columns.sizes, strict=True):
            q = len(T)
            H = (Z.T @ np.linalg.solve(V, Z)).reshape(J, q, J, q)
            blocks.append(np.moveaxis(H[np.arange(J), :, np.arange(J)], 0, -1))
            projected.append(np.moveaxis((Z.T @ np.linalg.solve(V, W.T)).reshape(J, q, len(W)), 0, -1))
        cross = W @ np.linalg.solve(V, W.T)
        return AtFactors(float(np.linalg.slogdet(V)[1]), cross, tuple(blocks), tuple(projected))
