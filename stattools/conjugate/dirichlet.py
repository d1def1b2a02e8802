"""Dirichlet and counts of categories: the prior's concentrations plus the counts.

    f(p) = Gamma(A) / prod Gamma(a_k) prod p_k^(a_k - 1),    A = sum a_k,    a_k' = a_k + n_k

Each probability alone is Beta(a_k, A - a_k), exact. The evidence comes from Bayes' identity at the posterior mean,
in saddle-point form, so that counts of 1e9 lose nothing. Source: Gelman et al., Bayesian Data Analysis (2013), 3.4.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from stattools.conjugate.arms import frozen
from stattools.conjugate.belief import numbers
from stattools.conjugate.beta_binomial import Beta
from stattools.conjugate.dirichlet_multinomial import DirichletMultinomial, log_density_of_softmax, others
from stattools.conjugate.improper import Improper
from stattools.conjugate.leave_one_out import LeaveOneOut
from stattools.errors import DomainError, IncompatibleError
from stattools.interval import Interval
from stattools.models.counts import whole_number
from stattools.models.multinomial import Multinomial, Names, categories, checked_names, simplex

if TYPE_CHECKING:
    import pandas as pd
    from xarray import DataTree

Floats = NDArray[np.float64]
REMEDY = "Flat is Dirichlet(1), Jeffreys' is Dirichlet(0.5); the limit 0 is st.Dirichlet.haldane()."


@dataclass(frozen=True, repr=False, eq=False)
class Dirichlet:
    """What is believed about the probabilities of K categories: a prior, and after `update` a posterior.

    `concentration` (K,) is worth that many observations of each category. One number is the same for each, of the
    categories `names` or, without them, of whatever the data bring. Raises DomainError for concentrations that are not
    positive and finite, and for names that are not one per category.

    >>> import stattools as st
    >>> posterior = Dirichlet(1).update(st.multinomial({"red": 3, "green": 5, "blue": 2}))
    >>> posterior, posterior.mean.round(4).tolist()
    (Dirichlet(red=4, green=6, blue=3), [0.3077, 0.4615, 0.2308])
    """

    concentration: Any
    names: Sequence[Hashable] | None = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        value = numbers(self.concentration, "Dirichlet needs concentration", positive=True, remedy=REMEDY)
        if value.ndim > 1:
            raise DomainError(f"Dirichlet needs concentration, one number per category; got shape {value.shape}.")
        names = self.names
        if names is not None:
            value = np.full(len(tuple(names)), float(value)) if value.ndim == 0 else value
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

    def __repr__(self) -> str:
        if np.ndim(self.concentration) == 0:
            return f"Dirichlet({self.concentration:.15g})"
        shown = [f"{name}={value:.12g}" for name, value in zip(self._names, self.concentration, strict=True)]
        return f"Dirichlet({', '.join(shown[:8])}{', ...' * (len(shown) > 8)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dirichlet) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    @property
    def prior(self) -> Any:
        """The prior before all data."""
        return self if self.seen is None else self.seen.prior

    @property
    def log_evidence(self) -> float:
        """Log marginal likelihood of all data since the prior; counts include their multinomial coefficient.

        Raises DomainError after an improper prior.
        """
        if isinstance(self.prior, Improper):
            raise self.prior.lacks("evidence")
        return 0.0 if self.seen is None or self.seen.log_evidence is None else self.seen.log_evidence

    @property
    def marginals(self) -> Beta:
        """What is believed about each probability whatever the others: Beta(a_k, A - a_k), one arm per category."""
        a = self._several()
        return Beta(a, others(a), arms=self._names)

    def marginal(self, name: Hashable) -> Beta:
        """What is believed about the probability of one category.

        >>> Dirichlet([4, 6, 3], names=("red", "green", "blue")).marginal("red")
        Beta(4, 9)
        """
        a = self._several()
        if name not in self._names:
            raise DomainError(f"there is no category {name!r}; there are {', '.join(map(repr, self._names[:10]))}.")
        place = self._names.index(name)
        return Beta(float(a[place]), float(np.delete(a, place).sum()))

    @property
    def mean(self) -> Floats:
        """a_k / A."""
        a = self._several()
        return a / a.sum()

    @property
    def sd(self) -> Floats:
        """Square roots of m (1 - m) / (A + 1), with m the mean."""
        return self.marginals.sd

    @property
    def median(self) -> Floats:
        """The median of each probability; they do not add to 1."""
        return self.marginals.median

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

    def density(self, p: ArrayLike) -> Any:
        """f(p) at probabilities (..., K) that add to 1."""
        return np.exp(self.log_density(p))

    def log_density(self, p: ArrayLike) -> Any:
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
        return self.marginals.probability(low, high)

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval of each probability, from its Beta marginal."""
        return self.marginals.interval(prob, kind=kind)

    def table(self, prob: float = 0.94, kind: Literal["hdi", "eti"] = "hdi") -> pd.DataFrame:
        """One row per category: category, mean, sd, median, lower, upper."""
        return self.marginals.table(prob, kind).rename(columns={"arm": "category"})

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws of the probabilities, shape (draws, K)."""
        return np.random.default_rng(seed).dirichlet(self._several(), whole_number(draws, "draws", at_least=1))

    def predictive(self, trials: int = 1) -> DirichletMultinomial:
        """The distribution of the counts in `trials` new trials.

        >>> Dirichlet([4, 6, 3]).predictive(13).mean.tolist()
        [4.0, 6.0, 3.0]
        """
        return DirichletMultinomial(trials, self._several(), self._names)

    def update(self, more: Multinomial | ArrayLike, /) -> Dirichlet:
        """The posterior given more data: `st.multinomial(counts)`, `st.categories(labels)`, or raw labels.

        Concentrations are the prior's plus the totals, so order and grouping do not matter, to the last bit. Categories
        are matched by name; one that the data do not have was not seen. Raises IncompatibleError for a category that
        the prior does not know.

        >>> prior = Dirichlet(1, names=("a", "b", "c"))
        >>> prior.update(["a", "c"]).update(["a"]) == prior.update(["a", "a", "c"])
        True
        """
        several = np.ndim(self.concentration) > 0
        if not isinstance(more, Multinomial):
            more = categories(more, names=self._names if several else None)
        names, data = (self._names, self._matched(more)) if several else (more.labels, more)
        counts = data.counts if self.seen is None else self.seen.counts + data.counts
        prior = self.prior
        a = prior.concentration + counts
        if isinstance(prior, Improper):
            prior.require(f"the counts {counts.tolist()!r:.80}", concentration=a)
        posterior = Dirichlet(a, names=names)
        evidence = None
        if not isinstance(prior, Improper):
            p, before = posterior.mean, np.broadcast_to(self.concentration, a.shape)
            gain = log_density_of_softmax(p, before) - log_density_of_softmax(p, a)
            evidence = self.log_evidence + data.log_probability(p) + float(gain)
        batches = (() if self.seen is None else self.seen.batches) + (data,)
        object.__setattr__(posterior, "seen", Seen(prior, batches, counts, evidence))
        return posterior

    def loo(self) -> LeaveOneOut:
        """Exact leave-one-out log predictive density of every observation: each label, each set of counts.

        >>> round(Dirichlet(1).update(["a", "b", "b"]).loo().elpd, 6)  # log(1/4) + 2 log(2/4)
        -2.772589
        """
        batches = () if self.seen is None else self.seen.batches
        pointwise, counts, observed, sets = [], [], [], []
        for batch in batches:
            if batch.kind == "categories":
                for k in np.flatnonzero(batch.counts):
                    one = np.zeros(len(batch.counts), dtype=np.int64)
                    one[k] = 1
                    pointwise.append(self._without(one).predictive(1).log_pmf(one))
                    counts.append(batch.counts[k])
                    observed.append(self._names[k])
                    sets.append((one, False))
            else:
                pointwise.append(self._without(batch.counts).predictive(batch.n).log_pmf(batch.counts))
                counts.append(1)
                observed.append(tuple(batch.counts.tolist()))
                sets.append((batch.counts, True))

        def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
            p = self.sample(draws, seed=seed)
            models = [Multinomial(c, self._names, "multinomial" if s else "categories") for c, s in sets]
            return np.array([[model.log_probability(row) for model in models] for row in np.maximum(p, 1e-300)])

        alone = np.full(len(counts), sum(map(int, counts)) == 1)
        return LeaveOneOut(
            np.array(pointwise), np.array(counts, dtype=np.int64), tuple(observed), None, alone, log_likelihood
        )

    def to_arviz(self, draws: int = 4000, *, seed: int | np.random.Generator = 0) -> DataTree:
        """Draws as a DataTree for ArviZ: `p` with dimension category, replicated totals, the totals; one chain of
        independent draws.
        """
        from stattools.export.arviz import datatree

        random, groups = np.random.default_rng(seed), {}
        total = None if self.seen is None else self.seen.counts
        for name, part in {"posterior": self, "prior": self.prior}.items():
            if isinstance(part, Improper) or (name == "posterior" and total is None):
                continue
            part = Dirichlet(np.broadcast_to(part.concentration, np.shape(self._several())), names=self._names)
            p = part.sample(draws, seed=random)
            groups[name] = {"p": p[None]}
            if total is not None:
                groups[f"{name}_predictive"] = {"counts": random.multinomial(total.sum(), p)[None]}
        if total is not None:
            groups["observed_data"] = {"counts": total}
        recorded = "a numpy Generator" if isinstance(seed, np.random.Generator) else seed
        attrs: dict[str, Any] = {"seed": recorded, "prior": repr(self.prior)}
        if not isinstance(self.prior, Improper):
            attrs["log_evidence"] = self.log_evidence
        dims = {"p": ["category"]} | ({} if total is None else {"counts": ["category"]})
        return datatree(groups, dims=dims, coords={"category": list(map(str, self._names))}, attrs=attrs)

    @property
    def _names(self) -> Names:
        return () if self.names is None else tuple(self.names)

    def _key(self) -> tuple[Any, ...]:
        return self._names, np.shape(self.concentration), np.asarray(self.concentration).tobytes()

    def _several(self) -> Floats:
        if np.ndim(self.concentration) == 0:
            raise DomainError(f"{self!r} does not know its categories. Give names=, or one concentration per category.")
        return np.asarray(self.concentration)

    def _matched(self, data: Multinomial) -> Multinomial:
        unknown = [label for label in data.labels if label not in self._names]
        if unknown:
            raise IncompatibleError(
                f"update needs data of the categories {', '.join(map(repr, self._names[:8]))}; got {unknown[0]!r}. "
                "List all categories in the prior: Dirichlet(concentration, names=...)."
            )
        return data if data.labels == self._names else data.over(self._names)

    def _without(self, counts: Any) -> Dirichlet:
        """The posterior without some of its counts."""
        assert self.seen is not None
        a = self.prior.concentration + (self.seen.counts - counts)
        if isinstance(self.prior, Improper):
            self.prior.require(f"the counts {(self.seen.counts - counts).tolist()!r:.80}", concentration=a)
        return Dirichlet(a, names=self._names)


@dataclass(frozen=True, eq=False)
class Seen:
    """The prior, the data as they came, the total counts, and the log evidence (None after an improper prior)."""

    prior: Any
    batches: tuple[Multinomial, ...]
    counts: NDArray[np.int64]
    log_evidence: float | None
