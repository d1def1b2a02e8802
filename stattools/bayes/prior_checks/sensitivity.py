"""How much of a conclusion is the prior's: its value over prior mean and prior strength, and the weakest prior that
would reverse a decision.

    conclusion(m, s) = c(posterior under the prior of mean m and strength s)
    decision         = conclusion >= cutoff
    tipping prior    = the smallest s at which the decision is not the one made

The strength is in units of data (`FAMILIES`), so that it can be compared with the data. Source: Spiegelhalter,
Abrams & Myles, Bayesian Approaches to Clinical Trials (2004), 3.11 and 5.5, "credibility" of a finding; Matthews, JSPI
94 (2001), 43-58. Cost: one update and one conclusion per prior.

A prior by its mean and its strength, the size of the data that it is worth: what sensitivity analyses move.

Beta    Beta(m s, (1 - m) s)         strength s in trials
Gamma   Gamma(m s, s)                strength s in units of exposure
Normal  Normal(m, sigma / sqrt(s))   strength s in measurements, of the mean precision of those seen
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.prior_checks.batches import batches, updated
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import as_theta, called, is_number
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import optimize
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PriorFamily:
    """How a prior of the family is made from mean and strength, in which `unit`; `size` is the strength of the data,
    `means` the range of means that a map shows.
    """

    make: Callable[[float, float], Any]
    unit: str
    size: float
    means: tuple[float, float]
    bounded: bool = False


def family(posterior: Any, who: str) -> PriorFamily:
    """The family of a posterior of one parameter, scaled to its data.

    Raises DomainError for several arms, IncompatibleError for families without one mean and one strength.
    """
    known = FAMILIES.get(type(posterior).__name__)
    if known is None:
        raise IncompatibleError(
            f"{who} knows priors of the families {', '.join(FAMILIES)}; got {type(posterior).__name__}."
        )
    if np.ndim(posterior.mean):
        raise DomainError(
            f"{who} looks at one parameter; this posterior has {np.size(posterior.mean)} arms. Give one arm's data."
        )
    return known(posterior)


def _beta(posterior: Beta) -> PriorFamily:
    kind = type(posterior)
    return PriorFamily(
        lambda m, s: kind(m * s, (1.0 - m) * s), "trials", float(posterior.trials), (0.02, 0.98), bounded=True
    )


def _gamma(posterior: Gamma) -> PriorFamily:
    kind = type(posterior)
    prior = posterior.prior
    size = float(posterior.rate - prior.rate)
    center = float(posterior.mean)
    return PriorFamily(lambda m, s: kind(m * s, s), "units of exposure", size, (center / 4.0, 4.0 * center))


def _normal(posterior: Any) -> PriorFamily:
    kind = type(posterior)
    weights = np.concatenate([np.ravel(batch.weight) for batch in posterior.seen.batches])
    unit = float(np.mean(weights))
    center, spread = float(posterior.mean), 1.0 / np.sqrt(unit)
    return PriorFamily(
        lambda m, s: kind(m, 1.0 / np.sqrt(s * unit)),
        "measurements",
        float(len(weights)),
        (center - 2.0 * spread, center + 2.0 * spread),
    )


FAMILIES: dict[str, Callable[[Any], PriorFamily]] = {"Beta": _beta, "Gamma": _gamma, "Normal": _normal}
"""One entry per family, by the name of its class."""

WEAKEST, STRONGEST = 1e-6, 1e9


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class PriorSensitivity(Faces):
    """The answer of `st.prior_sensitivity`: `values[i, j]` is the conclusion under the prior of strength `strengths[i]`
    and mean `means[j]`; `value` is the one of the posterior itself.
    """

    posterior: Any
    label: str
    value: float
    means: Floats
    strengths: Floats
    values: Floats
    unit: str
    size: float

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest conclusion on the map."""
        return float(self.values.min()), float(self.values.max())

    def table(self) -> pd.DataFrame:
        """One row per prior: mean, strength, and the conclusion under its label."""
        import pandas as pd

        strength, mean = np.meshgrid(self.strengths, self.means, indexing="ij")
        return pd.DataFrame({"mean": mean.ravel(), "strength": strength.ravel(), self.label: self.values.ravel()})

    def _headline(self) -> str:
        low, high = self.range
        return headline(self, "", self.label, f"{self.value:.6g}, from {low:.6g} to {high:.6g}")

    def _page(self) -> Page:
        return Page(self.sentence)

    @property
    def sentence(self) -> str:
        """The conclusion, and what it would be under other priors."""
        low, high = self.range
        return (
            f"{self.label} is {self.value:.6g} under {self.posterior.prior!r}, and {low:.6g} to {high:.6g} under "
            f"priors of mean {self.means.min():.6g} to {self.means.max():.6g} worth {self.strengths.min():.6g} to "
            f"{self.strengths.max():.6g} {self.unit}; the data are worth {self.size:.6g}."
        )


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class TippingPrior(Faces):
    """The answer of `st.tipping_prior`: `prior` is the weakest prior that reverses the decision, None where none does,
    and then `reason` says why. `strength` is in `unit`s (`inf` where no prior reverses the decision), `value` the
    conclusion under the posterior's own prior, `tipped` the posterior under the tipping prior.
    """

    posterior: Any
    label: str
    cutoff: float
    value: float
    prior: Any
    mean: float
    strength: float
    unit: str
    size: float
    tipped: Any
    reason: str

    @property
    def exists(self) -> bool:
        """True where some prior reverses the decision."""
        return self.prior is not None

    def _headline(self) -> str:
        tipped = f"tipped by {self.prior!r}" if self.exists else "no prior tips it"
        return headline(self, "", self.label, f"{self.value:.6g}", tipped)

    def _page(self) -> Page:
        return Page(self.reason)


