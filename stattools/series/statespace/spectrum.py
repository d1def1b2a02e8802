"""The local level model of a complete series, diagonal after a discrete cosine transform: z = DCT(y),

    z_k ~ Normal(0, r + q / v_k),  v_k = 4 sin^2(pi k / 2n),  k = 1 ... n - 1;  z_0 carries the flat initial level

With r = sigma2.irregular, q = sigma2.level, F_k = r v_k + q and prod v_k = n:

    loglik = -1/2 [(n - 1) log 2 pi + sum log F_k + sum z_k^2 v_k / F_k]

After one transform an evaluation is a few passes over n numbers, and many series go at once. The maximum over r for a
ratio lam = q / r is a formula, so that a fit is one equation in one unknown, solved by Newton's method in log lam.
Source: Harvey (1989), 4.3; the eigenvectors of the second difference with reflecting ends are the cosines.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import fft

LOG_2PI = float(np.log(2.0 * np.pi))
BLOCK = 1 << 16
"""Numbers per block of many series: they stay in the cache while a fit reads them again and again."""


def frequencies(n: int, block: int = 1024) -> Floats:
    """v_k for k = 1 ... n - 1, by adding angles from two short tables (5 times faster than n sines).

    >>> frequencies(3).round(12).tolist()
    [1.0, 3.0]
    """
    step = np.pi / (2 * n)
    coarse, fine = block * step * np.arange(-(-n // block)), step * np.arange(block)
    sine = np.multiply.outer(np.sin(coarse), np.cos(fine))
    sine += np.multiply.outer(np.cos(coarse), np.sin(fine))
    v = sine.ravel()[1:n]
    np.square(v, out=v)
    v *= 4.0
    return v


@record
class Spectrum:
    """Squares z_k^2 of a series (n - 1,), or of several in rows (m, n - 1), and the frequencies v_k."""

    power: Floats
    v: Floats

    @classmethod
    def of(cls, y: Floats) -> Spectrum:
        """The spectrum of y (n,) or (m, n), complete; centered first, which does not change z_1, z_2, ..."""
        z: Any = fft.dct(y - y.mean(axis=-1, keepdims=True), norm="ortho")
        z = z[..., 1:]
        return cls(np.square(z, out=z), frequencies(y.shape[-1]))

    @cached_property
    def n(self) -> int:
        """Length of a series."""
        return len(self.v) + 1

    def loglik(self, r: float, q: float) -> float:
        """The log-likelihood of one series; -inf where both variances are 0."""
        if r == 0.0 and q == 0.0:
            return -np.inf
        F = self.v * r
        F += q
        log_det = float(np.log(F).sum()) if r > 0 and q > 1e3 * r else self._log_det(r, q)
        np.divide(self.v, F, out=F)
        F *= self.power
        return -0.5 * ((self.n - 1) * LOG_2PI + log_det + float(F.sum()))

    def _log_det(self, r: float, q: float) -> float:
        """sum log (r v_k + q) = (n - 1) log r + log (sinh n t / sinh t),  2 cosh t = 2 + q / r."""
        if r == 0.0:
            return (self.n - 1) * float(np.log(q))
        return (self.n - 1) * float(np.log(r)) + float(log_sinh_ratio(self.n, q / r))

    def derivatives(self, r: float, q: float) -> tuple[Floats, Floats]:
        """Score (2,) and observed information (2, 2) of (r, q); one may be 0."""
        v, F = self.v, self.v * r + q
        e = self.power * v / F
        weights = np.stack([v / F, 1.0 / F])
        score = 0.5 * (weights @ (e - 1.0))
        information = (weights * (e - 0.5)) @ weights.T
        return score, information

    def expected_information(self, r: float, q: float) -> Floats:
        """Expected information (2, 2) of (r, q)."""
        F = self.v * r + q
        weights = np.stack([self.v / F, 1.0 / F])
        return 0.5 * weights @ weights.T


def log_sinh_ratio(n: int, ratio: ArrayLike) -> Floats:
    """log (sinh n t / sinh t) with 2 cosh t = 2 + ratio, for any ratio >= 0; log n at 0.

    >>> float(log_sinh_ratio(2, 1.0).round(12)) == round(float(np.log(3.0)), 12)
    True
    """
    t = 2.0 * np.arcsinh(0.5 * np.sqrt(np.asarray(ratio, dtype=float)))
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 at t = 0, replaced by its limit
        value = (n - 1) * t + np.log(np.expm1(-2.0 * n * t) / np.expm1(-2.0 * t))
    return np.where(t > 0.0, value, np.log(n))


def maxima(spectrum: Spectrum) -> tuple[Floats, Floats]:
    """Maximum-likelihood r and q of each series, shape (m, 2), and how many Newton steps each took, (m,).

    phi(g) = (n - 1) log Q(g) + log det, lam = e^g, Q = sum z^2 v / (v + lam): a grid for the bracket, Newton inside it,
    and the two ends, q = 0 and r = 0, compared with it.
    """
    power = np.atleast_2d(spectrum.power)
    variances, steps = np.empty((len(power), 2)), np.empty(len(power))
    size = max(1, BLOCK // power.shape[1])
    for start in range(0, len(power), size):
        some = slice(start, start + size)
        variances[some], steps[some] = _tile_maxima(power[some], spectrum.v)
    return variances, steps


def _tile_maxima(power: Floats, v: Floats) -> tuple[Floats, Floats]:
    m, n = len(power), len(v) + 1
    with np.errstate(divide="ignore"):  # log 0 = -inf where a series is constant: that end wins, as it should
        pv = power * v
        grid = np.linspace(-2.0 * np.log(n) - 10.0, 20.0, 26)
        rough, rough_v = _binned(pv, v)
        w = 1.0 / (rough_v + np.exp(grid)[:, None])
        height = (n - 1) * np.log(rough @ w.T) + log_sinh_ratio(n, np.exp(grid))
        best = np.argmin(height, axis=1)
        low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]
        start, _ = _newton(rough, rough_v, grid[best], low, high, n)
        g, steps = _newton(pv, v, start, low, high, n)
        lam = np.exp(g)
        Q = np.einsum("ij,ij->i", pv, 1.0 / (v + lam[:, None]))
        constant, walk = power.sum(axis=1), pv.sum(axis=1)
        heights = np.stack(
            [
                (n - 1) * np.log(Q) + log_sinh_ratio(n, lam),
                (n - 1) * np.log(constant) + np.log(n),
                (n - 1) * np.log(walk),
            ]
        )
    zero = np.zeros(m)
    answers = np.stack([[Q, lam * Q], [constant, zero], [zero, walk]]) / (n - 1)
    heights[0] += 1e-12 * n  # the interior wins only where it is higher by more than round-off
    chosen = np.where(np.isnan(heights).any(axis=0), 1, np.argmin(heights, axis=0))
    return answers[chosen, :, np.arange(m)], steps


def _binned(pv: Floats, v: Floats) -> tuple[Floats, Floats]:
    """A short spectrum for the first steps: sums over groups of frequencies, 150 for each factor e."""
    edges = np.unique(np.geomspace(1, len(v), 1 + int(150 * np.log(len(v) + 1))).astype(int)) - 1
    sizes = np.diff(np.append(edges, len(v)))
    return np.add.reduceat(pv, edges, axis=1), np.add.reduceat(v, edges) / sizes


def _newton(
    pv: Floats, v: Floats, g: Floats, low: Floats, high: Floats, n: int, tolerance: float = 1e-10
) -> tuple[Floats, Floats]:
    """The root of phi' in a bracket, and the steps taken; bisection wherever Newton leaves the bracket."""
    steps = np.zeros(len(g))
    for _ in range(60):
        lam = np.exp(g)
        w = 1.0 / (v + lam[:, None])
        b = pv * w
        Q, two = b.sum(axis=1), np.einsum("ij,ij->i", b, w)
        b *= w
        three = np.einsum("ij,ij->i", b, w)
        one, square = _log_det_slopes(n, lam)
        share = lam * two / Q
        slope = -(n - 1) * share + lam * one
        bend = (n - 1) * (2.0 * lam**2 * three / Q - share - share**2) + lam * (one - lam * square)
        with np.errstate(divide="ignore", invalid="ignore"):  # a flat stretch falls back to bisection
            step = -slope / bend
        low, high = np.where(slope < 0, g, low), np.where(slope >= 0, g, high)
        inside = (bend > 0) & (g + step >= low) & (g + step <= high)
        step = np.where(inside | ((bend > 0) & (np.abs(step) <= tolerance)), step, 0.5 * (low + high) - g)
        steps += np.abs(step) > tolerance
        g = g + step
        if (np.abs(step) <= 1e-7).all():  # the last step was Newton's: what it left is its square
            break
    return g, steps


def _log_det_slopes(n: int, lam: Floats) -> tuple[Floats, Floats]:
    """sum 1 / (v_k + lam) and sum 1 / (v_k + lam)^2 over the n - 1 frequencies, in closed form.

    With F(t) = log sinh n t - log sinh t and dt / dlam = 1 / (2 sinh t), they are F' / (2 sinh t) and minus its slope.
    """
    t = 2.0 * np.arcsinh(0.5 * np.sqrt(lam))
    sinh, cosh = np.sinh(t), np.cosh(t)
    with np.errstate(over="ignore"):  # sinh n t = inf beyond 710: its reciprocal is 0, as it should be
        F1 = n / np.tanh(n * t) - cosh / sinh
        F2 = 1.0 / sinh**2 - (n / np.sinh(n * t)) ** 2
    one = F1 / (2.0 * sinh)
    return one, -(F2 - F1 * cosh / sinh) / (4.0 * sinh**2)
