"""The design: how columns of a table become columns of X. It is learned once and applied the same way to new rows.

What is learned is small and plain: the levels of each categorical factor and the constants of `center`, `scale`, `poly`
and the splines. `terms.py` makes the columns of one formula. Several formulas, one for each parameter of a
distribution, stand side by side, and a column that they share stands in X once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any

import numpy as np

from stattools.data.formula.formula import Formula, require, together
from stattools.data.formula.powers import rest_of_powers
from stattools.data.formula.repeated_rows import WEIGHTS, are_frequencies
from stattools.data.levels import in_order, levels_of
from stattools.data.rows.rows import Low
from stattools.data.tables.arrays import default_names, matrix, rows_with_gaps, with_intercept, without_gaps
from stattools.data.tables.columns import checked, listing, missing
from stattools.data.tables.table import axes, is_frame, table
from stattools.data.terms import columns_of, factor_of_codes
from stattools.errors import DomainError
from stattools.interface.memory import in_bytes
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.columns import as_columns

LARGEST = 2**29
"""The most numbers in the dummy columns of one term: 4 GiB, more than which is a slip in the formula."""

NO_FORMULAS: Mapping[str, Formula] = {}
"""Stands for no formulas of other parameters. A dict and no frozen mapping, since designs are pickled with it."""


@record
class Design:
    """How columns of X are made from the columns of a table (`parsed` is the formula) or of an array (`parsed` is
    None).

    `levels` are the levels of each categorical factor and `state` the learned constants, both by the text of the
    factor; `added` says that an array gets a column of ones as its first. `beside` are the formulas of other
    parameters, by name. A column that several formulas make stands in X once; `uses` are the numbers of the columns of
    each formula, empty where there is one formula. `ordered` are the factors whose categories had an order, which the
    usual contrasts do not use. `coded` says that the columns of a factor of very many levels are kept as codes.
    """

    names: tuple[str, ...]
    parsed: Formula | None = None
    levels: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    state: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    added: bool = False
    beside: Mapping[str, Formula] = field(default_factory=dict)
    uses: tuple[tuple[int, ...], ...] = ()
    ordered: tuple[str, ...] = ()
    coded: bool = False

    @property
    def formula(self) -> str | None:
        """The formula as text; None for arrays."""
        return self.parsed.text if self.parsed else None

    @cached_property
    def spelled(self) -> Mapping[str, dict[str, Any]]:
        """The levels of each factor by what they are called in the names of coefficients."""
        return {factor: {str(level): level for level in reversed(known)} for factor, known in self.levels.items()}

    @property
    def whole(self) -> Formula | None:
        """All formulas in one: what they need of a table."""
        return together(self.parsed, self.beside.values()) if self.parsed and self.beside else self.parsed

    def own(self, names: Sequence[str]) -> tuple[tuple[int, ...] | None, tuple[tuple[int, ...], ...]]:
        """The columns of the first parameter (None: all) and those of the other parameters; no others without a
        formula.
        """
        first, *others = self.uses or (tuple(range(len(self.names))),)
        each = dict(zip(self.beside, others, strict=True))
        return None if len(first) == len(self.names) else first, tuple(each.get(name, ()) for name in names)

    def matrix(self, columns: Mapping[str, pd.Series], rows: np.ndarray) -> np.ndarray:
        """X of complete, clean columns; `rows` are their row numbers in the table."""
        return side_by_side(self.formulas, columns, rows, self.levels, dict(self.state), self.coded)[0]

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formula, and those beside it."""
        return (*([] if self.parsed is None else [self.parsed]), *self.beside.values())

    def encode(self, data: Any, some: np.ndarray | None = None) -> np.ndarray:
        """Rows of X, (n, p) float64, for new data: the same columns from any table, or from an array where X was one.
        `some` are the numbers of the rows to encode, where other rows have gaps.

        Raises DomainError for a missing column, a missing or infinite value, a level that was not there to learn from,
        a wrong number of columns.

        >>> from stattools.data.dataset import read
        >>> design = read("y ~ center(x) + g", {"y": [1, 2, 4], "x": [1, 3, 5], "g": ["a", "b", "b"]}).design
        >>> design.encode({"x": [4], "g": ["a"]}).tolist()
        [[1.0, 1.0, 0.0]]
        """
        if self.whole is None:
            return self._encode_array(data, some)
        frame = table(data)
        rows = np.arange(frame.n) if some is None else some
        columns = {}
        for name in self.whole.columns:
            require(name, frame.names)
            raw = frame.column(name)
            gaps = np.flatnonzero(missing(raw) if some is None else [])
            if len(gaps):
                raise DomainError(
                    f"column {name!r} has no value in {len(gaps)} of the {frame.n} new rows (row "
                    f"{listing(gaps.tolist())}, counting from 0); a prediction needs every predictor: drop those rows, "
                    'fill them in, or leave them without one by predict(..., missing="null").'
                )
            columns[name] = checked(raw if some is None else raw.iloc[some].reset_index(drop=True), rows)
        if not len(rows):
            return np.empty((0, len(self.names)))
        return self.matrix(columns, rows)

    def gaps(self, data: Any) -> np.ndarray:
        """Which rows of new data have no value in a predictor: a mask."""
        if self.whole is None:
            return rows_with_gaps(self._columns_of_array(data))
        frame = table(data)
        for name in self.whole.columns:
            require(name, frame.names)
        nowhere = np.zeros(frame.n, dtype=bool)
        return np.logical_or.reduce([nowhere, *(missing(frame.column(name)) for name in self.whole.columns)])

    def _encode_array(self, data: Any, some: np.ndarray | None) -> np.ndarray:
        data = self._columns_of_array(data)
        X, _ = matrix(data if some is None else without_gaps(data), "the new data")
        names = self.names[1:] if self.added else self.names
        if X.shape[1] != len(names):
            raise DomainError(f"the model has {len(names)} columns ({listing(names)}); the new data have {X.shape[1]}.")
        X = X if some is None else X[some]
        return with_intercept(X) if self.added else np.ascontiguousarray(X)

    def _columns_of_array(self, data: Any) -> Any:
        """New data as an array of the columns of X, or a table of them in their order."""
        names = self.names[1:] if self.added else self.names
        p = len(names)
        if is_frame(data):
            frame = table(data)
            nameless = names == default_names(p) or all(name.isdigit() for name in frame.names)
            if not nameless or set(names) & set(frame.names):
                for name in names:
                    require(name, frame.names)
                return {name: frame.sources[name] for name in names}
        elif isinstance(data, np.ndarray | list | tuple) and p > 1 and axes(data) == 1 and len(data) == p:
            return [data]  # a list of numbers is one row
        return data


