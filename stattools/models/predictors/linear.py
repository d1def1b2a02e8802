"""Linear predictors: eta_k = X_k beta_k (+ offset), with a predictor for each parameter of the likelihood.

    first parameter     one predictor, or one per category, on all columns of X or on some; it has the offset
    other parameters    a predictor each, on columns of its own among those of X, or on none: a constant of all rows

theta is beta_1, beta_2, ... one after the other; derivatives follow by the chain rule, X_a^T diag(w_ab) X_b in blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Block
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.numerics.products import cross_gram, ones, symmetric, times, transposed, upper_gram

Pullback = Callable[[Floats], Floats]
Columns = tuple[int, ...] | None
"""Numbers of columns of X, none for a constant that all rows share; None stands for all."""


@dataclass(frozen=True)
class Linear:
    """`width` linear predictors of `columns` columns: the last ones, one for each of `own`, on those columns, the rest,
    which are the first parameter's, on `main`.

    `Linear(p)` is the predictor of one mean, `Linear(p, K - 1)` that of K categories, `Linear(p, 2, ((),))` that of a
    mean and of a dispersion that all rows share, `Linear(p, 2, ((0, 2),))` of one that moves with two columns. eta has
    shape (m,) for width 1, (m, width) otherwise. X is never copied where a predictor reads all of it.

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

    @cached_property
    def uses(self) -> tuple[Columns, ...]:
        """The columns of each linear predictor."""
        return (self.main,) * self.n_first + self.own

    @cached_property
    def parts(self) -> tuple[slice, ...]:
        """Where the coefficients of each linear predictor are in theta."""
        counts = [self.columns if use is None else len(use) or 1 for use in self.uses]
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
        each = [range(self.columns) if use is None else use or (-1,) for use in self.uses]
        return np.array([column for columns in each for column in columns], dtype=np.intp)

    def of_columns(self, values: Floats, constant: float) -> Floats:
        """What is known of each column of X, as of each coefficient; `constant` for those that are of none."""
        return np.append(values, constant)[self.column]

    def names(self, terms: tuple[str, ...], labels: tuple[str | None, ...]) -> tuple[str, ...]:
        """Of each coefficient: the term, behind the label of its predictor if it has one; that alone for a constant."""
        found = []
        for use, label in zip(self.uses, labels, strict=True):
            own = terms if use is None else [terms[k] for k in use]
            found += [label] if use == () else own if label is None else [f"{label}: {term}" for term in own]
        return tuple(map(str, found))

    def forward(self, theta: Floats, block: Block) -> tuple[Floats, Pullback]:
        """eta for the rows of the block, and the function that pulls a score back to theta."""
        X = block.X
        if self.width == 1:
            eta = times(X, theta)
            plain = type(X) is np.ndarray and X.flags.forc
            pullback = X.T.dot if plain else lambda score: transposed(X, score)
            return eta if block.offset is None else eta + block.offset, pullback
        if not self.own:
            eta = X @ theta.reshape(self.width, self.columns).T
            if block.offset is not None:
                eta = eta + block.offset[:, None]
            return eta, lambda score: (score.T @ X).ravel()
        each = [_among(X, use) for use in self.uses]
        eta = np.empty((len(X), self.width))
        for k, part in enumerate(self.parts):
            eta[:, k] = times(each[k], theta[part])
        if block.offset is not None:
            eta[:, : self.n_first] += block.offset[:, None]
        return eta, lambda score: np.concatenate([transposed(of, score[:, k]) for k, of in enumerate(each)])

    def forward_many(self, thetas: Floats, X: Floats, offset: Floats | None) -> Floats:
        """eta of every row for each of many points, shape (S, m), or (S, m, width)."""
        if self.width == 1:
            return thetas @ X.T + (0.0 if offset is None else offset)
        if not self.own:
            eta = np.einsum("skp,np->snk", thetas.reshape(len(thetas), self.width, self.columns), X, optimize=True)
            return eta if offset is None else eta + offset[:, None]
        eta = np.empty((len(thetas), len(X), self.width))
        for k, (use, part) in enumerate(zip(self.uses, self.parts, strict=True)):
            eta[:, :, k] = thetas[:, part] @ _among(X, use).T
        if offset is not None:
            eta[:, :, : self.n_first] += offset[:, None]
        return eta

    def row_scores(self, X: Floats, score: Floats) -> Floats:
        """Scores of the rows in theta, (m, size), from those in eta, (m,) or (m, width)."""
        if self.width == 1:
            return X * score[:, None]
        each = zip(self.uses, score.T, strict=True)
        return np.concatenate([_among(X, use) * s[:, None] for use, s in each], axis=1)

    def row_information(self, X: Floats, weight: Floats) -> Floats:
        """J^T weight J of each row, (m, size, size): see `information`, their sum."""
        X = np.asarray(X)
        if self.width == 1:
            return (X * weight[:, None])[:, :, None] * X[:, None, :]
        found, each = np.empty((len(X), self.size, self.size)), [_among(X, use) for use in self.uses]
        for a, b, one, other in self.pairs:
            part = (each[a] * weight[:, a, b, None])[:, :, None] * each[b][:, None, :]
            found[:, one, other], found[:, other, one] = part, part.transpose(0, 2, 1)
        return found

    def covariance(self, X: Floats, C: Floats) -> Floats:
        """Covariance of eta in each row, (m, width, width), where that of the coefficients is C."""
        V, each = np.empty((len(X), self.width, self.width)), [_among(X, use) for use in self.uses]
        for a, b, one, other in self.pairs:
            V[:, a, b] = V[:, b, a] = ((each[a] @ C[one, other]) * each[b]).sum(axis=1)
        return V

    def information(self, block: Block, weight: Floats) -> Floats:
        """Sum over rows of J^T weight J, J = d eta / d theta: weight (m,) or (m, width, width), result (size, size)."""
        return symmetric(self.upper(block, weight))

    def upper(self, block: Block, weight: Floats) -> Floats:
        """The upper triangle of `information`, with anything below it: what sums over blocks need."""
        X = block.X
        if self.width == 1:
            return upper_gram(X, weight)
        total, each = np.empty((self.size, self.size)), [_among(X, use) for use in self.uses]
        for a, b, one, other in self.pairs:
            w = weight[:, a, b]
            if self.uses[b] == ():
                part = w.sum() if self.uses[a] == () else transposed(each[a], w)[:, None]
            elif self.uses[a] != self.uses[b]:
                part = np.stack([transposed(each[a], w * each[b][:, j]) for j in range(each[b].shape[1])], axis=1)
            elif a == b and self.own:
                total[one, one] = upper_gram(each[a], w)
                continue
            else:
                part = cross_gram(each[a], w)
            total[one, other], total[other, one] = part, part.T
        return total

    def follows(self, T: Floats) -> bool:
        """Whether every predictor has all columns that a map T of the columns needs (`lift`)."""
        some = [list(use) for use in self.uses if use]
        return not any(np.delete(T[:, at], at, axis=0).any() for at in some)

    def lift(self, T: Floats) -> Floats:
        """The map of theta that goes with a map T of the columns: T for each linear predictor, as far as it reads them.

        IncompatibleError where a predictor would need columns that it does not have, such as the constant that
        centering needs.
        """
        if self.width == 1:
            return T
        if not self.own:
            return np.asarray(np.kron(np.eye(self.width), T), dtype=float)
        if not self.follows(T):
            raise IncompatibleError(
                "a linear predictor of some columns cannot follow a change of units that adds others to them. Give it "
                "the constant column too."
            )
        whole = np.eye(self.size)
        for use, part in zip(self.uses, self.parts, strict=True):
            if use != ():
                at = np.arange(self.columns) if use is None else list(use)
                whole[part, part] = T[np.ix_(at, at)]
        return whole


def _among(X: Floats, columns: Columns) -> Floats:
    """X itself where a predictor reads all of it, a column of ones where it reads none."""
    if columns is None:
        return X
    return np.column_stack([X[:, k] for k in columns]) if columns else ones(len(X))[:, None]
