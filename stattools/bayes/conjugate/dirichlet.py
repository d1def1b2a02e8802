"""Dirichlet and counts of categories: the prior's concentrations plus the counts.

    f(p) = Gamma(A) / prod Gamma(a_k) prod p_k^(a_k - 1),    A = sum a_k,    a_k' = a_k + n_k
    p(n_1 ... n_K) = n! / prod n_k!  Gamma(A) / Gamma(A + n)  prod Gamma(a_k + n_k) / Gamma(a_k)    of n new trials

Each probability alone is Beta(a_k, A - a_k) and each count alone beta-binomial, exact. Evidence and predictions come
from Bayes' identity at the posterior mean, in saddle-point form, so that counts of 1e9 lose nothing. Source: Gelman et
al., Bayesian Data Analysis (2013), 3.4; Johnson, Kotz & Balakrishnan, Discrete Multivariate Distributions (1997), ch.
35. (The package conjugate-models 0.14 takes negative counts and returns negative concentrations.)
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from stattools.bayes.conjugate.arms import frozen
from stattools.bayes.conjugate.belief import numbers, parameter
from stattools.bayes.conjugate.beta_binomial import Beta, BetaBinomialPredictive
from stattools.bayes.conjugate.distribution import Distribution, Updatable
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, updated
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import labelled, several, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator
from stattools.models.samples.tables import Multinomial, Names, categories, checked_names, simplex
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, deviance_part, log_poisson_pmf, stirling_error
from stattools.text.one_line import prints


@answers_guesses
@prints
@dataclass(frozen=True, eq=False)
class DirichletMultinomial:
    """The counts of K categories in `trials` trials whose probabilities are Dirichlet(concentration).

    >>> DirichletMultinomial(2, [1, 1]).pmf([[2, 0], [1, 1], [0, 2]]).round(12)
    array([0.33333333, 0.33333333, 0.33333333])
    """

    trials: int
    concentration: Any
    names: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        value = numbers(self.concentration, "DirichletMultinomial needs concentration", positive=True)
        if value.ndim != 1:
            raise DomainError(f"DirichletMultinomial needs one concentration per category; got shape {value.shape}.")
        object.__setattr__(self, "trials", whole_number(self.trials, "trials", at_least=1))
        object.__setattr__(self, "concentration", frozen(value))
        object.__setattr__(self, "names", checked_names(self.names, len(value), "DirichletMultinomial"))

    @property
    def marginals(self) -> BetaBinomialPredictive:
        """The count of each category whatever the others, one arm per category."""
        a = self.concentration
        return BetaBinomialPredictive(self.trials, a, others(a), self.names)

    @property
    def mean(self) -> Floats:
        """n a_k / A."""
        return self.trials * (self.concentration / self.concentration.sum())

    @property
    def sd(self) -> Floats:
        """The standard deviation of each count."""
        return np.asarray(self.marginals.sd)

    @property
    def covariance(self) -> Floats:
        """n (diag(m) - m m^T) (A + n) / (A + 1), with m the mean probabilities, shape (K, K)."""
        total = self.concentration.sum()
        m = self.concentration / total
        return self.trials * ((total + self.trials) / (total + 1.0)) * (np.diag(m) - np.outer(m, m))

    def pmf(self, counts: ArrayLike) -> float | Floats:
        """P(counts) for counts of shape (..., K)."""
        return np.exp(self.log_pmf(counts))

    def log_pmf(self, counts: ArrayLike) -> float | Floats:
        """log P(counts); -inf where counts are not whole numbers that add to `trials`. Raises DomainError for NaN."""
        n = np.asarray(counts, dtype=float)
        if n.shape[-1:] != self.concentration.shape or np.isnan(n).any():
            raise DomainError(f"log_pmf needs {len(self.concentration)} counts; got {quoted(counts)}.")
        possible = ((n >= 0) & (n == np.floor(n))).all(axis=-1) & (n.sum(axis=-1) == self.trials)
        n = np.where(possible[..., None], n, 0.0)
        after = self.concentration + n
        p = after / after.sum(axis=-1, keepdims=True)
        size = float(self.trials)
        fit = log_poisson_pmf(n, size * p).sum(axis=-1) - log_poisson_pmf(size, size)
        value = fit + log_density_of_softmax(p, self.concentration) - log_density_of_softmax(p, after)
        value = np.where(possible, value, -np.inf)
        return float(value) if value.ndim == 0 else value

    def cdf(self, k: ArrayLike) -> float | Floats:
        """P(count <= k) of each category alone, shape (K,)."""
        return self.marginals.cdf(k)

    def interval(self, prob: float = 0.94) -> Interval:
        """The equal-tailed interval of each count alone, ends whole numbers."""
        return self.marginals.interval(prob)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent sets of counts, shape (draws, K)."""
        random = generator(seed)
        return random.multinomial(
            self.trials,
            random.dirichlet(self.concentration, draws_shape(draws, (len(self.concentration),), copies=3)[0]),
        )


