"""One of K categories with the softmax link: log p(y | eta) = eta_y - log(1 + sum_k exp(eta_k)), eta_0 = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, quoted
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.bernoulli import LOG_ODDS
from stattools.likelihoods.cumulants import Categories
from stattools.likelihoods.likelihood import Floats, Likelihood, Terms, allowed, finite_floats
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Equation


@constructed_by_callers
@dataclass(frozen=True)
class Categorical(Likelihood):
    """Unordered outcomes: P(y = k) = exp(eta_k) / sum_j exp(eta_j) with eta_0 = 0 for the reference, category 0.

    eta has shape (n, K - 1), or (n,) for K = 2: the log odds of categories 1 ... K - 1 against the reference. y holds
    codes 0 ... K - 1. The score has shape (n, K - 1), the information (n, K - 1, K - 1). Source: Agresti, Categorical
    Data Analysis (2013), 8.1. Raises DomainError from `check`, and where `categories` is less than 2.

    >>> float(Categorical(3).loglik([[0.0, 0.0]], [2])[0])  # log 1/3
    -1.0986122886681098
    """

    categories: int
    verified = "multinomial"
    parameters: ClassVar = {"mean": "logit"}
    concave_with = ("logit",)
    outcome = Outcome.CATEGORY
    words = replace(
        LOG_ODDS,
        asked="the odds of each category of {y}",
        effect="the odds of {category} against {reference}",
        equation=Equation(
            "Each row belongs to one category $k$ of {y}. Every category but the reference {reference} has its own "
            "linear predictor; the reference has $\\eta_{i0} = 0$:",
            r"P(y_i = k) = \frac{e^{\eta_{ik}}}{\sum_{m} e^{\eta_{im}}}, \qquad "
            r"\eta_{ik} = \beta_{k0} + \sum_{j} \beta_{kj} x_{ij}",
            r"\sum_{i} {w}\left[ \eta_{i y_i} - \log \sum_{m} e^{\eta_{im}} \right]",
        ),
    )
    canonical = has_firth = starts_at_zero = by_category = True

    def __post_init__(self) -> None:
        whole = isinstance(self.categories, int | np.integer) and not isinstance(self.categories, bool)
        if not whole or self.categories < 2:
            raise DomainError(
                f"Categorical needs categories=, a whole number of 2 or more; got {quoted(self.categories)}."
            )

    @property
    def width(self) -> int:
        """Linear predictors per row: categories - 1."""
        return self.categories - 1

    def check(self, y: ArrayLike) -> Floats:
        """y as float64 codes; a DomainError unless every entry is one of 0 ... K - 1."""
        y = finite_floats(y, "Categorical")
        good = (y >= 0) & (y < self.categories) & (y == np.floor(y))
        needs = f"codes 0 to {self.categories - 1}"
        return allowed(y, good, "Categorical", needs, "Code the categories from 0, the reference first.")

    def mean(self, eta: ArrayLike) -> Floats:
        """All K probabilities, the reference first, shape (n, K)."""
        weights = self._relative_to_largest(eta)
        return weights / weights.sum(axis=-1, keepdims=True)

    def link(self, mean: Any) -> Any:
        """Log odds against the reference, shape (..., K - 1), from K positive probabilities."""
        mean = np.asarray(mean, dtype=float)
        eta = np.log(mean[..., 1:]) - np.log(mean[..., :1])
        return eta[..., 0] if self.width == 1 else eta

    def slope(self, eta: ArrayLike) -> Floats:
        """d P(y = k) / d eta, shape (n, K, K - 1)."""
        p = self.mean(eta)
        return p[:, :, None] * (np.eye(self.categories) - p[:, None, :])[:, :, 1:]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation, with full relative accuracy also where P(y) is close to 1."""
        full, rows, codes, shape = self._by_rows(self._with_reference(eta), y)
        margin = full - full[rows, codes][:, None]  # 0 at the observed category
        top = margin.argmax(axis=1)
        largest = margin[rows, top]
        margin -= largest[:, None]
        others = np.exp(margin, out=margin)
        others[rows, top] = 0.0
        return -(largest + np.log1p(others.sum(axis=1))).reshape(shape)

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """1[y = k] - P(y = k) for k = 1 ... K - 1."""
        return self._score(self.mean(eta), y)

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """diag(P) - P P^T over k = 1 ... K - 1; it does not depend on y."""
        return self._information(self.mean(eta))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        mean = self.mean(eta)
        return self.loglik(eta, y), self._score(mean, y), self._information(mean)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One code per row, by inversion of the cumulative probabilities."""
        mean = self.mean(eta)
        u = generator(seed).random((*mean.shape[:-1], 1))
        return np.minimum((u >= mean.cumsum(axis=-1)).sum(axis=-1), self.categories - 1).astype(float)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """-2 log P(y): a perfect fit has probability 1."""
        return -2.0 * self.loglik(eta, y)

    def side(self, y: Floats) -> Floats:
        """The code of the category; of two, as for the flip of a coin."""
        return y.copy() if self.categories > 2 else 2.0 * y - 1.0

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """How often each category was seen."""
        return np.bincount(y.astype(int), weights=weight, minlength=self.categories)

    def level(self, sums: Floats) -> Floats:
        """The log odds of the shares, each category counted half a time more."""
        return np.log((sums[1:] + 0.5) / (sums[0] + 0.5))

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Categories:
        """The cumulants of the indicators of all categories but the reference."""
        return Categories(self.mean(eta), weight)

    def _score(self, mean: Floats, y: ArrayLike) -> Floats:
        mean, rows, codes, shape = self._by_rows(mean, y)
        score = -mean
        score[rows, codes] = 0.0
        score[rows, codes] = -score.sum(axis=1)  # 1 - P(y) without cancellation
        score = score.reshape(*shape, self.categories)[..., 1:]
        return score[..., 0] if self.width == 1 else score

    def _by_rows(self, values: Floats, y: ArrayLike) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp], Any]:
        """Values (..., K) and codes (...) side by side as (n, K) and (n,), with the numbers of the rows and the shape;
        `take_along_axis` and `where` take several times as long for a batch of rows.
        """
        codes = np.asarray(y)
        shape = np.broadcast_shapes(values.shape[:-1], codes.shape)
        flat = np.broadcast_to(values, (*shape, self.categories)).reshape(-1, self.categories)
        return flat, np.arange(len(flat)), np.broadcast_to(codes, shape).ravel().astype(np.intp), shape

    def _information(self, mean: Floats) -> Floats:
        p = mean[..., 1:]
        information = -p[..., :, None] * p[..., None, :]
        index = np.arange(self.width)
        information[..., index, index] = p * self._complement(mean)
        return information[..., 0, 0] if self.width == 1 else information

    def _complement(self, mean: Floats) -> Floats:
        hole = np.where(np.eye(self.categories, dtype=bool)[1:], 0.0, mean[..., None, :])
        return hole.sum(axis=-1)  # 1 - P(y = k) as a sum of the other probabilities

    def _relative_to_largest(self, eta: ArrayLike) -> Floats:
        full = self._with_reference(eta)
        return np.exp(full - full.max(axis=-1, keepdims=True))

    def _with_reference(self, eta: ArrayLike) -> Floats:
        eta = np.asarray(eta, dtype=float)
        if self.width == 1:
            return np.stack([np.zeros_like(eta), eta], axis=-1)
        if eta.ndim == 0 or eta.shape[-1] != self.width:
            raise DomainError(
                f"Categorical({self.categories}) needs eta with {self.width} columns, one per category beside the "
                f"reference; got shape {eta.shape}."
            )
        return np.concatenate([np.zeros((*eta.shape[:-1], 1)), eta], axis=-1)
