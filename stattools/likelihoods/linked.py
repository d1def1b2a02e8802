"""A family with another link: its first parameter is a new function of the linear predictor, by the chain rule.

    theta = h(eta),   h = the family's own link after the mean of the new one
    score = l'(theta) h',   information = -l''(theta) h'^2 - l'(theta) h''

Every other answer is the family's at theta, exact where that is. Cost: one link beside the family. Source: McCullagh &
Nelder, Generalized Linear Models (1989), 2.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import Likelihood, Terms
from stattools.likelihoods.links import LINKS, Curve, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import mixture_interval
from stattools.likelihoods.words import words_of, words_of_link

OWN: dict[str, Callable[[Link, Floats], Curve]] = {
    "identity": lambda link, eta: link.plain(eta),
    "log": lambda link, eta: link.log_mean(eta),
    "logit": lambda link, eta: link.log_odds(eta),
}
"""A family's linear predictor as a function of another link's, by the family's own link."""

RATIOS = {"mean": "ratio of means", "probability": "risk ratio"}
"""What the exponential of a coefficient is where the link is the logarithm."""

FACTORS = {"logit": "odds ratio", "cloglog": "hazard ratio"}
"""What it is with other links of an event: -log(1 - p) is the hazard that has been gone through."""


def _asked(question: str, of: Callable[[Linked, ArrayLike], ArrayLike]) -> Callable[..., Floats]:
    """An answer of the family, to what is made `of` the first argument: an outcome is itself."""

    def answer(self: Linked, first: ArrayLike, *given: object, **beside: object) -> Floats:
        return getattr(self.family, question)(of(self, first), *given, **beside)

    return answer


def _side(family: Linked, y: Floats) -> Floats | None:
    """An observation at the end of the means, or beyond, is reached where eta runs off to that end."""
    ends = family.through.ends
    if family.outcome in (Outcome.POSITIVE, Outcome.UNIT) or not np.isfinite(ends).any():
        return None
    observed, (left, right) = family.observed(y), ends
    runs = {0.0: observed <= 0.0, 1.0: observed >= 1.0}
    nowhere = np.zeros(len(observed), dtype=bool)
    side = np.where(runs.get(right, nowhere), 1.0, np.where(runs.get(left, nowhere), -1.0, 0.0))
    return np.where(family.trials_of(y) > 0, side, np.nan)


