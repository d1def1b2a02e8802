"""Labels without an order (softmax) and in an order (cumulative links).

Softmax: log p(y | eta) = eta_y - log(1 + sum_k exp(eta_k)), eta_0 = 0. In order: P(y <= j) = F(theta_j - x^T beta) with
thresholds theta_1 < ... < theta_{K-1} for an intercept,

    log P(y = j) = log(F(b) - F(a)),   b = theta_j - eta_0,  a = theta_{j-1} - eta_0,  b = inf and a = -inf at the ends

The linear predictors are the location eta_0, which has no constant, and a threshold for each cut between two labels; of
a partial model also the effect of its columns at each cut, of a location-scale model the log s of the scale, by which b
and a are divided: d / d s = -(b d / d b + a d / d a). Without a scale the log-likelihood is concave in all of them
together, as F has a log-concave density (`between.py`). A step that leaves the order of the thresholds has
log-likelihood -inf.
Source: McCullagh, JRSS B 42 (1980), 109-142; Peterson & Harrell, Applied Statistics 39 (1990), 205-217.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_whole, require_truth
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.between import BETWEEN, Between, between
from stattools.likelihoods.cumulants import Categories
from stattools.likelihoods.likelihood import LARGEST_LOG, Likelihood, Terms, allowed, finite_floats
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Facts, HalfSpaces, bounded, equation_of, words_of


class Labels(Likelihood):
    """Codes 0 ... K - 1 of `categories` labels, with a probability for each."""

    categories: int
    remedy: ClassVar[str]
    """What to do about outcomes that are no codes."""

    def check(self, y: ArrayLike) -> Floats:
        """y as float64 codes; a DomainError unless every entry is one of 0 ... K - 1."""
        y = finite_floats(y, self._who)
        good = (y >= 0) & (y < self.categories) & (y == np.floor(y))
        return allowed(y, good, self._who, f"codes 0 to {self.categories - 1}", self.remedy)

    def cumulative(self, eta: ArrayLike) -> Floats:
        """P(y <= k) of all K labels, (n, K)."""
        return self.mean(eta).cumsum(axis=-1)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One code per row, by inversion of the cumulative probabilities."""
        below = self.cumulative(eta)
        u = generator(seed).random((*below.shape[:-1], 1))
        return np.minimum((u >= below).sum(axis=-1), self.categories - 1).astype(float)

    def _sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """How often each label was seen."""
        return np.bincount(codes_of(y), weights=weight, minlength=self.categories)


