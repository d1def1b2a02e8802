"""A family with another link: its first parameter is a new function of the linear predictor, by the chain rule.

    theta = h(eta),   h = the family's own link after the mean of the new one
    score = l'(theta) h',   information = -l''(theta) h'^2 - l'(theta) h''

Every other answer is the family's at theta, exact where that is. Cost: one link beside the family. Source: McCullagh &
Nelder, Generalized Linear Models (1989), 2.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods.cumulants import of_events
from stattools.likelihoods.likelihood import Likelihood, Tails, Terms
from stattools.likelihoods.links import LINKS, Curve, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import inside, mixture_interval
from stattools.likelihoods.words import Words, words_of

OWN: dict[str, Callable[[Link, Floats], Curve]] = {
    "identity": lambda link, eta: link.plain(eta),
    "log": lambda link, eta: link.log_mean(eta),
    "logit": lambda link, eta: link.log_odds(eta),
}
"""A family's linear predictor as a function of another link's, by the family's own link."""

MEANS = {"identity": (-np.inf, np.inf), "log": (0.0, np.inf), "logit": (0.0, 1.0)}
"""The means that a family has, by its own link."""


LARGEST = 1e100
"""The mean beside an end of the domain is beyond this where that at the end is infinite."""

RATIOS = {"mean": "ratio of means", "probability": "risk ratio"}
"""What the exponential of a coefficient is where the link is the logarithm."""

FACTORS = {"logit": "odds ratio", "cloglog": "hazard ratio"}
"""What it is with other links of an event: -log(1 - p) is the hazard that has been gone through."""


