"""A network under a likelihood: log p(y_i | eta_i), eta = perceptron((x_i - center) / scale), summed over the rows.

The same likelihoods as in regression; only the predictor is nonlinear. With batch normalization in training mode the
rows depend on one another through the batch, so the log-likelihood is that of all rows as one batch and has no
pointwise parts; `freeze` makes the moments constants, and the sum over rows is back. Rows are taken by their numbers,
for batches are drawn anew in each epoch, and summed in blocks that stay in the cache of a core with what the layers
make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import codes_of, new_outcome
from stattools.data.design.design import Design
from stattools.data.rows.rows import Rows
from stattools.data.tables.arrays import numeric
from stattools.data.tables.table import ARRAYS, Origin, Places
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.prediction.predict import frequencies_of
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.likelihoods import Bernoulli, Categorical, Gaussian, Likelihood, Poisson
from stattools.likelihoods.outcomes import Outcome
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.model import EXACT_FIT
from stattools.models.questions import AnyModel
from stattools.networks.perceptron import Dense, Moments, Perceptron
from stattools.networks.units import coded_outcome, design_matrix, zero_inputs
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

HELD = 8_000_000
"""The most numbers of standardized inputs that are kept beside the rows, 64 MB, so that no epoch makes them again."""


@dataclass(frozen=True, eq=False)
class InputRows:
    """Takes rows out of X into `room`, which the next batch overwrites: a new array for each
    batch would cost more than what is put into it. `standardize(X, overwrite)` makes inputs of them, None where X are
    the inputs already.
    """

    X: Floats
    room: Floats
    standardize: Callable[[Floats, bool], Floats] | None

    @classmethod
    def of(cls, X: Floats, most: int, standardize: Callable[[Floats, bool], Floats]) -> InputRows:
        """For batches of at most so many rows of a design; where that is small, its inputs are made here, once.

        >>> rows = InputRows.of(np.array([[1.0], [3.0], [5.0]]), 2, lambda X, overwrite: X - 3.0)
        >>> rows(np.array([2, 0])).tolist()
        [[2.0], [-2.0]]
        """
        if X.size > HELD:
            return cls(X, np.empty((most, X.shape[1])), standardize)
        inputs = np.ascontiguousarray(standardize(X, False))
        return cls(inputs, np.empty((most, inputs.shape[1])), None)

    def __call__(self, index: NDArray[np.intp]) -> Floats:
        """The inputs of these rows."""
        # "clip" lets NumPy write into `out` at once; row numbers come from the model and are never out of range.
        taken = np.take(self.X, index, axis=0, out=self.room[: len(index)], mode="clip")
        return taken if self.standardize is None else self.standardize(taken, True)


BLOCK = 2048
"""The most rows that pass through the layers at a time."""


def block_size(model: Any) -> int:
    """The rows that pass through the layers at a time: fewer, where many inputs would not fit into the cache."""
    return min(BLOCK, model.rows.block_size)


def summed(
    model: Any, theta: Floats, order: int, rows: NDArray[np.intp] | None = None, inputs: InputRows | None = None
) -> Evaluation:
    """Log-likelihood and score of all rows or of some, given by their numbers; a Gaussian's scale is held at 1. Batch
    norm in training mode takes its moments from all of them, which are then one block. `inputs` are those of `of_rows`.
    """
    n = len(model.rows.X) if rows is None else len(rows)
    size = block_size(model) if model.perceptron.factorizes else max(n, 1)
    whole = Evaluation(0.0, np.zeros(len(theta)) if order else NOT_ASKED)
    for start in range(0, n, size):
        part = slice(start, start + size)
        whole = whole + model.of_rows(theta, part if rows is None else rows[part], order, inputs=inputs)
    return whole


@dataclass(frozen=True, eq=False, repr=False)
class NetworkModel(AnyModel):
    """A network bound to data, see `stattools.Network`, without the ways to train it."""

    likelihood: Likelihood = field()
    perceptron: Perceptron
    rows: Rows = field()
    center: Floats
    scale: Floats
    design: Design
    outcome_name: str
    labels: tuple[Any, ...] | None = None
    first: int = 0
    middle: float = 0.0
    unit: float = 1.0
    dropped: dict[str, int] = field(default_factory=dict)
    n_dropped: int = 0
    extras: Mapping[str, str | None] = field(default_factory=dict)
    kept: NDArray[np.intp] | None = None
    origin: Origin | None = None
    kind = "network"

    @property
    def title(self) -> str:
        """What the model is, for people."""
        units = "-".join(str(layer.outputs) for layer in self.perceptron.layers if isinstance(layer, Dense))
        return f"Neural network {len(self.terms)}-{units}"

    def _page(self) -> Page:
        return Page(*self._told(), "", "st.fit(model, seed=1) trains it.")

    def _told(self, *more: tuple[str, str]) -> list[str | Grid]:
        """The first lines of the page of a network, and of its fit, which has more to say."""
        layers = " - ".join(layer.title for layer in self.perceptron.layers)
        facts = [("Layers", layers), ("Rows", f"{self.n:,.0f}, {self.n_dropped} dropped")]
        facts += [("Parameters", f"{self.perceptron.size:,}"), *more]
        title = f"{self.title} of {self.outcome_name}: {type(self.likelihood).__name__} likelihood"
        return [title, Grid((), facts, "lp")]

    def _headline(self) -> str:
        what = self.formula or self.outcome_name
        sizes = many(len(self.perceptron.layers), "layer"), many(self.perceptron.size, "parameter")
        return headline(self, "", what, *sizes, f"n = {self.n:,.0f}")

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.design.names[self.first :]

    first_terms = terms
    """What a question is about: the inputs."""

    @property
    def formula(self) -> str | None:
        """The formula, or None for arrays."""
        return self.design.formula

    @property
    def names(self) -> tuple[str, ...]:
        """One name per parameter, such as `layer 1: x2 to unit 3`."""
        several = self.likelihood.outcome is Outcome.CATEGORY and self.labels is not None
        outputs = tuple(str(label) for label in (self.labels or ())[1:]) if several else (self.outcome_name,)
        return self.perceptron.names(self.terms, outputs)

    @property
    def places(self) -> Places:
        """Where the rows are in their table, which answers with one value per row go back to."""
        return Places(len(self.rows.X) + (0 if self.kept is None else self.n_dropped), self.kept, self.origin or ARRAYS)

    @property
    def n(self) -> float:
        """Number of observations: the sum of the frequency weights."""
        return self.rows.n

    @property
    def has_scale(self) -> bool:
        """True where a scale is estimated beside theta."""
        return self.likelihood.facts.has_scale

    @property
    def start(self) -> Floats:
        """Random weights from seed 0, shape (size,); `start_from(seed)` gives others."""
        return self.start_from(0)

    def start_from(self, seed: int | np.random.Generator) -> Floats:
        """Random weights; 0 for inputs that are 0 in every row, whose weights nothing moves: new rows that have such an
        input are not judged by chance. With a count, the last bias is that of its mean: exp does not overshoot there.
        """
        theta, weight = self.perceptron.start(seed), self.rows.weight
        zero = zero_inputs(self.rows.X[:, self.first :], self.center, self.scale, weight)
        self.perceptron.silence(theta, zero)
        if not self.likelihood.facts.starts_at_zero:
            mean = float(np.average(self.rows.y, weights=weight)) if weight is None or weight.any() else 1.0
            theta[-1] = self.likelihood.link(max(mean, 0.5 / self.n))
        return theta

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood of all rows at theta."""
        return self.evaluate(theta, order=0).loglik

    def score(self, theta: ArrayLike) -> Floats:
        """Gradient of `loglik` by back-propagation, shape (size,)."""
        return self.evaluate(theta, order=1).score

    def evaluate(self, theta: ArrayLike, order: int = 1) -> Evaluation:
        """Log-likelihood (order 0) and score (1). There is no information: IncompatibleError for order 2;
        DomainError where theta is so large that values between layers overflow."""
        theta = self._checked(theta)
        if order >= 2:
            raise IncompatibleError(
                f"{self.title} has no information matrix: its units can be exchanged, so its maximum is not unique and "
                "standard errors mean nothing. Use st.fit(model, members=...) for the spread of an ensemble."
            )
        # What overflows is found below, and said with its cause.
        with np.errstate(over="ignore", invalid="ignore"):
            whole = summed(self, theta, order)
        if not (np.isfinite(whole.loglik) and np.isfinite(whole.score).all()):
            raise DomainError(
                f"{self.title} overflows at this theta, whose largest entry is {np.abs(theta).max():.2g}: the values "
                "between its layers are beyond float64. Start from model.start."
            )
        return self.at_own_scale(whole)

    def of_rows(
        self,
        theta: Floats,
        index: slice | NDArray[np.intp],
        order: int = 1,
        seen: list[Moments] | None = None,
        inputs: InputRows | None = None,
    ) -> Evaluation:
        """Log-likelihood and score of some rows as one batch, a Gaussian's scale held at 1 (in units of sd(y)).

        Rows that are given by their numbers are taken by `inputs`, the `input_rows` of the model, where that is given.
        """
        rows = self.rows
        X = inputs(index) if inputs is not None and not isinstance(index, slice) else self.inputs(rows.X[index])
        eta, back = self.perceptron.forward(theta, X, seen)
        y = (rows.y[index] - self.middle) / self.unit if self.has_scale else rows.y[index]
        flat = eta[:, 0] if self.likelihood.width == 1 else eta
        w = None if rows.weight is None else rows.weight[index]
        values = self.likelihood.loglik(flat, y)
        loglik = float(values.sum() if w is None else values @ w)
        if not order:
            return Evaluation(loglik)
        score = self.likelihood.score(flat, y).reshape(eta.shape)
        return Evaluation(loglik, back(score if w is None else score * w[:, None]))

    def inputs(self, X: Floats, overwrite: bool = False) -> Floats:
        """Columns of the design as the first layer sees them: centered and scaled, in X itself with `overwrite`."""
        columns = X[:, self.first :]
        out = np.subtract(columns, self.center, out=columns if overwrite else None)
        out /= self.scale
        return out

    def input_rows(self, most: int) -> InputRows:
        """What takes the inputs of rows by their numbers, so many at most at a time."""
        return InputRows.of(self.rows.X, most, self.inputs)

    def eta(self, theta: ArrayLike, X: ArrayLike | None = None) -> Floats:
        """What the last layer says of each row of X, a design matrix (the model's own by default): (n,) or (n, width).

        Raises IncompatibleError with batch norm in training mode, where it would depend on the other rows.
        """
        theta = self._checked(theta)
        self.require_frozen("a prediction")
        X = self.rows.X if X is None else design_matrix(X, self.design.names, self.title)
        # What overflows is found below, and said with its cause.
        with np.errstate(over="ignore", invalid="ignore"):
            size = block_size(self)
            parts = [
                self.perceptron.forward(theta, self.inputs(X[start : start + size]))[0]
                for start in range(0, max(len(X), 1), size)
            ]
        eta = np.concatenate(parts)
        if not np.isfinite(eta).all():
            row = int(np.flatnonzero(~np.isfinite(eta).all(axis=1))[0])
            raise DomainError(
                f"{self.title} overflows in row {row} (counting from 0), whose largest input is "
                f"{np.abs(X[row]).max():.2g}: the values between its layers are beyond float64. Check the units."
            )
        return eta[:, 0] if self.likelihood.width == 1 else eta

    def mean(self, theta: ArrayLike, X: ArrayLike | None = None) -> Floats:
        """E(y) of each row: probabilities of all K categories (n, K), or a mean (n,) in the units of y."""
        eta = self.eta(theta, X)
        return self.middle + self.unit * eta if self.has_scale else self.likelihood.mean(eta)

    def pointwise_loglik(self, theta: ArrayLike, X: ArrayLike | None = None, y: ArrayLike | None = None) -> Floats:
        """log p(y_i | x_i) of each row, (n,). Raises IncompatibleError with batch norm in training mode."""
        self.require_frozen("a pointwise log-likelihood")
        eta = self.eta(theta, X)
        y = coded_outcome(self.rows.y if y is None else y, len(eta), self.likelihood, self.title)
        if not self.has_scale:
            return self.likelihood.loglik(eta, y)
        sd = self.residual_sd(theta)
        return Gaussian(sd).loglik(self.middle + self.unit * eta, y)

    def residual_sd(self, theta: ArrayLike) -> float:
        """Root mean square of the residuals, in units of y: the scale's maximum-likelihood estimate."""
        loglik = summed(self, self._checked(theta), 0).loglik
        square = max(-2.0 * loglik / self.n - np.log(2.0 * np.pi), EXACT_FIT**2)
        return self.unit * float(np.sqrt(square))

    def rows_of(self, data: object) -> tuple[Floats, Floats]:
        """Design matrix and coded outcome of the model's own rows (None), of a table, or of a pair (y, X).

        Raises DomainError for a label that was not there to learn from.
        """
        if data is None:
            return self.rows.X, self.rows.y
        outcome, X = new_outcome(self.design, self.outcome_name, data)
        if self.labels is None and self.likelihood.outcome is not Outcome.BINARY:
            return X, self.likelihood.check(numeric(outcome, self.outcome_name))
        return X, codes_of(outcome, self.labels or (0, 1), self.outcome_name)

    def frequencies(self, data: object) -> Floats | None:
        """How often each row was seen: of the model's own rows (data None), of others where they have the column."""
        return frequencies_of(self, data)

    def frozen(self, moments: tuple[Moments, ...]) -> Self:
        """The model in evaluation mode: batch norm with these moments as constants."""
        return replace(self, perceptron=self.perceptron.freeze(moments))

    def freeze(self, theta: ArrayLike) -> Self:
        """The model in evaluation mode, batch norm with the moments of all rows at theta."""
        seen: list[Moments] = []
        if not self.perceptron.factorizes:
            self.perceptron.forward(self._checked(theta), self.inputs(self.rows.X), seen)
        return self.frozen(tuple(seen))

    def require_frozen(self, what: str) -> None:
        """IncompatibleError with batch norm in training mode."""
        if not self.perceptron.factorizes:
            raise IncompatibleError(
                f"{what} needs rows that do not depend on one another, and batch norm in training mode takes its "
                "moments from the batch. Use model.freeze(theta), or the model of a fit, which is frozen."
            )

    def at_own_scale(self, sums: Evaluation) -> Evaluation:
        """From a Gaussian's scale of 1 in units of sd(y) to the scale's maximum in units of y; others have no scale."""
        if not self.has_scale:
            return sums
        n = self.n
        square = max(-2.0 * sums.loglik / n - np.log(2.0 * np.pi), EXACT_FIT**2)
        loglik = -0.5 * n * (np.log(2.0 * np.pi * square) + 1.0) - n * np.log(self.unit)
        return Evaluation(float(loglik), sums.score / square)

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = as_theta(theta, self.title)
        if theta.shape != (self.perceptron.size,):
            raise DomainError(
                f"{self.title} has {self.perceptron.size} parameters; got theta of shape {theta.shape}. Start from "
                "model.start."
            )
        if not np.isfinite(theta).all():
            place = int(np.argmin(np.isfinite(theta)))
            raise DomainError(f"{self.title} needs finite parameters; theta[{place}] is {theta[place]}.")
        return theta


KINDS: dict[type, str] = {Bernoulli: "yes or no", Categorical: "categories", Gaussian: "a quantity", Poisson: "a count"}
"""Likelihoods that a network can have, and the outcomes that they are for."""
