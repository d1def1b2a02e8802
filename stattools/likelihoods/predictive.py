"""Where a new count will fall when its linear predictor is known with a normal error only: quantiles of the predictive.

    F(y) = E[F(y | eta)],   eta ~ Normal(m, V)

For Poisson, negative binomial and binomial counts F(y | eta) = P(T_y > eta) with a variable T_y that does not depend
on eta: the logarithm of a gamma variable, or of a ratio of two. So F(y) is smooth, and the trapezoid rule in eta, with
a step that follows the spread of T_y, errs by less than 1e-9 where T_y is the wider and by less than 1e-4 otherwise.
Where T_y is far narrower than eta, beyond the reach of the sum, it is taken as normal with its exact mean and variance
(1e-3). Cost: 27 to 67 distribution functions per row and step of a bisection, seven times as many for the negative
binomial.
Source: Barndorff-Nielsen & Cox, Bernoulli 2 (1996), 319-340; Trefethen & Weideman, SIAM Review 56 (2014), 385-458.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Protocol

import numpy as np
from scipy import special

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome

Distribution = Callable[[Floats], Floats]
Pair = tuple[Floats, Floats]
Tails = tuple[Pair, Pair]
"""(F(y - 1), F(y)) and (1 - F(y - 1), 1 - F(y)) per observation; F(y) twice for an outcome that is continuous."""


class PredictiveFamily(Protocol):
    """What is asked of a family of which observations are predicted; `facts` are those of `words.py`."""

    outcome: ClassVar[Outcome]
    facts: ClassVar[Any]
    width: int

    def mean(self, eta: Floats, /) -> Floats: ...
    def cdf(self, eta: Floats, y: Floats, /) -> Floats: ...
    def survival(self, eta: Floats, y: Floats, /) -> Floats: ...
    def quantile(self, eta: Floats, p: float, /) -> Floats: ...


LARGEST_COUNT = 2.0**53
"""float64 skips whole numbers beyond: a quantile that lies there is infinite."""

SMALLEST = 1e-300
"""Keeps divisions by variances that may be 0."""


def tails_of(family: PredictiveFamily, eta: Floats, y: Floats) -> Tails:
    """Both sides of the distribution at y, and for whole outcomes at the number before it, of times at both ends."""
    below, above = family.cdf(eta, y), family.survival(eta, y)
    if y.ndim > 1 and not family.outcome.is_whole:
        last = np.column_stack([y[:, 1], y[:, 1:]])
        return (below, family.cdf(eta, last)), (above, family.survival(eta, last))
    if not family.outcome.is_whole:
        return (below, below), (above, above)
    before, some = np.array(y), y > 0 if y.ndim == 1 else y[:, 0] > 0
    first = before if y.ndim == 1 else before[:, 0]
    np.maximum(first - 1.0, 0.0, out=first)
    sooner, later = family.cdf(eta, before), family.survival(eta, before)
    return (np.where(some, sooner, 0.0), below), (np.where(some, later, 1.0), above)


def count_interval(
    family: PredictiveFamily, eta: Floats, V: Floats, level: float, trials: Floats | None = None
) -> Pair:
    """The smallest whole numbers with F(y) >= (1 - level) / 2 and F(y) >= (1 + level) / 2, each shape (m,).

    At least `level` of the predictive lies between them, ends included. eta (m, width) and its covariance V (m, width,
    width) are the log mean; with `trials` (m,) the log odds; of families with another parameter log mean and log alpha.

    >>> from stattools.likelihoods import Poisson
    >>> lower, upper = count_interval(Poisson(), np.log([[4.0]]), np.zeros((1, 1, 1)), 0.95)
    >>> lower.tolist(), upper.tolist()
    ([1.0], [8.0])
    """

    def of(part: slice) -> Callable[[float], Floats]:
        at, n = eta[part], None if trials is None else trials[part]
        cdf, (own, here) = counts_up_to(family, at, V[part], n), _laid_out(family, at[:, None], n)
        mean = (1.0 if n is None else n) * _center(own, here)
        _, square = _moments(at, mean, n)
        reach = mean * np.sqrt(square + np.minimum(V[part, 0, 0], 1.0)) + 1.0
        return lambda p: crossing(cdf, p, mean, reach, whole=True)

    return by_parts(of, len(eta), 4096, level)


def counts_up_to(family: PredictiveFamily, eta: Floats, V: Floats, trials: Floats | None = None) -> Distribution:
    """The predictive distribution functions of counts, as a function of a whole number per row."""
    variance, most = V[:, 0, 0], np.inf if trials is None else trials
    coarse, fine = (_fine_nodes(eta, V, step) for step in (0.5, 0.2))

    def cdf(y: Floats) -> Floats:
        k = np.maximum(y, 0.0)
        center, square = _moments(eta, k, trials)
        value = mixed(family, *(coarse if (square >= variance).all() else fine), k, trials)
        narrow = special.ndtr((center - eta[:, 0]) / np.sqrt(variance + square))
        value = np.where(square < 0.0225 * variance, narrow, value)
        return np.where(y < 0, 0.0, np.where(k >= most, 1.0, value))

    return cdf


def _fine_nodes(eta: Floats, V: Floats, step: float) -> Pair:
    """Values of eta (m, J, width), of the trapezoid rule in the first, and their weights (J,)."""
    reach = np.ceil(6.5 / step)
    z = np.arange(-reach, reach + 1.0) * step
    share = np.exp(-0.5 * z * z)
    share /= share.sum()
    if eta.shape[1] == 1:
        return eta[:, :, None] + np.sqrt(V) * z[:, None], share
    t, weight = np.polynomial.hermite_e.hermegauss(7)
    moved = np.repeat(np.sqrt(V[:, 1, 1:]) * t, len(z), axis=1)
    slope = V[:, 0, 1:] / np.maximum(V[:, 1, 1:], SMALLEST)  # given log alpha, eta is normal again
    rest = np.sqrt(np.maximum(V[:, 0, :1] - slope * V[:, 0, 1:], 0.0))
    nodes = [eta[:, :1] + slope * moved + rest * np.tile(z, len(t)), eta[:, 1:] + moved]
    return np.stack(nodes, axis=-1), np.kron(weight / weight.sum(), share)


def _moments(eta: Floats, y: Floats, trials: Floats | None) -> Pair:
    """Mean and variance of T_y."""
    center, square = special.digamma(y + 1.0), special.polygamma(1, y + 1.0)
    if trials is not None:
        rest = np.maximum(trials - y, 0.5)  # y = trials is answered apart
        return center - special.digamma(rest), square + special.polygamma(1, rest)
    if eta.shape[1] > 1:
        rest = np.exp(np.clip(-eta[:, 1], -700.0, 700.0))
        return center - special.digamma(rest) + np.log(rest), square + special.polygamma(1, rest)
    return center, square


def mixture_interval(
    likelihood: PredictiveFamily, eta: Floats, V: Floats, level: float, trials: Floats | None = None
) -> Pair:
    """The same for any family that knows its distribution function, by a sum over values of eta: ends (m,), (m,).

    Right to about 1e-6 of a probability where eta is known better than an observation, to 0.01 where far worse.
    Raises IncompatibleError for labels.
    """
    if likelihood.outcome.has_labels:
        raise IncompatibleError(f"an outcome of {type(likelihood).__name__} is one of its labels: it has no interval.")
    z, share = product_of_nodes(eta.shape[1])

    def of(part: slice) -> Callable[[float], Floats]:
        nodes, out_of = spread(eta[part], V[part], z), None if trials is None else trials[part]
        if np.isfinite(likelihood.facts.domain).any():
            nodes[..., 0] = held(nodes[..., 0], eta[part, :1], *likelihood.facts.domain)
        return lambda p: quantile_of_mixture(likelihood, nodes, share, p, out_of)

    return by_parts(of, len(eta), max(1, 2**18 // len(z)), level)


def by_parts(of: Callable[[slice], Callable[[float], Floats]], n: int, size: int, level: float) -> Pair:
    """Both ends of intervals, (n,), by the quantiles of so many rows at a time."""
    parts = (of(slice(start, start + size)) for start in range(0, n, size))
    return tuple(np.hstack([[quantile(0.5 - 0.5 * level), quantile(0.5 + 0.5 * level)] for quantile in parts]))


def quantile_of_mixture(
    likelihood: PredictiveFamily, nodes: Floats, share: Floats, p: float, trials: Floats | None
) -> Floats:
    """The quantile, within the range of the outcome, of each row's mixture over nodes of eta (m, J, width)."""
    low, high = likelihood.outcome.range
    family, at = _laid_out(likelihood, nodes, trials)

    def cdf(y: Floats) -> Floats:
        return np.where(y < low, 0.0, mixed(likelihood, nodes, share, np.clip(y, low, high), trials))

    center = np.asarray(_center(family, at)).reshape(nodes.shape[:2]) @ share
    mean, whole = (1.0 if trials is None else trials) * center, likelihood.outcome.is_whole
    reach = np.maximum(np.abs(mean), 1.0 if whole else SMALLEST)  # what is no count is in any unit
    return np.clip(crossing(cdf, p, mean, reach, whole), low, high if trials is None else trials)


