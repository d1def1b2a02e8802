"""Counts whose zeros are a matter of their own: truncated, inflated, behind a hurdle; of a family f, p = expit(eta_1).

    truncated:   P(y) = f(y) / (1 - f(0)) for y = 1, 2, ...
    inflated:    P(0) = p + (1 - p) f(0),   P(y) = (1 - p) f(y)
    hurdle:      P(0) = p,                  P(y) = (1 - p) f(y) / (1 - f(0))

With l = log f(0), its score s and its information I, k = f(0) / (1 - f(0)) the odds of a zero and w = expit(eta_1 - l)
the probability that a zero is one of those for certain, 1 behind a hurdle, no number is a difference of others near it:

    truncated:   score = score of f at y + k s,   information = that of f at y + k I - k (1 + k) s s^T
    a zero:      score = (1 - w) s and w (1 - f(0)) (1 - p),  information = (1 - w) I - w (1 - w) s s^T,
                 w (1 - w) s and w (1 - f(0)) (1 - p) (w + p - 1)

Truncated Poisson counts and their hurdle have a concave log-likelihood; inflated counts may have several maxima. A
linear predictor beyond `MOST_ETA` stays there, so that 1 - f(0) is never 0. Sources: Cameron & Trivedi, Regression
Analysis of Count Data (2013), 4.3; Lambert, Technometrics 34 (1992), 1-14; Mullahy, Journal of Econometrics 33 (1986),
341-365; Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), 4.10 and 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.binary import Bernoulli
from stattools.likelihoods.counts import Count, NegativeBinomial, Poisson, side_of_counts
from stattools.likelihoods.likelihood import ZERO, Likelihood, Terms, allowed, log_of_second, room
from stattools.likelihoods.words import Facts, Piece, bounded, equation_of, words_of

COUNTS, RATE = Poisson(), "rate"
"""The usual family, and what its mean is called where other counts have a mean of their own."""

LEAST_ETA, MOST_ETA, LEAST, LEAST_MEAN = -150.0, 200.0, 1e-290, 1.0 + 1e-6
"""The logarithm of a mean stays between the first two, a probability above the next; where all positive counts are 1, a
climb begins at that mean.
"""


class ZerosOfFamily:
    """What is known of the positive counts of a family at its linear predictors, (n,) or (n, width): of each row l =
    log f(0), the share 1 - f(0) of positive counts, the odds of a zero, and score (n, width) and information (n, width,
    width) of -log(1 - f(0)).
    """

    def __init__(self, family: Likelihood, eta: ArrayLike) -> None:
        eta, width = np.array(eta, dtype=float), family.width
        first = eta if width == 1 else eta[..., 0]
        np.clip(first, LEAST_ETA, MOST_ETA, out=first)
        if width > 1:
            eta[..., 1] = log_of_second(eta)
        log_zero, slope, of_zero = family.evaluate(eta, np.zeros(first.shape))
        slope, of_zero = slope.reshape(*first.shape, width), of_zero.reshape(*first.shape, width, width)
        self.family, self.eta, self.log_zero = family, eta, np.minimum(log_zero, -LEAST)
        self.share = -np.expm1(self.log_zero)
        self.odds = np.exp(self.log_zero) / self.share
        self.score = self.odds[..., None] * slope
        more = self.score + slope
        self.information = self.odds[..., None, None] * of_zero - self.score[..., :, None] * more[..., None, :]

    def drawn(self, random: np.random.Generator) -> Floats:
        """One positive count per row: the first of the events behind it, wherever in the row's time it falls, and those
        that follow. Negative binomial counts are Poisson many groups of sizes in a logarithmic series.
        """
        first = -np.log1p(-random.random(self.share.shape) * self.share)  # when, in units of events
        left, m = np.clip(1.0 + first / self.log_zero, 0.0, 1.0), self.family.mean(self.eta)
        if not self.family.others:
            return 1.0 + random.poisson(m * left).astype(float)
        share = 1.0 / (1.0 + np.exp(np.clip(-self.eta.sum(axis=-1), -700.0, 700.0)))  # m / (m + 1 / alpha)
        group = random.logseries(np.minimum(share, 1.0 - 1e-16)).astype(float)
        alpha = np.exp(np.clip(self.eta[..., 1], -700.0, 300.0))
        return group + random.poisson(m * alpha * random.standard_gamma(left / alpha)).astype(float)


def of_counts(family: Any, who: str) -> Likelihood:
    """A family of counts with a log link; IncompatibleError for another."""
    if type(family) not in (Poisson, NegativeBinomial):
        raise IncompatibleError(f"{who} is made of Poisson() or NegativeBinomial(); got {type(family).__name__}.")
    return family


def rate_of(mean: ArrayLike) -> Floats:
    """The rate of Poisson counts whose positive ones have this mean, m / (1 - exp(-m)): Newton's steps fall to it."""
    mean = m = np.asarray(mean, dtype=float)
    for _ in range(60):
        seen = -np.expm1(-m)
        m = np.maximum(m - (m - mean * seen) / (1.0 - mean * (1.0 - seen)), LEAST)
    return m


