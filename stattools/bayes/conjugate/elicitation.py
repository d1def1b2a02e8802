"""Priors from what people can say: two quantiles, or a mean and a standard deviation. Each gives the parameters.

    Beta     F(x1) = p1, F(x2) = p2     exists for all 0 < x1 < x2 < 1, 0 < p1 < p2 < 1, and is unique (Shih 2015)
    Gamma    the same on (0, inf): the ratio of the quantiles falls from inf to 1 as the shape grows, then the rate
    Normal   sd = (x2 - x1) / (z2 - z1), mean = x1 - sd z1,   z the normal quantiles

Both statements are met to about 1e-13. Source: N. Shih, "The model identification of beta distribution based on
quantiles", J. Stat. Comput. Simul. 85 (2015), 2022-2032; O'Hagan et al., Uncertain Judgements (2006), ch. 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.numerics.distributions.beta import tails

SIZES = (-25.0, 32.0)
"""Logs of the sizes, a + b or shape, that a prior may have: 1e-11 to 8e13."""


def statements(
    first: object, second: object, prob: object, *, who: str, support: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """(x1, x2), (p1, p2), (1 - p1, 1 - p2) from `{p1: x1, p2: x2}`, or from the two ends of an interval of `prob`.

    Raises DomainError for anything but two quantiles that increase with their probability, inside the support.
    """
    what = f"{who}.from_quantiles"
    example = f"{what}({{0.05: 0.1, 0.95: 0.4}}), or {what}(0.1, 0.4, prob=0.9)"
    if isinstance(first, Mapping):
        if second is not None or prob is not None or len(first) != 2:
            raise DomainError(f"{what} needs two quantiles, {example}; got {quoted(first)} of {len(first)}.")
        pairs = sorted((_number(p, what, example), _number(x, what, example)) for p, x in first.items())
        (p1, x1), (p2, x2) = pairs
        if not 0.0 < p1 < p2 < 1.0:
            raise DomainError(f"{what} needs probabilities between 0 and 1; got {p1:g} and {p2:g}. Write {example}.")
        above = 1.0 - p1, 1.0 - p2
    else:
        x1, x2, mass = (_number(v, what, example) for v in (first, second, 0.9 if prob is None else prob))
        if not 0.0 < mass < 1.0:
            raise DomainError(f"{what} needs prob, the probability between the two, in (0, 1); got {mass:g}.")
        p1 = 0.5 * (1.0 - mass)
        p2, above = 1.0 - p1, (1.0 - p1, p1)
    low, high = support
    if not (low < x1 and x2 < high):
        raise DomainError(
            f"{what} needs quantiles strictly inside ({low:g}, {high:g}); got {x1:g} and {x2:g}. No prior of this "
            "family puts probability outside."
        )
    if not x1 < x2:
        raise DomainError(
            f"{what}: the quantile at {p2:g} must exceed the one at {p1:g}; got {x1:g} at {p1:g} and {x2:g} at {p2:g}."
        )
    return (x1, x2), (p1, p2), above


def beta_from_quantiles(first: object, second: object = None, prob: object = None) -> tuple[float, float]:
    """a and b of the beta distribution with these two quantiles.

    >>> a, b = beta_from_quantiles({0.05: 0.1, 0.95: 0.4})
    >>> round(a, 4), round(b, 4)
    (4.7752, 15.5556)
    """
    (x1, x2), (p1, p2), (q1, q2) = statements(first, second, prob, who="Beta", support=(0.0, 1.0))

    near = [float(special.logit(x1))]  # the answer for the size asked about before

    def mean_logit(log_size: float) -> float:
        """The logit of the mean that puts the first quantile in its place."""
        size = np.exp(log_size)

        def excess(t: float) -> float:
            return _log_ratio(tails(x1, 1.0 - x1, size * special.expit(t), size * special.expit(-t)), p1, q1)

        near[0] = _root(excess, near[0])
        return near[0]

    def excess(log_size: float) -> float:
        t, size = mean_logit(log_size), np.exp(log_size)
        return _log_ratio(tails(x2, 1.0 - x2, size * special.expit(t), size * special.expit(-t)), p2, q2)

    log_size = _size(excess, "Beta", (x1, x2), (p1, p2))
    t, size = mean_logit(log_size), np.exp(log_size)
    return float(size * special.expit(t)), float(size * special.expit(-t))


def gamma_from_quantiles(first: object, second: object = None, prob: object = None) -> tuple[float, float]:
    """shape and rate of the gamma distribution with these two quantiles.

    >>> shape, rate = gamma_from_quantiles(1.0, 4.0, prob=0.9)
    >>> round(shape, 4), round(rate, 4)
    (6.0471, 2.6441)
    """
    (x1, x2), (p1, p2), (q1, q2) = statements(first, second, prob, who="Gamma", support=(0.0, np.inf))

    def log_quantile(p: float, q: float, shape: float) -> float:
        """log of the quantile at rate 1; for small shapes P(x) = x^shape / Gamma(shape + 1) and x underflows."""
        x = special.gammaincinv(shape, p) if p < q else special.gammainccinv(shape, q)
        return float(np.log(x)) if x > 1e-250 else float((np.log(p) + special.gammaln(shape + 1.0)) / shape)

    def excess(log_shape: float) -> float:
        shape = float(np.exp(log_shape))
        return float(np.log(x2 / x1)) - (log_quantile(p2, q2, shape) - log_quantile(p1, q1, shape))

    shape = float(np.exp(_size(excess, "Gamma", (x1, x2), (p1, p2))))
    return shape, float(np.exp(log_quantile(p1, q1, shape) - np.log(x1)))


def normal_from_quantiles(first: object, second: object = None, prob: object = None) -> tuple[float, float]:
    """mean and standard deviation of the normal distribution with these two quantiles.

    >>> mean, sd = normal_from_quantiles({0.5: 1.0, 0.975: 2.96})
    >>> round(mean, 4), round(sd, 4)
    (1.0, 1.0)
    """
    (x1, x2), (p1, p2), (q1, q2) = statements(first, second, prob, who="Normal", support=(-np.inf, np.inf))
    z1, z2 = (float(special.ndtri(p) if p < q else -special.ndtri(q)) for p, q in ((p1, q1), (p2, q2)))
    sd = (x2 - x1) / (z2 - z1)
    return (x1 - sd * z1 if abs(z1) < abs(z2) else x2 - sd * z2), sd


def beta_from_mean_sd(mean: object, sd: object) -> tuple[float, float]:
    """a = m s and b = (1 - m) s with s = m (1 - m) / sd^2 - 1.

    Raises DomainError where sd^2 >= m (1 - m), the variance of a probability that is 0 or 1 and nothing between.

    >>> a, b = beta_from_mean_sd(0.5, 0.5 / 3**0.5)
    >>> round(a, 12), round(b, 12)
    (1.0, 1.0)
    """
    m, s = (_number(v, "Beta.from_mean_sd", "Beta.from_mean_sd(0.3, 0.1)") for v in (mean, sd))
    if not 0.0 < m < 1.0:
        raise DomainError(f"Beta.from_mean_sd needs a mean in (0, 1); got {m:g}.")
    _require_positive(s, "Beta")
    most = float(np.sqrt(m * (1.0 - m)))
    if s >= most:
        raise DomainError(
            f"Beta.from_mean_sd: no distribution on (0, 1) with mean {m:g} has a standard deviation of {most:.6g} or "
            f"more; got {s:g}. Give a smaller one."
        )
    size = (most - s) * (most + s) / (s * s)
    return m * size, (1.0 - m) * size


def gamma_from_mean_sd(mean: object, sd: object) -> tuple[float, float]:
    """shape = (mean / sd)^2, rate = mean / sd^2.

    >>> gamma_from_mean_sd(2.0, 1.0)
    (4.0, 2.0)
    """
    m, s = (_number(v, "Gamma.from_mean_sd", "Gamma.from_mean_sd(2.0, 1.0)") for v in (mean, sd))
    if not m > 0.0:
        raise DomainError(f"Gamma.from_mean_sd needs a positive mean; got {m:g}.")
    _require_positive(s, "Gamma")
    return (m / s) * (m / s), m / s / s


def _log_ratio(tail: tuple[Floats, Floats], p: float, q: float) -> float:
    """How far a pair of tails is from (p, q), on the log scale of the smaller: positive where too much lies below."""
    below, above = (max(float(t), 1e-300) for t in tail)
    return float(np.log(below / p)) if p < q else float(np.log(q / above))


def _root(excess: Callable[[float], float], guess: float) -> float:
    """The root of a falling function of a logit, bracketed by steps that grow fourfold."""
    step, low, high = 0.01, guess, guess
    if excess(guess) < 0.0:
        while excess(low) < 0.0 and low > -800.0:
            low, high, step = low - step, low, 4.0 * step
    else:
        while excess(high) > 0.0 and high < 800.0:
            low, high, step = high, high + step, 4.0 * step
    if low == high:
        return guess
    found: Any = optimize.brentq(excess, low, high, xtol=1e-14, maxiter=300)
    return found


def _size(excess: Callable[[float], float], who: str, x: tuple[float, float], p: tuple[float, float]) -> float:
    """The log of the size at which the second quantile is in its place: the excess rises with the size."""
    low, high = SIZES
    if excess(low) > 0.0 or excess(high) < 0.0:
        raise DomainError(
            f"{who}.from_quantiles: the quantiles {x[0]:g} at {p[0]:g} and {x[1]:g} at {p[1]:g} are "
            f"{'nearly the same' if excess(high) < 0.0 else 'so far apart that nearly all mass lies beyond them'}: a "
            "prior with them exists, but not in double precision. Move them."
        )
    found: Any = optimize.brentq(excess, low, high, xtol=1e-13, maxiter=300)
    return found


def _require_positive(sd: float, who: str) -> None:
    if not sd > 0.0:
        raise DomainError(f"{who}.from_mean_sd needs a positive standard deviation; got {sd:g}.")


def _number(value: object, what: str, example: str) -> float:
    if not is_number(value):
        raise DomainError(f"{what} needs finite numbers, for example {example}; got {quoted(value)}.")
    return float(value)
