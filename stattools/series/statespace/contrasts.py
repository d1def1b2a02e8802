"""The likelihood of a structural model as that of contrasts: differences of y that no flat initial state reaches.

    w = D y ~ Normal(W beta, S),   S = sum_k v_k B_k,   B_k banded, fixed by the components

    loglik = -1/2 [m log 2 pi + log det S + (w - W beta)' S^-1 (w - W beta)] - log Jacobian
    d loglik / d v_k = 1/2 [u' B_k u - tr(S^-1 B_k)],   u = S^-1 (w - W beta)

A variance may be 0. Without gaps the B_k hold the autocovariances of moving averages (`Components.polynomials`); with
gaps, levels use first differences and trends second divided differences of what is observed. A seasonal with gaps has
no banded contrasts of its own: its missing values are flat unknowns with columns M, integrated out, so that P = S^-1 -
S^-1 M (M' S^-1 M)^-1 M' S^-1 stands for S^-1, at O(n) for each gap. The traces come from the band of S^-1. Cost
O(n b^2) for bandwidth b. Source: Harvey (1989), 2.4 and 3.4.7; Takahashi et al. (1973).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.banded import BandedCholesky, dpttrf, dtbsv, factored, product, trace_of_product
from stattools.series.statespace.components import Components
from stattools.series.statespace.random_walk import recurrence

LOG_2PI = float(np.log(2.0 * np.pi))
STEP = 0.02
"""Step of the differences in log variance, fourth order: its error is near 1e-8 of a trace."""
BLOCK = 4096
"""Columns at a time where all are the same."""
STILL = 2e-14
"""Relative change of a factor that is round-off."""


@record
class Contrasts:
    """Contrasts w (m,) of y, W (m, p) of the regressors, M (m, gaps) of missing values of a seasonal series, bands
    (K, b + 1, m) of the B_k, the log Jacobian, and whether the bands are `even`, the same at every time.
    """

    w: Floats
    W: Floats
    M: Floats
    bands: Floats
    log_jacobian: float
    even: bool = False

    @classmethod
    def of(cls, y: Floats, X: Floats, components: Components) -> Contrasts:
        """The contrasts of a series (n,), NaN where it is missing, and of regressors X (n, p)."""
        observed = y == y
        if components.period or observed.all():
            return _without_gaps(y, X, components)
        return _with_gaps(y[observed], X[observed], np.flatnonzero(observed), components)

    def covariance(self, variances: Floats, first: int | None = None) -> Floats:
        """S, or its `first` rows and columns, in lower band storage."""
        bands = self.bands[:, :, :first]
        S = np.empty(bands.shape[1:], order="F")
        for k in range(len(S)):
            np.einsum("k,km->m", variances, bands[:, k], out=S[k])
        return S

    def factor(self, variances: Floats) -> BandedCholesky | None:
        """The Cholesky factor of S; None where S is singular."""
        with np.errstate(under="ignore"):
            return factored(self.covariance(variances), overwrite=True)

    def limit(self, variances: Floats) -> Floats | None:
        """The first columns of the factor, up to one that all others repeat; None where they do not settle early.

        Where the bands are even the columns tend to a limit, and count as settled if half of them are the same.
        """
        for half in (256, 2048) if self.even else ():
            if 8 * half > self.bands.shape[2]:
                break
            with np.errstate(under="ignore"):
                cholesky = factored(self.covariance(variances, 2 * half + len(self.bands[0])), overwrite=True)
            if cholesky is None:
                continue
            late = cholesky.L[:, half : 2 * half]
            if (np.ptp(late, axis=1) <= STILL * np.abs(late).max(axis=1)).all():
                return cholesky.L[:, : 2 * half]
        return None

    def loglik(self, variances: Floats, beta: Floats) -> float:
        """The log-likelihood; -inf where S is singular."""
        if not self.M.shape[1]:
            return self._forward(variances, self.w - self.W @ beta if len(beta) else self.w)
        cholesky = self.factor(variances)
        return -np.inf if cholesky is None else self._loglik(cholesky, beta)[0]

    def _forward(self, variances: Floats, gap: Floats) -> float:
        """The log-likelihood from one forward solve; a tridiagonal S has a factorization of its own."""
        b, m = self.bands.shape[1] - 1, len(gap)
        if (limit := self.limit(variances)) is not None:
            square, log_det = _tiled(limit, gap)
        elif b == 1 and m > 1:
            diagonal, off = (sum(v * B[k] for v, B in zip(variances, self.bands, strict=True)) for k in (0, 1))
            pivots, ratios, info = dpttrf(diagonal, off[: m - 1], 1, 1)  # type: ignore[index]
            if info:
                return -np.inf
            u = recurrence(np.append(0.0, -ratios), gap)
            u *= u
            u /= pivots
            square, log_det = float(u.sum()), float(np.log(pivots, out=pivots).sum())
        else:
            if (cholesky := self.factor(variances)) is None:
                return -np.inf
            u = dtbsv(b, cholesky.L, gap, lower=1)
            square, log_det = float(u @ u), cholesky.log_determinant
        return -0.5 * (m * LOG_2PI + log_det + square) - self.log_jacobian

    def _loglik(self, cholesky: BandedCholesky, beta: Floats) -> tuple[float, Floats]:
        gap = self.w - self.W @ beta
        u = self.project(cholesky, gap)
        log_det, freedom = cholesky.log_determinant, len(gap) - self.M.shape[1]
        if self.M.shape[1]:
            log_det += float(np.linalg.slogdet(self.M.T @ cholesky.solve(self.M))[1])
        return -0.5 * (freedom * LOG_2PI + log_det + float((gap * u).sum())) - self.log_jacobian, u

    def project(self, cholesky: BandedCholesky, right: Floats) -> Floats:
        """P right, which is S^-1 right without gaps in a seasonal."""
        solved = cholesky.solve(right)
        if not self.M.shape[1]:
            return solved
        Q = cholesky.solve(self.M)
        return solved - Q @ np.linalg.solve(self.M.T @ Q, Q.T @ right)

    def coefficients(self, variances: Floats) -> Floats:
        """Generalized least squares: the most likely beta given the variances."""
        if not self.W.shape[1]:
            return np.zeros(0)
        if (cholesky := self.factor(variances)) is None:
            return np.zeros(self.W.shape[1])
        solved = self.project(cholesky, self.W)
        return np.linalg.solve(self.W.T @ solved, solved.T @ self.w)

    def score(self, variances: Floats, beta: Floats) -> tuple[float, Floats]:
        """The log-likelihood and its derivatives in (variances, beta)."""
        if (cholesky := self.factor(variances)) is None:
            return -np.inf, np.full(len(variances) + len(beta), np.nan)
        value, u = self._loglik(cholesky, beta)
        quadratic = np.array([float((u * product(B, u)).sum()) for B in self.bands])
        return value, np.append(0.5 * (quadratic - self._traces(cholesky)), self.W.T @ u)

    def _traces(self, cholesky: BandedCholesky) -> Floats:
        """tr(P B_k)."""
        traces = np.array([trace_of_product(cholesky.inverse, B) for B in self.bands])
        if self.M.shape[1]:
            Q = cholesky.solve(self.M)
            inner = np.linalg.solve(self.M.T @ Q, Q.T)
            traces -= [float((inner.T * product(B, Q)).sum()) for B in self.bands]
        return traces

    def information(self, variances: Floats, beta: Floats, *, expected: bool = False) -> Floats:
        """Observed (or expected) information of (variances, beta), (K + p, K + p).

        u' B_j P B_k u is exact; the slopes of the traces are differences of exact traces. A variance of 0 has its
        trace parts left out: there is no information about it from both sides.
        """
        cholesky, K = self.factor(variances), len(variances)
        if cholesky is None:
            return np.full((K + len(beta),) * 2, np.nan)
        slopes = np.zeros((K, K))
        for j in np.flatnonzero(variances > 0):
            for place, weight in ((-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0)):
                moved = variances.copy()
                moved[j] *= np.exp(place * STEP)
                if (factor := self.factor(moved)) is not None:
                    slopes[j] += weight * self._traces(factor) / (12.0 * STEP * variances[j])
        traces = -0.5 * (slopes + slopes.T)  # tr(P B_j P B_k)
        full = np.zeros((K + len(beta),) * 2)
        full[K:, K:] = self.W.T @ self.project(cholesky, self.W)
        if expected:
            full[:K, :K] = 0.5 * traces
            return full
        u = self.project(cholesky, self.w - self.W @ beta)
        parts = np.stack([product(B, u) for B in self.bands], axis=1)
        solved = self.project(cholesky, parts)
        full[:K, :K] = parts.T @ solved - 0.5 * traces
        full[K:, :K] = self.W.T @ solved
        full[:K, K:] = full[K:, :K].T
        return full


def _tiled(L: Floats, gap: Floats) -> tuple[float, float]:
    """u'u for L u = gap, and log det S, where the last column of L goes on; blocks stay in the cache."""
    b, half, last = len(L) - 1, L.shape[1], L[:, -1]
    u = dtbsv(b, L, gap[:half], lower=1)
    square, block = float(u @ u), np.asfortranarray(np.repeat(last[:, None], BLOCK, axis=1))
    for start in range(half, len(gap), BLOCK):
        right = gap[start : start + BLOCK].copy()
        for k in range(1, b + 1):
            right[:k] -= last[k] * u[-k:][: len(right)]
        u = dtbsv(b, block[:, : len(right)], right, lower=1, overwrite_x=1)
        square += float(u @ u)
    return square, 2.0 * (float(np.log(L[0]).sum()) + (len(gap) - half) * float(np.log(last[0])))


