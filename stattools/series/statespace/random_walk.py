"""Random walks seen with noise: a local level by recurrences, a local linear trend by blocks.

The level is a filter and a smoother without cancellation, for any ratio lam = q / r and any gaps. The pivots of the
posterior precision q K = D'D + lam diag(observed) are 1 + s_t, where s_t = q / Var(level_t | y_1..t):

    predict  s- = s / (1 + s)      update  s = s- + lam if y_t is observed      gain  w_t = lam / s_t
    filter   a_t = (s- / s) a_{t-1} + w_t y_t                 (the exponential filter whose weight is the gain)
    smooth   m_t = (1 - h_t) a_t + h_t m_{t+1},   Z_t = h_t + h_t^2 Z_{t+1},   h = 1 / (1 + s),   variance q Z_t

Taken as 1 + s, the pivots lose s where it is small. As a ratio num / den, den' = den + num, num' = num + lam den', it
is made of sums of positive numbers; without gaps s_t = (e^u - 1)(1 - e^{-2tu}) / (1 + e^{-(2t-1)u}), in closed form,
with 4 sinh^2(u / 2) = lam. Each line is a first-order recurrence, solved as a bidiagonal system.

The trend is a block tridiagonal posterior precision, put together and inverted without sparse matrices:

    x_t = (level_t, trend_t),   K = L L',   M_t = L_{t+1,t} L_tt^-1,   Var x_t = (L_tt L_tt')^-1 + M_t' Var x_{t+1} M_t

a sum of covariances, nothing is subtracted; in its three entries it is one unit triangular banded system, from the last
time to the first. What `posterior_precision` does for any components, here for the one that is long. Source: Rue & Held
(2005), 2.4; Takahashi, Fagan & Chen (1973).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.banded import dpbtrs, dpttrf, dtbsv, dtbtrs, factored

PLAIN = 1e-2
"""From this ratio on, subtracting 1 from a pivot costs two digits at most."""
BLOCK = 4096
"""Steps between two rescalings: below `PLAIN` numbers grow by less than e^0.1 a step."""


def precisions(observed: NDArray[np.bool_], lam: float) -> Floats:
    """s_t = q / filtered variance, (n,), for 0 < lam < inf; 0 before the first observation.

    >>> precisions(np.array([True, True, False]), 1.0).tolist()
    [1.0, 1.5, 0.6...]
    """
    first = int(np.argmax(observed))
    s = np.zeros(len(observed))
    rest = observed[first:]
    if rest.all():
        head, s[first:] = _closed(len(rest), lam)
        s[first : first + len(head)] = head
    else:
        step = _pivots if lam >= PLAIN else _ratios
        last = 0.0
        for start in range(0, len(rest), BLOCK):
            last = step(rest[start : start + BLOCK], lam, last, s[first + start : first + start + BLOCK])
    s[first] = lam  # to the last bit: the first gain is 1
    return s


def _closed(n: int, lam: float) -> tuple[Floats, float]:
    """Without gaps: s_t until it has settled, n steps at most, and what it is from then on."""
    u = 2.0 * np.arcsinh(0.5 * np.sqrt(lam))
    t = np.arange(1.0, min(n, np.ceil(20.0 / u)) + 1.0)
    rest = float(np.expm1(u))
    return rest * (-np.expm1(-2.0 * u * t) / (1.0 + np.exp(-u * (2.0 * t - 1.0)))), rest


def _pivots(observed: NDArray[np.bool_], lam: float, last: float, out: Floats) -> float:
    """s of some steps after `last` as pivots of a tridiagonal matrix, less 1."""
    diagonal = 2.0 + lam * observed
    diagonal[0] += last / (1.0 + last) - 1.0
    np.subtract(dpttrf(diagonal, np.full(max(len(observed) - 1, 1), -1.0), 1, 1)[0], 1.0, out=out)
    return float(out[-1])


def _ratios(observed: NDArray[np.bool_], lam: float, last: float, out: Floats) -> float:
    """The same as numerators and denominators from one unit triangular system, all terms positive."""
    n = len(observed)
    system = np.empty((3, 2 * n), order="F")
    system[0], system[2] = 1.0, -1.0
    system[1, 0::2], system[1, 1::2] = -lam * observed, -1.0
    right = np.zeros(2 * n)
    right[0], right[1] = 1.0 + last, last
    x = dtbsv(2, system, right, lower=1, diag=1, overwrite_x=1)
    np.divide(x[1::2], x[0::2], out=out)
    return float(out[-1])


def recurrence(a: Floats, b: Floats, backward: bool = False) -> Floats:
    """x_t = a_t x_{t-1} + b_t with x before the first = 0, or x_t = a_t x_{t+1} + b_t backward; b (n,) or (n, k)."""
    n = len(a)
    system = np.ones((2, n), order="F")
    if backward:
        np.negative(a[:-1], out=system[0, 1:])
    else:
        np.negative(a[1:], out=system[1, :-1])
    if b.ndim == 1:
        return dtbsv(1, system, b, lower=int(not backward), diag=1)
    return dtbtrs(system, b, uplo="U" if backward else "L", diag="U")[0]


@dataclass(frozen=True, eq=False)
class RandomWalk:
    """A series (NaN where it is missing) with r = sigma2.irregular > 0 and q = sigma2.level > 0."""

    y: Floats
    r: float
    q: float

    @cached_property
    def observed(self) -> NDArray[np.bool_]:
        """Where y is not missing."""
        return self.y == self.y

    @cached_property
    def complete(self) -> bool:
        """True without gaps."""
        return bool(self.observed.all())

    @cached_property
    def center(self) -> float:
        """What is subtracted from y, so that digits go to its variation."""
        return float(self.y.mean() if self.complete else self.y[self.observed].mean())

    @cached_property
    def s(self) -> Floats:
        """q / filtered variance."""
        return precisions(self.observed, self.q / self.r)

    @cached_property
    def predicted(self) -> Floats:
        """s- = q / predicted variance, before y_t is seen; 0 (flat) up to the first observation."""
        predicted = np.empty_like(self.s)
        predicted[0] = 0.0
        np.multiply(self.s[:-1], self.back[:-1], out=predicted[1:])
        return predicted

    @cached_property
    def gain(self) -> Floats:
        """w_t, the weight of the surprise in the level; 0 where y is missing, 1 at the first observation."""
        if self.complete:
            return (self.q / self.r) / self.s
        gain = np.zeros_like(self.s)
        np.divide(self.q / self.r, self.s, out=gain, where=self.observed)
        return gain

    @cached_property
    def filtered(self) -> Floats:
        """Mean of level_t given y_1 ... y_t, less the center; 0 before the first observation."""
        right = self.y - self.center
        right *= self.gain
        if self.complete:
            keep = self.predicted / self.s
        else:
            right[~self.observed] = 0.0
            keep = np.ones_like(self.s)
            np.divide(self.predicted, self.s, out=keep, where=self.observed)
        return recurrence(keep, right)

    @cached_property
    def back(self) -> Floats:
        """h_t: the weight of the next level in the smoothed one."""
        return 1.0 / (1.0 + self.s)

    def smoothed(self) -> tuple[Floats, Floats]:
        """Mean and variance of the level given all of y."""
        if self.complete:
            head, rest = _closed(len(self.y), self.q / self.r)
            if len(self.y) > 3 * len(head) + 64:
                return self._settled(head, rest)
        h = self.back
        system = np.ones((2, len(h)), order="F")
        off = system[0, 1:]
        np.negative(h[:-1], out=off)
        mean = self.s * h
        mean *= self.filtered
        mean[-1] = self.filtered[-1]
        mean = dtbsv(1, system, mean, lower=0, diag=1, overwrite_x=1)
        mean += self.center
        off *= h[:-1]  # the same system with h^2
        variance = self.q * h
        variance[-1] = self.q / self.s[-1]
        return mean, dtbsv(1, system, variance, lower=0, diag=1, overwrite_x=1)

    def _settled(self, s: Floats, rest: float) -> tuple[Floats, Floats]:
        """`smoothed` of a long series without gaps: s is `rest` after the first steps, and Z is constant in the middle.

        From the end Z falls as (1 + h^(2k + 1)) / (s (1 + h)), k = 0, 1, ...
        """
        m, lam = len(s), self.q / self.r
        s[0] = lam
        all_s = np.append(s, rest)
        h = 1.0 / (1.0 + all_s)
        system = np.ones((2, len(self.y)), order="F")
        system[1, :m], system[1, m:] = -h[:-1] * all_s[:-1] / all_s[1:], -h[-1]
        mean = self.y - self.center
        mean[:m] *= lam / s
        mean[m:] *= lam / rest
        mean = dtbsv(1, system, mean, lower=1, diag=1, overwrite_x=1)
        system[0, 1 : m + 1], system[0, m + 1 :] = -h[:-1], -h[-1]
        mean[:m] *= (all_s * h)[:-1]
        mean[m:-1] *= rest * h[-1]
        mean = dtbsv(1, system, mean, lower=0, diag=1, overwrite_x=1)
        mean += self.center
        middle = 1.0 / (rest * (1.0 + h[-1]))
        variance = np.full(len(self.y), self.q * middle)
        variance[-m:] *= (1.0 + h[-1] ** np.arange(1.0, 2.0 * m, 2.0))[::-1]
        back = recurrence(np.append(h[:-1] ** 2, 0.0), np.append(h[:-1], middle), backward=True)
        variance[:m] = self.q * back[:-1]
        return mean, variance

    def innovations(self) -> tuple[Floats, Floats]:
        """Surprise y_t minus its prediction, and its variance; NaN and infinite up to the first observation."""
        first = int(np.argmax(self.observed))
        before = np.append(np.nan, self.filtered[:-1])
        before[: first + 1] = np.nan
        with np.errstate(divide="ignore"):  # a flat prediction has infinite variance
            return self.y - self.center - before, self.r + self.q / self.predicted

    def loglik(self) -> float:
        """The diffuse log-likelihood, n - 1 terms of log 2 pi for n observed values.

        With k_t = 1 - w_t the surprises are v_t = dy_t + k_{t-1} v_{t-1}, dy from one observed value to the next, and
        their variances r / k_t. Blocks stay in the cache.
        """
        first = int(np.argmax(self.observed))
        last, v_last, k_last = float(self.y[first]), 0.0, 0.0
        count, square, log_keep = 0, 0.0, 0.0
        for start in range(first + 1, len(self.y), BLOCK):
            block = slice(start, min(start + BLOCK, len(self.y)))
            before, now, y = self.s[block.start - 1 : block.stop - 1], self.s[block], self.y[block]
            if not self.complete:
                seen = np.flatnonzero(self.observed[block])
                before, now, y = before[seen], now[seen], y[seen]
            if not len(y):
                continue
            keep = 1.0 + before
            keep *= now
            np.divide(before, keep, out=keep)
            v = np.diff(y, prepend=last)
            v[0] += k_last * v_last
            v = recurrence(np.append(0.0, keep[:-1]), v)
            last, v_last, k_last, count = float(y[-1]), float(v[-1]), float(keep[-1]), count + len(v)
            v *= v
            square += float(v @ keep)
            log_keep += float(np.log(keep, out=keep).sum())
        return -0.5 * (count * float(np.log(2.0 * np.pi * self.r)) - log_keep + square / self.r)

    def draws(self, noise: Floats) -> Floats:
        """Posterior paths of the level from standard normal noise, both (n, draws)."""
        h = self.back
        start = (self.s * h * self.filtered)[:, None] + np.sqrt(self.q * h)[:, None] * noise
        start[-1] = self.filtered[-1] + np.sqrt(self.q / self.s[-1]) * noise[-1]
        return recurrence(h, start, backward=True) + self.center


REFINEMENTS = 2
"""Most rounds of iterative refinement of the means, as in `posterior_precision`."""
ENOUGH = 1e-13
"""A refinement this small beside the means ends it."""
STILL = 1e-15
"""Relative change that is round-off."""


@dataclass(frozen=True, eq=False)
class TrendWalk:
    """A series (n,), NaN where missing, with variances r of the irregular, q of the level and z of the trend, > 0."""

    y: Floats
    r: float
    q: float
    z: float

    @cached_property
    def observed(self) -> NDArray[np.bool_]:
        """Where y is not missing."""
        return self.y == self.y

    @cached_property
    def _short(self) -> tuple[Floats, Floats, int] | None:
        """Factor, variances and half of the length of a short series, where a long one without gaps has the same.

        From some time on columns of the factor repeat themselves, and so do variances away from the ends. Both count as
        settled where they do not change over a quarter of the short series.
        """
        for half in (128, 1024, 8192) if self.observed.all() else ():
            if 8 * half > len(self.y):
                break
            L = self._factored(np.ones(2 * half + 1, dtype=bool))
            pairs, found = L.T.reshape(-1, 8)[half:-1], variances(L)
            if _still(pairs.T) and _still(found[:, half : half + half // 2]):
                return L, found, half
        return None

    @cached_property
    def factor(self) -> Floats:
        """L in lower band storage (4, 2n), level_t at 2t and trend_t at 2t + 1."""
        if self._short is None:
            return self._factored(self.observed)
        short, long = self._short[0].T.reshape(-1, 8), np.empty((len(self.y), 8))
        m = len(short) - 1
        long[:m], long[m:-1], long[-1] = short[:m], short[m - 1], short[-1]
        return long.reshape(-1, 4).T

    def _factored(self, observed: NDArray[np.bool_]) -> Floats:
        n, q, z = len(observed), 1.0 / self.q, 1.0 / self.z
        band = np.zeros((4, 2 * n), order="F")
        band[0, 0::2] = 2.0 * q
        band[0, 0] = band[0, -2] = q
        band[0, 0::2] += observed * (1.0 / self.r)
        band[0, 1::2] = q + 2.0 * z
        band[0, 1], band[0, -1] = q + z, z
        band[1, 0:-2:2], band[1, 1:-1:2] = q, -q
        band[2, 0:-2:2], band[2, 1:-1:2] = -q, -z
        if (cholesky := factored(band, overwrite=True)) is None:
            raise IdentificationError(
                "The variances are too far apart for float64: give a variance that is as good as 0 as exactly 0."
            )
        return cholesky.L

    def smoothed(self) -> dict[str, tuple[Floats, Floats]]:
        """Mean and variance of level and trend given all of y."""
        level, trend = self._means()
        if self._short is None:
            variance = variances(self.factor)
        else:
            _, found, half = self._short
            middle = np.repeat(found[:, half : half + 1], len(self.y) - found.shape[1], axis=1)
            variance = np.concatenate([found[:, :half], middle, found[:, half:]], axis=1)
        return {"level": (level, variance[0]), "trend": (trend, variance[1])}

    def _means(self) -> tuple[Floats, Floats]:
        center = float(np.nanmean(self.y))
        y = np.where(self.observed, self.y - center, 0.0)
        x = np.zeros(2 * len(y))
        level, trend = x[0::2], x[1::2]
        pull = np.zeros((2 * len(y), 1))
        pull[0::2, 0] = y
        pull *= 1.0 / self.r
        for refinement in range(1 + REFINEMENTS):
            step = dpbtrs(self.factor, pull, lower=1, overwrite_b=1)[0][:, 0]
            x += step
            if refinement == REFINEMENTS or np.abs(step).max() <= ENOUGH * np.abs(x).max():
                break
            self._pull(y, level, trend, pull[:, 0])
        return level + center, trend.copy()

    def _pull(self, y: Floats, level: Floats, trend: Floats, out: Floats) -> None:
        """What is left of the equations, A' W (b - A x)."""
        move = np.diff(level)
        move -= trend[:-1]
        move *= 1.0 / self.q
        bend = np.diff(trend)
        bend *= 1.0 / self.z
        error = y - level
        error *= self.observed
        error *= 1.0 / self.r
        error[:-1] += move
        error[1:] -= move
        move += bend
        move[1:] -= bend[:-1]
        out[0::2] = error
        out[1:-2:2] = move
        out[-1] = -bend[-1]


