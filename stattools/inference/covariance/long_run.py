"""The variance of a sum of scores that follow each other in time, with given or automatic lags, prewhitened or not.

    M = G_0 + sum_l k_l (G_l + G_l^T),   G_l = sum_t s_t s_{t-l}^T

Automatic lags, for Bartlett's kernel, of n rows, with m = [4 (n / 100)^(2/9)], 3 in place of 4 where prewhitened:

    lags = [1.1447 (s_1 / s_0)^(2/3) n^(1/3)],   s_0 = g_0 + 2 sum_l g_l,   s_1 = 2 sum_l l g_l,   l = 1 ... m

g_l is the trace of G_l over the coefficients that are no constants, in the metric of their covariance, so that neither
units nor origin nor coding of the columns change it. Newey & West sum the columns of the scores with weights, R's
`bwNeweyWest` with 1 for each column as it is, whose lags change with the units; of one centered column both are equal.

Prewhitened: e_t = s_t - A s_{t-1}, A by least squares, has less autocorrelation, and M = D M_e D^T, D = (I - A)^-1.
The sums of e follow from G_l and the scores of the first and the last rows. Source: Newey & West, Review of Economic
Studies 61 (1994), 631-653; Andrews & Monahan, Econometrica 60 (1992), 953-966.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.inference.covariance.kinds import HAC, kernel_weights
from stattools.interface.arrays import Floats

LARGEST = 0.97
"""The largest eigenvalue of A: Andrews and Monahan's limit, beyond which D is a guess."""

CONDITION = 1e12
"""The largest condition number of the squares of scores of which A is made."""


@dataclass(frozen=True, eq=False)
class Series:
    """Sums over lags of the products of consecutive scores, sum_l kernel[r, l] G_l for each row r of `kernel`; the
    first scores and the last, as many as there are lags; adds with `+` to those of a longer series.
    """

    kernel: Floats
    sums: Floats
    first: Floats
    last: Floats

    @classmethod
    def of(cls, kernel: Floats, scores: Floats) -> Series:
        """The series of the scores of consecutive rows, an array or a sparse one."""
        lags, (n, p) = kernel.shape[1] - 1, scores.shape
        ends = dense(scores[:lags]), dense(scores[max(n - lags, 0) :])
        found = cls(kernel, np.zeros((len(kernel), p, p)), *ends)
        for lag in range(min(lags + 1, n)):
            found._add(lag, dense(scores[lag:].T @ scores[: n - lag]))
        return found

    def __add__(self, other: Series) -> Series:
        """`other` follows: pairs of rows that lie on both sides of the border are added."""
        n, lags = len(self.last), self.kernel.shape[1] - 1
        last = np.concatenate([self.last, other.last])
        first = np.concatenate([self.first, other.first])[:lags]
        found = Series(self.kernel, self.sums + other.sums, first, last[max(len(last) - lags, 0) :])
        for lag in range(1, lags + 1):
            start, stop = max(lag - n, 0), min(lag, len(other.first))
            if start < stop:
                found._add(lag, other.first[start:stop].T @ self.last[n - lag + start : n - lag + stop])
        return found

    def _add(self, lag: int, cross: Floats) -> None:
        some = np.flatnonzero(self.kernel[:, lag])
        self.sums[some] += self.kernel[some, lag, None, None] * cross


def dense(values: Any) -> Floats:
    """The array, of a sparse one too."""
    return values if type(values) is np.ndarray else values.toarray()