def _without_gaps(y: Floats, X: Floats, components: Components) -> Contrasts:
    polynomials = components.polynomials
    D = polynomials[0]
    m, b = len(y) - len(D) + 1, len(D) - 1
    bands = np.zeros((len(components.free), b + 1, m))
    for row, k in enumerate(components.free):
        c = polynomials[k]
        for lag in range(len(c)):
            if lag < m:
                bands[row, lag, : m - lag] = float(c[lag:] @ c[: len(c) - lag])
    observed = y == y
    w = np.convolve(np.where(observed, y - y[observed].mean(), 0.0), D, mode="valid")
    W = np.stack([np.convolve(x, D, mode="valid") for x in X.T], axis=1) if X.shape[1] else np.zeros((m, 0))
    missing = np.flatnonzero(~observed)
    M = np.zeros((m, len(missing)))
    for lag, weight in enumerate(D):
        row = missing - b + lag
        inside = (row >= 0) & (row < m)
        M[row[inside], np.flatnonzero(inside)] = weight
    return Contrasts(w, W, M, bands, components.log_jacobian, even=True)


def _with_gaps(y: Floats, X: Floats, times: NDArray[np.intp], components: Components) -> Contrasts:
    gap = np.diff(times).astype(float)
    if components.order == 1:
        irregular = np.stack([np.full(len(gap), 2.0), np.full(len(gap), -1.0)])
        bands = np.stack([irregular, np.stack([gap, np.zeros(len(gap))])])
        w, W, log_jacobian = np.diff(y), np.diff(X, axis=0), 0.0
    else:
        w = np.diff(np.diff(y) / gap)
        W = np.diff(np.diff(X, axis=0) / gap[:, None], axis=0)
        log_jacobian = float(np.log(gap).sum())
        every = _divided(gap)
        bands = np.stack([every[k] for k in components.free])
    for k in range(1, bands.shape[1]):
        bands[:, k, max(len(w) - k, 0) :] = 0.0
    return Contrasts(w, W, np.zeros((len(w), 0)), bands, log_jacobian)


def _divided(g: Floats) -> tuple[Floats, Floats, Floats]:
    """Covariances of second divided differences over gaps g from the irregular, the level and the trend.

    Over a gap of g steps the trend's disturbances add variance (g - 1)(2g - 1) / 6g to the mean slope of the gap, g to
    the slope at its end, and covariance (g - 1) / 2.
    """
    m = len(g) - 1
    i = 1.0 / g
    irregular, level, trend = np.zeros((3, 3, m))
    irregular[0] = i[1:] ** 2 + (i[1:] + i[:-1]) ** 2 + i[:-1] ** 2
    irregular[1, :-1] = -i[1:-1] * (i[2:] + i[1:-1]) - i[1:-1] * (i[1:-1] + i[:-2])
    irregular[2, :-2] = i[1:-2] * i[2:-1]
    level[0] = i[1:] + i[:-1]
    level[1, :-1] = -i[1:-1]
    mean = (g - 1.0) * (2.0 * g - 1.0) / (6.0 * g)
    both = 0.5 * (g - 1.0)
    trend[0] = (mean - 2.0 * both + g)[:-1] + mean[1:]
    trend[1, :-1] = (both - mean)[1:-1]
    return irregular, level, trend
