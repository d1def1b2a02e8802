"""Equations that are linear in unknowns with a banded precision, and in a few dense ones: factored once, solved.

K = A'WA over the local unknowns has a band; the shared unknowns stand in a border of dense columns, whose Schur
complement is small. Source: Rue & Held, Gaussian Markov Random Fields (2005).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import sparse
from stattools.numerics.banded import BandedCholesky, factored

LOG_2PI = float(np.log(2.0 * np.pi))
REFINEMENTS = 2
"""Rounds of iterative refinement of the means, which restore digits that the condition number costs."""


@dataclass(frozen=True, eq=False)
class Affine:
    """Something linear in the unknowns, one entry per time: fixed + local z + shared g."""

    fixed: Floats
    local: Any
    shared: Floats

    def __add__(self, other: Affine) -> Affine:
        return Affine(self.fixed + other.fixed, self.local + other.local, self.shared + other.shared)

    def __sub__(self, other: Affine) -> Affine:
        return Affine(self.fixed - other.fixed, self.local - other.local, self.shared - other.shared)

    def __getitem__(self, rows: Any) -> Affine:
        return Affine(self.fixed[rows], self.local[rows], self.shared[rows])

    def at(self, z: Floats, g: Floats) -> Floats:
        """The value at given unknowns; several columns of unknowns give several values."""
        fixed = self.fixed if z.ndim == 1 else self.fixed[:, None]
        return fixed + self.local @ z + self.shared @ g


@dataclass(frozen=True, eq=False)
class BandedSystem:
    """The factored system: the factor of K (None without local unknowns), G = K^-1 C, the Schur complement."""

    cholesky: BandedCholesky | None
    G: Floats
    schur: Floats
    z: Floats
    g: Floats
    loglik: float

    @cached_property
    def inverse(self) -> Any:
        """K^-1 on its band, as a sparse matrix."""
        assert self.cholesky is not None
        band = self.cholesky.inverse
        lower = sparse.diags_array(
            [band[i, : band.shape[1] - i] for i in range(len(band))],
            offsets=[-i for i in range(len(band))],  # type: ignore[arg-type]
        ).tocsr()
        return lower + sparse.triu(lower.T, k=1).tocsr()

    def variance(self, of: Affine) -> Floats:
        """Posterior variance of each entry."""
        found = np.zeros(len(of.fixed))
        if self.cholesky is not None:
            found += np.asarray((of.local @ self.inverse).multiply(of.local).sum(axis=1)).ravel()
        if self.schur.size:
            across = of.shared - of.local @ self.G
            found += np.einsum("ij,ji->i", across, np.linalg.solve(self.schur, across.T))
        return found

    def draw(self, noise: Callable[[tuple[int, ...]], Floats], count: int) -> tuple[Floats, Floats]:
        """Draws of the unknowns, in columns."""
        z = np.repeat(self.z[:, None], count, axis=1)
        g = np.repeat(self.g[:, None], count, axis=1)
        if self.cholesky is not None:
            z += self.cholesky.colored(noise((len(self.z), count)))
        if self.schur.size:
            spread = np.linalg.solve(np.linalg.cholesky(self.schur).T, noise((len(self.g), count)))
            g += spread
            z -= self.G @ spread
        return z, g


def solved(equations: list[tuple[int, Affine, Floats]], full: Floats) -> BandedSystem:
    """Least squares with weights 1 / full[k]. Raises IdentificationError where the equations do not determine all."""
    local: Any = sum((rows.local.T @ rows.local) / full[k] for k, rows, _ in equations)
    size, shared = local.shape[0], equations[0][1].shared.shape[1]
    C = sum((rows.local.T @ rows.shared) / full[k] for k, rows, _ in equations)
    E = sum((rows.shared.T @ rows.shared) / full[k] for k, rows, _ in equations)
    cholesky = _factor(local) if size else None

    def solve(right: Floats) -> Floats:
        return np.zeros_like(right) if cholesky is None else cholesky.solve(right)

    G = solve(np.asarray(C))
    schur = np.asarray(E - np.asarray(C).T @ G)
    sign, shared_det = np.linalg.slogdet(schur) if shared else (1.0, 0.0)
    if sign <= 0:
        raise IdentificationError("The observed values do not determine every state: some season is never seen.")
    z, g = np.zeros(size), np.zeros(shared)
    for _ in range(1 + REFINEMENTS):
        errors = [right - rows.local @ z - rows.shared @ g for _, rows, right in equations]
        pull = sum(rows.local.T @ e / full[k] for (k, rows, _), e in zip(equations, errors, strict=True))
        push = sum(rows.shared.T @ e / full[k] for (k, rows, _), e in zip(equations, errors, strict=True))
        first = solve(np.asarray(pull))
        g_step = np.linalg.solve(schur, push - np.asarray(C).T @ first) if shared else np.zeros(0)
        z, g = z + first - G @ g_step, g + g_step
    value = -0.5 * ((0.0 if cholesky is None else cholesky.log_determinant) + float(shared_det))
    value += 0.5 * (size + shared) * LOG_2PI
    for k, rows, right in equations:
        error = right - rows.local @ z - rows.shared @ g
        value -= 0.5 * (len(error) * (LOG_2PI + float(np.log(full[k]))) + float((error**2).sum()) / full[k])
    return BandedSystem(cholesky, G, schur, z, g, value)


def _factor(K: Any) -> BandedCholesky:
    entries = K.tocoo()
    below = entries.row >= entries.col
    row, column, value = entries.row[below], entries.col[below], entries.data[below]
    band = np.zeros((int((row - column).max()) + 1, K.shape[0]), order="F")
    band[row - column, column] = value
    cholesky = factored(band, overwrite=True)
    if cholesky is None:
        raise IdentificationError(
            "The observed values do not determine every state, or the variances are too far apart for float64: give "
            "a variance that is as good as 0 as exactly 0."
        )
    return cholesky