def learn(
    first: Formula,
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    beside: Mapping[str, Formula] = NO_FORMULAS,
    weights: np.ndarray | None = None,
    *,
    coded: bool = False,
) -> tuple[Design, np.ndarray, Low | None]:
    """Design and X of a formula, and of others `beside` it, over complete, clean columns; and what float64 does not
    hold of powers in X. `rows` are the numbers of the rows in the table, and `weights` how often each was seen. With
    `coded`, the columns of a factor of very many levels are kept as codes (`factor_of_codes`).
    """
    formula = together(first, beside.values()) if beside else first
    levels = {
        factor.text: levels_of(factor, columns[factor.category], len(rows))
        for factor in formula.factors
        if factor.category is not None and (factor.call == "C" or columns[factor.category].dtype.kind == "O")
    }
    widest = factor_of_codes(first, levels, beside.values()) if coded else None
    for term in formula.terms if levels else ():
        cells = len(rows) * math.prod(len(levels.get(factor.text, (0,))) for factor in term if factor != widest)
        if cells > LARGEST:
            raise DomainError(
                f"the term {':'.join(factor.text for factor in term)!r} has {cells // len(rows):,} levels in "
                f"{len(rows):,} rows, {in_bytes(8 * cells)} of memory: too many for columns of zeros and ones; group "
                "them, or leave an identifier out."
            )
    state: dict[str, dict[str, Any]] = {}
    if weights is not None and (weights != 1.0).any() and are_frequencies(weights):
        state[WEIGHTS] = {WEIGHTS: weights}
    X, names, uses = side_by_side((first, *beside.values()), columns, rows, levels, state, widest is not None)
    state.pop(WEIGHTS, None)
    low = (
        None
        if beside or widest
        else rest_of_powers(first, names, lambda name: columns[name].to_numpy(dtype=np.float64), X)
    )
    ordered = in_order((first, *beside.values()), levels, lambda name: _is_ordered(columns[name]))
    return Design(names, first, levels, state, False, beside, uses, ordered, widest is not None), X, low


def _is_ordered(column: pd.Series) -> bool:
    return column.dtype.kind == "O" and bool(column.cat.ordered)


def _require_different(formula: Formula, names: Sequence[str], levels: Mapping[str, Any]) -> None:
    """DomainError where two columns or two terms have one name, or a column has that of a factor with levels."""
    texts = [":".join(factor.text for factor in term) for term in formula.terms]
    known = set(names)
    coded = [text for text, term in zip(texts, formula.terms, strict=True) if any(f.text in levels for f in term)]
    twice = [text for text in coded if text in known]
    if len(known) < len(names) or len(set(texts)) < len(texts):
        twice += [name for every in (names, texts) for k, name in enumerate(every) if name in every[:k]]
    if twice:
        raise DomainError(
            f"the formula {formula.text!r} makes two columns named {twice[0]!r}; rename a column of the data."
        )


def side_by_side(
    formulas: Sequence[Formula],
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    levels: Mapping[str, tuple[Any, ...]],
    state: dict[str, dict[str, Any]],
    coded: bool = False,
) -> tuple[np.ndarray, tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """X of several formulas, in which each column stands once; the names of its columns; and the numbers of the columns
    of each formula. With `coded`, the widest factor of the first formula is kept as codes.
    """
    widest = factor_of_codes(formulas[0], levels, formulas[1:]) if coded else None
    each = [
        columns_of(formula, columns, rows, levels, state, widest=None if number else widest)
        for number, formula in enumerate(formulas)
    ]
    for formula, (_, names) in zip(formulas, each, strict=True):
        _require_different(formula, names, levels)
    if len(each) == 1:
        return *each[0], ()
    places = {name: (X, k) for X, names in reversed(each) for k, name in enumerate(names)}
    order = list(dict.fromkeys(name for _, names in each for name in names))
    numbers = {name: k for k, name in enumerate(order)}
    first, known = each[0]
    new = [places[name][0][:, places[name][1]] for name in order[len(known) :]]
    X: Any = as_columns(first).beside(*new)  # the columns of other formulas stand behind its own
    return X, tuple(order), tuple(tuple(numbers[name] for name in names) for _, names in each)
