"""What every likelihood answers: existence, starts, defaults, and what families of a mean beside one parameter share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import FLOAT64
from stattools.interface.arrays import Floats
from stattools.likelihoods.cumulants import Cumulants
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import mixture_interval, quantile_in_range, slope_of_quantile
from stattools.likelihoods.words import Edge, Limits, Piece, Words
from stattools.text.one_line import prints


@prints
class HalfSpaces(NamedTuple):
    """Moves d of the linear predictors along which observations rise or stay: `normals` d >= 0, (m, width), each that
    of one of the `rows`, (m,).
    """

    rows: NDArray[np.intp]
    normals: Floats


class Recession:
    """Where the log-likelihood of an observation goes as its linear predictors run off."""

    knows_ends: ClassVar[bool] = True
    """False where `side` does not tell whether the log-likelihood of an observation rises for ever."""

    has_reach: ClassVar[bool] = False
    """True where `reach` is not the largest of the first linear predictors."""

    parameters: ClassVar[Mapping[str, str]]
    """The parameters of the distribution by name, each with its link, in the order of the linear predictors."""

    concave_with: ClassVar[tuple[str, ...]] = ()
    """The links of the first parameter with which the log-likelihood is concave in all linear predictors together."""

    concave_if_shared: ClassVar[tuple[str, ...]] = ()
    """The links of the first parameter with which a maximum is the only one where all rows share the other parameter:
    the coefficients that maximize are then the same whatever its value, by a sum that is convex in them, and at them
    the log-likelihood is concave in it.
    """

    @property
    def concave(self) -> bool:
        """Whether the log-likelihood is concave in these parameters, the linear predictors together: a maximum is then
        the only one, whatever columns they have and whatever concave is added, as of random effects.
        """
        return next(iter(self.parameters.values())) in self.concave_with

    @property
    def unimodal(self) -> bool:
        """Whether it is concave after a change of parameters that is linear in the first, as in (eta_0 / sigma,
        1 / sigma): a maximum is then the only one where all rows share the others, and with these held.
        """
        return self.concave

    def side(self, y: Floats) -> Floats | None:
        """+1 where loglik rises with eta for ever, -1 where it falls for ever, 0 where it has a maximum; nan where the
        observation says nothing, shape (n,). Of several categories their codes. None where every one has a maximum.
        """
        raise self.lacks("side(y)")

    def half_spaces(self, y: Floats) -> HalfSpaces | None:
        """The same of a family of several linear predictors that move together; None where `side` says it."""
        return None

    def side_of_first(self, y: Floats) -> Floats | None:
        """As `side`, where the first linear predictor moves alone, of families of several that move together too."""
        spaces = self.half_spaces(y)
        if spaces is None:
            return self.side(y)
        low, high = np.full(len(y), np.inf), np.full(len(y), -np.inf)
        np.minimum.at(low, spaces.rows, spaces.normals[:, 0])
        np.maximum.at(high, spaces.rows, spaces.normals[:, 0])
        return (low >= 0.0) * 1.0 - (high <= 0.0) * 1.0

    def reach(self, eta: Floats, y: Floats) -> float:
        """The largest size of what runs off where observations are separated, of families that have `half_spaces`; of
        others it is that of the first linear predictors.
        """
        return float(np.abs(eta).max(initial=0.0))

    def far(self, size: float) -> float:
        """A linear predictor beyond this size may have a row of probability within exp(-size) of 1."""
        return size

    def lacks(self, question: str) -> IncompatibleError:
        """The error for what this family does not answer."""
        return IncompatibleError(
            f"{type(self).__name__} does not say its {question}, which this needs. Write it in the class of the "
            "likelihood."
        )


class Starts:
    """Sums over observations, and the linear predictors that they suggest."""

    width: Any
    trials_of: Any
    observed: Any
    link: Any

    starts_at_zero: ClassVar[bool] = False
    """True where a climb may begin at zeros."""

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Sums over observations that `level` is made from; those of parts of the rows add up."""
        out_of = weight * self.trials_of(y)
        return np.array([out_of.sum(), out_of @ self.observed(y), weight.sum(), weight @ offset])

    def level(self, sums: Floats) -> Floats:
        """The first linear predictor, without the offset, of the mean outcome: (1,), or (K - 1,) of K categories."""
        n, total, rows, offset = sums
        return np.atleast_1d(self.link(total / n)) - offset / rows

    def known(self, y: Floats) -> Floats:
        """The outcome on the scale of the mean, or what is known of one that was not seen: the end of a time, (n,)."""
        return self.observed(y)

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Linear predictors (width,), the same for all observations, near which their maximum lies."""
        level = self.level(self.sums(y, weight, offset))
        return level if len(level) == self.width else np.append(level, np.zeros(self.width - len(level)))

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """A first linear predictor near each observation, shape (n,), where no column is constant."""
        return np.zeros(len(y))


Terms = tuple[Floats, Floats, Floats]
"""loglik, score and information, one entry per observation."""
Tails = tuple[tuple[Floats, Floats], tuple[Floats, Floats]]
"""(F(y - 1), F(y)) and (1 - F(y - 1), 1 - F(y)) per observation; F(y) twice for an outcome that is continuous."""


class Likelihood(Starts, Recession):
    """What one observation says about its linear predictors, and all that follows from the family alone.

    eta has shape (n,) where `width`, the number of linear predictors per observation, is 1, and (n, width) otherwise. A
    family writes `check`, `loglik`, `score`, `information`, `mean`, `link`, `slope` and `sample`, and answers by the
    other methods what it knows beside. The rest raises IncompatibleError: nothing is guessed.
    """

    width = 1
    outcome: ClassVar[Outcome]
    words: ClassVar[Words]
    has_scale: ClassVar[bool] = False
    """True where a scale is estimated beside the linear predictors, and `loglik` takes it as known."""
    by_category: ClassVar[bool] = False
    """True where each linear predictor is that of a category, against the first."""
    is_event: ClassVar[bool] = False
    """True where the mean is the probability of an event, and trials are independent of each other."""
    canonical: ClassVar[bool] = False
    """True where `cumulants` are those of the outcome: the linear predictor is the natural parameter."""
    linear_score: ClassVar[bool] = False
    """True where the score in the first linear predictor is (observed - mean) slope / variance: its square has the mean
    slope^2 / variance."""
    from_zero: ClassVar[bool] = False
    """True where log p(y | eta) is y eta + log p(0 | eta) and what does not depend on eta."""
    has_firth: ClassVar[bool] = False
    """True where Jeffreys' penalty makes every maximum finite; it needs `cumulants`, but not of ordered outcomes."""
    limits: ClassVar[Limits] = MappingProxyType({})
    """The families that this one becomes where one parameter reaches an end."""
    holds: Any = MappingProxyType({})
    """Those where one is held within its range, its linear predictor being 0: a Weibull scale of 1."""
    inflated: ClassVar[bool] = False
    """True where the parameter "zero" is that of extra zeros, of which the data may have none."""
    pieces: ClassVar[tuple[Piece, ...]] = ()
    """Families of which the log-likelihood is a sum, each of linear predictors of its own."""
    edge: ClassVar[Edge] = Edge()
    """The ends of the last parameter."""
    domain: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    """The first linear predictor lies between these: the others are of a mean that the family does not have."""
    taken_up: Any = ()
    """Numbers of linear predictors without a constant, each with those whose constants take up a shift of it."""
    form: Any = ""
    """Which of its forms this is, in a word, of a class that has several: a distribution."""
    verified: Any = ""  # what the verifier of saved fits calls the family, if it knows it
    added: Any = ()
    """Names of the formulas that gave this family parameters which its plain one does not have."""
    refused: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Questions that have no answer in this family, such as "deviance", each with the reason."""

    def __init_subclass__(cls, **options: Any) -> None:
        """A family that says its parameters has a linear predictor for each, unless it says how many it has."""
        super().__init_subclass__(**options)
        said = vars(cls).get("parameters")
        if isinstance(said, Mapping) and "width" not in vars(cls):
            cls.width = len(said)

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """The parameters beside the first, each with its link."""
        return tuple(self.parameters.items())[1:]

    @property
    def edges(self) -> Mapping[str, Edge]:
        """The ends of parameters beside the first, by their names."""
        return {name: self.edge for name, _ in self.others[-1:]}

    def called(self, parameter: str) -> str:
        """What the linear predictor of a parameter beside the first is called: "log alpha"."""
        return parameter if (link := self.parameters[parameter]) == "identity" else f"{link} {parameter}"

    def formula_of(self, parameter: str) -> str:
        """The name under which the formula of a parameter beside the first is given."""
        return parameter

    def convention(self, outcome: str) -> str:
        """What a page says of the signs of coefficients, where that is not the same in all packages."""
        return ""

    @property
    def plain(self) -> Likelihood:
        """The family without parameters that formulas add; itself where they add none."""
        return self

    @property
    def unlinked(self) -> Likelihood:
        """The family whose first parameter has another link here; itself where it has its own."""
        return self

    @property
    def of_means(self) -> Likelihood:
        """The family by whose link intervals of means are made; itself, unless effects of groups are averaged over."""
        return self

    def check(self, y: ArrayLike) -> Floats:
        """y as float64, or a DomainError that says which entry is no outcome of this family."""
        raise self.lacks("check(y)")

    def mean(self, eta: ArrayLike) -> Floats:
        """The mean of the outcome, shape (n,), or the probabilities of all categories, (n, K)."""
        raise self.lacks("mean(eta)")

    def nearest_mean(self, eta: ArrayLike) -> Floats:
        """The mean, or that of the end of the domain where a linear predictor, as of an interval, is beyond it."""
        return self.mean(eta)

    def link(self, mean: Any) -> Any:
        """The first linear predictor that has this mean."""
        raise self.lacks("link(mean)")

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, K, width); K is 1 where the mean is one number."""
        raise self.lacks("slope(eta)")

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y | eta), per observation."""
        raise self.lacks("loglik(eta, y)")

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d eta, in the shape of eta."""
        raise self.lacks("score(eta, y)")

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """-d2 loglik / d eta2, shape (n,) or (n, width, width)."""
        raise self.lacks("information(eta, y)")

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        return self.loglik(eta, y), self.score(eta, y), self.information(eta, y)

    def derivatives(self, eta: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """score and information in one go, for steps that do not ask for the log-likelihood."""
        return self.evaluate(eta, y)[1:]

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One outcome per row of eta."""
        raise self.lacks("sample(eta, seed=)")

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """The mean of the information under eta: the information itself where that does not depend on y."""
        if not self.canonical and not (self.width == 1 and self.linear_score):
            raise self.lacks("expected information")
        return self.information(eta, y) if self.canonical else self.expected_of_first(eta, y)

    def expected_of_first(self, eta: Floats, y: Floats) -> Floats:
        """The mean of the information about the first linear predictor, (n,)."""
        if self.linear_score:
            return self.slope(eta)[:, 0, 0] ** 2 / self.variance(eta, y)
        return self.expected(eta, y).reshape(len(eta), -1)[:, 0]

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of an outcome by their names: itself, and what says more of it, such as "trials"."""
        return ("y",)

    def named(self, y: Floats) -> dict[str, Floats]:
        """The parts of an outcome by their names.

        >>> from stattools.likelihoods import Binomial
        >>> Binomial().named(np.array([[3.0, 5.0], [0.0, 2.0]]))
        {'y': array([3., 0.]), 'trials': array([5., 2.])}
        """
        return {"y": y} if len(self.parts) == 1 else {name: y[:, k] for k, name in enumerate(self.parts)}

    def trials_of(self, y: Floats) -> Any:
        """How many trials each observation is out of: 1 where an observation is no number of successes."""
        return 1.0

    def with_trials(self, trials: Any) -> Likelihood:
        """This family for outcomes out of so many trials, for `sample`; itself where outcomes have none."""
        return self

    def observed(self, y: Floats) -> Floats:
        """The outcome on the scale of the mean, shape (n,)."""
        return y

    def reversed(self, y: Floats) -> Floats | None:
        """The other outcome, event and no event exchanged; None where there are no two."""
        return None

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The variance of `observed` under eta, shape (n,)."""
        raise self.lacks("variance(eta, y)")

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """Twice the log-likelihood that each observation loses against a perfect fit, shape (n,)."""
        raise self.lacks("deviance(eta, y)")

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """P(outcome <= y), shape (n,)."""
        raise self.lacks("cdf(eta, y)")

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """P(outcome > y), with its own digits where that is small."""
        return 1.0 - self.cdf(eta, y)

    def tails(self, eta: Floats, y: Floats) -> Tails:
        """Both sides of the distribution at y, and for whole outcomes at the number before it."""
        below, above = self.cdf(eta, y), self.survival(eta, y)
        if not self.outcome.is_whole:
            return (below, below), (above, above)
        before, some = np.maximum(y - 1.0, 0.0), y > 0
        sooner, later = self.cdf(eta, before), self.survival(eta, before)
        return (np.where(some, sooner, 0.0), below), (np.where(some, later, 1.0), above)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a certificate says of how the derivatives were made, where there is something to say."""
        return ()

    def center(self, eta: Floats) -> Floats:
        """Where a distribution is searched for its quantiles: its mean."""
        return self.mean(eta)

    def interval(self, eta: Floats, V: Floats, level: float, trials: Floats | None = None) -> tuple[Floats, Floats]:
        """The ends (m,), in equal tails, of a new outcome, or of successes out of `trials`, where eta (m, width) is
        known up to a normal error of covariance V (m, width, width).
        """
        if self.outcome.has_labels:
            raise IncompatibleError(f"an outcome of {type(self).__name__} is one of its labels: it has no interval.")
        return mixture_interval(self, eta, V, level, trials)

    def quantile(self, eta: Floats, p: Any, trials: Floats | None = None) -> Floats:
        """The smallest outcome that is exceeded with probability 1 - p at most, (n,), of successes out of `trials`."""
        if self.outcome.has_labels:
            raise IncompatibleError(f"an outcome of {type(self).__name__} is one of its labels: it has no quantiles.")
        self.require("cdf")
        return quantile_in_range(self, eta, p, trials)

    def slope_of_quantile(self, eta: Floats, p: float, step: Floats) -> Floats:
        """The slope (n, width) of a quantile in eta, by differences over `step` (n, width): of the log of a positive
        outcome, of the log odds of a share.
        """
        return slope_of_quantile(self, eta, p, step)

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Cumulants:
        """How the expected information of each row moves with eta, times its weight, of families that `has_firth`."""
        raise self.lacks("cumulants(eta, y, weight)")

    def require(self, question: str) -> None:
        """IncompatibleError, with the reason, where this family does not answer a question such as "deviance"."""
        if question in self.refused:
            raise IncompatibleError(self.refused[question])
        if getattr(type(self), question) is getattr(Likelihood, question):  # the class above has no answers
            raise self.lacks(question)


def floats(y: ArrayLike, who: str) -> Floats:
    """y as float64, or a DomainError that says what it is instead."""
    if type(y) is np.ndarray and y.dtype is FLOAT64:
        return y
    try:
        return np.asarray(y, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise DomainError(f"{who} needs numbers; got {quoted(y)}. Convert the outcome to numbers first.") from None


def finite(values: Floats, who: str) -> Floats:
    """The values, or a DomainError that says which is not a finite number."""
    return allowed(values, np.isfinite(values), who, "finite numbers", "Drop or impute the missing values first.")


def finite_floats(y: ArrayLike, who: str) -> Floats:
    """y as float64, or a DomainError that says which entry is not a finite number."""
    return finite(floats(y, who), who)


def allowed(values: Floats, good: NDArray[np.bool_], who: str, needs: str, remedy: str) -> Floats:
    """`values` where all are good, else a DomainError with the first bad value and its position."""
    if good.all():
        return values
    where = tuple(int(i) for i in np.argwhere(~good)[0])
    position = "" if not where else f" at position {where[0] if len(where) == 1 else where}"
    some = f"{values[where]:.6g}{position} ({int((~good).sum())} such values)"
    raise DomainError(f"{who} needs {needs}; got {some}. {remedy}")


LARGEST_MEAN = 700.0
"""The logarithm of a mean: beyond, it stays there, so that all is finite (and hopeless)."""


class LogMean(Likelihood):
    """A mean exp(eta_0) beside another parameter, which is no part of it."""

    def mean(self, eta: ArrayLike) -> Floats:
        """exp(eta_0), shape (n,)."""
        return np.exp(np.minimum(pair(eta, self)[..., 0], LARGEST_MEAN))

    def link(self, mean: Any) -> Any:
        """The log of a positive mean: eta_0."""
        return np.log(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 2); nothing in the other parameter."""
        mean = self.mean(eta)
        return np.stack([mean, np.zeros_like(mean)], axis=-1)[:, None, :]


class LogitMean(Likelihood):
    """A mean expit(eta_0) in (0, 1) beside another parameter, which is no part of it."""

    def mean(self, eta: ArrayLike) -> Floats:
        """expit(eta_0), shape (n,)."""
        return expit(pair(eta, self)[..., 0])

    def link(self, mean: Any) -> Any:
        """The log odds of a mean in (0, 1): eta_0."""
        return logit(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 2); nothing in the other parameter."""
        first = pair(eta, self)[..., 0]
        return np.stack([expit(first) * expit(-first), np.zeros_like(first)], axis=-1)[:, None, :]


class Together(Likelihood):
    """A family that computes its three terms together, in `evaluate`."""

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y), per observation."""
        return self.evaluate(eta, y)[0]

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d (eta_0, eta_1), shape (n, 2)."""
        return self.evaluate(eta, y)[1]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n, 2, 2); not definite far from the maximum. Needs y."""
        if y is None:
            raise DomainError(f"{type(self).__name__}'s information is the observed one: give information(eta, y).")
        return self.evaluate(eta, y)[2]


def apart(first: Floats, second: Any) -> Floats:
    """Informations (n,) about two linear predictors with nothing between them: (n, 2, 2)."""
    found = np.zeros((*first.shape, 2, 2))
    found[..., 0, 0], found[..., 1, 1] = first, second
    return found


def pair(eta: ArrayLike, family: Likelihood) -> Floats:
    """eta as numbers, or a DomainError unless it has a column for each of two parameters."""
    eta = np.asarray(eta, dtype=float)
    if eta.ndim == 0 or eta.shape[-1] != 2:
        words = [name if link == "identity" else f"{link} {name}" for name, link in family.parameters.items()]
        raise DomainError(
            f"{type(family).__name__} needs eta with 2 columns, {' and '.join(words)}; got shape {eta.shape}."
        )
    return eta
