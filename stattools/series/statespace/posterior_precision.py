"""The posterior of all states at once: a banded precision, factored once, whose inverse is known on its band.

    minimize  sum_t (y_t - level_t - seasonal_t)^2 / r + sum (level_{t+1} - level_t - trend_t)^2 / v_level + ...

Each equation with a positive variance is a row of A x = b with weight 1 / v; a missing y has no row. K = A'WA is the
posterior precision, its Cholesky factor gives means and draws, its band of the inverse the variances. An equation whose
variance is 0 holds exactly: it eliminates an unknown. Unknowns of the whole series (a constant level or slope, a fixed
seasonal) are a border of dense columns, whose Schur complement is small. Source: Rue & Held, Gaussian Markov Random
Fields (2005).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import sparse
from stattools.numerics.banded import BandedCholesky, factored
from stattools.series.statespace.components import Components
from stattools.text.one_line import prints

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

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> Affine:
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
    if shared and np.linalg.slogdet(schur).sign <= 0:
        raise IdentificationError("The observed values do not determine every state: some season is never seen.")
    z, g = np.zeros(size), np.zeros(shared)
    for _ in range(1 + REFINEMENTS):
        errors = [right - rows.local @ z - rows.shared @ g for _, rows, right in equations]
        pull = sum(rows.local.T @ e / full[k] for (k, rows, _), e in zip(equations, errors, strict=True))
        push = sum(rows.shared.T @ e / full[k] for (k, rows, _), e in zip(equations, errors, strict=True))
        first = solve(np.asarray(pull))
        g_step = np.linalg.solve(schur, push - np.asarray(C).T @ first) if shared else np.zeros(0)
        z, g = z + first - G @ g_step, g + g_step
    return BandedSystem(cholesky, G, schur, z, g)


def _factor(K: Any) -> BandedCholesky:
    entries = K.tocoo()
    below = entries.row >= entries.col
    row, column, value = entries.row[below], entries.col[below], entries.data[below]
    band = np.zeros((int((row - column).max()) + 1, K.shape[0]), order="F")
    band[row - column, column] = value
    if (cholesky := factored(band, overwrite=True)) is None:
        raise IdentificationError(
            "The observed values do not determine every state, or the variances are too far apart for float64: give "
            "a variance that is as good as 0 as exactly 0."
        )
    return cholesky


@prints
@dataclass(frozen=True, eq=False)
class StatePosterior:
    """The states of a series given its variances (all four) and components; y is NaN where it is missing."""

    y: Floats
    full: Floats
    components: Components
    center: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", float(np.nanmean(self.y)))

    @cached_property
    def observed(self) -> NDArray[np.intp]:
        """The times at which y is known."""
        return np.flatnonzero(self.y == self.y)

    @cached_property
    def _maps(self) -> dict[str, Affine]:
        """level (n or n + 1 entries), trend and seasonal as functions of the unknowns that are left."""
        n, parts = len(self.y), self.components
        r, level, trend, seasonal = (self.full[k] > 0 for k in range(4))
        sloped = parts.order == 2
        walks = level or (sloped and trend)  # the level is not a line
        long = n + (not level and sloped and trend)  # then trend_n is level_{n+1} - level_n
        columns: list[tuple[str, NDArray[np.intp]]] = []
        if walks:
            columns.append(("level", np.arange(long)))
        if sloped and level and trend:
            columns.append(("trend", np.arange(n)))
        if parts.period and seasonal:
            columns.append(("seasonal", np.arange(n)))
        pinned = next((name for name, _ in columns if name != "trend"), None) if not r else None
        if not r and pinned is None:
            raise DomainError(
                "All variances of the level, the seasonal and the irregular are 0: nothing is random. Give a positive "
                "variance to one of them."
            )
        kept = [(name, np.setdiff1d(times, self.observed) if name == pinned else times) for name, times in columns]
        times = np.concatenate([times for _, times in kept]) if kept else np.zeros(0, dtype=int)
        kind = np.concatenate([np.full(len(t), i) for i, (_, t) in enumerate(kept)]) if kept else times
        order = np.lexsort((kind, times))
        place = np.empty(len(order), dtype=int)
        place[order] = np.arange(len(order))
        shared = (0 if walks else 1) + (1 if sloped and not trend else 0)
        shared += parts.period - 1 if parts.period and not seasonal else 0
        maps: dict[str, Affine] = {}
        start = used = 0
        for name, where in kept:
            rows = long if name == "level" else n
            data = (np.ones(len(where)), (where, place[start : start + len(where)]))
            local = sparse.csr_array(data, shape=(rows, len(order)))
            maps[name] = Affine(np.zeros(rows), local, np.zeros((rows, shared)))
            start += len(where)
        nothing = Affine(np.zeros(n), sparse.csr_array((n, len(order))), np.zeros((n, shared)))

        def common(*columns: Floats) -> Affine:
            nonlocal used
            dense = np.zeros((n, shared))
            dense[:, used : used + len(columns)] = np.stack(columns, axis=1)
            used += len(columns)
            return replace(nothing, shared=dense)

        steps = np.arange(float(n))
        if not walks:
            maps["level"] = common(np.ones(n))
        if sloped and not trend:
            maps["trend"] = common(np.ones(n))
            if not walks:
                slope = replace(maps["trend"], shared=maps["trend"].shared * steps[:, None])
                maps["level"] = maps["level"] + slope
        if parts.period and not seasonal:
            season = np.arange(n) % parts.period
            last = season == parts.period - 1
            maps["seasonal"] = common(*((season == k) * 1.0 - last for k in range(parts.period - 1)))
        if pinned is not None:
            maps[pinned] = self._pin(maps, pinned, nothing)
        if sloped and trend and not level:
            maps["trend"] = maps["level"][1:] - maps["level"][:-1]
        return maps

    def _pin(self, maps: dict[str, Affine], name: str, nothing: Affine) -> Affine:
        """Without an irregular, an observed y fixes the level (or the seasonal) given the other."""
        own = maps[name]
        other = maps.get("seasonal" if name == "level" else "level", nothing)
        rows = len(own.fixed)
        seen = sparse.csr_array(
            (np.ones(len(self.observed)), (self.observed, self.observed)), shape=(rows, len(nothing.fixed))
        )
        value = np.where(self.y == self.y, self.y - self.center, 0.0)
        return Affine(
            own.fixed + seen @ (value - other.fixed), own.local - seen @ other.local, own.shared - seen @ other.shared
        )

    @cached_property
    def _equations(self) -> list[tuple[int, Affine, Floats]]:
        """(which variance, rows, right side) of the equations that are not exact."""
        n, s, maps = len(self.y), self.components.period, self._maps
        level, trend, seasonal = (maps.get(name) for name in ("level", "trend", "seasonal"))
        found: list[tuple[int, Affine, Floats]] = []
        assert level is not None
        if self.full[0] > 0:
            signal = level[:n] + seasonal if seasonal is not None else level[:n]
            found.append((0, signal[self.observed], self.y[self.observed] - self.center))
        if self.full[1] > 0 and n > 1:
            step = level[1:n] - level[: n - 1]
            found.append((1, step - trend[: n - 1] if trend is not None else step, np.zeros(n - 1)))
        if trend is not None and self.full[2] > 0 and n > 1:
            found.append((2, trend[1:n] - trend[: n - 1], np.zeros(n - 1)))
        if seasonal is not None and self.full[3] > 0 and n >= s:
            total = seasonal[s - 1 :]
            for j in range(1, s):
                total = total + seasonal[s - 1 - j : n - j]
            found.append((3, total, np.zeros(n - s + 1)))
        return [(k, rows, right - rows.fixed) for k, rows, right in found]

    @cached_property
    def _solved(self) -> BandedSystem:
        return solved(self._equations, self.full)

    def smoothed(self) -> dict[str, tuple[Floats, Floats]]:
        """Mean and variance of every state given all of y, by its name."""
        n, system = len(self.y), self._solved
        found = {}
        for name in self.components.states:
            state = self._maps[name][:n]
            mean = state.at(system.z, system.g) + (self.center if name == "level" else 0.0)
            found[name] = mean, system.variance(state)
        return found

    def draws(self, noise: Callable[[tuple[int, ...]], Floats], count: int) -> dict[str, Floats]:
        """Posterior paths of every state, (n, count), from `noise`, which makes standard normal arrays."""
        n, system = len(self.y), self._solved
        z, g = system.draw(noise, count)
        return {
            name: self._maps[name][:n].at(z, g) + (self.center if name == "level" else 0.0)
            for name in self.components.states
        }