@constructed_by_callers
@dataclass(frozen=True)
class Categorical(Labels):
    """Unordered outcomes: P(y = k) = exp(eta_k) / sum_j exp(eta_j) with eta_0 = 0 for the reference, category 0.

    eta has shape (n, K - 1), or (n,) for K = 2: the log odds of categories 1 ... K - 1 against the reference. y holds
    codes 0 ... K - 1. The score has shape (n, K - 1), the information (n, K - 1, K - 1). Source: Agresti, Categorical
    Data Analysis (2013), 8.1. Raises DomainError from `check`, and where `categories` is less than 2.

    >>> float(Categorical(3).loglik([[0.0, 0.0]], [2])[0])  # log 1/3
    -1.0986122886681098
    """

    categories: int
    parameters: ClassVar = {"mean": "logit"}
    outcome = Outcome.CATEGORY
    remedy = "Code the categories from 0, the reference first."
    facts = Facts(
        "Categorical",
        verified="multinomial",
        by_category=True,
        canonical=True,
        has_firth=True,
        concave_with=("logit",),
        starts_at_zero=True,
        side=lambda family, y: y.copy() if family.categories > 2 else 2.0 * y - 1.0,  # of two, as of the flip of a coin
        cumulants=lambda family, eta, y, weight: Categories(family.mean(eta), weight),
    )

    def __post_init__(self) -> None:
        if not is_whole(self.categories) or self.categories < 2:
            raise DomainError(
                f"Categorical needs categories=, a whole number of 2 or more; got {quoted(self.categories)}."
            )

    _columns = "one per category beside the reference"

    @property
    def width(self) -> int:
        """Linear predictors per row: categories - 1."""
        return self.categories - 1

    def mean(self, eta: ArrayLike) -> Floats:
        """All K probabilities, the reference first, shape (n, K)."""
        full = self._with_reference(eta)
        weights = np.exp(full - full.max(axis=-1, keepdims=True))
        return weights / weights.sum(axis=-1, keepdims=True)

    def link(self, mean: ArrayLike) -> Floats:
        """Log odds against the reference, shape (..., K - 1), from K positive probabilities."""
        mean = np.asarray(mean, dtype=float)
        eta = np.log(mean[..., 1:]) - np.log(mean[..., :1])
        return eta[..., 0] if self.width == 1 else eta

    def slope(self, eta: ArrayLike) -> Floats:
        """d P(y = k) / d eta, shape (n, K, K - 1)."""
        p = self.mean(eta)
        return p[:, :, None] * (np.eye(self.categories) - p[:, None, :])[:, :, 1:]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation, with full relative accuracy also where P(y) is close to 1."""
        full = self._with_reference(eta)
        seen = np.where(self._is_seen(y), full, 0.0) @ np.ones(self.categories)
        margin = full - seen[..., None]  # 0 at the observed category
        top = margin.argmax(axis=-1)[..., None]
        largest = np.take_along_axis(margin, top, axis=-1)
        others = np.where(np.arange(self.categories) == top, 0.0, np.exp(margin - largest))
        return -(largest[..., 0] + np.log1p(others.sum(axis=-1)))

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """diag(P) - P P^T over k = 1 ... K - 1; it does not depend on y."""
        mean = self.mean(eta)
        p, index = mean[..., 1:], np.arange(self.width)
        information = -p[..., :, None] * p[..., None, :]
        information[..., index, index] = p * (mean @ (1.0 - np.eye(self.categories)))[..., 1:]  # 1 - p, with its digits
        return information[..., 0, 0] if self.width == 1 else information

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        mean, seen = self.mean(eta), self._is_seen(y)
        rest = np.where(seen, 0.0, mean).sum(axis=-1, keepdims=True)  # 1 - P(y) without cancellation
        score = np.where(seen, rest, -mean)
        return self.loglik(eta, y), score[..., 1] if self.width == 1 else score[..., 1:], self.information(eta)

    def _level(self, sums: Floats) -> Floats:
        """The log odds of the shares, each category counted half a time more."""
        return np.log((sums[1:] + 0.5) / (sums[0] + 0.5))

    def _is_seen(self, y: ArrayLike) -> NDArray[np.bool_]:
        """Which category was observed, (..., K)."""
        return codes_of(y)[..., None] == np.arange(self.categories)

    def _with_reference(self, eta: ArrayLike) -> Floats:
        eta = self._wide(eta)
        return np.concatenate([np.zeros((*eta.shape[:-1], 1)), eta], axis=-1)


class Cuts:
    """The cuts of every row, -inf and inf beside them: `whole` in units of the scale, `thresholds` before the location
    is taken off.
    """

    def __init__(self, eta: ArrayLike, family: Cumulative) -> None:
        eta, K = family._wide(eta), family.categories
        self.shape, eta = eta.shape[:-1], eta.reshape(-1, family.width)
        self.family, self.eta, self.n = family, eta, len(eta)
        inner, end = eta[:, 1:K], np.full((self.n, 1), np.inf)
        inner = inner - eta[:, K : 2 * K - 1] if family.partial else inner
        self.thresholds = np.hstack([-end, inner, end])
        self.s = np.clip(eta[:, -1], -LARGEST_LOG, LARGEST_LOG) if family.scaled else None
        self.per = 1.0 if self.s is None else np.exp(-self.s)
        self.rows = np.arange(self.n) * (K + 1)

    def codes(self, y: ArrayLike) -> NDArray[np.intp]:
        """The outcome of every row, (n,), where linear predictors have leading axes too."""
        return np.broadcast_to(codes_of(y), self.shape).ravel()

    def shaped(self, values: Floats) -> Floats:
        """What every row has, with the leading axes of the linear predictors."""
        return values.reshape(*self.shape, *values.shape[1:])

    @property
    def whole(self) -> Floats:
        return (self.thresholds - self.eta[:, :1]) * np.reshape(self.per, (-1, 1))

    def at(self, y: NDArray[np.intp]) -> Between:
        """The probability between the cuts about each outcome."""
        flat, place = self.thresholds.ravel(), self.rows + y
        lower, upper = flat[place], flat[place + 1]
        parts = (lower - self.eta[:, 0], upper - self.eta[:, 0], upper - lower)
        return between(self.family.link_name, *(part * self.per for part in parts))

    def require_order(self) -> None:
        """DomainError where a probability would be negative."""
        wrong = ~(np.diff(self.thresholds[:, 1:-1], axis=1) > 0.0).all(axis=1)
        if wrong.any():
            raise DomainError(
                f"cumulative probabilities fall from one cut to the next in {int(wrong.sum())} rows, the first of them "
                f"row {int(np.argmax(wrong))}, counting from 0: probabilities there would be negative. Ask of rows "
                "nearer to those of the fit, or leave columns out of nonparallel=."
            )

    def moves(self, y: NDArray[np.intp]) -> Floats:
        """How both cuts about each outcome, the upper one and the lower one move with eta, (width, 3, n): a scale moves
        both by minus one of them that is finite, and the lower one by their distance more.
        """
        K, rows = self.family.categories, np.arange(self.n)
        found = np.zeros((self.family.width, 3, self.n))
        found[0, 0] = -1.0
        found[y[y < K - 1] + 1, 1, rows[y < K - 1]] = 1.0
        found[y[y > 0], 2, rows[y > 0]] = 1.0
        if self.family.partial:
            found[K : 2 * K - 1] = -found[1:K]
        if self.s is not None:
            found *= self.per
            lower, upper = self.whole[rows, y], self.whole[rows, y + 1]
            inner = (y > 0) & (y < K - 1)
            found[-1, 0] = -np.where(y < K - 1, upper, lower)
            found[-1, 2, inner] = upper[inner] - lower[inner]
        return found

    def score(self, y: NDArray[np.intp], found: Between) -> Floats:
        """Derivatives by eta, (n, width)."""
        return np.einsum("ian,an->in", self.moves(y), np.array([found.shift, found.upper, found.lower])).T

    def information(self, y: NDArray[np.intp], found: Between) -> Floats:
        """Second derivatives by eta, with the other sign, (n, width, width)."""
        moves, both = self.moves(y), found.upper_shift + found.lower_shift
        rows = (
            (both, found.upper_shift, found.lower_shift),
            (found.upper_shift, found.of_upper, found.mixed),
            (found.lower_shift, found.mixed, found.of_lower),
        )
        whole = np.einsum("ibn,jbn->ijn", np.einsum("ian,abn->ibn", moves, np.array(rows)), moves).transpose(2, 0, 1)
        if self.s is not None:  # what moves a cut moves less of it as the scale grows
            score = self.score(y, found)
            whole[:, -1, :] += score
            whole[:, :-1, -1] += score[:, :-1]
        return whole


def codes_of(y: ArrayLike) -> NDArray[np.intp]:
    """Labels that are codes 0, 1, 2, ... as integers."""
    return np.asarray(y, dtype=float).astype(np.intp)


SCALE, NONPARALLEL, EFFECT = "scale", "nonparallel", "effect at "
"""The names of the formulas of the scale and of columns with an effect at each cut, and how those effects are named."""
MOST = 10_000
"""The most labels: the information of one row has as many entries as the square of their number."""


def _half_spaces(family: Cumulative, y: Floats) -> HalfSpaces:
    """The cut above an outcome may rise for ever, and the one below it fall."""
    codes, level = codes_of(y), np.zeros((len(y), family.width))
    both, upper, lower = Cuts(level, family).moves(codes).transpose(1, 2, 0)
    above, below = np.flatnonzero(codes < family.categories - 1), np.flatnonzero(codes > 0)
    return HalfSpaces(np.append(above, below), np.vstack([(both + upper)[above], -(both + lower)[below]]))


def _reach(family: Cumulative, eta: Floats, y: Floats) -> float:
    """The largest distance of a cut on the side where it may run off for ever."""
    cuts, rows, codes = Cuts(eta, family), np.arange(len(eta)), codes_of(y)
    ends = np.stack([-cuts.whole[rows, codes], cuts.whole[rows, codes + 1]])
    return float(np.where(np.isfinite(ends), ends, 0.0).max(initial=0.0))


@constructed_by_callers
@dataclass(frozen=True)
class Cumulative(Labels):
    """Ordered outcomes: P(y <= j) = F((theta_j - eta_0 - delta_j) / exp(s)), codes y = 0 ... K - 1.

    F has the `link` "logit", "probit", "cloglog" or "loglog". eta has shape (n, width): eta_0, then the K - 1
    thresholds theta_j, then, of a `partial` model, K - 1 effects delta_j, and s, where it is `scaled`. `labels` name
    the thresholds, "low|high", numbers do where there are none. The score has shape (n, width), the observed
    information (n, width, width). Raises DomainError from `check`, for fewer than 2 categories and an unknown link.

    >>> round(float(Cumulative(3).loglik([[0.0, -1.0, 1.0]], [1])[0]), 6)  # expit(1) - expit(-1)
    -0.771937
    """

    categories: int
    link_name: str = "logit"
    labels: tuple[str, ...] = ()
    partial: bool = False
    scaled: bool = False
    outcome = Outcome.ORDERED
    _columns = "the location first, then the thresholds"
    remedy = "Code the labels from 0, in order."

    def __post_init__(self) -> None:
        K, names = self.categories, self.labels
        if not is_whole(K) or not 2 <= K <= MOST:
            raise DomainError(f"Cumulative needs categories=, a whole number from 2 to {MOST:,}; got {quoted(K)}.")
        if not is_one_of(self.link_name, BETWEEN):
            raise DomainError(f"Cumulative needs a link, one of {', '.join(BETWEEN)}; got {quoted(self.link_name)}.")
        if not isinstance(names, tuple) or not all(isinstance(one, str) for one in names) or len(names) not in (0, K):
            raise DomainError(f"Cumulative needs labels=, a tuple of {K} names, or none; got {quoted(names)}.")
        require_truth(self.partial, "partial= of Cumulative")
        require_truth(self.scaled, "scaled= of Cumulative")
        labels = self.labels or tuple(map(str, range(K)))
        cuts = [f"{one}|{other}" for one, other in pairwise(labels)]
        parameters = {"location": self.link_name, **dict.fromkeys(cuts, "identity")}
        if self.partial:
            parameters |= {f"{EFFECT}{cut}": "identity" for cut in cuts}
        if self.scaled:
            parameters |= {SCALE: "log"}
        options = [self.link_name, *["partial"] * self.partial, *["scaled"] * self.scaled]
        equation = equation_of("Cumulative", options, others=(r"\theta",) * (len(parameters) - 1))
        effects = [name for name in parameters if name.startswith(EFFECT)]
        # the thresholds take up a shift of the location, each that of the effects at its cut; nobody that of the scale
        cut, numbers = f"{self.link_name} P({{outcome}} <= k) =", tuple(range(1, K))
        taken_up = [(0, numbers), *((k + K - 1, (k,)) for k in numbers if effects)]
        facts = Facts(
            own_words=replace(words_of(f"Cumulative.{self.link_name}"), equation=equation),
            verified="" if self.partial or self.scaled else "ordinal",
            has_firth=not self.scaled,
            side=bounded,  # `half_spaces` says it: several linear predictors move together
            half_spaces=_half_spaces,
            reach=_reach,
            far=LINKS[self.link_name].far,
            concave_with=() if self.scaled else tuple(BETWEEN),
            taken_up=(*taken_up, *[(len(parameters) - 1, ())] * self.scaled),
            added=(*[NONPARALLEL] * self.partial, *[SCALE] * self.scaled),
            labels={name: name.removeprefix(EFFECT) for name in effects},
            formulas=dict.fromkeys(effects, NONPARALLEL),
            convention=f"{cut} (threshold - effects) / scale"
            if self.scaled
            else f"{cut} threshold - effects: a positive one goes with higher values",
        )
        vars(self).update(parameters=parameters, width=len(parameters), facts=facts)

    def mean(self, eta: ArrayLike) -> Floats:
        """All K probabilities, the lowest first, shape (n, K); DomainError where one would be negative."""
        cuts = Cuts(eta, self)
        cuts.require_order()
        each = [np.exp(cuts.at(np.full(cuts.n, k)).log) for k in range(self.categories)]
        return cuts.shaped(np.stack(each, axis=-1))

    def slope(self, eta: ArrayLike) -> Floats:
        """d P(y = k) / d eta, shape (n, K, width)."""
        cuts = Cuts(eta, self)
        each = ((y, cuts.at(y)) for y in np.repeat(np.arange(self.categories)[:, None], cuts.n, axis=1))
        return np.stack([np.exp(found.log)[:, None] * cuts.score(y, found) for y, found in each], axis=1)

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation; -inf where the cuts about it are out of order."""
        cuts = Cuts(eta, self)
        return cuts.shaped(cuts.at(cuts.codes(y)).log)

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        cuts = Cuts(eta, self)
        codes = cuts.codes(y)
        found = cuts.at(codes)
        score, information = cuts.score(codes, found), cuts.information(codes, found)
        return cuts.shaped(found.log), cuts.shaped(score), cuts.shaped(information)

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """F at the cut above y, 1 for the last label, or 1 - F with its own digits."""
        if lower:
            return self.cumulative(eta)[np.arange(len(y)), codes_of(y)]
        cuts = Cuts(eta, self).whole[np.arange(len(y)), codes_of(y) + 1]
        last = cuts == np.inf
        return np.where(last, 0.0, np.exp(LINKS[self.link_name].log_rest(np.where(last, 0.0, cuts))[0]))

    def cumulative(self, eta: ArrayLike) -> Floats:
        """P(y <= k) of all K labels, (n, K); the last is 1."""
        cuts = Cuts(eta, self)
        cuts.require_order()
        return cuts.shaped(np.column_stack([LINKS[self.link_name].mean(cuts.whole[:, 1:-1]), np.ones(cuts.n)]))

    def link(self, mean: ArrayLike) -> Floats:
        """Thresholds that have these probabilities where the location is 0, (..., K - 1)."""
        return LINKS[self.link_name].of(np.cumsum(np.asarray(mean, dtype=float), axis=-1)[..., :-1])

    def _level(self, sums: Floats) -> Floats:
        """0: the thresholds are the level, and the location has none."""
        return np.zeros(1)

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The thresholds of the shares, each label counted half a time more."""
        counts = self._sums(y, weight, offset) + 0.5
        near = np.zeros(self.width)
        near[1 : self.categories] = self.link(counts / counts.sum()) + weight @ offset / weight.sum()
        return near