def mixed(family: PredictiveFamily, nodes: Floats, share: Floats, y: Floats, trials: Floats | None) -> Floats:
    """F(y) of each row's mixture over nodes of eta (m, J, width): (m,)."""
    family, at = _laid_out(family, nodes, trials)
    return family.cdf(at, np.repeat(y, nodes.shape[1])).reshape(nodes.shape[:2]) @ share


def _laid_out(family: PredictiveFamily, nodes: Floats, trials: Floats | None) -> tuple[PredictiveFamily, Floats]:
    """The family with the trials of every node, and eta of every node, one after another."""
    (rows, J), at = nodes.shape[:2], nodes.reshape(-1, nodes.shape[2])
    family = family if trials is None else with_trials(family, np.repeat(np.broadcast_to(trials, rows), J))
    return family, at[:, 0] if at.shape[1] == 1 else at


def with_trials(family: Any, trials: object) -> Any:
    """The family for outcomes out of so many trials, for `sample`; itself where outcomes have none."""
    if family.outcome is not Outcome.TRIALS:
        return family
    own = family.facts.unlinked
    return replace(family, trials=trials) if own is None else replace(family, family=with_trials(own, trials))


def _center(family: PredictiveFamily, eta: Floats) -> Floats:
    """Where a distribution is searched for its quantiles: its mean, of counts as far as float64 has their own, or what
    the family says.
    """
    found = family.mean(eta) if family.facts.center is None else family.facts.center(family, eta)
    return np.minimum(found, LARGEST_COUNT) if family.outcome.is_whole else found


