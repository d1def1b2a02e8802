"""The local level model as a filter and a smoother without cancellation, for any ratio lam = q / r and any gaps.

The pivots of the posterior precision q K = D'D + lam diag(observed) are 1 + s_t, where s_t = q / Var(level_t | y_1..t):

    predict  s- = s / (1 + s)      update  s = s- + lam if y_t is observed      gain  w_t = lam / s_t
    filter   a_t = (s- / s) a_{t-1} + w_t y_t                 (the exponential filter whose weight is the gain)
    smooth   m_t = (1 - h_t) a_t + h_t m_{t+1},   Z_t = h_t + h_t^2 Z_{t+1},   h = 1 / (1 + s),   variance q Z_t

Taken as 1 + s, the pivots lose s where it is small. As a ratio num / den, den' = den + num, num' = num + lam den', it
is made of sums of positive numbers; without gaps s_t = (e^u - 1)(1 - e^{-2tu}) / (1 + e^{-(2t-1)u}), in closed form,
with 4 sinh^2(u / 2) = lam. Each line is a first-order recurrence, solved as a bidiagonal system.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.numerics.banded import dpttrf, dtbsv, dtbtrs

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
