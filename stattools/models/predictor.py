"""Linear predictors: eta_k = X_k beta_k (+ offset), with a predictor for each parameter of the likelihood.

    first parameter     one predictor, or one per category, on all columns of X or on some; it has the offset
    other parameters    a predictor each, on columns of its own among those of X, or on none: a constant of all rows

A predictor may leave out the constant of X where the constants of others take it up, as thresholds do of a location.
theta is beta_1, beta_2, ... one after the other; derivatives follow by the chain rule, X_a^T diag(w_ab) X_b in blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design
from stattools.data.rows.rows import Block
from stattools.data.rows.standardization import Standardization
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.numerics.columns import beside, symmetric, upper_gram, with_levels
from stattools.numerics.low_rank import quadratic

Columns = tuple[int, ...] | None
"""Numbers of columns of X, none for a constant that all rows share; None stands for all."""


def among(X: Any, columns: Columns) -> Any:
    """X itself where a predictor reads all of it, a slice of columns that stand together, a column of ones of none.

    >>> among(np.array([[1.0, 2.0, 3.0]]), (1, 2)), among(np.array([[1.0, 2.0, 3.0]]), ())
    (array([[2., 3.]]), array([[1.]]))
    """
    if columns is None:
        return X
    if not columns:
        return np.ones((len(X), 1))
    first, last = columns[0], columns[-1]
    if tuple(columns) == tuple(range(first, last + 1)):
        return X[:, first : last + 1]
    return np.column_stack([X[:, k] for k in columns]) if with_levels(X) is None else X[:, list(columns)]


Pullback = Callable[[Floats], Floats]

TakenUp = tuple[tuple[int, tuple[int, ...]], ...]
"""Numbers of linear predictors without a constant, each with those from which it is subtracted: their constants take up
a shift of its columns.
"""


@dataclass(frozen=True)
class Linear:
    """`width` linear predictors of `columns` columns: the last ones, one for each of `own`, on those columns, the rest,
    which are the first parameter's, on `main`.

    `Linear(p)` is that of a mean, `Linear(p, K - 1)` of K categories, `Linear(p, 2, ((),))` of a mean and a dispersion
    of all rows, `Linear(p, 2, ((0, 2),))` of one that moves with two columns. eta is (m,) for width 1, else (m, width).

    >>> eta, pullback = Linear(2).forward(np.array([1.0, 2.0]), Block(np.eye(2), np.zeros(2), None, None))
    >>> eta, pullback(np.ones(2))
    (array([1., 2.]), array([1., 1.]))
    >>> eta, _ = Linear(2, 2, ((),)).forward(np.array([1.0, 2.0, -0.5]), Block(np.eye(2), np.zeros(2), None, None))
    >>> eta.tolist()
    [[1.0, -0.5], [2.0, -0.5]]
    """

    columns: int
    width: int = 1
    own: tuple[tuple[int, ...], ...] = ()
    main: Columns = None
    taken_up: TakenUp = ()

    @cached_property
    def uses(self) -> tuple[Columns, ...]:
        """The columns of each linear predictor."""
        return (self.main,) * self.n_first + self.own

    @cached_property
    def parts(self) -> tuple[slice, ...]:
        """Where the coefficients of each linear predictor are in theta."""
        each = zip(self.uses, self.constant, strict=True)
        counts = [self.columns if use is None else len(use) or int(alone) for use, alone in each]
        ends = np.cumsum([0, *counts]).tolist()
        return tuple(map(slice, ends, ends[1:]))

    @cached_property
    def pairs(self) -> tuple[tuple[int, int, slice, slice], ...]:
        """Numbers a <= b of linear predictors, and where their coefficients are."""
        width = range(self.width)
        return tuple((a, b, self.parts[a], self.parts[b]) for a in width for b in width[a:])

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return self.parts[-1].stop if self.own else self.columns * self.width

    @cached_property
    def widest(self) -> int:
        """The number of columns of the linear predictor that has most."""
        return max(self.columns if use is None else len(use) for use in self.uses)

    @property
    def first(self) -> slice | list[int]:
        """The columns of the first parameter."""
        return slice(None) if self.main is None else list(self.main)

    @property
    def n_first(self) -> int:
        """Number of linear predictors of the first parameter."""
        return self.width - len(self.own)

    @property
    def size_first(self) -> int:
        """Number of coefficients of the first parameter; those of the others come after them."""
        return self.parts[self.n_first - 1].stop

    @cached_property
    def column(self) -> NDArray[np.intp]:
        """The column of X that each coefficient is of, -1 where it is of none."""
        each = [
            range(self.columns) if use is None else use or (-1,) * alone
            for use, alone in zip(self.uses, self.constant, strict=True)
        ]
        found = np.array([column for columns in each for column in columns], dtype=np.intp)
        found.setflags(write=False)  # all models of one size share it
        return found

    def of_columns(self, values: Floats, constant: float) -> Floats:
        """What is known of each column of X, as of each coefficient; `constant` for those that are of none."""
        return np.append(values, constant)[self.column]

    def names(self, terms: tuple[str, ...], labels: tuple[str | None, ...]) -> tuple[str, ...]:
        """For each coefficient the term, behind the label of its predictor if it has one; that alone for a constant."""
        found = []
        for use, alone, label in zip(self.uses, self.constant, labels, strict=True):
            own = terms if use is None else [terms[k] for k in use]
            found += [label] if alone else own if label is None else [f"{label}: {term}" for term in own]
        return tuple(map(str, found))

    @cached_property
    def constant(self) -> tuple[bool, ...]:
        """Is each linear predictor a constant of all rows? Not one that is nothing as others have its own."""
        without = {number for number, _ in self.taken_up}
        return tuple(use == () and number not in without for number, use in enumerate(self.uses))

    @property
    def determined(self) -> tuple[tuple[Columns, int], ...]:
        """Columns that have to be independent for coefficients to be determined, each with the number of a linear
        predictor that reads them; the constant, which is the first column, stands beside those whose constant others
        have.
        """
        without = dict(self.taken_up)
        found = [(use, number) for number, use in enumerate(self.uses) if use != () and number not in without]
        taken = dict.fromkeys(k for number, to in self.taken_up if to for k in self.uses[number] or ())
        apart = [(self.uses[number] or (), number) for number, to in self.taken_up if not to]
        sets = [(tuple(taken), 0), *apart] if self.taken_up else []
        return (*found, *(((0, *columns), number) for columns, number in sets if columns))

    @property
    def shift(self) -> Floats:
        """A move of the constants that take up a shift of the first linear predictor, all by 1; (size,)."""
        found = np.zeros(self.size)
        for number in dict(self.taken_up).get(0, ()):
            found[self.parts[number]] = 1.0
        return found

    def without_columns(self) -> Linear:
        """The predictors of no columns: a constant for each linear predictor that has one, over a column of ones."""
        return replace(self, columns=1, own=((),) * len(self.own), main=() if self.taken_up else None)

    def keeping(self, kept: NDArray[np.bool_], first: NDArray[np.intp]) -> Linear:
        """The same where some columns of X are left, `kept` (columns,), of which the first linear predictor reads those
        of the numbers `first`.
        """
        numbers = np.cumsum(kept) - 1
        own = tuple(tuple(numbers[list(use)].tolist()) for use in self.own)
        columns = int(kept.sum())
        main = None if len(first) == columns and not self.taken_up else tuple(numbers[first].tolist())
        return replace(self, columns=columns, own=own, main=main)

    def held(self, T: Standardization) -> list[int]:
        """The columns to which a map T adds others that a predictor of theirs does not have (`lift`)."""
        taken, found = {number for number, to in self.taken_up if to}, set[int]()
        for number, use in enumerate(self.uses):
            if use and number not in taken:
                found |= set(T.moved(use))
        return sorted(found)

    @cached_property
    def read_alike(self) -> list[tuple[NDArray[np.intp], int]]:
        """The columns that the same predictors read, behind those that these all read among others: the numbers of both
        and how many are of the first kind. A map that adds to columns what stands before them is followed by each.
        """
        reads, found = np.zeros((self.columns, self.width), dtype=bool), []
        for number, use in enumerate(self.uses):
            reads[slice(None) if use is None else list(use), number] = True
        reads[0, [number for number, to in self.taken_up if to]] = True  # of the constant, for which others stand
        for one in np.unique(reads, axis=0):
            alike, more = (reads == one).all(axis=1), (reads >= one).all(axis=1)
            found.append((np.concatenate([np.flatnonzero(more & ~alike), np.flatnonzero(alike)]), int(alike.sum())))
        return found

    def columns_of(self, X: Any) -> list[Any]:
        """The columns of each linear predictor; of a constant a column of ones."""
        each = zip(self.uses, self.constant, strict=True)
        return [np.empty((len(X), 0)) if use == () and not alone else among(X, use) for use, alone in each]

    def forward(self, theta: Floats, block: Block) -> tuple[Floats, Pullback]:
        """eta for the rows of the block, and the function that pulls a score back to theta."""
        X, offset = block.X, block.offset
        if self.width == 1:
            eta = X @ theta
            return eta if offset is None else eta + offset, lambda score: X.T @ score
        if not self.own:
            eta = X @ theta.reshape(self.width, self.columns).T
            return eta if offset is None else eta + offset[:, None], lambda score: (score.T @ X).ravel()
        each = self.columns_of(X)
        eta = np.array([of @ theta[part] for of, part in zip(each, self.parts, strict=True)]).T
        if offset is not None:
            eta[:, : self.n_first] += offset[:, None]
        return eta, lambda score: np.concatenate([of.T @ score[:, k] for k, of in enumerate(each)])

    def forward_many(self, thetas: Floats, X: Floats, offset: Floats | None) -> Floats:
        """eta of every row for each of many points, shape (S, m), or (S, m, width)."""
        if self.width == 1:
            return thetas @ X.T + (0.0 if offset is None else offset)
        if not self.own:
            each = thetas.reshape(-1, self.columns) @ X.T
            eta = each.reshape(len(thetas), self.width, -1).transpose(0, 2, 1)
            return eta if offset is None else eta + offset[:, None]
        each = zip(self.columns_of(X), self.parts, strict=True)
        eta = np.stack([thetas[:, part] @ of.T for of, part in each], axis=2)
        if offset is not None:
            eta[:, :, : self.n_first] += offset[:, None]
        return eta

    def row_scores(self, X: Floats, score: Floats) -> Floats:
        """Scores of the rows in theta, (m, size), from those in eta, (m,) or (m, width)."""
        if self.width == 1:
            return X * score[:, None]
        return beside(*(of * s[:, None] for of, s in zip(self.columns_of(X), score.T, strict=True)))

    def row_information(self, X: Floats, weight: Floats) -> Floats:
        """J^T weight J of each row, (m, size, size): see `information`, their sum."""
        X = np.asarray(X)
        if self.width == 1:
            return (X * weight[:, None])[:, :, None] * X[:, None, :]
        found, each = np.empty((len(X), self.size, self.size)), self.columns_of(X)
        for a, b, one, other in self.pairs:
            part = (each[a] * weight[:, a, b, None])[:, :, None] * each[b][:, None, :]
            found[:, one, other], found[:, other, one] = part, part.transpose(0, 2, 1)
        return found

    def covariance(self, X: Floats, C: Floats) -> Floats:
        """Covariance of eta in each row, (m, width, width), where that of the coefficients is C."""
        return quadratic(self.columns_of(X), C)

    def information(self, block: Block, weight: Floats) -> Floats:
        """Sum over rows of J^T weight J, J = d eta / d theta: weight (m,) or (m, width, width), result (size, size)."""
        return symmetric(self.upper(block, weight))

    def upper(self, block: Block, weight: Floats) -> Floats:
        """The upper triangle of `information`, with anything below it: what sums over blocks need."""
        X = block.X
        if self.width == 1:
            return upper_gram(X, weight)
        each = self.columns_of(X)
        if any(with_levels(of) is not None for of in each):
            reader = np.repeat(np.arange(self.width), [of.shape[1] for of in each])
            return beside(*each).gram(weight, reader)
        total = np.empty((self.size, self.size))
        for a, b, one, other in self.pairs:
            w = weight[:, a, b]
            if self.constant[b]:
                part = w.sum() if self.constant[a] else (each[a].T @ w)[:, None]
            elif self.uses[a] != self.uses[b]:
                part = each[a].T @ (w[:, None] * each[b])
            elif a == b and self.own:
                total[one, one] = upper_gram(each[a], w)
                continue
            else:
                part = symmetric(upper_gram(each[a], w))
            total[one, other], total[other, one] = part, part.T
        return total

    def lift(self, T: Standardization) -> Standardization:
        """The map of theta that goes with a map T of the columns, as `lifted`.

        IncompatibleError where a predictor would need columns that it does not have, such as the constant that
        centering needs.
        """
        if self.own and self.held(T):
            raise IncompatibleError(
                "a linear predictor of some columns cannot follow a change of units that adds others to them. Give it "
                "the constant column too."
            )
        return self.lifted(T)

    def lifted(self, T: Standardization) -> Standardization:
        """T for each linear predictor, as far as it reads the columns, and what T adds of a constant 1 to columns of
        one without a constant, in those that take it up.
        """
        if self.width == 1:
            return T
        return T.lifted(self.uses, self.parts, dict(self.taken_up), self.of_columns(T.t, 1.0))


def linear_of(likelihood: Likelihood, design: Design, columns: int | None = None) -> Linear:
    """The predictor of a regression: the first parameter has the columns of the formula, each other those of its own,
    or is a constant that all rows share.

    Where thresholds are the constants of the location, its columns are those of the formula without the constant, and
    without those that have an effect at each cut.

    >>> from stattools.likelihoods import Cumulative
    >>> found = linear_of(Cumulative(3), Design(("Intercept", "x")))
    >>> found.main, found.own
    ((1,), ((), ()))
    """
    columns = len(design.names) if columns is None else columns
    others = [likelihood.facts.formulas.get(name, name) for name in tuple(likelihood.parameters)[1:]]
    main, own = design.own(tuple(others)) if design.uses else (None, ((),) * len(others))
    taken = likelihood.facts.taken_up
    if taken:  # the constant, which is the first column, stands in no predictor whose constant others take up
        without = dict(taken)
        own = tuple(tuple(filter(None, use)) if k in without else use for k, use in enumerate(own, start=1))
        apart = {column for k, use in enumerate(own, start=1) if without.get(k) for column in use}
        main = tuple(column for column in (range(columns) if main is None else main) if column and column not in apart)
    return linear(columns, likelihood.width, own, main, taken)


@lru_cache(maxsize=64)
def linear(
    columns: int, width: int, own: tuple[tuple[int, ...], ...], main: tuple[int, ...] | None, taken_up: TakenUp
) -> Linear:
    """The linear predictors of all models of one size, made once."""
    return Linear(columns, width, own, main, taken_up)
