"""A model: a likelihood after a predictor over rows. Its log-likelihood is a sum over blocks of rows.

    loglik(theta) = sum_i w_i log p(y_i | eta_i),  eta = predictor(theta, x_i)
    score = sum of pullbacks,  information = sum of X^T diag(w) X

What a block adds to the sums are functions of small arguments, so that a cluster can send them to where the rows are.
Parameters that all rows share, such as alpha, are behind a link here, as log alpha; `on_own_scale` has them as they
are. Source: McCullagh & Nelder, Generalized Linear Models (1989), ch. 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import partial
from math import log, pi
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg.blas import idamax  # type: ignore[attr-defined]

from stattools.data.design.design import Design
from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.standardization import Standardization
from stattools.data.tables.table import ARRAYS, Origin, Places
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import FLOAT64, Floats
from stattools.interface.record import record
from stattools.interface.units import finite, finite_loglik, require_units
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import is_concave, label_of
from stattools.likelihoods.links import LINKS, Link
from stattools.models.evaluation import Evaluation
from stattools.models.predictor import Linear
from stattools.models.questions import CONCAVE, AnyModel, ModelFacts, answer_of, dropped_rows
from stattools.numerics.columns import symmetric, weighted
from stattools.numerics.threads import Share

UNIMODAL = "no likelihood of its family has two"
"""Why a maximum is the only one, where the log-likelihood is not concave."""

EXACT_FIT = 64.0 * np.finfo(float).eps
"""Residuals this small beside y are round-off."""


@record
class Model(AnyModel):
    """A likelihood bound to data: what `st.ols`, `st.logistic`, `st.softmax` and `st.poisson` return.

    `names` are the flat coefficient names, `terms` the columns of X, `labels` the outcome's categories (the reference
    first) or None. `start` is where solvers begin. `kept` are the numbers of the table's rows that had no value missing
    (None: all), `source` that table, `origin` its library and its index, None for plain arrays. `extras` are what was
    given beside X ("weights", ...) and which column each was, None for an array. `n_events` are the times that were
    seen, of a regression of times. theta has shape (len(names),).
    """

    kind: str
    title: str
    likelihood: Likelihood = field()
    predictor: Linear
    rows: Rows = field()
    design: Design
    outcome_name: str
    start: Floats
    labels: tuple[Any, ...] | None = None
    extras: Mapping[str, str | None] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    n_dropped: int = 0
    n_empty: int = 0
    kept: NDArray[np.intp] | None = None
    source: Any = None
    origin: Origin | None = None
    n_events: float | None = None
    facts = ModelFacts(is_regression=True, is_unconstrained=True, is_saved=True)

    terms = answer_of("design.names", "Names of the columns of X.")
    formula = answer_of("design.formula", "The formula, or None for arrays.")
    shift = answer_of("predictor.shift", "How thresholds move together, zeros where there are none.")
    n = answer_of("rows.n", "Number of observations: the sum of the frequency weights.")
    remarks = answer_of("likelihood.facts.remarks", "What a certificate says of how derivatives were made.")
    has_scale = answer_of("likelihood.facts.has_scale", "Whether a scale is estimated; `evaluate` has it at 1.")

    @property
    def first_terms(self) -> tuple[str, ...]:
        """Names of the columns of the first parameter."""
        main = self.predictor.main
        return self.terms if main is None else tuple(self.terms[k] for k in main)

    @property
    def formulas(self) -> tuple[str, ...]:
        """The formula and those of other parameters, "log scale ~ z", one line each."""
        beside = [f"{self.called(name)} {formula.text}" for name, formula in self.design.beside.items()]
        return (self.formula, *beside) if self.formula else ()

    @property
    def categories(self) -> tuple[str, ...] | None:
        """The category of each block of coefficients, or None where there is one block."""
        if self.labels is None or not self.likelihood.facts.by_category:
            return None
        return tuple(str(v) for v in self.labels[1:])

    @property
    def names(self) -> tuple[str, ...]:
        """One name per coefficient: the term, or `category: term` where outcomes have categories; then those of the
        other parameters, `log alpha`, or `log scale: x` of one with columns.
        """
        if self.predictor.width == 1 and self.categories is None:
            return self.terms
        return self.predictor.names(self.terms, (*(self.categories or (None,)), *self.others))

    @property
    def others(self) -> tuple[str, ...]:
        """What the linear predictors of the parameters beside the first are called: `log alpha`."""
        return tuple(self.called(name) for name, _ in self.likelihood.others)

    def called(self, parameter: str) -> str:
        """What the linear predictor of a parameter beside the first is called."""
        return label_of(self.likelihood, parameter)

    @property
    def uniqueness(self) -> str:
        """Why a maximum is the only one: the log-likelihood is concave, or all rows share the other parameter of a
        family that has a proof, by a change of parameters or otherwise; empty where neither is known.
        """
        family = self.likelihood
        if is_concave(family):
            return CONCAVE
        proven = (
            family.facts.concave_in_units or next(iter(family.parameters.values())) in family.facts.concave_if_shared
        )
        return UNIMODAL if proven and not any(self.predictor.own) else ""

    @property
    def index(self) -> Any:
        """The pandas index of the rows, where the data had one."""
        index = None if self.origin is None else self.origin.index
        return index if index is None or self.kept is None else index[self.kept]

    @property
    def places(self) -> Places:
        """Where the rows are in their table, which answers with one value per row go back to."""
        n = len(self.rows.X) if self.kept is None else len(self.kept) + self.n_dropped
        return Places(n, self.kept, self.origin or ARRAYS)

    @property
    def in_memory(self) -> bool:
        """Whether its rows are in memory, and not read from files or on a cluster."""
        return self.rows.source is None

    @property
    def sampled(self) -> Self:
        """The model over the rows that are in memory: itself, or over the sample of rows elsewhere."""
        return self if (rows := self.rows.sampled) is self.rows else replace(self, rows=rows)

    @property
    def _left_out(self) -> str:
        if not self.n_dropped:
            return ""
        lacking = "trials" if "trials" in self.likelihood.parts else "information"
        empty = f", {self.n_empty:,} dropped without {lacking}" if self.n_empty else ""
        return dropped_rows(self.n_dropped - self.n_empty, self.dropped) + empty

    @property
    def _subject(self) -> str:
        return self.formula or f"{self.outcome_name} ~ {' + '.join(self.terms)}"

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2) at theta, the scale held at 1 where one is
        estimated. It is what solvers ask: where theta is too far for float64, `is_finite` of the answer is False.
        """
        theta = self._checked(theta)
        fold = 2 if order == 2 and self.predictor.width == 1 else 1
        asked = self.likelihood.facts.reach is not None and not self.in_memory
        sums = partial(evaluation, self.likelihood, self.predictor, theta, order, with_reach=asked)
        found = self.rows.total(sums, fold)
        return found if order < 2 else replace(found, information=symmetric(found.information))

    def ascent(self, theta: ArrayLike, share: Share | None = None) -> Floats:
        """The score alone, shape (p,), of all rows or of a share, at less cost than `evaluate`, and like it with the
        scale held at 1.
        """
        part = partial(scores, self.likelihood, self.predictor, self._checked(theta))
        return self.rows.total(part, share=share)

    def change(self, theta: ArrayLike, ahead: ArrayLike) -> Floats:
        """The information at `ahead` less that at theta, shape (p, p): one product with the change of the weights."""
        theta, ahead = self._checked(theta), self._checked(ahead)
        return self.rows.total(partial(change, self.likelihood, self.predictor, theta, ahead), 2)

    def dispersion(self, theta: ArrayLike) -> float:
        """Squared scale at theta, RSS / (n - p), for models that estimate one; 1 otherwise.

        Where the fit is exact to round-off there is no scale to measure with, and 1e-7 of the size of y stands in for
        it.
        """
        if not self.likelihood.facts.has_scale:
            return 1.0
        rss, size = self.residual_sums(theta)
        if rss <= (EXACT_FIT**2) * size:
            return 1e-14 * size / self.n or 1.0
        return rss / max(self.n - self.predictor.size, 1.0)

    def residual_sums(self, theta: ArrayLike) -> tuple[float, float]:
        """Weighted sums of squares of the residuals y - eta and of y; the first is never below the round-off of y.

        IncompatibleError where rows have several linear predictors.
        """
        theta = self._checked(theta)
        if self.predictor.width > 1:
            raise IncompatibleError(
                f"{self.title} has no sums of squared residuals: a row has {self.predictor.width} linear predictors "
                "and one outcome. Use model.loglik, or fit.residuals_of."
            )
        sums = self.rows.total(partial(squares, self.predictor, theta))
        rss, size = finite(sums, self.title, "the sum of squared residuals").tolist()
        return max(rss, np.finfo(float).eps ** 2 * size, np.finfo(float).tiny), size

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood at theta, the scale at its own maximum for theta where one is estimated."""
        if not self.has_scale:
            return finite_loglik(self.evaluate(theta, order=0).loglik, self.title)
        return self.loglik_of(self.residual_sums(theta)[0])

    def loglik_of(self, rss: float) -> float:
        """Log-likelihood where the weighted residual sum of squares is `rss` and the scale at its maximum."""
        n, precision = self.n, self.rows.precision
        loglik = -0.5 * n * (log(2.0 * pi * rss / n) + 1.0)
        return loglik if precision is None else loglik + 0.5 * total(np.log(precision), self.rows.weight)

    def logliks(self, thetas: ArrayLike) -> Floats:
        """Log-likelihoods at many points, (S, p), in one read of the rows, at scale 1 where one is estimated."""
        points = [self._checked(theta) for theta in as_theta(thetas, self.title, self.names)]
        return self.rows.total(partial(logliks, self.likelihood, self.predictor, points))

    def score(self, theta: ArrayLike) -> Floats:
        """Gradient of `loglik`, shape (p,)."""
        return finite(self.evaluate(theta, order=1).score / self._square_scale(theta), self.title, "the score")

    def information(self, theta: ArrayLike) -> Floats:
        """Information about theta, shape (p, p); where a scale is estimated, at its maximum for theta."""
        information = np.asarray(self.evaluate(theta).information)
        return finite(information / self._square_scale(theta), self.title, "the information")

    def _square_scale(self, theta: ArrayLike) -> float:
        return self.residual_sums(theta)[0] / self.n if self.has_scale else 1.0

    def eta(self, theta: ArrayLike) -> Floats:
        """Linear predictor of every row."""
        theta = self._checked(theta)
        with np.errstate(over="ignore", invalid="ignore"):
            eta = np.concatenate([self.predictor.forward(theta, block)[0] for block in self.rows.blocks()])
        return finite(eta, self.title, "a linear predictor")

    def standardized(self) -> tuple[Model, Standardization]:
        """The same model on standardized columns, and T with theta = T phi: what solvers work on."""
        rows, T = self.standardized_rows()
        T = self.predictor.lift(T)
        return replace(self, rows=rows, start=T.solve(self.start)), T

    def standardized_rows(self) -> tuple[Rows, Standardization]:
        """The rows with standardized columns, and T with X_standardized = X T; DomainError for units beyond float64.

        A column is not centered where a linear predictor that reads it has no constant to take up the shift.
        """
        rows, T = self.rows.standardized()
        if self.predictor.own and (held := self.predictor.held(T)):
            rows, T = T.at_origin(rows, held)
        with np.errstate(divide="ignore", invalid="ignore"):
            require_units(self.title, self.terms, 1.0 / np.abs(T.diagonal()))
        return rows, T

    def subset(self, which: slice | NDArray[np.intp]) -> Self:
        """The model of the rows that a slice or an array of their numbers picks, which are in memory.

        >>> import stattools as st
        >>> st.ols("y ~ x", {"y": [1.0, 3.0, 4.0], "x": [0, 1, 2]}).subset(slice(0, 2)).n
        2.0
        """
        self.rows.at_hand("some of the rows are taken from memory", self.title, "Fit a sample of them in memory.")
        rows, origin = self.rows.take(which), self._origin_of(which)
        return replace(self, rows=rows, kept=None, source=None, origin=origin, n_dropped=0, n_events=None)

    def _checked(self, theta: ArrayLike) -> Floats:
        if type(theta) is not np.ndarray or theta.dtype is not FLOAT64:
            theta = as_theta(theta, self.title, self.names)
        if theta.shape != self.start.shape:
            raise DomainError(
                f"{self.title} has {self.predictor.size} coefficients ({', '.join(self.names[:6])}"
                f"{', ...' if self.predictor.size > 6 else ''}); got theta of shape {theta.shape}."
            )
        return theta


# A step that is too long may overflow: the solver sees a non-finite value and shortens it.
@np.errstate(over="ignore", invalid="ignore")
def evaluation(
    likelihood: Likelihood, predictor: Linear, theta: Floats, order: int, block: Block, *, with_reach: bool = False
) -> Evaluation:
    """Log-likelihood of the block's rows, of order 1 with their score, of order 2 with their information too. The reach
    of a family that has its own costs as much as the log-likelihood: it is NaN, and asked of the maximum alone, but for
    rows that take longer to read once more, `with_reach`.
    """
    eta, pullback = predictor.forward(theta, block)
    y, w = block.y, block.weight
    if order == 0:
        return Evaluation(total(likelihood.loglik(eta, y), w))
    if order == 1:
        score = weighted(likelihood.score(eta, y), w)
        return Evaluation(total(likelihood.loglik(eta, y), w), pullback(score))
    loglik, score, information = likelihood.evaluate(eta, y)
    if w is not None:
        score, information = weighted(score, w), weighted(information, w)
    reach = np.nan
    if likelihood.facts.reach is None:
        first = eta[:, : predictor.n_first] if predictor.own else eta
        first = first if first.ndim == 1 else first.ravel()
        reach = abs(float(first[idamax(first)]))
    elif with_reach:
        reach = likelihood.facts.reach(likelihood, eta, y)
    return Evaluation(total(loglik, w), pullback(score), predictor.upper(block, information), reach)


def logliks(likelihood: Likelihood, predictor: Linear, points: list[Floats], block: Block) -> Floats:
    """The log-likelihood of the block's rows at each of several points."""
    return np.array([evaluation(likelihood, predictor, theta, 0, block).loglik for theta in points])