@dataclass(frozen=True)
class Linked(Likelihood):
    """`family`, whose first parameter has the link identity, log or logit, with the link `through` in its place.

    A linear predictor whose mean the family does not have, such as a negative rate, has log-likelihood -inf and is out
    of `domain`; of links with two linear predictors for a mean, such as the square root, the positive one counts.
    Raises IncompatibleError for families with another link of their own, DomainError for a mean out of the domain.

    >>> from stattools.likelihoods import Bernoulli
    >>> discrete_hazard = Linked(Bernoulli(), LINKS["cloglog"])
    >>> float(discrete_hazard.loglik([0.0], [0.0])[0])  # P(y = 0) = exp(-exp(eta))
    -1.0
    """

    family: Likelihood
    through: Link

    def __post_init__(self) -> None:
        family, link = self.family, self.through
        (first, own), *others = family.parameters.items()
        if own not in OWN or family.outcome is Outcome.CATEGORY:
            raise IncompatibleError(
                f"{type(family).__name__} has the link {own!r} of its own, in whose place none can stand. Give a "
                f"family of one mean with the link {', '.join(OWN)}."
            )
        unit, same = link.ends == (0.0, 1.0), link.name == own
        what = "probability" if family.is_event else "mean"
        factor = FACTORS.get(link.name) if family.is_event or link.name == "logit" else None
        linked = Words(f"the {link.words} of the {what}", factor=factor)
        words = {"log": Words(f"the log {what}", RATIOS[what]), "identity": Words(f"the {what}")}
        words |= {"probit": replace(words_of("Probit"), equation=None)} if family.is_event else {}
        vars(self).update(
            parameters={first: link.name, **dict(others)},
            width=family.width,
            verified=family.verified,
            outcome=family.outcome,
            words=family.words if same else words.get(link.name, linked),
            has_scale=family.has_scale,
            is_event=family.is_event,
            edge=family.edge,
            concave_with=family.concave_with,
            concave_if_shared=family.concave_if_shared,
            starts_at_zero=family.starts_at_zero and unit,
            canonical=family.canonical and same,
            linear_score=family.linear_score,
            has_firth=family.has_firth and (same or (unit and family.is_event)),  # Kosmidis & Firth (2021)
            domain=link.domain(*MEANS[own]),
        )

    @property
    def unlinked(self) -> Likelihood:
        return self.family

    @property
    def parts(self) -> tuple[str, ...]:
        return self.family.parts

    def check(self, y: ArrayLike) -> Floats:
        return self.family.check(y)

    @property
    def own(self) -> str:
        """The link that the family has without this."""
        return next(iter(self.family.parameters.values()))

    def mean(self, eta: ArrayLike) -> Floats:
        return self.family.mean(self._theta(eta))

    def nearest_mean(self, eta: ArrayLike) -> Floats:
        eta, (low, high) = np.array(eta, dtype=float), self.domain
        first = self._first(eta)
        beyond = (first <= low) | (first >= high)
        first[...] = np.clip(first, *inside(low, high))
        mean = self.mean(eta)
        return np.where(beyond & (mean > LARGEST), np.inf, mean)

    def link(self, mean: Any) -> Any:
        return self.through.of(LINKS[self.own].mean(self.family.link(mean)))

    def slope(self, eta: ArrayLike) -> Floats:
        theta = self._theta(eta)
        found = np.array(self.family.slope(theta))
        found[:, :, 0] *= self._curve(eta)[1][:, None]
        return found

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        if y is None and self.canonical:
            return self.family.information(eta)
        if y is None:
            raise DomainError("The information of a family with another link is the observed one: give y too.")
        return self.evaluate(eta, y)[2]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        if self.through.name == self.own:
            return self.family.evaluate(eta, y)
        theta, slope, bend = self._curve(eta)
        loglik, score, information = self.family.evaluate(theta, y)
        loglik = np.where(np.isnan(slope), -np.inf, loglik)
        if self.width == 1:
            return loglik, score * slope, information * slope * slope - score * bend
        score, information = np.array(score), np.array(information)
        information[..., 0, :] *= slope[..., None]
        information[..., :, 0] *= slope[..., None]
        information[..., 0, 0] -= score[..., 0] * bend
        score[..., 0] *= slope
        return loglik, score, information

    def expected(self, eta: Floats, y: Floats) -> Floats:
        theta, slope, _ = self._curve(eta)
        if self.width == 1:
            return self.family.expected(theta, y) * slope * slope
        found = np.array(self.family.expected(theta, y))
        found[..., 0, :] *= slope[..., None]
        found[..., :, 0] *= slope[..., None]
        return found

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        return self.family.sample(self._theta(eta), seed=seed)

    def trials_of(self, y: Floats) -> Any:
        return self.family.trials_of(y)

    def with_trials(self, trials: Any) -> Linked:
        return Linked(self.family.with_trials(trials), self.through)

    def observed(self, y: Floats) -> Floats:
        return self.family.observed(y)

    def reversed(self, y: Floats) -> Floats | None:
        return self.family.reversed(y)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        return self.family.variance(self._theta(eta), y)

    def require(self, question: str) -> None:
        self.family.require(question)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        return self.family.deviance(self._theta(eta), y)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        return self.family.cdf(self._theta(eta), y)

    def survival(self, eta: Floats, y: Floats) -> Floats:
        return self.family.survival(self._theta(eta), y)

    def tails(self, eta: Floats, y: Floats) -> Tails:
        return self.family.tails(self._theta(eta), y)

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Any:
        if self.canonical:
            return self.family.cumulants(eta, y, weight)
        if not self.has_firth:
            return super().cumulants(eta, y, weight)
        return of_events(self.through, eta, weight * self.trials_of(y))

    def side(self, y: Floats) -> Floats | None:
        """An observation at the end of the means, or beyond, is reached where eta runs off to that end."""
        if self.outcome in (Outcome.POSITIVE, Outcome.UNIT) or not np.isfinite(self.through.ends).any():
            return None
        observed, (left, right) = self.observed(y), self.through.ends
        runs = {0.0: observed <= 0.0, 1.0: observed >= 1.0}
        nowhere = np.zeros(len(observed), dtype=bool)
        side = np.where(runs.get(right, nowhere), 1.0, np.where(runs.get(left, nowhere), -1.0, 0.0))
        return np.where(self.trials_of(y) > 0, side, np.nan)

    def level(self, sums: Floats) -> Floats:
        """The linear predictor of the mean outcome; DomainError where the link has none for it."""
        n, total, rows, offset = sums
        with np.errstate(divide="ignore", invalid="ignore"):  # told by name
            eta = np.atleast_1d(self.link(total / n))
        low, high = self.domain
        if not ((eta > low) & (eta < high)).all():
            raise DomainError(
                f"the link {self.through.name} needs an outcome whose mean it has; got a mean of {total / n:.6g}. "
                "Give the link identity."
            )
        return eta - offset / rows

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        level = self.level(self.sums(y, weight, offset))
        return np.append(level, self.family.start(y, weight, np.zeros(len(y)))[1:])

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """The linear predictor halfway between each observation and the mean, that of the mean where there is none."""
        observed = self.observed(y)
        mean = weight @ observed / weight.sum()
        with np.errstate(divide="ignore", invalid="ignore"):  # taken out
            eta = self.link(0.5 * (observed + mean))
        return np.where(np.isfinite(eta), eta, self.link(mean))

    def interval(self, eta: Floats, V: Floats, level: float, trials: Floats | None = None) -> tuple[Floats, Floats]:
        return mixture_interval(self, eta, V, level, trials)

    def far(self, size: float) -> float:
        """Where one of two outcomes has probability exp(-size); nowhere where no mean is reached at infinity."""
        tail = np.exp(-size)
        if self.through.ends == (0.0, 1.0):
            return float(np.abs(self.through.of(np.array([tail, 1.0 - tail]))).min())
        return size if self.through.name == "log" else np.inf

    def _theta(self, eta: ArrayLike) -> Floats:
        """The family's linear predictors; DomainError where one has no mean that the family has."""
        theta, slope, _ = self._curve(eta)
        out = np.ravel(np.isnan(slope))
        if out.any():
            first, (low, high) = np.ravel(self._first(np.asarray(eta, dtype=float))), self.domain
            raise DomainError(
                f"with the link {self.through.name} a linear predictor lies between {low:g} and {high:g}, or its mean "
                f"is none of the family; got {first[out][0]:.6g}, and {int(out.sum())} such values. Ask of rows nearer "
                "to those of the fit, or give another link."
            )
        return theta

    def _curve(self, eta: ArrayLike) -> Curve:
        """The family's linear predictors, and slope and bend of the first; nan where the family has no such mean."""
        eta = np.asarray(eta, dtype=float)
        first, (low, high) = self._first(eta), self.domain
        theta, slope, bend = OWN[self.own](self.through, first)
        if low > -np.inf or high < np.inf:
            slope = np.where((first > low) & (first < high), slope, np.nan)
        theta = np.where(np.isnan(slope), 0.0, theta)
        return theta if self.width == 1 else np.concatenate([theta[..., None], eta[..., 1:]], axis=-1), slope, bend