def prior_sensitivity(
    posterior: object,
    /,
    *,
    conclusion: Callable[..., float],
    means: ArrayLike | None = None,
    strengths: ArrayLike | None = None,
    label: str | None = None,
) -> PriorSensitivity:
    """The map of a conclusion over the mean and the strength of the prior.

    `conclusion` takes a posterior and returns a number, or True and False for a decision: `lambda p:
    p.probability(low=0.5)`, `lambda p: p.interval(0.94).upper`. Means are in units of theta, strengths in units of data
    (trials, exposure, measurements); by default a grid around the data, from a hundredth to ten times their size.
    `label` names the conclusion. Raises DomainError for means or strengths that make no prior, for several arms, and
    for a conclusion that is not a number; IncompatibleError for anything but a Beta, Gamma or Normal posterior.

    >>> import stattools as st
    >>> posterior = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))
    >>> found = prior_sensitivity(posterior, conclusion=lambda p: p.mean, means=[0.5, 0.8], strengths=[2, 10])
    >>> found.values.round(4).tolist()
    [[0.5833, 0.6333], [0.55, 0.7]]
    """
    data, kind = batches(posterior, "prior_sensitivity"), family(posterior, "prior_sensitivity")
    name = _label(label, conclusion)
    means = np.linspace(*kind.means, 25) if means is None else _grid(means, "means")
    default = np.geomspace(max(0.01 * kind.size, 1e-3), 10.0 * kind.size, 21)
    strengths = default if strengths is None else _grid(strengths, "strengths")
    value = _conclusion(conclusion, posterior)
    values = np.array([[_conclusion(conclusion, updated(kind.make(m, s), data)) for m in means] for s in strengths])
    return PriorSensitivity(posterior, name, value, means, strengths, values, kind.unit, kind.size)


def tipping_prior(
    posterior: object,
    /,
    *,
    conclusion: Callable[..., float],
    cutoff: float = 0.5,
    mean: float | None = None,
    label: str | None = None,
) -> TippingPrior:
    """The weakest prior that would reverse the decision `conclusion(posterior) >= cutoff`.

    With `mean` the prior has that mean, and its strength is solved for; without, for a Beta, the mean is free between
    0.01 and 0.99 as well, and the weakest of all is returned. A conclusion may be True or False. Where no prior
    reverses the decision the answer says why. Raises DomainError as `prior_sensitivity`, and where a mean is needed.

    >>> import stattools as st
    >>> posterior = st.posterior(st.binomial(15, 20), prior=st.Beta(1, 1))  # P(theta > 1/2) = 0.987
    >>> found = tipping_prior(posterior, conclusion=lambda p: p.probability(low=0.5), cutoff=0.95, mean=0.5)
    >>> found.prior, round(found.strength, 4)
    (Beta(9.12132..., 9.12132...), 18.2427)
    """
    data, kind = batches(posterior, "tipping_prior"), family(posterior, "tipping_prior")
    name = _label(label, conclusion)
    value = _conclusion(conclusion, posterior)
    search = _Search(data, kind, conclusion, float(cutoff), value >= cutoff)
    if mean is None and not kind.bounded:
        raise DomainError(
            f"tipping_prior of a {type(posterior).__name__} needs mean=: with an extreme mean, a prior as weak as you "
            "like reverses any decision. Give the mean that a skeptic would have."
        )
    asked = mean is not None
    if asked and as_theta(mean, "tipping_prior").shape != ():
        raise DomainError(f"tipping_prior needs mean=, one number; got {quoted(mean)}.")
    mean, strength = search.weakest() if mean is None else (float(mean), search.strength(float(mean)))
    prior = None if not 0.0 < strength < np.inf else kind.make(mean, strength)
    tipped = None if prior is None else updated(prior, data)
    reason = _reason(search, name, value, mean, strength, posterior, tipped, asked)
    return TippingPrior(
        posterior, name, float(cutoff), value, prior, mean, strength, kind.unit, kind.size, tipped, reason
    )