def others(a: Floats) -> Floats:
    """The sum of all entries but each one, without subtraction up to 1,000 of them."""
    return np.where(np.eye(len(a), dtype=bool), 0.0, a).sum(axis=1) if len(a) <= 1000 else a.sum() - a


def log_density_of_softmax(p: ArrayLike, a: ArrayLike) -> Floats:
    """log of prod p_k^a_k Gamma(A) / prod Gamma(a_k): the density of log p, without cancellation for large a."""
    p, a = np.asarray(p, dtype=float), np.asarray(a, dtype=float)
    total = a.sum(axis=-1, keepdims=True)
    parts = -deviance_part(a, total * p) - stirling_error(a) + 0.5 * np.log(a) - HALF_LOG_TWO_PI
    whole = stirling_error(total) - 0.5 * np.log(total) + HALF_LOG_TWO_PI
    return parts.sum(axis=-1) + whole[..., 0]


if TYPE_CHECKING:
    import pandas as pd

REMEDY = "Flat is Dirichlet(1), Jeffreys' is Dirichlet(0.5); the limit 0 is st.Dirichlet.haldane()."


def _named(belief: Dirichlet | Improper, data: Multinomial) -> Names:
    """The categories: of a prior that did not name its own, those of the first data, one for one."""
    own = () if not belief.is_proper else belief.labels
    unnamed = own == tuple(range(len(own)))
    if not own or (unnamed and belief.seen is None and not set(data.labels) & set(own)):
        if own and len(own) != len(data.labels):
            raise IncompatibleError(
                f"update needs data of {len(own)} categories, as many as the prior has; got {len(data.labels)}: "
                f"{quoted(list(data.labels))}. Name the categories: Dirichlet(concentration, names=...)."
            )
        return data.labels
    counts_alone = data.kind == "multinomial" and data.labels == tuple(range(len(data.labels)))
    if unnamed and counts_alone and len(own) != len(data.labels):
        raise IncompatibleError(
            f"update needs one count for each of {len(own)} categories; got {len(data.labels)}: "
            f"{quoted(data.counts.tolist())}. A category that was not seen has the count 0."
        )
    return own


def _read(belief: Dirichlet | Improper, data: Multinomial) -> tuple[Multinomial, dict[str, Names]]:
    names = _named(belief, data)
    unknown = [label for label in data.labels if label not in names]
    if unknown:
        raise IncompatibleError(
            f"update needs data of the categories {', '.join(map(repr, names[:8]))}; got {unknown[0]!r}. "
            "List all categories in the prior: Dirichlet(concentration, names=...)."
        )
    return data if names == data.labels else data.over(names), {"names": names}


def _posterior(
    belief: Dirichlet | Improper, data: Multinomial, labels: dict[str, Names], counts: NDArray[np.int64]
) -> Dirichlet:
    prior = belief.prior
    a = prior.concentration + counts
    if not prior.is_proper:
        prior.require(f"the counts {quoted(counts.tolist())}", concentration=a)
    return Dirichlet(a, **labels)


def log_evidence(before: Dirichlet, after: Dirichlet, data: Multinomial) -> float:
    """log p(data) by Bayes' identity, p(data | p) f(p) / f(p | data), at the posterior mean."""
    p = after.mean
    own = np.broadcast_to(before.concentration, p.shape)
    gain = log_density_of_softmax(p, own) - log_density_of_softmax(p, after.concentration)
    return data.log_probability(p) + float(gain)


def left_out(belief: Dirichlet, seen: Seen) -> LeftOut:
    """One entry per label that occurs in a batch of labels, and one per set of counts."""
    found = [one for batch in seen.batches for one in _observations(batch)]
    parts, counts = [part for part, _, _ in found], np.array([count for _, count, _ in found], dtype=np.int64)
    pointwise = np.array([_without(belief, seen, part).log_pmf(part.counts) for part in parts])

    def log_likelihood(drawn: Drawn) -> Floats:
        return np.array([[part.log_probability(row) for part in parts] for row in np.maximum(drawn["p"], 1e-300)])

    arm = np.zeros(len(parts), dtype=np.intp)
    return LeftOut(pointwise, counts, tuple(shown for _, _, shown in found), arm, log_likelihood)