@np.errstate(over="ignore", invalid="ignore")  # as above
def change(likelihood: Likelihood, predictor: Linear, theta: Floats, ahead: Floats, block: Block) -> Floats:
    """What the information of the block's rows at `ahead` has more than at theta."""
    here, there = (predictor.forward(point, block)[0] for point in (theta, ahead))
    weight = likelihood.information(there, block.y) - likelihood.information(here, block.y)
    return predictor.information(block, weighted(weight, block.weight))


@np.errstate(over="ignore", invalid="ignore")  # as above
def scores(likelihood: Likelihood, predictor: Linear, theta: Floats, block: Block) -> Floats:
    """The sum of the scores of the block's rows."""
    eta, pullback = predictor.forward(theta, block)
    return pullback(weighted(likelihood.score(eta, block.y), block.weight))


@np.errstate(over="ignore", invalid="ignore")  # who asks refuses sums that are not finite
def squares(predictor: Linear, theta: Floats, block: Block) -> Floats:
    """Sums of squares of the residuals and of y."""
    residual = block.y - predictor.forward(theta, block)[0]
    return np.array([total(residual * residual, block.weight), total(block.y * block.y, block.weight)])


def total(values: Floats, weight: Floats | None) -> float:
    """The sum of one number per row, times its weight."""
    found = float(np.add.reduce(values) if weight is None else values.dot(weight))
    if weight is None or found == found:
        return found
    some = weight > 0.0  # what nobody saw may be impossible: -inf times 0 is none of the sum
    return float(values[some].dot(weight[some]))


def shared(model: Model) -> dict[int, tuple[str, Link]]:
    """By the number of the coefficient: the name of the parameter, and its link.

    >>> import stattools as st
    >>> model = st.negative_binomial("visits ~ age", {"visits": [0, 9, 1, 4], "age": [20, 30, 40, 50]})
    >>> {k: (name, link.name) for k, (name, link) in shared(model).items()}
    {2: ('alpha', 'log')}
    """
    predictor = model.predictor
    beside = slice(predictor.n_first, None)
    others = zip(predictor.constant[beside], predictor.parts[beside], model.likelihood.others, strict=True)
    return {part.start: (name, LINKS[link]) for alone, part, (name, link) in others if alone}


def on_own_scale(model: Model, theta: Floats) -> Floats:
    """theta (..., q) with the shared parameters as they are: alpha instead of log alpha."""
    theta = theta.copy()
    for k, (_, link) in shared(model).items():
        theta[..., k] = link.mean(theta[..., k])
    return theta


def behind_links(model: Model, theta: Floats) -> Floats:
    """The inverse of `on_own_scale`."""
    theta = theta.copy()
    for k, (_, link) in shared(model).items():
        theta[..., k] = link.of(theta[..., k])
    return theta
