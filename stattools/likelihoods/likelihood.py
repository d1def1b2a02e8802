"""What every likelihood answers: terms, starts, existence, predictions, and the checks of y that families share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from inspect import get_annotations
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.likelihoods.cumulants import Cumulants
from stattools.likelihoods.links import LINKS, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import quantile_of_mixture
from stattools.likelihoods.words import Edge, Facts
from stattools.numerics.threads import all_finite

Terms = tuple[Floats, Floats, Floats]
"""loglik, score and information, one entry per observation."""

OF_FACTS = {"words", "edge", *(field.name for field in fields(Facts))}
"""What people may take for attributes of a family."""

ZERO = "zero"
"""The name of the parameter of zeros."""


class Likelihood:
    """What one observation says about its linear predictors, and all that follows from the family alone.

    eta has shape (n,) where `width`, the number of linear predictors per observation, is 1, and (n, width) otherwise. A
    family writes `check`, `evaluate` and `sample`, has a parameter "mean" or writes `mean`, `link` and `slope`, and
    answers by the other methods what it knows beside. The rest raises IncompatibleError: nothing is guessed.
    """

    width = 1
    outcome: ClassVar[Outcome]
    parameters: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The parameters of the distribution by name, each with its link, in the order of the linear predictors."""
    _columns = ""
    """What errors call the columns of eta, if not by the names of the parameters."""
    facts: ClassVar[Facts] = Facts()
    """What is known of the family beside its mathematics."""
    _written: ClassVar[frozenset[str]] = frozenset()
    """What the class writes itself: of the answers here, those that are no defaults."""

    def __init_subclass__(cls, **options: object) -> None:
        """A family that says its parameters has a linear predictor for each, unless it says how many it has.
        IncompatibleError for what nobody would read: facts that are attributes of the class.
        """
        super().__init_subclass__(**options)
        options_of_family = {name for name, kind in get_annotations(cls).items() if "ClassVar" not in str(kind)}
        if stray := sorted(OF_FACTS & vars(cls).keys() - options_of_family):
            raise IncompatibleError(
                f"{cls.__name__} states {' and '.join(stray)} in its class, where nobody reads it. Write it into its "
                f"facts: facts = Facts({'own_words' if stray[0] == 'words' else stray[0]}=...)."
            )
        own = cls.__mro__[: cls.__mro__.index(Likelihood)]
        cls._written = frozenset(name for kind in own for name in vars(kind))
        said = vars(cls).get("parameters")
        if isinstance(said, Mapping) and "width" not in vars(cls):
            cls.width = len(said)

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """The parameters beside the first, each with its link."""
        return tuple(self.parameters.items())[1:]

    @property
    def _who(self) -> str:
        """What errors call the family."""
        return type(self).__name__

    def check(self, y: ArrayLike) -> Floats:
        """y as float64, or a DomainError that says which entry is no outcome of this family."""
        raise self._lacks("check(y)")

    def mean(self, eta: ArrayLike) -> Floats:
        """The mean of the outcome, shape (n,), or the probabilities of all categories, (n, K). By default it follows
        from the link of a first parameter "mean".
        """
        link, first = self._link_of_mean("mean(eta)"), self._wide(eta)[..., 0]
        return np.exp(np.minimum(first, LARGEST_MEAN)) if link.name == "log" else link.mean(first)

    def link(self, mean: ArrayLike) -> Floats:
        """The first linear predictor that has this mean."""
        return self._link_of_mean("link(mean)").of(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, K, width); K is 1 where the mean is one number."""
        link, first = self._link_of_mean("slope(eta)"), self._wide(eta)[..., 0]
        found = np.zeros((np.size(first), 1, self.width))
        found[:, 0, 0] = self.mean(eta) if link.name == "log" else link.slope(first)
        return found

    def _wide(self, eta: ArrayLike) -> Floats:
        """eta as numbers, (..., width), or a DomainError unless it has a column for each of several parameters."""
        eta = np.asarray(eta, dtype=float)
        if self.width == 1:
            return eta[..., None]
        if eta.ndim == 0 or eta.shape[-1] != self.width:
            words = [name if link == "identity" else f"{link} {name}" for name, link in self.parameters.items()]
            needs = f"{self._who} needs eta with {self.width} columns, {self._columns or ' and '.join(words)}"
            raise DomainError(f"{needs}; got shape {eta.shape}.")
        return eta

    def _link_of_mean(self, question: str) -> Link:
        name, link = next(iter(self.parameters.items()), ("", ""))
        if name != "mean":
            raise self._lacks(question)
        return LINKS[link]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y | eta), per observation."""
        return self._together("loglik(eta, y)").evaluate(eta, y)[0]

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d eta, in the shape of eta."""
        return self._together("score(eta, y)").derivatives(eta, y)[0]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """-d2 loglik / d eta2, shape (n,) or (n, width, width): the observed one, where it depends on y."""
        if y is None and not self.facts.canonical:
            raise DomainError(f"{self._who}'s information is the observed one: give information(eta, y).")
        given = np.zeros(np.shape(eta)) if y is None else y
        return self._together("information(eta, y)").derivatives(eta, given)[1]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go; a family writes this, or each of the three."""
        return self.loglik(eta, y), self.score(eta, y), self.information(eta, y)

    def _together(self, question: str) -> Likelihood:
        """This family, which writes `evaluate` where it does not write an answer by itself."""
        if "evaluate" not in self._written:
            raise self._lacks(question)
        return self

    def derivatives(self, eta: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """score and information in one go, for steps that do not ask for the log-likelihood."""
        return self.evaluate(eta, y)[1:]

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One outcome per row of eta."""
        raise self._lacks("sample(eta, seed=)")

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """The mean of the information under eta: the information itself where that does not depend on y."""
        if self.facts.canonical:
            return self.information(eta, y)
        if not self.facts.linear_score:
            raise self._lacks("expected information")
        first = expected_of_first(self, eta, y)
        if self.width == 1:
            return first
        found = np.zeros((*first.shape, 2, 2))
        found[..., 0, 0], found[..., 1, 1] = first, self._expected_of_second(eta)
        return found

    def _expected_of_second(self, eta: Floats) -> Floats | float:
        """That about the second linear predictor, of families in which nothing is between it and the first."""
        raise self._lacks("expected information")

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of an outcome by their names: itself, and what says more of it, such as "trials"."""
        return ("y",)

    def trials_of(self, y: Floats) -> Floats | float:
        """How many trials each observation is out of: 1 where an observation is no number of successes."""
        return 1.0

    def observed(self, y: Floats) -> Floats:
        """The outcome on the scale of the mean, shape (n,)."""
        return y

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The variance of `observed` under eta, shape (n,)."""
        raise self._lacks("variance(eta, y)")

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """Twice the log-likelihood that each observation loses against a perfect fit, shape (n,): of a label, which a
        perfect fit gives the probability 1, -2 log P(y).
        """
        if self.outcome.has_labels:
            return -2.0 * self.loglik(eta, y)
        raise self._lacks("deviance(eta, y)")

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """P(outcome <= y), shape (n,)."""
        return self._tail(eta, y, True)

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """P(outcome > y), with its own digits where that is small."""
        return self._tail(eta, y, False) if "_tail" in self._written else 1.0 - self.cdf(eta, y)

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """`cdf` or `survival`; a family writes this, or `cdf`."""
        raise self._lacks("cdf(eta, y)")

    def quantile(self, eta: Floats, p: float, trials: Floats | None = None) -> Floats:
        """The smallest outcome that is exceeded with probability 1 - p at most, (n,), of successes out of `trials`."""
        if self.outcome.has_labels:
            raise IncompatibleError(f"an outcome of {type(self).__name__} is one of its labels: it has no quantiles.")
        require_answer(self, "cdf")
        return quantile_of_mixture(self, np.reshape(eta, (len(eta), 1, -1)), np.ones(1), p, trials)

    def _sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Sums of trials, of outcomes, of rows, of offsets and of exposures, that `_level` is made from; those of parts
        of the rows add up.
        """
        out_of = weight * self.trials_of(y)
        return np.array([out_of.sum(), out_of @ self._known(y), weight.sum(), weight @ offset, weight @ np.exp(offset)])

    def _level(self, sums: Floats) -> Floats:
        """The first linear predictor, without the offset, of the mean outcome: (1,), or (K - 1,) of K categories. Where
        it is a logarithm, that of the mean per exposure.
        """
        n, total, rows, offset, exposure = sums
        if next(iter(self.parameters.values()), "") == "log":
            return np.atleast_1d(self.link(total / exposure))
        return np.atleast_1d(self.link(total / n)) - offset / rows

    def _known(self, y: Floats) -> Floats:
        """The outcome on the scale of the mean, or what is known of one that was not seen: the end of a time, (n,)."""
        return self.observed(y)

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Linear predictors (width,), the same for all observations, near which their maximum lies."""
        level = self._level(self._sums(y, weight, offset))
        return np.append(level, np.zeros(self.width - len(level)))

    def _lacks(self, question: str) -> IncompatibleError:
        """The error for what this family does not answer, with the reason where it has one."""
        if (word := question.partition("(")[0]) in self.facts.refused:
            return IncompatibleError(self.facts.refused[word])
        return IncompatibleError(
            f"{self._who} does not say its {question}, which this needs. Write it in the class of the likelihood."
        )


def require_answer(family: Likelihood, question: str) -> None:
    """IncompatibleError, with the reason, where the family does not answer a question such as "deviance"."""
    own = family.facts.unlinked or family
    has_default = own.outcome.has_labels if question == "deviance" else question == "cdf" and "_tail" in own._written
    if question in own.facts.refused or not (has_default or question in own._written):
        raise own._lacks(question)


def expected_of_first(family: Likelihood, eta: Floats, y: Floats) -> Floats:
    """The mean of the information about the first linear predictor, (n,)."""
    if family.facts.linear_score:
        return family.slope(eta)[:, 0, 0] ** 2 / family.variance(eta, y)
    return family.expected(eta, y).reshape(len(eta), -1)[:, 0]


def named_parts(family: Likelihood, y: Floats) -> dict[str, Floats]:
    """The parts of an outcome by their names; times that were all seen have one.

    >>> from stattools.likelihoods import Binomial
    >>> named_parts(Binomial(), np.array([[3.0, 5.0], [0.0, 2.0]]))
    {'y': array([3., 0.]), 'trials': array([5., 2.])}
    """
    return {"y": y} if y.ndim < 2 else {name: y[:, k] for k, name in enumerate(family.parts)}


def side_of(family: Likelihood, y: Floats) -> Floats | None:
    """Where the log-likelihood of observations runs off, as `Facts.side`; IncompatibleError where nobody says it."""
    if family.facts.side is None:
        raise family._lacks("side(y)")
    return family.facts.side(family, y)


def side_of_first(family: Likelihood, y: Floats) -> Floats | None:
    """As `side`, where the first linear predictor moves alone, of families of several that move together too."""
    spaces = family.facts.half_spaces(family, y)
    if spaces is None:
        return side_of(family, y)
    low, high = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    np.minimum.at(low, spaces.rows, spaces.normals[:, 0])
    np.maximum.at(high, spaces.rows, spaces.normals[:, 0])
    return (low >= 0.0) * 1.0 - (high <= 0.0) * 1.0


def cumulants_of(family: Likelihood, eta: Floats, y: Floats, weight: Floats) -> Cumulants:
    """How the expected information moves, as `Facts.cumulants`; IncompatibleError where nobody says it."""
    if family.facts.cumulants is None:
        raise family._lacks("cumulants(eta, y, weight)")
    return family.facts.cumulants(family, eta, y, weight)


def rough_predictor(family: Likelihood, y: Floats, weight: Floats) -> Floats:
    """The first linear predictor halfway between each observation and the mean, that of the mean where there is none:
    shape (n,), for a start where no column is constant.
    """
    known = family._known(y)
    mean = weight @ known / weight.sum()
    with np.errstate(divide="ignore", invalid="ignore"):  # taken out
        eta = family.link(0.5 * (known + mean))
    return np.where(np.isfinite(eta), eta, family.link(mean))


def is_concave(family: Likelihood) -> bool:
    """Whether the log-likelihood is concave in these parameters, the linear predictors together: a maximum is then the
    only one, whatever columns they have and whatever concave is added, as of random effects.
    """
    return next(iter(family.parameters.values())) in family.facts.concave_with


def is_unimodal(family: Likelihood) -> bool:
    """Whether a maximum is the only one where all rows share the parameters beside the first, and with these held."""
    return family.facts.concave_in_units or is_concave(family)


def unlinked(family: Likelihood) -> Likelihood:
    """The family whose first parameter has another link here; itself where it has its own."""
    return family.facts.unlinked or family


def edge_of(family: Likelihood) -> Edge | None:
    """The ends of the last parameter beside the first; None without one, or of a probability of zeros."""
    last = family.facts.pieces[-1].family if family.facts.pieces else family  # the positive counts of a hurdle
    return None if [*family.parameters][1:][-1:] in ([], [ZERO]) else last.facts.edge


def label_of(family: Likelihood, parameter: str) -> str:
    """What the linear predictor of a parameter beside the first, or of a formula, is called: "log alpha"."""
    link = family.parameters.get(parameter, "identity")
    return family.facts.labels.get(parameter, parameter if link == "identity" else f"{link} {parameter}")


def floats(y: ArrayLike, who: str) -> Floats:
    """y as float64, or a DomainError that says what it is instead."""
    try:
        return np.asarray(y, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise DomainError(f"{who} needs numbers; got {quoted(y)}. Convert the outcome to numbers first.") from None


def finite_floats(y: ArrayLike, who: str) -> Floats:
    """y as float64, or a DomainError that says which entry is not a finite number."""
    values = floats(y, who)
    if all_finite(values):
        return values
    return allowed(values, np.isfinite(values), who, "finite numbers", "Drop or impute the missing values first.")


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


def room(shape: tuple[int, ...], width: int) -> tuple[Floats, Floats]:
    """Scores (*shape, width) and informations (*shape, width, width) to be filled: numbers of one kind lie side by side
    in memory, as the sums over rows read them.
    """
    score, information = np.empty((width, *shape)), np.empty((width, width, *shape))
    return _rows_first(score, information)


def side_by_side(score: Sequence[Floats], information: Sequence[Floats]) -> tuple[Floats, Floats]:
    """A score and an information, row by row, in the same way from arrays of numbers of one kind."""
    slopes, bends = np.array(score), np.array(information)
    return _rows_first(slopes, bends.reshape(len(slopes), *slopes.shape))


def _rows_first(score: Floats, information: Floats) -> tuple[Floats, Floats]:
    rows = tuple(range(1, score.ndim))
    return score.transpose(*rows, 0), information.transpose(*(axis + 1 for axis in rows), 0, 1)


LARGEST_LOG = 300.0
"""The logarithm of a scale, a dispersion or a precision: beyond, it stays there, so that all is finite."""


def log_of_second(eta: Floats) -> Floats:
    """The logarithm of the second parameter, within `LARGEST_LOG`."""
    return np.clip(eta[..., 1], -LARGEST_LOG, LARGEST_LOG)