def long_run(
    cov: HAC, n: int, sums: Callable[[Floats], Series], C: Floats, varying: NDArray[np.bool_]
) -> tuple[Floats, int]:
    """The meat of n rows, and the number of lags; `sums` reads the rows, and gives their sums by a kernel.

    C is the covariance of the coefficients, `varying` tells which of them are of no constant. Raises DomainError where
    there is no automatic lag, and where the scores are too near to a random walk to be prewhitened.
    """

    def one_sided(lags: int) -> Floats:
        kernel = kernel_weights(cov.kernel, lags)
        kernel[0] *= 0.5
        return kernel

    if isinstance(cov.lags, int) and not cov.prewhiten:
        half = sums(one_sided(cov.lags)[None]).sums[0]
        return half + half.T, cov.lags
    looked_at = min(int((3 if cov.prewhiten else 4) * (n / 100.0) ** (2.0 / 9.0)), n - 2)
    lags = looked_at if cov.lags == "auto" else cov.lags
    G, D = _sums(cov, n, sums, lags)
    if cov.lags == "auto":
        known, lags = lags, _automatic(n, G, C, varying if varying.any() else ~varying)
        if lags > known:
            G, D = _sums(cov, n, sums, lags)
    half = np.tensordot(one_sided(lags), G[: lags + 1], 1)
    return D @ (half + half.T) @ D.T, lags


def _sums(cov: HAC, n: int, sums: Callable[[Floats], Series], lags: int) -> tuple[Floats, Floats]:
    """G_0 ... G_lags, prewhitened if so asked, and what recolors."""
    if not cov.prewhiten:
        found = sums(np.eye(lags + 1)).sums
        return found, np.eye(found.shape[1])
    if lags + 2 > n:
        raise DomainError(
            f"HAC(lags={lags}, prewhiten=True) needs {lags + 2} rows or more; the fit has {n}. Use fewer lags."
        )
    return prewhitened(sums(np.eye(lags + 2)))


def prewhitened(series: Series) -> tuple[Floats, Floats]:
    """The sums of e_t = s_t - A s_{t-1} with one lag less, and D = (I - A)^-1, from sums of every lag by itself."""
    G, first, last = series.sums, series.first, series.last
    square = G[0] - np.outer(last[-1], last[-1])
    size = np.sqrt(np.diagonal(square))
    if not (size > 0).all() or np.linalg.cond(square / size / size[:, None]) > CONDITION:
        raise DomainError(
            "HAC(prewhiten=True) regresses scores on those of the row before, which are combinations of each other: "
            "the fit is exact, or has fewer rows than it needs. Use prewhiten=False."
        )
    A = np.linalg.solve(square, G[1].T).T
    root = float(np.abs(np.linalg.eigvals(A)).max())
    if root > LARGEST:
        raise DomainError(
            f"HAC(prewhiten=True) needs scores that forget: those of a row keep {root:.4g} of those of the row before, "
            f"and {LARGEST} is the most of which a sum over all time is known. Use prewhiten=False with many lags, or "
            "model the differences from row to row."
        )
    found = np.empty((len(G) - 1, *square.shape))
    for lag in range(len(G) - 1):
        behind = G[1].T
        if lag:
            behind = G[lag - 1] - np.outer(first[lag - 1], first[0]) - np.outer(last[-1], last[-lag])
        within = G[lag] - np.outer(last[-1], last[-lag - 1])
        found[lag] = G[lag] - np.outer(first[lag], first[0]) - G[lag + 1] @ A.T - A @ (behind - within @ A.T)
    return found, np.linalg.inv(np.eye(len(A)) - A)


def _automatic(n: int, G: Floats, C: Floats, varying: NDArray[np.bool_]) -> int:
    """Newey and West's number of lags, from G_0 ... G_m."""
    some = C[varying]
    metric = some.T @ np.linalg.solve(some[:, varying], some)  # tr(G_l metric) is the trace over the varying
    g = np.tensordot(G, metric.T, 2)
    lag = np.arange(len(g))
    s0, s1 = g[0] + 2.0 * g[1:].sum(), 2.0 * lag @ g
    lags = np.inf if s0 == 0 else 1.1447 * ((s1 / s0) ** 2) ** (1.0 / 3.0) * n ** (1.0 / 3.0)
    if not lags < n - 1:
        raise DomainError(
            f'HAC(lags="auto") finds {lags:.4g} lags for {n} rows: the autocovariances of the scores cancel. Give a '
            "number of lags, such as HAC(lags=4)."
        )
    return int(lags)