def variances(L: Floats) -> Floats:
    """Variances of level and trend, (2, n), from the factor (4, 2n)."""
    n = L.shape[1] // 2
    a, b, c = L[0, 0::2], L[1, 0::2], L[0, 1::2]
    own = np.empty((n, 3))  # from the last time on: var level, cov, var trend, of x_t given x_{t+1} and y
    slope = -b / (a * c)
    own[:, 0] = (1.0 / a**2 + slope * slope)[::-1]
    own[:, 1] = (slope / c)[::-1]
    own[:, 2] = (1.0 / c**2)[::-1]
    # M = [[e, f], [g, h]]: the rows of L below, times the inverse of L_tt
    f, h = L[1, 1:-1:2] / c[:-1], L[2, 1:-1:2] / c[:-1]
    e = (L[2, 0:-2:2] - f * b[:-1]) / a[:-1]
    g = (L[3, 0:-2:2] - h * b[:-1]) / a[:-1]
    e, f, g, h = e[::-1], f[::-1], g[::-1], h[::-1]
    system = np.zeros((6, 3 * n), order="F")
    system[0] = 1.0
    before = system[:, : 3 * n - 3]
    before[3, 0::3], before[2, 1::3], before[1, 2::3] = -e * e, -2.0 * e * g, -g * g
    before[4, 0::3], before[3, 1::3], before[2, 2::3] = -e * f, -(e * h + f * g), -g * h
    before[5, 0::3], before[4, 1::3], before[3, 2::3] = -f * f, -2.0 * f * h, -h * h
    found = dtbsv(5, system, own.reshape(-1), lower=1, diag=1, overwrite_x=1).reshape(n, 3)
    return found[::-1, ::2].T.copy()


def _still(rows: Floats) -> bool:
    """True where no row changes beyond round-off."""
    spread = rows.max(axis=1) - rows.min(axis=1)
    return bool((spread <= STILL * np.abs(rows).max(axis=1)).all())