def spread(eta: Floats, V: Floats, z: Floats) -> Floats:
    """eta (m, width) moved to normal nodes z (J, width) in the metric of V: (m, J, width)."""
    root, turn = np.linalg.eigh(V)
    moved = (turn * np.sqrt(np.maximum(root, 0.0))[:, None, :]) @ z.T
    return np.moveaxis(eta[:, :, None] + moved, 1, 2)


def slope_of_quantile(likelihood: PredictiveFamily, eta: Floats, p: float, step: Floats) -> Floats:
    """The slope (m, width) in eta of what `on_line` makes of a quantile, by central differences over `step` (m, width);
    0 where the step is.
    """
    found = np.zeros(step.shape)
    for k, by in enumerate(step.T):
        moved = by if eta.ndim == 1 else by[:, None] * np.eye(step.shape[1])[k]
        ahead, behind = (on_line(likelihood, likelihood.quantile(eta + sign * moved, p)) for sign in (1.0, -1.0))
        np.divide(ahead - behind, 2.0 * by, out=found[:, k], where=by > 0.0)
    return found


def on_line(likelihood: PredictiveFamily, value: Floats) -> Floats:
    """The log of a positive outcome, the log odds of a share, and a number as it is."""
    low, high = likelihood.outcome.range
    value = np.clip(value, *inside(low, high))
    return value if low == -np.inf else np.log(value) if high == np.inf else special.logit(value)


def from_line(likelihood: PredictiveFamily, value: Floats) -> Floats:
    """The outcome that `on_line` made a value of."""
    low, high = likelihood.outcome.range
    return value if low == -np.inf else np.exp(value) if high == np.inf else special.expit(value)


def inside(low: float, high: float) -> tuple[float, float]:
    """The least and the largest number within a range."""
    eps = float(np.finfo(float).eps)
    room = [max(SMALLEST, eps * abs(end)) if np.isfinite(end) else 0.0 for end in (low, high)]
    return low + room[0], high - room[1]


def held(eta: Floats, center: Floats, low: float, high: float) -> Floats:
    """eta, a millionth of the way from the nearest end of a range to the center where it is beyond the end."""
    least = low + 1e-6 * (center - low) if low > -np.inf else -np.inf
    most = high - 1e-6 * (high - center) if high < np.inf else np.inf
    return np.clip(eta, least, most)


def crossing(cdf: Distribution, p: float, mean: Floats, reach: Floats, whole: bool = False) -> Floats:
    """Where F crosses p, by doubling and bisection: of a continuous F to 1e-12 of its distance from the mean, -inf or
    inf where it does not cross it; the smallest `whole` y >= 0 with F(y) >= p, and inf beyond `LARGEST_COUNT`.
    """
    snap = np.floor if whole else np.positive
    least, most = (-1.0, LARGEST_COUNT) if whole else (-np.inf, np.inf)
    high = np.minimum(snap(mean + reach) + whole, most)
    low = np.clip(snap(mean - reach), least, high - whole)
    tail, stride = p if whole else np.nextafter(p, 1.0), reach
    for _ in range(1000):
        short, long = (low > least) & (cdf(low) >= tail), (high < most) & (cdf(high) < p)
        if not (short | long).any():
            break
        low = np.where(short, np.maximum(snap(low - stride), least), low)
        high, stride = np.where(long, np.minimum(snap(high + stride), most), high), 2.0 * stride
    beyond = whole & (cdf(high) < p)
    for _ in range(100):
        near = 1.0 if whole else 1e-12 * np.maximum(np.abs(high - mean), np.finfo(float).tiny)
        if (beyond | (high - low <= near)).all():
            break
        middle = snap(low + 0.5 * (high - low))
        enough = cdf(middle) >= p
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(beyond, np.inf, high)


def product_of_nodes(width: int) -> Pair:
    """Standard normal nodes (J, width) and their weights (J,): a fine trapezoid of one predictor, Gauss' of more."""
    if width == 1:
        z = np.arange(-32.0, 33.0) * 0.2
        share = np.exp(-0.5 * z * z)
    else:
        z, share = np.polynomial.hermite_e.hermegauss(15 if width == 2 else 7)
    share = share / share.sum()
    each = (np.stack(np.meshgrid(*[of] * width, indexing="ij"), axis=-1).reshape(-1, width) for of in (z, share))
    grid, shares = each
    return grid, shares.prod(axis=1)