@dataclass(frozen=True)
class Zeros(Count):
    """Counts of `family`, `Poisson()` or `NegativeBinomial()`, with a parameter of their zeros."""

    family: Likelihood = COUNTS

    def __post_init__(self) -> None:
        who = type(self).__name__
        (_, link), *others = of_counts(self.family, who).parameters.items()
        limits, (option, last) = self.family.facts.limits, ("alpha", [r"\log {phi}"]) if others else ("plain", [])
        equation = equation_of(who, [option], others=(r"\log \frac{p_i}{1 - p_i}", *last))
        facts = Facts(
            who,
            own_words=replace(words_of(who), equation=equation),
            limits={name: (type(self)(), said) for name, (_, said) in limits.items()},
            labels={ZERO: ZERO},
            side=side_of_counts,
        )
        parameters = {RATE: link, ZERO: "logit", **dict(others)}
        columns = f"one for each of {', '.join(parameters)}"
        vars(self).update(parameters=parameters, width=len(parameters), facts=facts, _columns=columns)

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is a whole number >= 0."""
        return self.family.check(y)

    def link(self, mean: ArrayLike) -> Floats:
        """The log of a mean of the family."""
        return self.family.link(mean)

    @property
    def _counts(self) -> Likelihood:
        """The law of a row that is no zero by itself, which has probability 1 - p: here the family."""
        return self.family

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go; those of zeros take the place of what counts would have there."""
        (of_family, z), k = self.apart(eta), self.width - 1
        loglik, slope, bend = self._counts.evaluate(of_family, y)
        zero = np.broadcast_to(np.asarray(y) == 0.0, z.shape).nonzero()
        p, rest, log_rest, w, counted = expit(z), expit(-z), log_expit(-z), np.zeros_like(z), np.ones_like(z)
        at, f, some = z[zero], loglik[zero], -rest[zero] * np.expm1(loglik[zero])  # 1 - P(0)
        w[zero], counted[zero], loglik = expit(at - f), expit(f - at), log_rest + loglik
        likely, excess = np.log1p(-np.minimum(some, 0.5)), w[zero] * some
        loglik[zero] = np.where(some < 0.5, likely, np.logaddexp(log_expit(at), log_rest[zero] + f))
        score, information = room(z.shape, self.width)
        slope = slope.reshape(*z.shape, k)
        own, other = counted[..., None] * slope, w[..., None] * slope
        gone = own[..., :, None] * other[..., None, :]
        information[..., ::2, ::2] = counted[..., None, None] * bend.reshape(*z.shape, k, k) - gone
        information[..., 1, ::2] = information[..., ::2, 1] = w[..., None] * own
        score[..., ::2], score[..., 1], information[..., 1, 1] = own, -p, p * rest
        score[..., 1][zero], information[..., 1, 1][zero] = excess, excess * (p[zero] - counted[zero])
        return loglik, score, information

    def mean(self, eta: ArrayLike) -> Floats:
        """(1 - p) m, of all rows, m the mean of the counts."""
        of_family, z = self.apart(eta)
        return expit(-z) * self._counts.mean(of_family)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, width)."""
        of_family, z = self.apart(eta)
        own = expit(-z)[:, None] * self._counts.slope(of_family)[:, 0, :]
        return np.insert(own, 1, -expit(z) * self.mean(eta), axis=-1)[:, None, :]

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per row."""
        of_family, z = self.apart(eta)
        random = generator(seed)
        none = random.random(z.shape) < expit(z)
        return np.where(none, 0.0, self._counts.sample(of_family, seed=random))

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """(1 - p) (v + p m^2), v and m the variance and the mean of the counts."""
        of_family, z = self.apart(eta)
        m = self._counts.mean(of_family)
        return expit(-z) * (self._counts.variance(of_family, y) + expit(z) * m * m)

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """p + (1 - p) F(y), F that of the counts, or (1 - p) (1 - F(y))."""
        of_family, z = self.apart(eta)
        return (expit(z) if lower else 0.0) + expit(-z) * self._counts._tail(of_family, y, lower)

    def apart(self, eta: ArrayLike) -> tuple[Floats, Floats]:
        """The linear predictors of the family, (n,) or (n, 2), and the log odds of a zero, (n,)."""
        eta = self._wide(eta)
        return (eta[..., 0] if self.width == 2 else eta[..., ::2]), eta[..., 1]


