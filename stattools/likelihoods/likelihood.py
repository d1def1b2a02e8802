"""What every likelihood answers, and the checks of y that they share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import FLOAT64
from stattools.interface.arrays import Floats
from stattools.likelihoods.cumulants import Cumulants
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import mixture_interval, quantile_in_range, slope_of_quantile
from stattools.likelihoods.recession import Recession
from stattools.likelihoods.starts import Starts
from stattools.likelihoods.words import Edge, Limits, Piece, Words

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
