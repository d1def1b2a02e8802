"""Times to an event, perhaps censored: log T = eta_0 + sigma W, sigma = exp(eta_1), W of a known distribution F.

    seen at t            log f(z) - eta_1 - log t,     z = (log t - eta_0) / sigma
    between low and high log(F(b) - F(a)),             a, b = z of low and high; a = -inf of 0, b = inf of inf
    entered at e         less log(1 - F(z of e)): the row is there since its event came after e

W has the smallest extreme value distribution, F = 1 - exp(-exp(z)), of Weibull times and, with sigma = 1, exponential
ones; it is standard normal or logistic of log-normal and log-logistic times, and of gamma times the log of a gamma
variable of mean 1 and shape k = 1 / sigma^2. Of gamma times between two ends, with s the derivatives of log f by eta,

    d log P = E(s | between),    d2 log P = E(d2 log f | between) + Var(s | between)

are integrals over the log of a time over its mean, by Gauss-Legendre rules on panels at whose ends the density changes
its shape. All others are concave in (eta_0 / sigma, 1 / sigma), as f is log-concave: where rows share a scale and none
entered late there is one maximum at most. Source: Burridge, JRSS B 43 (1981), 41-45; Kalbfleisch & Prentice, The
Statistical Analysis of Failure Time Data (2002), 3.5-3.6; Louis, JRSS B 44 (1982), 226-233, for second derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, expit, gammaln, log_expit, ndtr, ndtri

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import require_truth
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.interface.units import LARGEST, SMALLEST
from stattools.likelihoods.between import between
from stattools.likelihoods.likelihood import LARGEST_MEAN, Likelihood, Terms, allowed, floats
from stattools.likelihoods.links import LINKS, Curve, held_exp
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.positive import once, shape_of, terms_of_log
from stattools.likelihoods.words import Facts, equation_of, words_of
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.distributions.gamma import log_density_of_log, log_quantile, tail

LARGEST_SCALE = 100.0
"""The logarithm of a scale: beyond, it stays there, so that all is finite."""
FARTHEST = 1e75
"""The largest distance in units of the scale, whose square is a number."""


@dataclass(frozen=True)
class LogTimeErrors:
    """A distribution of errors W: the `link` whose mean is its distribution function, log f(z) with its slope and its
    bend, and log E(exp(sigma W)) with its slope in log sigma;
    `at_once` is log f(z) of events, 1, and log(1 - F(z)) of longer times, 0, of what they have in common.

    Its methods are about times, by their linear predictors eta_0 and log sigma, each of shape (n,).
    """

    link: str
    density: Callable[[Floats], Curve]
    log_mean: Callable[[Floats], tuple[Floats, Floats]]
    at_once: Callable[[Floats, Floats], Curve] | None = None
    concave = True

    def terms(self, location: Floats, log_scale: Floats, low: Floats, high: Floats, most: int = 6) -> Floats:
        """log f of times that were seen, low = high, and log(F(high) - F(low)) of others, where low may be 0 or high
        inf; its two slopes; minus its second derivatives, mixed ones between: (6, n), or the log alone if `most` is 1.
        """
        seen, first, last = low == high, low == 0.0, high == np.inf
        event, shared = seen.astype(float), once(log_scale)
        log_time = np.log(np.where(first, np.where(last, 1.0, high), low) if first.any() else low)
        precision = np.exp(-shared)
        z = np.clip((log_time - location) * precision, -FARTHEST, FARTHEST)
        if self.at_once is not None and (~first & (seen | last)).all():
            value, slope, bend = self.at_once(z, event)
        else:
            value, slope, bend = curve = np.zeros((3, len(z)))
            link = LINKS[self.link]
            for rows, log in ((seen, self.density), (last & ~first, link.log_rest), (first & ~last, link.log_mean)):
                if rows.any():
                    curve[:, rows] = log(z[rows])
        found = np.empty((most, len(z)))
        found[0] = value - event * (log_time + shared)
        if most > 1:
            turn = z * bend + slope
            found[1], found[2] = -precision * slope, -z * slope - event
            found[3], found[4], found[5] = -precision * precision * bend, -precision * turn, -z * turn
        ends = ~(seen | first | last)
        if ends.any():
            found[:, ends] = between_ends(self.link, location[ends], log_scale[ends], low[ends], high[ends])[:most]
        return found

    def tail_of(self, z: Floats, lower: bool) -> Floats:
        """F(z), or 1 - F(z) as the mean of the mirrored link."""
        mirrored = "loglog" if self.link == "cloglog" else self.link
        return LINKS[self.link].mean(z) if lower else LINKS[mirrored].mean(-z)

    def tail(self, location: Floats, log_scale: Floats, time: Floats, lower: bool) -> Floats:
        """F or 1 - F."""
        return self.tail_of(standardized(location, log_scale, time), lower)

    def log_quantile(self, location: Floats, log_scale: Floats, p: object) -> Floats:
        """The log of the time before which the event has happened with probability p."""
        return location + np.exp(log_scale) * LINKS[self.link].of(np.asarray(p, dtype=float))

    def slope_of_quantile(self, location: Floats, log_scale: Floats, p: float) -> Floats:
        """The derivatives of `log_quantile` in location and log scale, (n, 2)."""
        return np.stack([np.ones_like(location), self.log_quantile(location, log_scale, p) - location], axis=-1)

    def score_of(self, location: Floats, log_scale: Floats, time: Floats) -> tuple[Floats, Floats]:
        """z of each time, on whose scale intervals of its survival are made, and its derivatives, (n, 2)."""
        z = standardized(location, log_scale, time)
        return z, np.stack([-np.exp(-log_scale), -z], axis=-1)

    def beyond(self, score: Floats) -> Floats:
        """S of such a score."""
        return self.tail_of(score, False)

    def relative_variance(self, scale: Floats) -> Floats:
        """Var(T) / E(T)^2."""
        return np.expm1(self.log_mean(2.0 * scale)[0] - 2.0 * self.log_mean(scale)[0])


def standardized(location: Floats, log_scale: Floats, time: Floats) -> Floats:
    """(log t - eta_0) / sigma; -inf of 0 and inf of inf."""
    with np.errstate(divide="ignore"):  # nothing is below 0
        return (np.log(time) - location) * np.exp(-log_scale)


def _extreme(z: Floats, event: Floats | float = 1.0) -> Curve:
    power = held_exp(z)
    return event * z - power, event - power, -power


def _normal(z: Floats) -> Curve:
    return -0.5 * z * z - HALF_LOG_TWO_PI, -z, np.full_like(z, -1.0)


def _normal_mean(scale: Floats) -> tuple[Floats, Floats]:
    square = np.minimum(scale, FARTHEST) ** 2
    return 0.5 * square, square


def _logistic(z: Floats) -> Curve:
    below, above = expit(z), expit(-z)
    return log_expit(z) + log_expit(-z), above - below, -2.0 * below * above


def _logistic_mean(scale: Floats) -> tuple[Floats, Floats]:
    """log(pi sigma / sin(pi sigma)), for sigma < 1."""
    if (scale >= 1.0).any():
        raise DomainError(
            "the mean of a log-logistic time is infinite where its scale is 1 or more, as it is here. Ask for its "
            'median, fit.predict(kind="median").'
        )
    angle = np.pi * scale
    return np.log(angle / np.sin(angle)), 1.0 - angle / np.tan(angle)


EXTREME = LogTimeErrors("cloglog", _extreme, lambda s: (gammaln(1.0 + s), s * digamma(1.0 + s)), _extreme)

NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)
DROP = 45.0
"""Where the density is exp(-45) of its largest value between the ends, nothing is left of it."""
FLAT, STEEP = 25.0, 6.0
"""Below t = -25 the density is exp(k t) to round-off; it ends within 6 of where it is nothing."""
LARGEST_RATIO = 300.0
"""The logarithm of a time beside the mean: beyond, it stays there, so that squares are finite (and hopeless)."""
INTEGRATED = 2048
"""Rows that are integrated together."""


class GammaTimes:
    """Gamma times by their linear predictors, the log mean and log sigma, each of shape (n,)."""

    concave = False

    def between(self, location: Floats, log_scale: Floats, low: Floats, high: Floats) -> Floats:
        """log(F(high) - F(low)) with its derivatives, where low may be 0 or high inf."""
        found = np.empty((6, len(low)))
        for start in range(0, len(low), INTEGRATED):
            part = slice(start, start + INTEGRATED)
            found[:, part] = _gamma_between(location[part], shape_of(2.0 * log_scale[part]), low[part], high[part])
        return found

    def terms(self, location: Floats, log_scale: Floats, low: Floats, high: Floats, most: int = 6) -> Floats:
        """As those of `LogTimeErrors`."""
        found, seen = np.zeros((6, len(low))), low == high  # a time from 0 to inf has probability 1
        others = ~seen & ((low > 0.0) | (high < np.inf))
        t, k = _ratio(location[seen], low[seen]), shape_of(2.0 * log_scale[seen])
        found[:, seen] = _of_log(t, k)
        found[0, seen] -= np.log(low[seen])
        found[:, others] = self.between(location[others], log_scale[others], low[others], high[others])
        return found[:most]

    def tail(self, location: Floats, log_scale: Floats, time: Floats, lower: bool) -> Floats:
        """F or 1 - F."""
        return tail(_ratio(location, time), shape_of(2.0 * log_scale), lower)

    def log_quantile(self, location: Floats, log_scale: Floats, p: object) -> Floats:
        """The log of the time before which the event has happened with probability p."""
        p = np.asarray(p, dtype=float)
        return location + log_quantile(p, 1.0 - p, shape_of(2.0 * log_scale))

    def slope_of_quantile(self, location: Floats, log_scale: Floats, p: float) -> Floats:
        """The derivatives of `log_quantile` in location and log scale, (n, 2)."""
        k = shape_of(2.0 * log_scale)
        t = log_quantile(p, 1.0 - p, k)
        time, left = np.exp(location + t), p < 0.5
        end = np.full_like(time, 0.0 if left else np.inf)
        log, _, by_scale, *_ = self.between(location, log_scale, *((end, time) if left else (time, end)))
        moved = by_scale * np.exp(log - log_density_of_log(t, k))
        return np.stack([np.ones_like(time), -moved if left else moved], axis=-1)

    def score_of(self, location: Floats, log_scale: Floats, time: Floats) -> tuple[Floats, Floats]:
        """The normal score of F of each time, which is nearly linear in log t, and its derivatives, (n, 2)."""
        below, above = (self.tail(location, log_scale, time, side) for side in (True, False))
        left, nearer = below < 0.5, np.maximum(np.minimum(below, above), np.finfo(float).tiny)
        low, high = np.where(left, 0.0, time), np.where(left, time, np.inf)
        slopes = self.between(location, log_scale, low, high)[1:3].T  # of the log of the nearer tail
        z, sign = ndtri(nearer), np.where(left, 1.0, -1.0)
        return sign * z, slopes * (sign * nearer * np.exp(0.5 * z * z + HALF_LOG_TWO_PI))[:, None]

    def beyond(self, score: Floats) -> Floats:
        """S of such a score."""
        return ndtr(-score)

    def log_mean(self, scale: Floats) -> tuple[Floats, Floats]:
        """What the mean adds to eta_0: nothing."""
        return np.zeros_like(scale), np.zeros_like(scale)

    def relative_variance(self, scale: Floats) -> Floats:
        """Var(T) / E(T)^2."""
        return scale**2


def _ratio(location: Floats, time: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # nothing is below 0
        return np.minimum(np.log(time) - location, LARGEST_RATIO)


def _of_log(t: Floats, k: Floats) -> tuple[Floats, ...]:
    """log of the density of t, and the derivatives of log f: log phi is twice log sigma."""
    log, first, second, own, curl = terms_of_log(t, k)
    return log, first, 2.0 * second, own, 2.0 * first, 4.0 * curl


def _gamma_between(location: Floats, k: Floats, low: Floats, high: Floats) -> Floats:
    first, last = low == 0.0, high == np.inf
    lo, hi = _ratio(location, low), np.where(last, np.inf, _ratio(location, high))
    gap = np.where(first | last, 1.0, high - low)
    width = np.where(first | last, np.inf, np.log1p(gap / np.where(first, 1.0, low)))
    from_above = first | (hi < 0.0)  # panels are measured from an end, the higher one, so that narrow ones have digits
    base, top = np.where(from_above, hi, lo), np.clip(0.0, lo, hi)
    left, right = _extent(k, top)
    start = np.maximum(np.where(from_above, -width, 0.0), top - base - left)
    end = np.minimum(np.where(from_above, 0.0, width), top - base + right)
    cuts = [start, *(np.clip(at - base, start, end) for at in (-FLAT, 0.0, base + end - STEEP)), end]
    cuts = np.sort(np.stack(cuts, axis=-1), axis=-1)
    used = (np.diff(cuts, axis=-1) > 0.0).any(axis=0)
    half = 0.5 * np.diff(cuts, axis=-1)[:, used, None]
    t = base[:, None, None] + 0.5 * (cuts[:, 1:] + cuts[:, :-1])[:, used, None] + half * NODES
    t, weight, k = t.reshape(len(k), -1), (half * WEIGHTS).reshape(len(k), -1), k[:, None]
    log, slope, turn, own, mixed, curl = _of_log(t, k)
    highest = log.max(axis=1, keepdims=True)
    weight = weight * np.exp(log - highest)
    total = weight.sum(axis=1, keepdims=True)
    weight /= total

    def mean(values: Floats) -> Floats:
        return (weight * values).sum(axis=1)

    by_location, by_scale = mean(slope), mean(turn)
    slope, turn = slope - by_location[:, None], turn - by_scale[:, None]
    log_p = np.log(total[:, 0]) + highest[:, 0]
    t, k = base, k[:, 0]
    beside = np.where(first, tail(t, k, False), np.where(last, tail(t, k, True), 1.0))
    log_p = np.where(beside < 0.5, np.log1p(-np.minimum(beside, 0.5)), log_p)
    bends = ((own, slope, slope), (mixed, slope, turn), (curl, turn, turn))
    return np.stack([log_p, by_location, by_scale, *(mean(bend) - mean(one * other) for bend, one, other in bends)])


def _extent(k: Floats, top: Floats) -> tuple[Floats, Floats]:
    """How far below and above `top`, the highest point, the density is more than exp(-DROP) of what it is there: bounds
    of the solutions of a - 1 - log a = DROP / k and the like.
    """
    c, a = DROP / k, np.exp(np.clip(top, -LARGEST_RATIO, LARGEST_RATIO))
    tiny = 1e-100
    square = np.sqrt(3.0 * c / np.maximum(np.minimum(a, 1.0), tiny))
    left = np.minimum(c + 1.0, c / np.maximum(1.0 - a, tiny))
    left = np.where(square <= 1.0, np.minimum(left, square), left)
    above = np.maximum(a, 1.0)
    fall = np.maximum(2.0, np.log(1.7 * c / above))
    right = np.minimum(np.minimum(np.sqrt(2.0 * c / above), c / np.maximum(above - 1.0, tiny)), fall)
    return left, right


ERRORS: dict[str, LogTimeErrors | GammaTimes] = {
    "weibull": EXTREME,
    "lognormal": LogTimeErrors("probit", _normal, _normal_mean),
    "loglogistic": LogTimeErrors("logit", _logistic, _logistic_mean),
    "exponential": EXTREME,
    "gamma": GammaTimes(),
}
"""By the distribution of the time."""


def between_ends(link: str, location: Floats, log_scale: Floats, low: Floats, high: Floats) -> Floats:
    """log(F(high) - F(low)) of two ends, 0 < low < high < inf, with its derivatives: (6, n), as of `terms`."""
    a, b = (np.clip(standardized(location, log_scale, end), -FARTHEST, FARTHEST) for end in (low, high))
    precision = np.exp(-log_scale)
    w = np.log1p((high - low) / low) * precision  # the distance of the ends, with its digits
    found = between(link, a, b, w)
    slope, both = a * found.shift + w * found.upper, found.upper_shift + found.lower_shift
    bend = a * both + w * found.upper_shift
    curl = a * (bend + w * found.upper_shift) + w * w * found.of_upper
    mixed = (bend - found.shift) * precision
    return np.stack([found.log, -found.shift * precision, -slope, both * precision * precision, mixed, curl - slope])


AT_A_TIME = 8192
"""Rows whose log-likelihoods are made together."""
EXPONENTIAL, ONE = "exponential", ("weibull", "gamma")
"""The distribution whose scale is 1, and those that are exponential where theirs is."""


def _side(family: FailureTime, y: Floats) -> Floats:
    """A time that is longer than what was seen rises for ever, a shorter one falls; others have a maximum."""
    low, high, _ = ends_of(y, family.late)
    return 1.0 * ((high == np.inf) & (low > 0.0)) - 1.0 * ((low == 0.0) & (high < np.inf))


def _reach(family: FailureTime, eta: Floats, y: Floats) -> float:
    """Minus the log of the smallest probability that a time is not on the side where it is known to be."""
    some = _side(family, y) != 0.0
    log = family.loglik(eta[some], y[some])
    return -float(np.log(max((-np.expm1(log)).min(initial=1.0), np.finfo(float).tiny)))


def _slope_of_quantile(family: FailureTime, eta: Floats, p: float, step: Floats) -> Floats:
    """d log quantile / d eta, shape (n, width), exact for any step."""
    return family._law.slope_of_quantile(*family.location_scale(eta), p)[:, : family.width]


@constructed_by_callers
@dataclass(frozen=True)
class FailureTime(Likelihood):
    """Times: log T = eta_0 + exp(eta_1) W, of the `distribution` "weibull", "lognormal", "loglogistic", "exponential",
    and "gamma", whose mean is exp(eta_0) and whose standard deviation is exp(eta_1) times that.

    y has shape (n, 2), the ends between which each time lies: both are the time where it was seen, the upper one is inf
    where it was longer (right censored) and the lower one 0 where it was shorter; or (n,), where all were seen; or,
    where rows enter `late`, (n, 3), with the time before which nobody looked, 0 where there is none. eta has shape
    (n, 2), of the exponential, whose scale is 1, (n,). The observed information depends on y. `scaled` says that the
    scale moves with columns. Raises DomainError from `check` and for an unknown distribution.

    >>> import numpy as np
    >>> likelihood = FailureTime("exponential")
    >>> likelihood.loglik([0.0, 0.0], [[2.0, 2.0], [2.0, np.inf]]).tolist()  # log f(2) and log P(T > 2)
    [-2.0, -2.0]
    """

    distribution: str = "weibull"
    scaled: bool = False
    late: bool = False
    outcome = Outcome.TIME

    def __post_init__(self) -> None:
        if not is_one_of(self.distribution, ERRORS):
            needs = f"FailureTime needs a distribution, one of {', '.join(ERRORS)}"
            raise DomainError(f"{needs}; got {quoted(self.distribution)}.")
        require_truth(self.scaled, "scaled= of FailureTime")
        require_truth(self.late, "late= of FailureTime")
        parameters = {"time": "log"} if self.distribution == EXPONENTIAL else {"time": "log", "scale": "log"}
        single = len(parameters) == 1
        options = [self.distribution, *["scale"] * (not single), *["late"] * self.late]
        facts = Facts(
            "FailureTime",
            own_words=replace(words_of("FailureTime"), equation=equation_of("FailureTime", options)),
            verified="" if self.distribution == "gamma" else "failure-time",
            form=self.distribution,
            side=_side,
            reach=_reach,
            center=partial(FailureTime.quantile, p=0.5),  # near which quantiles lie, as the mean may not
            slope_of_quantile=_slope_of_quantile,
            concave_with=("log",) if single else (),
            concave_in_units=self._law.concave and not self.scaled and (single or not self.late),
            holds={"scale": FailureTime(EXPONENTIAL, late=self.late)} if self.distribution in ONE else {},
        )
        vars(self).update(parameters=parameters, width=len(parameters), facts=facts)

    @property
    def _law(self) -> LogTimeErrors | GammaTimes:
        return ERRORS[self.distribution]

    @property
    def parts(self) -> tuple[str, ...]:
        """The ends between which a time lies."""
        return ("y", "high", "entry") if self.late else ("y", "high")

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless 0 <= low <= high, and 0 < low where both are one time."""
        y = floats(y, "FailureTime")
        low, high, entry = ends_of(y, self.late)
        who, remedy = "A regression of times", "Give the ends of each time, in order."
        allowed(low, np.isfinite(low) & (low >= 0.0), who, "lower ends that are 0 or more", remedy)
        allowed(high, (high > 0.0) & (high >= low), who, "upper ends that are positive and not below the lower", remedy)
        known = (entry >= 0.0) & ((entry < low) | (entry == 0.0))
        allowed(entry, known, who, "entries that are 0 or more, and below the time", "Leave out rows that end before.")
        for end in (low, high, entry):
            moderate = (end == 0.0) | (end == np.inf) | ((end >= SMALLEST) & (end <= LARGEST))
            allowed(end, moderate, who, "times from 1e-120 to 1e120", "Change their units.")
        return y

    def location_scale(self, eta: ArrayLike) -> tuple[Floats, Floats]:
        """eta_0 and the log of the scale, which stays where its exponential is a number."""
        if self.width == 1:
            location = np.asarray(eta, dtype=float)
            return location, np.broadcast_to(0.0, location.shape)
        eta = self._wide(eta)
        return eta[..., 0], np.clip(eta[..., 1], -LARGEST_SCALE, LARGEST_SCALE)

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log f of times that were seen, log P of the others."""
        return self._terms(eta, y, 1)[0]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go, each kind of rows by itself."""
        found = self._terms(eta, y)
        if self.width == 1:
            return found[0], found[1], found[3]
        information = found[[3, 4, 4, 5]].reshape(2, 2, -1)
        return found[0], found[1:3].T, information.transpose(2, 0, 1)

    def _terms(self, eta: ArrayLike, y: ArrayLike, most: int = 6) -> Floats:
        """The terms of the law, less those of a time after the entry."""
        low, high, entry = ends_of(y, self.late)
        location, log_scale = self.location_scale(eta)
        found, late = np.empty((most, len(low))), entry > 0.0
        for start in range(0, len(low), AT_A_TIME):  # what is made on the way stays in the cache
            part = slice(start, start + AT_A_TIME)
            found[:, part] = self._law.terms(location[part], log_scale[part], low[part], high[part], most)
        if late.any():
            endless = np.full(np.count_nonzero(late), np.inf)
            found[:, late] -= self._law.terms(location[late], log_scale[late], entry[late], endless, most)
        return found

    def mean(self, eta: ArrayLike) -> Floats:
        """E(T) = exp(eta_0) E(exp(sigma W)), shape (n,); DomainError where that of a log-logistic time is infinite."""
        location, log_scale = self.location_scale(eta)
        log, _ = self._law.log_mean(np.exp(log_scale))
        return np.exp(np.minimum(location + log, LARGEST_MEAN))

    def link(self, mean: ArrayLike) -> Floats:
        """The log of a positive time."""
        return np.log(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, width)."""
        mean, (_, log_scale) = self.mean(eta), self.location_scale(eta)
        _, by_scale = self._law.log_mean(np.exp(log_scale))
        return np.stack([mean, mean * by_scale], axis=-1)[:, None, : self.width]

    def quantile(self, eta: ArrayLike, p: object, trials: Floats | None = None) -> Floats:
        """The time before which the event has happened with probability p, shape (n,)."""
        log = self._law.log_quantile(*self.location_scale(eta), p)
        return np.exp(np.clip(log, -LARGEST_MEAN, LARGEST_MEAN))

    def score_of_survival(self, eta: ArrayLike, time: Floats) -> tuple[Floats, Floats]:
        """A monotone function of P(T > t), on whose scale intervals are made, and its slope in eta, (n, width)."""
        score, slope = self._law.score_of(*self.location_scale(eta), time)
        return score, slope[:, : self.width]

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One time per row, (n,)."""
        location, _ = self.location_scale(eta)
        u = generator(seed).random(location.shape)
        return self.quantile(eta, np.clip(u, np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg))

    def observed(self, y: Floats) -> Floats:
        """The times, where all were seen; IncompatibleError where one is censored or entered late."""
        low, high, entry = ends_of(y, self.late)
        if (low != high).any() or (entry > 0.0).any():
            raise IncompatibleError(
                "times that are censored were not seen, and those that entered late are the longer ones: neither is "
                'compared with a mean or with times that are drawn. Use fit.residuals_of("quantile", seed=1) or '
                '"cox_snell".'
            )
        return low

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The variance of a time that is seen."""
        return self.mean(eta) ** 2 * self._law.relative_variance(np.exp(self.location_scale(eta)[1]))

    def beyond(self, score: Floats) -> Floats:
        """P(T > t) of a score of `score_of_survival`."""
        return self._law.beyond(score)

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """P(T <= t) or P(T > t) of times (n,), or of the lower end of others, given that T is after the entry."""
        time, _, entry = ends_of(y, self.late)
        at, late = self.location_scale(eta), entry > 0.0
        found = self._law.tail(*at, time, lower)
        if late.any():  # past the entry
            (location, log_scale), entry, time = (values[late] for values in at), entry[late], time[late]
            endless, last, there = np.full_like(time, np.inf), time == np.inf, time > entry
            stop = np.where(there & ~last, time, 2.0 * entry)
            ends = (entry, stop) if lower else (stop, endless)
            part, beyond = (self._law.terms(location, log_scale, *two)[0] for two in (ends, (entry, endless)))
            share = np.exp(part - beyond)
            found[late] = np.where(last, float(lower), np.where(there, share, float(not lower)))
        return found

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The mean log time, raised by the share of the rows that were censored, and the spread about it."""
        log_time = np.log(self._known(y)) - offset
        total = weight.sum()
        level = weight @ log_time / total
        spread = max(float(np.sqrt(weight @ (log_time - level) ** 2 / total)), 1e-3)
        share = weight @ (ends_of(y, self.late)[1] < np.inf) / total
        near = np.array([level + spread * np.log1p((1.0 - share) / max(share, 1e-3)), np.log(spread)])
        return near[: self.width]

    def _known(self, y: Floats) -> Floats:
        """The lower end of each time, or the upper one where that is 0."""
        low, high, _ = ends_of(y, self.late)
        return np.where(low > 0.0, low, high)


def ends_of(y: ArrayLike, late: bool = False) -> tuple[Floats, Floats, Floats]:
    """Both ends of each time, where one that was seen is both, and its entry."""
    y = np.asarray(y, dtype=float)
    if y.ndim < 2:
        return y, y, np.zeros(y.shape)
    wanted = 3 if late else 2
    if y.shape[-1] != wanted:
        entry = "two ends and the entry" if late else "two ends"
        raise DomainError(f"FailureTime needs y of the {entry} of each time, (n, {wanted}); got shape {y.shape}.")
    return y[..., 0], y[..., 1], y[..., 2] if late else np.zeros(y.shape[:-1])
