"""Binomial and Poisson log probabilities by the saddle-point expansion: exact at counts of 1 and of 1e9.

Differences of log-gamma functions lose about as many digits as the counts have: at 1e9 trials, `gammaln` leaves six.
Writing the log probability as a deviance plus Stirling errors keeps all of them (C. Loader, "Fast and accurate
computation of binomial probabilities", 2000):

    log Poisson(k; m)      = -delta(k) - D(k, m) - log(2 pi k) / 2
    log Binomial(k; n, p)  = delta(n) - delta(k) - delta(n-k) - D(k, np) - D(n-k, nq) + log(n / (2 pi k (n-k))) / 2

with delta(n) = log n! - log(sqrt(2 pi n) (n/e)^n) and D(x, m) = x log(x/m) + m - x.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from stattools.interface.arrays import Floats

SMALL = 1024
"""Of counts that are all below this, functions of each count are looked up."""
HALF_LOG_TWO_PI = 0.5 * np.log(2.0 * np.pi)


def stirling_error(n: ArrayLike) -> Floats:
    """delta(n) = log n! - log(sqrt(2 pi n) (n/e)^n) for real n > 0; the series beyond 16 errs by less than 1e-16.

    >>> round(float(stirling_error(1.0)), 12)  # 1 - log(2 pi) / 2
    0.081061466795
    """
    n = np.asarray(n, dtype=float)
    low = n < 16.0
    if low.all():
        return np.asarray(_stirling_error_below(n))
    r = 1.0 / np.maximum(n, 16.0)
    s = r * r
    series = r * (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * 691 / 360360)))))
    return np.where(low, _stirling_error_below(np.minimum(n, 16.0)), series)


def _stirling_error_below(n: Floats) -> Floats:
    """The same up to 16, from its definition."""
    n = np.maximum(n, 1e-300)
    return gammaln(n + 1.0) - (n + 0.5) * np.log(n) + n - HALF_LOG_TWO_PI


@np.errstate(over="ignore")  # beyond float64 it is infinite
def deviance_part(
    x: ArrayLike, m: ArrayLike, log_ratio: ArrayLike | None = None, gap: ArrayLike | None = None
) -> Floats:
    """D(x, m) = x log(x/m) + m - x >= 0 without cancellation where x is near m; `log_ratio` is log(x/m) if m may
    underflow, `gap` is x - m if it is known better than the difference.
    """
    x, m = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(m, dtype=float))
    gap, total = np.asarray(x - m if gap is None else gap, dtype=float), x + m
    if log_ratio is None:
        over, under = np.where(x > 0, x, 1.0), np.where(x > 0, m, 1.0)
        log_ratio = log_of_ratio(over, under)  # m = 0 < x: D = inf, the count is impossible
    far = np.asarray(x * np.where(x > 0, log_ratio, 0.0) - gap)
    near = np.flatnonzero(np.abs(gap) < 0.1 * total)
    if len(near):
        far.put(near, _near_deviance(x.take(near), gap.take(near), total.take(near)))
    return far


def _near_deviance(x: Floats, gap: Floats, total: Floats) -> Floats:
    """D(x, m) where x and m differ by less than a tenth of their `total`: with v = gap / total, 8 terms reach 2e-17 of

    D = gap v + 2 x v (v^2 / 3 + v^4 / 5 + ...)
    """
    v = gap / total
    square = v * v
    tail = np.zeros_like(v)
    for j in range(8, 0, -1):  # in place: new arrays take more time than the sums
        tail += 1.0 / (2 * j + 1)
        tail *= square
    return gap * v + 2.0 * x * v * tail


def log_of_ratio(over: Floats, under: Floats) -> Floats:
    """log(over / under), also where the ratio is beyond float64 and its logarithm is not."""
    with np.errstate(divide="ignore", over="ignore"):
        ratio = over / under
        whole = ((ratio > 0.0) & (ratio < np.inf)).all()
        return np.log(ratio) if whole else np.log(over) - np.log(under)


def log_poisson_pmf(k: ArrayLike, mean: ArrayLike, log_mean: ArrayLike | None = None) -> Floats:
    """log of mean^k exp(-mean) / k!, for real k >= 0; pass `log_mean` where the mean may underflow.

    >>> import math
    >>> math.isclose(log_poisson_pmf(3, 2.0), math.log(2.0**3 * math.exp(-2.0) / 6.0), rel_tol=1e-15)
    True
    """
    k, mean = np.broadcast_arrays(np.asarray(k, dtype=float), np.asarray(mean, dtype=float))
    whole = _small_counts(k)
    if whole is not None and log_mean is not None and np.isfinite(log_mean).all():
        return _of_small_counts(whole, k, mean, np.asarray(log_mean))
    positive = k > 0
    safe = np.where(positive, k, 1.0)
    logarithm = np.log(safe)
    log_ratio = None if log_mean is None else logarithm - np.asarray(log_mean)
    value = -stirling_error(safe) - deviance_part(safe, mean, log_ratio) - 0.5 * logarithm - HALF_LOG_TWO_PI
    return np.where(positive, value, -mean)


def _small_counts(k: Floats) -> NDArray[np.intp] | None:
    """Counts as whole numbers where there are some, all small; else None."""
    if not (k.ndim and k.size and k.min() >= 0.0 and k.max() < SMALL):
        return None
    whole = k.astype(np.intp)
    return whole if (whole == k).all() else None


@np.errstate(over="ignore")  # beyond float64 it is infinite
def _of_small_counts(whole: NDArray[np.intp], k: Floats, mean: Floats, log_mean: Floats) -> Floats:
    """The same by a table of what depends on the count alone, in as few sums over the rows as may be; 0 counts too."""
    alone, logarithm = (values.take(whole) for values in _tables())
    gap, total = k - mean, k + mean
    far = logarithm
    far -= log_mean
    far *= k
    np.subtract(gap, far, out=far)
    near = np.flatnonzero(np.abs(gap) < 0.1 * total)
    if len(near):
        far.put(near, -_near_deviance(k.take(near), gap.take(near), total.take(near)))
    far += alone
    return far


@lru_cache(maxsize=1)
def _tables() -> tuple[Floats, Floats]:
    """-delta(k) - log(2 pi k) / 2 and log k of small counts, both 0 for 0."""
    counts = np.arange(1.0, SMALL)
    logarithm = np.log(counts)
    alone = -stirling_error(counts) - 0.5 * logarithm - HALF_LOG_TWO_PI
    return np.append(0.0, alone), np.append(0.0, logarithm)


def log_binomial_pmf(
    k: ArrayLike,
    n: ArrayLike,
    p: ArrayLike,
    q: ArrayLike,
    log_p: ArrayLike | None = None,
    log_q: ArrayLike | None = None,
) -> Floats:
    """log of C(n, k) p^k q^(n-k), for real 0 <= k <= n and p + q = 1 given apart so that neither loses digits.

    `log_p` and `log_q` are used where p or q may underflow. Impossible counts give -inf.

    >>> import math
    >>> math.isclose(log_binomial_pmf(6, 10, 0.2, 0.8), math.log(0.005505024), rel_tol=1e-14)
    True
    """
    k, n, p, q = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (k, n, p, q)))
    with np.errstate(divide="ignore"):  # log 0 = -inf is the value wanted: the count is impossible
        log_p = np.where(p < 0.5, np.log(p), np.log1p(-q)) if log_p is None else np.asarray(log_p, dtype=float)
        log_q = np.where(q < 0.5, np.log(q), np.log1p(-p)) if log_q is None else np.asarray(log_q, dtype=float)
    inside = (k > 0) & (k < n) & (log_p > -np.inf) & (log_q > -np.inf)
    a, size = np.where(inside, k, 1.0), np.where(inside, n, 2.0)
    b = size - a
    lp, lq = np.where(inside, log_p, -np.log(2.0)), np.where(inside, log_q, -np.log(2.0))
    value = (
        stirling_error(size)
        - stirling_error(a)
        - stirling_error(b)
        - deviance_part(a, size * np.where(inside, p, 0.5), log_of_ratio(a, size) - lp)
        - deviance_part(b, size * np.where(inside, q, 0.5), log_of_ratio(b, size) - lq)
        + 0.5 * (log_of_ratio(size, a) - np.log(b))
        - HALF_LOG_TWO_PI
    )
    edge = np.where(k > 0, k, 0.0) * np.where(k > 0, log_p, 0.0) + (n - k) * np.where(k < n, log_q, 0.0)
    return np.where(inside, value, edge)