def _side_of_positive(family: object, y: Floats) -> Floats:
    """A count of 1 wants a mean of 0."""
    return np.where(y > 1.0, 0.0, -1.0)


@constructed_by_callers
@dataclass(frozen=True)
class ZeroTruncated(Count):
    """Positive counts: y ~ `family` given that y > 0; eta is that of the family, `Poisson()` or `NegativeBinomial()`.

    The first linear predictor is the log mean of the family, zeros included; `mean` is that of the positive counts. The
    information is the observed one. Raises DomainError from `check`, IncompatibleError for another family.

    >>> round(float(ZeroTruncated().loglik([0.0], [1.0])[0]), 6)  # log(exp(-1) / (1 - exp(-1)))
    -0.541325
    """

    family: Likelihood = COUNTS

    def __post_init__(self) -> None:
        family = of_counts(self.family, "ZeroTruncated")
        facts = Facts(
            "ZeroTruncated",
            side=_side_of_positive,
            own_words=family.facts.words,
            concave_with=family.facts.concave_with,
            limits={name: (ZeroTruncated(), said) for name, (_, said) in family.facts.limits.items()},
        )
        parameters = {RATE: next(iter(family.parameters.values())), **dict(family.others)}
        vars(self).update(parameters=parameters, width=family.width, facts=facts)

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is a whole number >= 1."""
        y = self.family.check(y)
        remedy = "Counts with zeros go into st.hurdle, or into st.poisson and its like."
        return allowed(y, y > 0.0, "ZeroTruncated", "counts 1, 2, ...", remedy)

    def mean(self, eta: ArrayLike) -> Floats:
        """m / (1 - f(0)), that of the positive counts."""
        seen = ZerosOfFamily(self.family, eta)
        return self.family.mean(seen.eta) / seen.share

    def link(self, mean: ArrayLike) -> Floats:
        """The log of the rate of Poisson counts whose positive ones have this mean."""
        return np.log(rate_of(mean))

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, width)."""
        seen = ZerosOfFamily(self.family, eta)
        whole = self.family.slope(seen.eta) + self.family.mean(seen.eta)[:, None, None] * seen.score[:, None, :]
        return whole / seen.share[:, None, None]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        seen, y = ZerosOfFamily(self.family, eta), np.asarray(y, dtype=float)
        loglik, score, information = self.family.evaluate(seen.eta, y)
        return (
            np.where(y > 0.0, loglik - np.log(seen.share), -np.inf),
            score + seen.score.reshape(score.shape),
            information + seen.information.reshape(information.shape),
        )

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One positive count per row."""
        return ZerosOfFamily(self.family, eta).drawn(generator(seed))

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The variance of the positive counts: c (v + (1 - c) m^2), c = 1 / (1 - f(0))."""
        seen = ZerosOfFamily(self.family, eta)
        m = self.family.mean(seen.eta)
        return np.maximum(self.family.variance(seen.eta, y) - seen.odds * m * m, 0.0) / seen.share

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """P(Y > y) / P(Y > 0) of the family, which has the digits, or 1 less that."""
        seen = ZerosOfFamily(self.family, eta)
        above = np.minimum(self.family.survival(seen.eta, np.asarray(y, dtype=float)) / seen.share, 1.0)
        return 1.0 - above if lower else above

    def _level(self, sums: Floats) -> Floats:
        """The logarithm of the rate whose positive counts have the mean of all."""
        _, total, rows, _, exposure = sums
        return np.atleast_1d(self.link(max(total / rows, LEAST_MEAN)) - np.log(exposure / rows))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log of the rate whose positive counts have the mean of these."""
        level = self._level(self._sums(y, weight, offset))
        return np.append(level, self.family.start(y, weight, offset)[1:])


@constructed_by_callers
@dataclass(frozen=True)
class ZeroInflated(Zeros):
    """Counts of `family` with extra zeros: y = 0 with probability expit(eta_1), else y ~ family; eta is (n, 2 or 3).

    The linear predictors are the log mean of the family, the log odds of an extra zero and, for `NegativeBinomial()`,
    log alpha; `mean` is that of all counts, (1 - p) m. The information is the observed one. Raises DomainError from
    `check`, IncompatibleError for a family that is neither `Poisson()` nor `NegativeBinomial()`.

    >>> likelihood = ZeroInflated()
    >>> round(float(likelihood.loglik([[0.0, 0.0]], [0])[0]), 6)  # log(1/2 + exp(-1) / 2)
    -0.379885
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        limits = {ZERO: (self.family, "a probability of 0 of an extra zero"), **self.facts.limits}
        vars(self).update(facts=replace(self.facts, inflated=True, limits=limits))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The rate of the positive counts, and the share of zeros that it does not explain."""
        near, positive, rows = np.insert(self.family.start(y, weight, offset), 1, 0.0), weight * (y > 0), weight.sum()
        mean = max(positive @ y / max(positive.sum(), 1.0), LEAST_MEAN)
        near[0] = np.log(rate_of(mean)) - np.log(weight @ np.exp(offset) / rows)
        none = weight @ (y == 0.0) / rows
        usual = weight @ np.exp(-np.exp(np.minimum(near[0] + offset, 700.0))) / rows
        extra: Any = np.clip((none - usual) / max(1.0 - usual, 1e-6), 0.05, 0.95)
        near[1] = np.log(extra / (1.0 - extra))
        return near


@constructed_by_callers
@dataclass(frozen=True)
class Hurdle(Zeros):
    """Zeros as a matter of their own: y = 0 with probability expit(eta_1), else y ~ `family` given y > 0.

    The linear predictors are the log mean of the family, zeros included, the log odds of a zero and, for
    `NegativeBinomial()`, log alpha; eta has shape (n, 2 or 3). `mean` is that of all counts, (1 - p) m / (1 - f(0)).
    Raises DomainError from `check`, IncompatibleError for a family that is neither `Poisson()` nor
    `NegativeBinomial()`.

    >>> likelihood = Hurdle()
    >>> likelihood.loglik([[0.0, 0.0], [0.0, 0.0]], [0, 1]).round(6).tolist()  # log 1/2; log(1/2 / (e - 1))
    [-0.693147, -1.234472]
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        zeros = Piece("= 0", ZERO, "", (1,), Bernoulli(), _are_zero, np.isfinite)
        own, positive = (0, 2)[: self.family.width], partial(np.less, 0.0)
        counts = Piece("above 1", "", " of positive counts", own, self._counts, np.asarray, positive)
        concave = self.family.facts.concave_with
        vars(self).update(facts=replace(self.facts, side=bounded, concave_with=concave, pieces=(zeros, counts)))

    @cached_property
    def positive(self) -> ZeroTruncated:
        """The family of the counts beyond the hurdle."""
        return ZeroTruncated(self.family)

    @property
    def _counts(self) -> Likelihood:
        """The positive counts."""
        return self.positive

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Where the positive counts start, and the log odds of a zero."""
        some = y > 0.0
        near = self._counts.start(y[some], weight[some], offset[some])
        zeros, others = float(weight @ ~some), float(weight @ some)
        return np.insert(near, 1, np.log((zeros + 0.5) / (others + 0.5)))


def _are_zero(y: Floats) -> Floats:
    return (y == 0.0).astype(float)