def _reversed(family: Linked, y: Floats) -> Floats | None:
    return family.family.facts.reversed(family.family, y)


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
        family, link, known = self.family, self.through, self.family.facts
        (first, own), *others = family.parameters.items()
        if own not in OWN or family.outcome is Outcome.CATEGORY:
            raise IncompatibleError(
                f"{type(family).__name__} has the link {own!r} of its own, in whose place none can stand. Give a "
                f"family of one mean with the link {', '.join(OWN)}."
            )
        unit, same = link.ends == (0.0, 1.0), link.name == own
        what = "probability" if known.is_event else "mean"
        factor = FACTORS.get(link.name) if known.is_event or link.name == "logit" else None
        words = words_of_link(what, link, RATIOS[what], factor)
        if known.is_event and link.name == "probit":
            words = replace(words_of("Probit"), equation=None)
        has_firth = known.has_firth and (same or (unit and known.is_event))  # Kosmidis & Firth (2021)
        facts = replace(
            known,
            own_words=known.words if same else words,
            starts_at_zero=known.starts_at_zero and unit,
            canonical=known.canonical and same,
            from_zero=False,
            has_firth=has_firth,
            domain=link.domain(*LINKS[own].ends),
            limits={},
            side=_side,
            far=link.far,
            interval=mixture_interval,
            cumulants=known.cumulants if has_firth else None,
            reversed=_reversed,
            unlinked=family,
        )
        parameters = {first: link.name, **dict(others)}
        vars(self).update(parameters=parameters, width=family.width, outcome=family.outcome, facts=facts)

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of an outcome by their names: itself, and what says more of it, such as "trials"."""
        return self.family.parts

    check, trials_of, observed = (_asked(word, lambda _, y: y) for word in ("check", "trials_of", "observed"))
    mean, sample, variance, deviance, cdf, survival = (
        _asked(word, lambda self, eta: self._theta(eta))
        for word in ("mean", "sample", "variance", "deviance", "cdf", "survival")
    )

    @property
    def own(self) -> str:
        """The link that the family has without this."""
        return next(iter(self.family.parameters.values()))

    def link(self, mean: ArrayLike) -> Floats:
        """The first linear predictor that has this mean."""
        return self.through.of(LINKS[self.own].mean(self.family.link(mean)))

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, K, width); K is 1 where the mean is one number."""
        theta = self._theta(eta)
        found = np.array(self.family.slope(theta))
        found[:, :, 0] *= self._curve(eta)[1][:, None]
        return found

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """-d2 loglik / d eta2, shape (n,) or (n, width, width): the observed one, where it depends on y."""
        if y is None and not self.facts.canonical:
            raise DomainError("The information of a family with another link is the observed one: give y too.")
        return self.family.information(eta) if y is None else self.evaluate(eta, y)[2]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        if self.through.name == self.own:
            return self.family.evaluate(eta, y)
        theta, slope, bend = self._curve(eta)
        loglik, score, information = self.family.evaluate(theta, y)
        loglik = np.where(np.isnan(slope), -np.inf, loglik)
        if self.width == 1:
            return loglik, score * slope, information * slope * slope - score * bend
        score, information = np.array(score), self._chained(information, slope)
        information[..., 0, 0] -= score[..., 0] * bend
        score[..., 0] *= slope
        return loglik, score, information

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """The mean of the information under eta: the information itself where that does not depend on y."""
        theta, slope, _ = self._curve(eta)
        return self._chained(self.family.expected(theta, y), slope)

    def _chained(self, information: Floats, slope: Floats) -> Floats:
        """The information about the linear predictors, from that about those of the family."""
        if self.width == 1:
            return information * slope * slope
        found = np.array(information)
        found[..., 0, :] *= slope[..., None]
        found[..., :, 0] *= slope[..., None]
        return found

    def _level(self, sums: Floats) -> Floats:
        """The linear predictor of the mean outcome; DomainError where the link has none for it."""
        n, total, rows, offset, _ = sums
        with np.errstate(divide="ignore", invalid="ignore"):  # told by name
            eta = np.atleast_1d(self.link(total / n))
        low, high = self.facts.domain
        if not ((eta > low) & (eta < high)).all():
            raise DomainError(
                f"the link {self.through.name} needs an outcome whose mean it has; got a mean of {total / n:.6g}. "
                "Give the link identity."
            )
        return eta - offset / rows

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Linear predictors (width,), the same for all observations, near which their maximum lies."""
        level = self._level(self._sums(y, weight, offset))
        return np.append(level, self.family.start(y, weight, np.zeros(len(y)))[1:])

    def _theta(self, eta: ArrayLike) -> Floats:
        """The family's linear predictors; DomainError where one has no mean that the family has."""
        theta, slope, _ = self._curve(eta)
        out = np.ravel(np.isnan(slope))
        if out.any():
            first, (low, high) = np.ravel(self._wide(eta)[..., 0]), self.facts.domain
            raise DomainError(
                f"with the link {self.through.name} a linear predictor lies between {low:g} and {high:g}, or its mean "
                f"is none of the family; got {first[out][0]:.6g}, and {int(out.sum())} such values. Ask of rows nearer "
                "to those of the fit, or give another link."
            )
        return theta

    def _curve(self, eta: ArrayLike) -> Curve:
        """The family's linear predictors, and slope and bend of the first; nan where the family has no such mean."""
        eta = self._wide(eta)
        first, (low, high) = eta[..., 0], self.facts.domain
        theta, slope, bend = OWN[self.own](self.through, first)
        if low > -np.inf or high < np.inf:
            slope = np.where((first > low) & (first < high), slope, np.nan)
        theta = np.where(np.isnan(slope), 0.0, theta)
        return theta if self.width == 1 else np.concatenate([theta[..., None], eta[..., 1:]], axis=-1), slope, bend
