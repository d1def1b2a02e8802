"""Elementary symmetric functions of positive numbers, of many degrees and many numbers at once, and their derivatives.

    e_d(r) = sum over all sets of d of the product of their r        e_k <- e_k + r e_(k - 1), one r after the other

For each k this is a cumulative sum along the r. To stay within float64, r is scaled by c, and the sums by 1 / prod(1 +
c r): e_k is then P(K = k) of a sum of independent events with odds c r, and with c such that its mean is d, the terms
that e_d is made of are probabilities of likely paths. Several degrees share a pass as long as theirs are no less than
`SMALLEST`; those of others get a c of their own. Cost: n d times the number of derivatives. Source: Gail, Lubin &
Rubinstein, Biometrika 68 (1981), 703-707; Chen, Dempster & Liu, Biometrika 81 (1994), 457-469.

Many small sets go side by side, one number of each at a time (`symmetric_side_by_side`).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import optimize

Ints = NDArray[np.intp]

ROOM = 1 << 21
"""Numbers that a pass holds at a time, about."""

SMALLEST = 1e-150
"""A probability below this may have lost digits on the way."""

STEPS, ROUGHLY = 5, 0.1
"""The most Newton steps for the scale c, on log odds of the mean share that is chosen, and the change of log c that is
near enough.
"""

GROWTH = 250.0
"""The logarithm by which sums may grow before they are scaled."""


@record
class Symmetric:
    """log e_d of several sets (G,), and its first (p, G) and second derivatives (q, G), relative to e_d: the mean and
    the second moments of the sum of x over the chosen; q = p (p + 1) / 2, the upper triangle row by row.
    """

    logs: Floats
    means: Floats
    seconds: Floats


def symmetric(logs: Floats, X: Floats, ends: Ints, d: Ints, order: int = 2) -> Symmetric:
    """e_d of the first `ends` of r = exp(logs), of degree `d`, at most as many, each end after those before it.

    Derivatives are in theta where logs = X' theta, X (p, n), as far as `order`.

    >>> symmetric(np.log([1.0, 2.0, 3.0]), np.empty((0, 3)), np.array([2, 3]), np.array([1, 2]), 0).logs.round(6)
    array([1.098612, 2.397895])
    """
    p = len(X) if order else 0
    q = p * (p + 1) // 2 if order > 1 else 0
    X = X[:p]
    found = Symmetric(np.full(len(d), np.nan), np.empty((p, len(d))), np.empty((q, len(d))))
    every = d == ends
    if every.any():
        _all_chosen(logs, X, ends, every, found)
    left = np.flatnonzero(~every)
    while len(left):
        last = int(left[-1])
        tilt = _tilt(logs[: ends[last]], int(d[last]))
        _pass(logs[: ends[last]] + tilt, X, ends[left], d[left], found, left)
        found.logs[left] -= tilt * d[left]
        left = left[np.isnan(found.logs[left])]
        if last in left:  # beyond float64: the log-likelihood is not finite there
            found.logs[left] = np.inf
            break
    return found


def _all_chosen(logs: Floats, X: Floats, ends: Ints, which: NDArray[np.bool_], found: Symmetric) -> None:
    """Where all are chosen there is one set."""
    last = ends[which] - 1
    some = slice(0, last[-1] + 1)
    sums = np.cumsum(X[:, some], axis=1)[:, last]
    a, b = upper(len(X) if len(found.seconds) else 0)
    found.logs[which], found.means[:, which] = np.cumsum(logs[some])[last], sums
    found.seconds[:, which] = sums[a] * sums[b]


def _tilt(logs: Floats, d: int) -> float:
    """log c, with which the mean number chosen is d."""

    if not (d and np.isfinite(logs).all()):
        return 0.0
    tilt = float(np.log(d / (len(logs) - d)) - logs.mean())
    for _ in range(STEPS):
        chances = expit(logs + tilt)
        mean = float(chances.sum())
        left = len(logs) - mean
        spread = mean - float(chances @ chances)
        if not min(mean, left, spread) > 0.0:
            break
        step = float(np.log(d * left / (mean * (len(logs) - d)))) * mean * left / (len(logs) * spread)
        if abs(step) < ROUGHLY:
            return tilt + step
        tilt += step

    def gap(tilt: float) -> float:
        return float(expit(logs + tilt).sum()) - d

    low, high = -float(logs.max()) - 40.0, -float(logs.min()) + 40.0
    if not gap(low) < 0.0 < gap(high):
        return 0.0
    return float(optimize.brentq(gap, low, high, xtol=1e-3))


def _pass(logs: Floats, X: Floats, ends: Ints, d: Ints, found: Symmetric, at: Ints) -> None:
    """Fill in what the pass with these logarithms of odds has digits for."""
    p, q, K = len(X), len(found.seconds), int(d.max())
    a, b = upper(p if q else 0)
    ab, ba = np.append(a, b), np.append(b, a)
    growth = np.logaddexp(0.0, logs)
    total = np.append(0.0, np.cumsum(growth))
    m, slopes, bends = 1 + p + q, slice(1, 1 + p), slice(1 + p, None)
    starts = np.zeros((K + 1, m))  # of e_k, its first and its second derivatives, one below the other
    starts[0, 0] = 1.0
    begin, most = 0, max(1, ROOM // (3 * m))
    while begin < ends[-1]:
        end = int(np.searchsorted(total, total[begin] + GROWTH, side="right")) - 1
        end = int(min(max(end, begin + 1), begin + most, ends[-1]))
        part, alone = slice(begin, end), end == begin + 1
        r, x = np.exp(logs[part] - (growth[begin] if alone else 0.0)), X[:, part]
        first = np.exp(-growth[begin]) if alone else 1.0  # one row of huge odds by itself
        shrink = 1.0 if alone else float(np.exp(total[begin] - total[end]))
        here = (ends > begin) & (ends <= end)
        degrees = set(d[here].tolist())
        both = x[ab]
        by_first = np.concatenate([x, both[:q] * both[q:]])
        sums, grown = np.zeros((m, end - begin + 1)), np.empty((m, end - begin))
        sums[0] = starts[0, 0]
        sums[0, 1:] *= first
        starts[0, 0] *= shrink * first
        for k in range(1, min(K, end) + 1):
            np.multiply(sums[:, :-1], r, out=grown)
            if q:
                moved = grown[1 + ba]
                moved *= both
                grown[bends] += moved[:q]
                grown[bends] += moved[q:]
            if p:
                grown[1:] += by_first * grown[0]
            sums[:, 0] = starts[k]
            grown[:, 0] += first * starts[k]
            np.cumsum(grown, axis=1, out=sums[:, 1:])
            np.multiply(sums[:, -1], shrink, out=starts[k])
            if k in degrees:
                chosen = np.flatnonzero(here & (d == k))
                _read(found, at[chosen], ends[chosen], begin, sums[0], sums[slopes], sums[bends], total, alone)
        begin = end


def _read(
    found: Symmetric, at: Ints, ends: Ints, begin: int, e: Floats, D: Floats, H: Floats, total: Floats, alone: bool
) -> None:
    """What the sums say at some ends, where they have their digits."""
    place = ends - begin
    scale = total[ends] if alone else np.full(len(ends), total[begin])
    good = e[place] * np.exp(scale - total[ends]) > SMALLEST
    at, place, scale = at[good], place[good], scale[good]
    found.logs[at] = np.log(e[place]) + scale
    found.means[:, at] = D[:, place] / e[place]
    found.seconds[:, at] = H[:, place] / e[place]


@cache
def upper(p: int) -> tuple[Ints, Ints]:
    """Rows and columns of the upper triangle of a (p, p) matrix, kept for the next time."""
    return np.triu_indices(p)


def unpacked(half: Floats, p: int) -> Floats:
    """A symmetric matrix from its upper triangle, row by row."""
    found = np.empty((p, p))
    a, b = upper(p)
    found[a, b] = found[b, a] = half
    return found


HIGHEST = 500.0
"""The largest logarithm of a product of d numbers."""


def symmetric_side_by_side(logs: Floats, X: Floats, d: Ints, order: int = 2) -> Symmetric:
    """e_d of r = exp(logs), logs (S, N) with -inf where a set has fewer numbers, X (p, S, N), d (S,) at least 1.

    Numbers are relative to the geometric mean of the d largest of their set, so that e_d is at least 1; NaN for a set
    whose largest is so far above it that powers would overflow.

    >>> logs = np.log([[1.0, 2.0, 3.0], [1.0, 2.0, 0.5]])
    >>> np.exp(symmetric_side_by_side(logs, np.empty((0, 2, 3)), np.array([2, 1]), 0).logs).round(9).tolist()
    [11.0, 3.5]
    """
    p = len(X) if order else 0
    a, b = np.triu_indices(p) if order > 1 else (np.zeros(0, dtype=np.intp),) * 2
    S, N = logs.shape
    ordered = -np.sort(-logs, axis=1)
    with np.errstate(invalid="ignore"):  # of -inf beyond the numbers of a set
        center = np.where(np.arange(N) < d[:, None], ordered, 0.0).sum(axis=1) / d
    K = int(d.max())
    wild = ~((ordered[:, 0] - center) * d < HIGHEST)
    r = np.where(wild[:, None], 0.0, np.exp(np.minimum(logs - center[:, None], HIGHEST)))
    e, D, H = np.zeros((K + 1, S)), np.zeros((p, K + 1, S)), np.zeros((len(a), K + 1, S))
    e[0] = 1.0
    for j in range(N):
        top = min(K, j + 1)
        old, new, x, rj = slice(0, top), slice(1, top + 1), X[:p, :, j], r[:, j]
        grown = rj * e[old]
        sloped = rj * D[:, old]
        if len(a):
            xa, xb = x[a][:, None], x[b][:, None]
            H[:, new] += rj * H[:, old] + xa * sloped[b] + xb * sloped[a] + (xa * xb) * grown
        D[:, new] += sloped + x[:, None] * grown
        e[new] += grown
    at = np.arange(S)
    value = np.where(wild, np.nan, e[d, at])
    return Symmetric(np.log(value) + d * center, D[:, d, at] / value, H[:, d, at] / value)
