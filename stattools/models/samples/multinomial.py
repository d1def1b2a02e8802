"""Counts of categories as a likelihood of their probabilities p_1 ... p_K, which add to 1.

    multinomial  log p(counts) = log n! - sum log n_k! + sum n_k log p_k     the counts alone
    categories   log p(labels) = sum n_k log p_k                             the ordered sequence of labels

Both depend on the data through the counts only. Source: Agresti, Categorical Data Analysis (2013), sec. 1.2, 1.5.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc, xlogy

from stattools.data.tables.columns import clean, missing, sorted_codes
from stattools.data.tables.table import series
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import are_different, as_numbers, as_theta, labelled, several, written
from stattools.interface.arrays import Floats
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples.arms import Ints
from stattools.models.samples.arms import counts as whole_numbers
from stattools.models.samples.proportion import INTERVALS
from stattools.models.samples.sample_model import SampleModel
from stattools.numerics.saddle_point import log_poisson_pmf
from stattools.text.one_line import many

Names = tuple[Hashable, ...]


def multinomial(counts: ArrayLike | Mapping[Any, int], /, *, names: Sequence[Hashable] | None = None) -> Multinomial:
    """The multinomial likelihood of the counts of two or more categories.

    `counts` is an array or list of whole numbers, a dict, or a pandas Series such as `column.value_counts()`, whose
    index names the categories; otherwise `names` may, and by default they are 0, 1, ... Raises DomainError for counts
    that are negative, fractional, missing or all zero, and for names that are not one per category and different.

    >>> import stattools as st
    >>> model = st.multinomial({"red": 3, "green": 5, "blue": 2})
    >>> st.fit(model).estimate.tolist()
    [0.3, 0.5, 0.2]
    """
    names = labelled("the names", names, ("counts", counts))
    counts = list(counts.values()) if isinstance(counts, Mapping) else counts
    found = whole_numbers(counts, "multinomial counts")
    return Multinomial(found, checked_names(names, len(found), "multinomial"), "multinomial")


def categories(labels: ArrayLike, /, *, names: Sequence[Hashable] | None = None) -> Multinomial:
    """The likelihood of a sequence of labels, each one of K categories.

    Takes a list, an array or a column of text, numbers or categories. `names` are the categories in order; by default
    those of a categorical column, else the labels that occur, sorted. Raises DomainError for missing labels, and for
    labels that are not among `names`.

    >>> import stattools as st
    >>> st.categories(["red", "blue", "red"], names=["red", "green", "blue"])
    <Multinomial categories: 3 trials, 3 categories>
    """
    column = series(labels, "labels")
    gaps = missing(column)
    if gaps.any() or not len(column):
        where = f"none at position {int(np.argmax(gaps))}" if gaps.any() else "nothing"
        raise DomainError(f"categories needs labels; got {where}. Drop or fill in what is missing first.")
    found, codes = sorted_codes(clean(column))
    model = Multinomial(np.bincount(codes, minlength=len(found)).astype(np.int64), tuple(found), "categories")
    if names is None:
        return replace(model, labels=checked_names(found, len(found), "categories"))
    names = checked_names(names, len(several(names)), "categories")
    unknown = [label for label in found if label not in names]
    if unknown:
        raise DomainError(f"categories got the label {unknown[0]!r}, which is not among names={quoted(list(names))}.")
    return model.over(names)


@dataclass(frozen=True, eq=False, repr=False)
class Multinomial(SampleModel):
    """Counts (K,) of the categories `labels`: what `st.multinomial` and `st.categories` return.

    theta are the K probabilities; `kind` says whether the counts alone were observed, or the sequence.
    """

    counts: Ints
    labels: Names
    kind: Literal["multinomial", "categories"]
    dim = "category"

    def __post_init__(self) -> None:
        if not self.counts.any():
            raise DomainError(f"{self.kind} needs a count above 0; got {quoted(self.counts.tolist())}. Leave it out.")

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Multinomial counts" if self.kind == "multinomial" else "Labels of categories"

    @property
    def shape(self) -> tuple[int, ...]:
        """(K,): one entry per category."""
        return self.counts.shape

    @property
    def names(self) -> tuple[str, ...]:
        """The categories."""
        return tuple(map(str, self.labels))

    @property
    def n(self) -> int:
        """Number of trials: the sum of the counts."""
        return int(self.counts.sum())

    @property
    def n_free(self) -> int:
        """Number of free parameters, K - 1."""
        return len(self.counts) - 1

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        return f"{many(self.n, 'trial')}, {many(len(self.counts), 'category')}"

    @property
    def null(self) -> str:
        """The hypothesis that `test` tests."""
        return f"theta = 1/{len(self.counts)}"

    @property
    def start(self) -> Floats:
        """Probabilities strictly inside the simplex, shape (K,)."""
        return np.asarray((self.counts + 0.5) / (self.n + 0.5 * len(self.counts)), dtype=float)

    def over(self, labels: Names) -> Multinomial:
        """The same counts with the categories in this order; one that is new here was not seen."""
        place = {label: number for number, label in enumerate(labels)}
        counts = np.zeros(len(labels), dtype=np.int64)
        counts[[place[label] for label in self.labels]] = self.counts
        return replace(self, counts=counts, labels=tuple(labels))

    def log_probability(self, p: Floats) -> float:
        """Log-likelihood at probabilities that need not be checked."""
        if self.kind == "categories":
            return float(xlogy(self.counts, p).sum())
        n = float(self.n)
        return float(np.sum(log_poisson_pmf(self.counts, n * p)) - log_poisson_pmf(n, n * np.sum(p)))

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood at probabilities, shape (K,), that add to 1; -inf where the data are impossible."""
        p = simplex(theta, len(self.counts))
        if np.any((p == 0) & (self.counts > 0)):
            return -np.inf
        some = self.counts > 0
        return replace(self, counts=self.counts[some], labels=tuple(np.arange(some.sum()))).log_probability(p[some])

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), n_k / p_k (1) and diag(n_k / p_k^2) (2); only directions that add to 0 count."""
        p = simplex(theta, len(self.counts))
        share = np.divide(self.counts, p, out=np.full(len(p), np.inf), where=(p > 0) | (self.counts == 0))
        share = np.where(self.counts == 0, 0.0, share)
        second = np.diag(share / np.where(p > 0, p, 1.0)) if order >= 2 else NOT_ASKED
        return Evaluation(self.loglik(p), share if order >= 1 else NOT_ASKED, second)

    def maximum(self) -> Floats:
        """The estimates n_k / n."""
        return self.counts / self.n

    def covariance(self, theta: ArrayLike) -> Floats:
        """(diag(p) - p p^T) / n, which has rank K - 1."""
        p = as_theta(theta, self.title, self.labels)
        return (np.diag(p) - np.outer(p, p)) / self.n

    @property
    def intervals(self) -> Mapping[str, Callable[[float], tuple[Floats, Floats]]]:
        """Confidence intervals of each probability by kind, each a function of the level: those of its binomial."""
        return {kind: partial(self._ends, ends) for kind, ends in INTERVALS.items()}

    def test(self) -> tuple[Floats, Floats]:
        """Score test of p_k = 1 / K for each category: z and its two-sided p-value."""
        K, n = len(self.counts), self.n
        z = (self.counts - n / K) / np.sqrt(n * (1 / K) * (1 - 1 / K))
        return z, erfc(np.abs(z) / 2**0.5)

    def _ends(self, ends: Any, level: float) -> tuple[Floats, Floats]:
        pairs = np.array([ends(int(count), self.n, level) for count in self.counts])
        return pairs[:, 0], pairs[:, 1]


def simplex(theta: ArrayLike, K: int) -> Floats:
    """theta as float64 with K probabilities in the last axis that add to 1 within 1e-9, or a DomainError."""
    p = as_numbers(theta, f"theta needs {K} probabilities in [0, 1]")
    if p.shape[-1:] != (K,) or not ((p >= 0) & (p <= 1 + 1e-9)).all():
        raise DomainError(f"theta needs {K} probabilities in [0, 1]; got {quoted(theta)}.")
    if np.any(np.abs(p.sum(axis=-1) - 1.0) > 1e-9):
        raise DomainError(f"theta needs probabilities that add to 1; their sum is {p.sum(axis=-1).ravel()[0]:.12g}.")
    return p


def checked_names(names: Sequence[Hashable] | None, K: int, who: str) -> Names:
    """K different names, by default 0, 1, ...; DomainError for another number, repeats, or fewer than two."""
    found = tuple(range(K)) if names is None else written(names)
    if K < 2:
        raise DomainError(f"{who} needs two or more categories; got {K}. Give names= to list those not seen.")
    if len(found) != K or not are_different(found):
        raise DomainError(f"{who} needs {K} different names, one per category; got {quoted(list(found))}.")
    return found
