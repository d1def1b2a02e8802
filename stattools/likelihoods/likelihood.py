"""What every likelihood answers: terms, starts, existence, predictions, and the checks of y that families share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import FLOAT64
from stattools.interface.arrays import Floats
from stattools.likelihoods.cumulants import Cumulants
from stattools.likelihoods.links import LINKS, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import mixture_interval, quantile_in_range, slope_of_quantile
from stattools.likelihoods.words import Edge, Limits, OfRow, Piece, edge_of, refused_of, words_of
from stattools.text.one_line import prints


@prints
class HalfSpaces(NamedTuple):
    """Moves d of the linear predictors along which observations rise or stay: `normals` d >= 0, (m, width), each that
    of one of the `rows`, (m,).
    """

    rows: NDArray[np.intp]
    normals: Floats


Terms = tuple[Floats, Floats, Floats]
"""loglik, score and information, one entry per observation."""
Tails = tuple[tuple[Floats, Floats], tuple[Floats, Floats]]
"""(F(y - 1), F(y)) and (1 - F(y - 1), 1 - F(y)) per observation; F(y) twice for an outcome that is continuous."""


class Likelihood:
    """What one observation says about its linear predictors, and all that follows from the family alone.

    eta has shape (n,) where `width`, the number of linear predictors per observation, is 1, and (n, width) otherwise. A
    family writes `check`, `evaluate` and `sample`, has a parameter "mean" or writes `mean`, `link` and `slope`, and
    answers by the other methods what it knows beside. The rest raises IncompatibleError: nothing is guessed.
    """

    width = 1
    _row: ClassVar[str] = ""
    """The row of the family in `families.toml`, from which its words, the ends of its last parameter and its refusals
    are read where the class does not say them itself.
    """
    outcome: ClassVar[Outcome]
    words: Any = OfRow(words_of)
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
    edge: Any = OfRow(edge_of)
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
    refused: Any = OfRow(refused_of)
    """Questions that have no answer in this family, such as "deviance", each with the reason."""

    knows_ends: ClassVar[bool] = True
    """False where `side` does not tell whether the log-likelihood of an observation rises for ever."""
    has_reach: ClassVar[bool] = False
    """True where `reach` is not the largest of the first linear predictors."""
    parameters: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The parameters of the distribution by name, each with its link, in the order of the linear predictors."""
    concave_with: ClassVar[tuple[str, ...]] = ()
    """The links of the first parameter with which the log-likelihood is concave in all linear predictors together."""
    concave_if_shared: ClassVar[tuple[str, ...]] = ()
    """The links of the first parameter with which a maximum is the only one where all rows share the other parameter:
    the coefficients that maximize are then the same whatever its value, by a sum that is convex in them, and at them
    the log-likelihood is concave in it.
    """
    starts_at_zero: ClassVar[bool] = False
    """True where a climb may begin at zeros."""

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
        """The mean of the outcome, shape (n,), or the probabilities of all categories, (n, K). By default it follows
        from the link of a first parameter "mean".
        """
        link, first = self._link_of_mean("mean(eta)"), self._first(eta)
        return np.exp(np.minimum(first, LARGEST_MEAN)) if link.name == "log" else link.mean(first)

    def nearest_mean(self, eta: ArrayLike) -> Floats:
        """The mean, or that of the end of the domain where a linear predictor, as of an interval, is beyond it."""
        return self.mean(eta)

    def link(self, mean: Any) -> Any:
        """The first linear predictor that has this mean."""
        return self._link_of_mean("link(mean)").of(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, K, width); K is 1 where the mean is one number."""
        link, first = self._link_of_mean("slope(eta)"), self._first(eta)
        found = np.zeros((np.size(first), 1, self.width))
        found[:, 0, 0] = self.mean(eta) if link.name == "log" else link.slope(first)
        return found

    def _first(self, eta: ArrayLike) -> Floats:
        """The first linear predictor; a DomainError unless eta has a column for each parameter."""
        return np.asarray(eta, dtype=float) if self.width == 1 else pair(eta, self)[..., 0]

    def _link_of_mean(self, question: str) -> Link:
        name, link = next(iter(self.parameters.items()), ("", ""))
        if name != "mean":
            raise self.lacks(question)
        return LINKS[link]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y | eta), per observation."""
        return self._together("loglik(eta, y)", eta, y)[0]

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d eta, in the shape of eta."""
        return self._together("score(eta, y)", eta, y)[1]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """-d2 loglik / d eta2, shape (n,) or (n, width, width): the observed one, where it depends on y."""
        if y is None:
            raise DomainError(f"{type(self).__name__}'s information is the observed one: give information(eta, y).")
        return self._together("information(eta, y)", eta, y)[2]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go; a family writes this, or each of the three."""
        return self.loglik(eta, y), self.score(eta, y), self.information(eta, y)

    def _together(self, question: str, eta: ArrayLike, y: ArrayLike) -> Terms:
        if not self._has("evaluate"):
            raise self.lacks(question)
        return self.evaluate(eta, y)

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
        if question in self.refused or not self._has(question):
            raise self.lacks(question)

    def _has(self, question: str) -> bool:
        """Whether the family writes an answer of its own: this class has defaults at most."""
        return getattr(type(self), question) is not getattr(Likelihood, question)

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
        """The error for what this family does not answer, with the reason where it has one."""
        if (word := question.partition("(")[0]) in self.refused:
            return IncompatibleError(self.refused[word])
        return IncompatibleError(
            f"{type(self).__name__} does not say its {question}, which this needs. Write it in the class of the "
            "likelihood."
        )


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


class ByExposure(Likelihood):
    """Amounts and counts whose first linear predictor is the logarithm of a mean per exposure."""

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """How much there was, and over what exposure."""
        return np.array([weight @ y, weight @ np.exp(offset)])

    def level(self, sums: Floats) -> Floats:
        """The logarithm of the rate."""
        return self.link(sums[:1] / sums[1])


def apart(first: Floats, second: Any) -> Floats:
    """Informations (n,) about two linear predictors with nothing between them: (n, 2, 2)."""
    found = np.zeros((*first.shape, 2, 2))
    found[..., 0, 0], found[..., 1, 1] = first, second
    return found


def pair(eta: ArrayLike, family: Likelihood) -> Floats:
    """eta as numbers, or a DomainError unless it has a column for each of the parameters, as of two."""
    eta = np.asarray(eta, dtype=float)
    if eta.ndim == 0 or eta.shape[-1] != family.width:
        words = [name if link == "identity" else f"{link} {name}" for name, link in family.parameters.items()]
        needs = f"{type(family).__name__} needs eta with {family.width} columns, {' and '.join(words)}"
        raise DomainError(f"{needs}; got shape {eta.shape}.")
    return eta