def outcomes(belief: Dirichlet, seen: Seen) -> list[NamedObservations]:
    """The total counts."""
    (total,) = seen.total
    return [
        NamedObservations(
            "counts", total, lambda drawn, random: random.multinomial(total.sum(), drawn["p"]), dims=("category",)
        )
    ]


def _observations(batch: Multinomial) -> list[tuple[Multinomial, int, object]]:
    """Each different observation as counts, how often it was seen, and what to call it."""
    if batch.kind == "multinomial":
        return [(batch, 1, tuple(batch.counts.tolist()))]
    each = np.eye(len(batch.counts), dtype=np.int64)
    return [
        (Multinomial(each[k], batch.labels, "categories"), int(batch.counts[k]), batch.labels[k])
        for k in np.flatnonzero(batch.counts)
    ]


def _without(belief: Dirichlet, seen: Seen, part: Multinomial) -> DirichletMultinomial:
    """The distribution of a part of the data given the rest. Raises DomainError where the rest leaves it improper."""
    rest = seen.total[0] - part.counts
    a = belief.prior.concentration + rest
    if not belief.prior.is_proper:
        belief.prior.require(f"the counts {quoted(rest.tolist())}", concentration=a)
    return DirichletMultinomial(part.n, a, belief.labels)


PAIR = DeclaredPair(
    models=(Multinomial,),
    raw=lambda belief, more: categories(more, names=belief.labels if np.ndim(belief.concentration) else None),
    read=_read,
    statistics=lambda data: (data.counts,),
    posterior=_posterior,
    log_evidence=log_evidence,
    left_out=left_out,
    outcomes=outcomes,
    variables={"p": ("category",)},
)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False, eq=False)
class Dirichlet(Updatable, Distribution):
    """What is believed about the probabilities of K categories: a prior, and after `update` a posterior.

    `concentration` (K,) is worth that many observations of each category. One number is the same for each, of the
    categories `names` or, without them, of whatever the data bring. Raises DomainError for concentrations that are not
    positive and finite, and for names that are not one per category.

    >>> import stattools as st
    >>> posterior = Dirichlet(1).update(st.multinomial({"red": 3, "green": 5, "blue": 2}))
    >>> posterior, posterior.mean.round(4).tolist()
    (Dirichlet(red=4, green=6, blue=3), [0.3077, 0.4615, 0.2308])
    """

    _pair = PAIR
    concentration: Any
    names: Sequence[Hashable] | None = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        value = parameter("Dirichlet", "concentration", self.concentration, positive=True, remedy=REMEDY)
        if value.ndim > 1:
            raise DomainError(f"Dirichlet needs concentration, one number per category; got shape {value.shape}.")
        names = labelled("the names", self.names, ("concentration", self.concentration))
        if names is not None:
            names = several(names)
            value = np.full(len(names), float(value)) if value.ndim == 0 else value
        if value.ndim:
            names = checked_names(names, len(value), "Dirichlet")
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "concentration", frozen(value) if value.ndim else float(value))

    @classmethod
    def haldane(cls) -> Improper:
        """Haldane's limit, all concentrations -> 0, and no distribution, for its mass is infinite.

        Its posterior has the mean n_k / n, and exists once each category was seen. It has no evidence.

        >>> import stattools as st
        >>> Dirichlet.haldane().update(st.multinomial([3, 1]))
        Dirichlet(0=3, 1=1)
        """
        return Improper(cls, "Haldane's prior", (0.0,))

    def _headline(self) -> str:
        if np.ndim(self.concentration) == 0:
            return f"Dirichlet({self.concentration:.15g})"
        shown = [f"{name}={value:.12g}" for name, value in zip(self.labels, self.concentration, strict=True)]
        return f"Dirichlet({', '.join(shown[:8])}{', ...' * (len(shown) > 8)})"

    @property
    def marginals(self) -> Beta:
        """What is believed about each probability whatever the others: Beta(a_k, A - a_k), one arm per category."""
        a = self._several()
        return Beta(a, others(a), arms=self.labels)

    def marginal(self, name: Hashable) -> Beta:
        """What is believed about the probability of one category.

        >>> Dirichlet([4, 6, 3], names=("red", "green", "blue")).marginal("red")
        Beta(4, 9)
        """
        a = self._several()
        try:
            place = self.labels.index(name)
        except (ValueError, TypeError, ArithmeticError, Warning):  # what cannot be compared with a label is none
            raise DomainError(
                f"there is no category {quoted(name)}; there are {', '.join(map(repr, self.labels[:10]))}."
            ) from None
        return Beta(float(a[place]), float(np.delete(a, place).sum()))

    @property
    def mean(self) -> Floats:
        """a_k / A."""
        a = self._several()
        return a / a.sum()

    @property
    def sd(self) -> Floats:
        """Square roots of m (1 - m) / (A + 1), with m the mean."""
        return np.asarray(self.marginals.sd)

    @property
    def median(self) -> Floats:
        """The median of each probability; they do not add to 1."""
        return np.asarray(self.marginals.median)

    @property
    def mode(self) -> Floats:
        """Where the density is highest, (a_k - 1) / (A - K).

        Raises DomainError where no single point is: a concentration below 1 (unbounded at an edge), or all 1 (flat).
        """
        a = self._several()
        if (a < 1).any() or (a == 1).all():
            reason = "is flat" if (a == 1).all() else "is unbounded where a probability is 0"
            raise DomainError(f"{self!r} {reason} and has no mode. Use the mean.")
        return (a - 1.0) / (a - 1.0).sum()

    def density(self, p: ArrayLike) -> float | Floats:
        """f(p) at probabilities (..., K) that add to 1."""
        return np.exp(self.log_density(p))

    def log_density(self, p: ArrayLike) -> float | Floats:
        """log f(p) at probabilities (..., K); inf or -inf at an edge. Raises DomainError unless they add to 1.

        >>> Dirichlet([1, 1, 1]).log_density([0.2, 0.3, 0.5])  # log 2
        0.693147180559...
        """
        a = self._several()
        p = simplex(p, len(a))
        inside = (p > 0).all(axis=-1)
        safe = np.where(inside[..., None], p, self.mean)
        value = log_density_of_softmax(safe, a) - np.log(safe).sum(axis=-1)
        # At an edge a concentration below 1 adds inf, one above 1 adds -inf, and both together are not defined.
        if not inside.all():
            with np.errstate(invalid="ignore"):
                change = (xlogy(a - 1.0, p) - xlogy(a - 1.0, self.mean)).sum(axis=-1)
            value = np.where(inside, value, self.log_density(self.mean) + change)
        if np.isnan(value).any():
            raise DomainError(f"the density of {self!r} is not defined where an edge of limit 0 meets one of infinity.")
        return float(value) if value.ndim == 0 else value

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = 1.0) -> Floats:
        """P(low <= p_k <= high) of each category."""
        return np.asarray(self.marginals.probability(low, high))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval of each probability, from its Beta marginal."""
        return self.marginals.interval(prob, kind=kind)

    def table(self, prob: float = 0.94, kind: Literal["hdi", "eti"] = "hdi") -> pd.DataFrame:
        """One row per category: category, mean, sd, median, lower, upper."""
        return self.marginals.table(prob, kind).rename(columns={"arm": "category"})

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws of the probabilities, shape (draws, K)."""
        return generator(seed).dirichlet(self._several(), draws_shape(draws, (len(self.concentration),))[0])

    def predictive(self, trials: int = 1) -> DirichletMultinomial:
        """The distribution of the counts in `trials` new trials.

        >>> Dirichlet([4, 6, 3]).predictive(13).mean.tolist()
        [4.0, 6.0, 3.0]
        """
        return DirichletMultinomial(trials, self._several(), self.labels)

    def update(self, more: Multinomial | ArrayLike, /) -> Dirichlet:
        """The posterior given more data: `st.multinomial(counts)`, `st.categories(labels)`, or raw labels.

        Concentrations are the prior's plus the totals, so order and grouping do not matter, to the last bit. Categories
        are matched by name; one that the data do not have was not seen. A prior without names takes those of its first
        data. Raises IncompatibleError for a category that the prior does not know, and for counts without names that
        are not one per category.

        >>> prior = Dirichlet(1, names=("a", "b", "c"))
        >>> prior.update(["a", "c"]).update(["a"]) == prior.update(["a", "a", "c"])
        True
        """
        return updated(self, more)

    @property
    def labels(self) -> Names:
        """The categories; () where they are not known yet."""
        return () if self.names is None else tuple(self.names)

    def _key(self) -> tuple[object, ...]:
        return self.labels, np.shape(self.concentration), np.asarray(self.concentration).tobytes()

    def _several(self) -> Floats:
        if np.ndim(self.concentration) == 0:
            raise DomainError(f"{self!r} does not know its categories. Give names=, or one concentration per category.")
        return np.asarray(self.concentration)

    def _labels(self) -> Names:
        return self.labels