@dataclass(frozen=True)
class _Search:
    """For each mean the strength at which the decision turns: 0 where it is another one without a prior, inf where it
    never turns.
    """

    data: tuple[Any, ...]
    kind: PriorFamily
    conclusion: Callable[..., float]
    cutoff: float
    decision: bool

    def value(self, mean: float, log_strength: float) -> float:
        prior = self.kind.make(mean, float(np.exp(log_strength)))
        return _conclusion(self.conclusion, updated(prior, self.data))

    def turned(self, mean: float, log_strength: float) -> bool:
        return (self.value(mean, log_strength) >= self.cutoff) != self.decision

    def strength(self, mean: float) -> float:
        grid = np.log(np.geomspace(WEAKEST, STRONGEST, 76))
        if self.turned(mean, grid[0]):
            return 0.0
        for low, high in pairwise(grid):
            if self.turned(mean, high):
                root: Any = optimize.brentq(lambda t: self._excess(mean, t), low, high, xtol=1e-13)
                return self._beyond(mean, float(root), high)
        return float("inf")

    def weakest(self) -> tuple[float, float]:
        """The mean whose tipping strength is least, and that strength."""
        means = np.linspace(0.01, 0.99, 15)
        found = np.array([self.strength(m) for m in means])
        best = int(np.argmin(found))
        if not 0.0 < found[best] < np.inf or best in (0, len(means) - 1):
            return float(means[best]), float(found[best])
        ends = (means[best - 1], means[best + 1])
        inner: Any = optimize.minimize_scalar(self.strength, bounds=ends, method="bounded", options={"xatol": 1e-6})
        return (float(inner.x), float(inner.fun)) if inner.fun < found[best] else (float(means[best]), found[best])

    def _excess(self, mean: float, log_strength: float) -> float:
        """Conclusion less cutoff; where they are equal the decision is the one for >=."""
        gap = self.value(mean, log_strength) - self.cutoff
        return gap if gap != 0.0 else 1e-300

    def _beyond(self, mean: float, root: float, high: float) -> float:
        """The root, moved by round-off to the side on which the decision is reversed."""
        step = 1e-13
        while not self.turned(mean, root) and root < high:
            root, step = root + step, 2.0 * step
        return float(np.exp(min(root, high)))


def _reason(
    search: _Search, label: str, value: float, mean: float, strength: float, posterior: Any, tipped: object, asked: bool
) -> str:
    """The answer in a sentence or two."""
    kind, cutoff = search.kind, search.cutoff
    side = "at least" if search.decision else "below"
    opening = f"{label} is {value:.6g}, {side} {cutoff:g}, under {posterior.prior!r}."
    if strength == 0.0:
        return (
            f"{opening} No prior is weak enough to keep that decision with mean {mean:g}: as its strength falls to 0 "
            "the data alone decide otherwise. The decision rests on the prior that was used."
        )
    if strength == np.inf:
        return (
            f"{opening} No prior with mean {mean:g} reverses this, not even one worth {STRONGEST:g} {kind.unit}: even "
            "the certainty that theta is that mean leads to the same decision."
        )
    share = f"{strength / kind.size:.3g} times the data"
    said = f"with mean {mean:.4g}" if asked else f"of any mean from 0.01 to 0.99, with mean {mean:.4g},"
    return (
        f"{opening} The weakest prior {said} that reverses this is worth "
        f"{strength:.6g} {kind.unit}, {share}: {label} is then {_conclusion(search.conclusion, tipped):.6g}."
    )


def _conclusion(conclusion: Callable[..., float], posterior: object) -> float:
    if not callable(conclusion):
        raise DomainError(f"conclusion= is a function of the posterior, such as its mean; got {quoted(conclusion)}.")
    found = called("conclusion=", conclusion, posterior)
    if not (is_number(found) or isinstance(found, bool | np.bool_)):
        raise DomainError(f"conclusion= must return a finite number, or True or False; got {quoted(found)}.")
    return float(found)


def _grid(values: ArrayLike, what: str) -> Floats:
    found = np.atleast_1d(as_theta(values, what))
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise DomainError(f"{what}= are finite numbers in one row; got {quoted(values)}.")
    if what == "strengths" and not (found > 0).all():
        raise DomainError(f"strengths= are positive; got {found.min():g}.")
    return np.sort(found)


def _label(label: str | None, conclusion: Callable[..., float]) -> str:
    name = getattr(conclusion, "__name__", "conclusion")
    if label is not None and not (isinstance(label, str) and label.strip()):
        raise DomainError(f'label= is a text that names the conclusion, "benefit"; got {quoted(label)}.')
    return label if label is not None else ("conclusion" if name == "<lambda>" else name)
