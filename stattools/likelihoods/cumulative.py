"""One of K labels in order: P(y <= j) = F(theta_j - x^T beta), thresholds theta_1 < ... < theta_{K-1} for an intercept.

    log P(y = j) = log(F(b) - F(a)),   b = theta_j - eta_0,  a = theta_{j-1} - eta_0,  b = inf and a = -inf at the ends

The linear predictors are the location eta_0, which has no constant, and a threshold for each cut between two labels; of
a partial model also the effect of its columns at each cut, of a location-scale model the log of the scale, by which
b and a are divided. Without a scale the log-likelihood is concave in all of them together, as F has a log-concave
density (`between.py`). A step that leaves the order of the thresholds has log-likelihood -inf.
Source: McCullagh, JRSS B 42 (1980), 109-142; Peterson & Harrell, Applied Statistics 39 (1990), 205-217.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_one_of, require_truth
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.between import BETWEEN
from stattools.likelihoods.cuts import Cuts, codes_of
from stattools.likelihoods.likelihood import Likelihood, Terms, Words, allowed, finite_floats
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.recession import HalfSpaces
from stattools.likelihoods.words import Equation

WORDS = {
    "logit": Words(
        "the log odds of a higher value",
        "odds ratio",
        asked="the odds of a higher {y}",
        effect="the odds of a higher {y}",
        beside=" and the labels overlap",
    ),
    "probit": Words("the normal score of the value", asked="the normal score of {y}", beside=" and the labels overlap"),
    **dict.fromkeys(
        ("cloglog", "loglog"),
        Words(
            "the extreme-value score of the value",
            asked="the extreme-value score of {y}",
            beside=" and the labels overlap",
        ),
    ),
}
"""By the link."""

CUT = {
    "logit": r"\log \frac{P(y_i \le k)}{P(y_i > k)}",
    "probit": r"\Phi^{-1}(P(y_i \le k))",
    "cloglog": r"\log(- \log P(y_i > k))",
    "loglog": r"- \log(- \log P(y_i \le k))",
}
"""The cut above label k as a function of its probability."""

SCALE, NONPARALLEL = "scale", "nonparallel"
"""The names of the formulas of the scale and of columns that have an effect at each cut."""
MOST = 10_000
"""The most labels: the information of one row has as many entries as the square of their number."""
EFFECT = "effect at "
"""What the name of a parameter begins with that is the effect of columns at a cut."""


@constructed_by_callers
@dataclass(frozen=True)
class Cumulative(Likelihood):
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
    has_firth = has_reach = True
    refused: ClassVar = MappingProxyType({})

    def __post_init__(self) -> None:
        K, names = self.categories, self.labels
        if not (isinstance(K, int | np.integer) and not isinstance(K, bool)) or not 2 <= K <= MOST:
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
        vars(self).update(
            parameters=parameters,
            width=len(parameters),
            verified="" if self.partial or self.scaled else "ordinal",
            words=replace(WORDS[self.link_name], equation=self._equation(len(parameters) - 1)),
            concave_with=() if self.scaled else tuple(BETWEEN),
            has_firth=not self.scaled,
        )

    def _equation(self, others: int) -> Equation:
        cut = r"\theta_k - \eta_i" + r" - \delta_{ik}" * self.partial
        right = rf"\frac{{{cut}}}{{\sigma_i}}" if self.scaled else cut
        each = (
            "Row $i$ has the label of number $y_i$, counted from the lowest of {y}. The thresholds between labels are "
        )
        each += "$\\theta_k$, and a linear predictor without a constant moves every row against them:"
        beside = "A positive coefficient goes with higher labels."
        if self.partial:
            beside += " $\\delta_{ik}$ is a linear predictor of threshold $k$, without a constant."
        if self.scaled:
            beside += " $\\log \\sigma_i$ is a linear predictor without a constant."
        return Equation(
            each,
            rf"{CUT[self.link_name]} = {right}",
            r"\sum_{i} {w}\log \left[ P(y_i \le y) - P(y_i \le y - 1) \right]_{y = y_i}",
            of=r"\beta, \theta" + r", \delta" * self.partial + r", \gamma" * self.scaled,
            beside=beside,
            others=(r"\theta",) * others,
        )

    def called(self, parameter: str) -> str:
        """The effects at a cut are called as it is."""
        return f"log {SCALE}" if parameter == SCALE else parameter.removeprefix(EFFECT)

    def convention(self, outcome: str) -> str:
        """The effects are taken off the thresholds."""
        cut = f"{self.link_name} P({outcome} <= k) ="
        if self.scaled:
            return f"{cut} (threshold - effects) / scale"
        return f"{cut} threshold - effects: a positive one goes with higher values"

    def formula_of(self, parameter: str) -> str:
        """The effects at all cuts are those of the same columns."""
        return NONPARALLEL if parameter.startswith(EFFECT) else parameter

    @property
    def added(self) -> tuple[str, ...]:
        """The formulas that add parameters."""
        return (*[NONPARALLEL] * self.partial, *[SCALE] * self.scaled)

    @property
    def plain(self) -> Cumulative:
        """One location and no scale."""
        return replace(self, partial=False, scaled=False)

    @property
    def taken_up(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The thresholds take up a shift of the location, each that of the effects at its cut; nobody that of the
        scale.
        """
        cuts = range(1, self.categories)
        found = [(0, tuple(cuts))]
        if self.partial:
            found += [(cut + self.categories - 1, (cut,)) for cut in cuts]
        return (*found, *([(self.width - 1, ())] if self.scaled else []))

    def check(self, y: ArrayLike) -> Floats:
        """y as float64 codes; a DomainError unless every entry is one of 0 ... K - 1."""
        y = finite_floats(y, "Cumulative")
        good = (y >= 0) & (y < self.categories) & (y == np.floor(y))
        return allowed(y, good, "Cumulative", f"codes 0 to {self.categories - 1}", "Code the labels from 0, in order.")

    def mean(self, eta: ArrayLike) -> Floats:
        """All K probabilities, the lowest first, shape (n, K); DomainError where one would be negative."""
        cuts = Cuts(eta, self)
        cuts.require_order()
        each = [np.exp(cuts.at(np.full(cuts.n, k)).log) for k in range(self.categories)]
        return cuts.shaped(np.stack(each, axis=-1))

    def slope(self, eta: ArrayLike) -> Floats:
        """d P(y = k) / d eta, shape (n, K, width)."""
        cuts = Cuts(eta, self)
        each = []
        for k in range(self.categories):
            y = np.full(cuts.n, k)
            found = cuts.at(y)
            each.append(np.exp(found.log)[:, None] * cuts.score(y, found))
        return np.stack(each, axis=1)

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation; -inf where the cuts about it are out of order."""
        cuts = Cuts(eta, self)
        return cuts.shaped(cuts.at(cuts.codes(y)).log)

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d eta, shape (n, width)."""
        cuts = Cuts(eta, self)
        codes = cuts.codes(y)
        return cuts.shaped(cuts.score(codes, cuts.at(codes)))

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n, width, width). Needs y."""
        if y is None:
            raise DomainError("Cumulative's information is the observed one: give information(eta, y).")
        return self.evaluate(eta, y)[2]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        cuts = Cuts(eta, self)
        codes = cuts.codes(y)
        found = cuts.at(codes)
        score, information = cuts.score(codes, found), cuts.information(codes, found)
        return cuts.shaped(found.log), cuts.shaped(score), cuts.shaped(information)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One code per row, by inversion of the cumulative probabilities."""
        cuts = Cuts(eta, self)
        cuts.require_order()
        below = LINKS[self.link_name].mean(cuts.whole[:, 1:-1])
        return cuts.shaped((generator(seed).random((cuts.n, 1)) >= below).sum(axis=1).astype(float))

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """-2 log P(y): a perfect fit has probability 1."""
        return -2.0 * self.loglik(eta, y)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """F at the cut above y, 1 for the last label."""
        return self.cumulative(eta)[np.arange(len(y)), codes_of(y)]

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """1 - F at the cut above y, with its own digits where that is small."""
        cuts = Cuts(eta, self).whole[np.arange(len(y)), codes_of(y) + 1]
        last = cuts == np.inf
        return np.where(last, 0.0, np.exp(LINKS[self.link_name].log_rest(np.where(last, 0.0, cuts))[0]))

    def cumulative(self, eta: ArrayLike) -> Floats:
        """P(y <= k) of all K labels, (n, K); the last is 1."""
        cuts = Cuts(eta, self)
        cuts.require_order()
        return cuts.shaped(np.column_stack([LINKS[self.link_name].mean(cuts.whole[:, 1:-1]), np.ones(cuts.n)]))

    def side(self, y: Floats) -> None:
        """`half_spaces` says it: several linear predictors move together."""

    def half_spaces(self, y: Floats) -> HalfSpaces:
        """The cut above an outcome may rise for ever, and the one below it fall."""
        codes, K = codes_of(y), self.categories
        rows = np.arange(len(codes))
        above, below = rows[codes < K - 1], rows[codes > 0]
        normals = np.zeros((len(above) + len(below), self.width))
        which = np.arange(len(normals))
        cut = np.concatenate([codes[above], codes[below] - 1]) + 1
        sign = np.repeat([1.0, -1.0], [len(above), len(below)])
        normals[:, 0], normals[which, cut] = -sign, sign
        if self.partial:
            normals[which, cut + K - 1] = -sign
        return HalfSpaces(np.concatenate([above, below]), normals)

    def reach(self, eta: Floats, y: Floats) -> float:
        """The largest distance of a cut on the side where it may run off for ever."""
        cuts, rows, codes = Cuts(eta, self), np.arange(len(eta)), codes_of(y)
        ends = np.stack([-cuts.whole[rows, codes], cuts.whole[rows, codes + 1]])
        return float(np.where(np.isfinite(ends), ends, 0.0).max(initial=0.0))

    def far(self, size: float) -> float:
        """Where a cut is with probability exp(-size) on the other side of the outcome."""
        tail = np.exp(-size)
        return float(np.abs(LINKS[self.link_name].of(np.array([tail, 1.0 - tail]))).min())

    def link(self, mean: Any) -> Any:
        """Thresholds that have these probabilities where the location is 0, (..., K - 1)."""
        return LINKS[self.link_name].of(np.cumsum(np.asarray(mean, dtype=float), axis=-1)[..., :-1])

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """How often each label was seen."""
        return np.bincount(codes_of(y), weights=weight, minlength=self.categories)

    def level(self, sums: Floats) -> Floats:
        """0: the thresholds are the level, and the location has none."""
        return np.zeros(1)

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The thresholds of the shares, each label counted half a time more."""
        counts = self.sums(y, weight, offset) + 0.5
        near = np.zeros(self.width)
        near[1 : self.categories] = self.link(counts / counts.sum()) + weight @ offset / weight.sum()
        return near
