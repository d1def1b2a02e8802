"""The design: how columns of a table become columns of X, learned once, applied the same way to new rows.

What is learned is small and plain: the levels of each categorical factor and the constants of `center`, `scale`, `poly`
and the splines. Every factor is evaluated here, from its checked tree; formulaic's materializer then codes the
categories and multiplies factors into columns of structurally full rank (it is given values, never code).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Any

import numpy as np

from stattools.data.formula.backticks import in_backticks
from stattools.data.formula.evaluation import evaluate
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula, require, together
from stattools.data.formula.powers import rest_of_powers
from stattools.data.levels import levels_of, over_levels
from stattools.data.room import BASES, require_room
from stattools.data.rows.rows import Low
from stattools.data.tables.array_gaps import rows_with_gaps, without_gaps
from stattools.data.tables.arrays import default_names, matrix, with_intercept
from stattools.data.tables.columns import checked, finite, listing, missing
from stattools.data.tables.table import is_frame, table
from stattools.errors import DomainError
from stattools.interface.memory import in_bytes
from stattools.interface.when_needed import pd
from stattools.record import record

AT_A_TIME = 4096
"""Rows of X that are put together at a time."""

LARGEST = 2**29  # cells of the dummy columns of one term: 4 GiB

NO_FORMULAS: Mapping[str, Formula] = MappingProxyType({})


@record
class Design:
    """Columns of X from columns of a table (`parsed` holds the formula) or of an array (`parsed` is None).

    `levels` are the levels of each categorical factor, `state` the learned constants, both by the text of the factor;
    `added` says that an array needs a column of ones put before it. `beside` are the formulas of other parameters, by
    name; a column that several formulas make stands in X once, and `uses` are the numbers of the columns of each
    formula, empty where there is one.
    """

    names: tuple[str, ...]
    parsed: Formula | None = None
    levels: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    state: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    added: bool = False
    beside: Mapping[str, Formula] = field(default_factory=dict)
    uses: tuple[tuple[int, ...], ...] = ()

    @property
    def formula(self) -> str | None:
        """The formula as text; None for arrays."""
        return self.parsed.text if self.parsed else None

    @property
    def whole(self) -> Formula | None:
        """All formulas in one: what they need of a table."""
        return together(self.parsed, self.beside.values()) if self.parsed and self.beside else self.parsed

    def own(self, names: Sequence[str]) -> tuple[tuple[int, ...] | None, tuple[tuple[int, ...], ...]]:
        """The columns of the first parameter, None for all, and those of other parameters: none without a formula."""
        first, *others = self.uses or [range(len(self.names))]
        each = dict(zip(self.beside, others, strict=True))
        return None if len(first) == len(self.names) else tuple(first), tuple(each.get(name, ()) for name in names)

    def matrix(self, columns: Mapping[str, pd.Series], rows: np.ndarray) -> np.ndarray:
        """X of complete, clean columns; `rows` are their row numbers in the table."""
        return side_by_side(self.formulas, columns, rows, self.levels, dict(self.state))[0]

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formula, and those beside it."""
        return (*([] if self.parsed is None else [self.parsed]), *self.beside.values())

    def encode(self, data: Any, some: np.ndarray | None = None) -> np.ndarray:
        """Rows of X, (n, p) float64, for new data: the same columns from any table, or array if X was an array.

        Of `some` rows by their numbers, where others have gaps.

        Raises DomainError for a missing column, a missing or infinite value, a level that was not there to learn
        from, a wrong number of columns.

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
        elif isinstance(data, np.ndarray | list | tuple) and p > 1 and len(data) == p and np.ndim(data[0]) == 0:
            return [data]  # one row
        return data


def learn(
    first: Formula, columns: Mapping[str, pd.Series], rows: np.ndarray, beside: Mapping[str, Formula] = NO_FORMULAS
) -> tuple[Design, np.ndarray, Low | None]:
    """Design and X of a formula, and of others `beside` it, over complete, clean columns, and what float64 does not
    hold of powers in X; `rows` are their row numbers in the table.
    """
    formula = together(first, beside.values())
    levels = {
        factor.text: levels_of(factor, columns[factor.category], len(rows))
        for factor in formula.factors
        if factor.category is not None and (factor.call == "C" or columns[factor.category].dtype.kind == "O")
    }
    for term in formula.terms:
        cells = len(rows) * math.prod(len(levels.get(factor.text, (0,))) for factor in term)
        if cells > LARGEST:
            raise DomainError(
                f"the term {':'.join(factor.text for factor in term)!r} has {cells // len(rows):,} levels in "
                f"{len(rows):,} rows, {in_bytes(8 * cells)} of memory: too many for columns of zeros and ones; group "
                "them, or leave an identifier out."
            )
    state: dict[str, dict[str, Any]] = {}
    X, names, uses = side_by_side((first, *beside.values()), columns, rows, levels, state)
    low = None if beside else rest_of_powers(first, names, lambda name: columns[name].to_numpy(dtype=np.float64), X)
    return Design(names, first, levels, state, False, beside, uses), X, low


def side_by_side(
    formulas: Sequence[Formula],
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    levels: Mapping[str, tuple[Any, ...]],
    state: dict[str, dict[str, Any]],
) -> tuple[np.ndarray, tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """X of several formulas, each column once, the names of its columns, and the numbers of those of each formula."""
    each = [columns_of(formula, columns, rows, levels, state) for formula in formulas]
    for formula, (_, names) in zip(formulas, each, strict=True):
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise DomainError(
                f"the formula {formula.text!r} makes two columns named {twice!r}; rename a column of the data."
            )
    if len(each) == 1:
        return *each[0], ()
    places = {name: (X, k) for X, names in reversed(each) for k, name in enumerate(names)}
    order = list(dict.fromkeys(name for _, names in each for name in names))
    numbers = {name: k for k, name in enumerate(order)}
    X = np.column_stack([places[name][0][:, places[name][1]] for name in order])
    return X, tuple(order), tuple(tuple(numbers[name] for name in names) for _, names in each)


def columns_of(
    formula: Formula,
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    levels: Mapping[str, tuple[Any, ...]],
    state: dict[str, dict[str, Any]],
) -> tuple[np.ndarray, tuple[str, ...]]:
    """X and the names of its columns; fills `state` where it is still empty."""
    require_room(formula, levels, len(rows))
    coded = {factor.text for factor in formula.factors if factor.category is not None and factor.text in levels}
    values = {
        factor.text: over_levels(factor, columns[factor.category], levels[factor.text], rows)
        if factor.category is not None and factor.text in coded
        else _computed(factor, columns, rows, state)
        for factor in formula.factors
    }
    numbers = {text: value for text, value in values.items() if text not in coded}
    if all(not term or (len(term) == 1 and np.ndim(numbers.get(term[0].text, 0.0)) == 1) for term in formula.terms):
        names = tuple(term[0].text if term else "Intercept" for term in formula.terms)
        return _side_by_side([numbers[term[0].text] if term else 1.0 for term in formula.terms], len(rows)), names
    return _materialized(formula, values, numbers, rows)


def _side_by_side(columns: list[Any], n: int) -> np.ndarray:
    """Columns of numbers as X in C order, some rows of all of them at a time, which stay in the cache."""
    X = np.empty((n, len(columns)))
    for start in range(0, n, AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        for place, column in enumerate(columns):
            X[part, place] = column if isinstance(column, float) else column[part]
    return X


def _materialized(
    formula: Formula, values: dict[str, Any], numbers: Mapping[str, Any], rows: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """X of categories and products, by formulaic."""
    from formulaic import ModelSpec, SimpleFormula
    from formulaic.errors import FormulaicError
    from formulaic.materializers import NAAction, PandasMaterializer
    from formulaic.materializers.types import FactorValues
    from formulaic.parser.types import Factor, Term

    values |= {text: FactorValues(value, kind="numerical") for text, value in numbers.items()}
    called = {text: in_backticks(text) if text == "1" else text for text in values}  # its own "1" is the intercept
    values = {called[text]: value for text, value in values.items()}
    intercept = Term([Factor("1", eval_method="literal")])
    terms = [
        Term([Factor(called[factor.text], eval_method="lookup") for factor in term]) if term else intercept
        for term in formula.terms
    ]
    ordered: Any = SimpleFormula([*terms], _ordering="none")
    spec = ModelSpec(ordered, na_action=NAAction.RAISE, output="numpy")
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # a product that overflows is caught below, by name
            made: Any = PandasMaterializer(pd.DataFrame(index=range(len(rows))), context=values).get_model_matrix(spec)
    except (FormulaicError, TypeError, ValueError) as error:  # such as a base that is not a level
        raise DomainError(f"cannot build the columns of {formula.text!r}: {error}") from error
    X = np.ascontiguousarray(made, dtype=np.float64)
    names = tuple(str(name) for name in made.model_spec.column_names)
    for place in np.flatnonzero(~np.isfinite(X).all(axis=0)):
        finite(X[:, place], f"the product {names[place]!r}", "rescale its columns.", rows)
    return X, names


def outcome_of(formula: Formula, columns: Mapping[str, pd.Series], rows: np.ndarray) -> pd.Series:
    """The outcome: a column as it is, `C(column)` as categories, a call as numbers, a comparison as true or false."""
    outcome = formula.outcome
    if outcome.category is not None:
        column = columns[outcome.category]
        if outcome.call == "C":
            levels = levels_of(outcome, column, len(rows))
            column = pd.Series(pd.Categorical(column, categories=list(levels), ordered=False))
        return column.rename(outcome.text)
    if outcome.call in BASES:
        raise DomainError(f"the outcome {outcome.text!r} makes several columns; a model has one outcome.")
    values = np.asarray(_computed(outcome, columns, rows, {}))
    return pd.Series(values.astype(bool) if outcome.compares else values, name=outcome.text)


def _computed(
    factor: Expression, columns: Mapping[str, pd.Series], rows: np.ndarray, state: dict[str, dict[str, Any]]
) -> Any:
    """A factor's numbers, all finite: an array, or several columns."""

    def column(name: str) -> Any:
        values = columns[name]
        return values if values.dtype.kind == "O" else values.to_numpy(dtype=np.float64)

    try:
        with np.errstate(all="ignore"):  # logs of zero and the like are caught below, with the row
            values = evaluate(factor.tree, column, state)
    except DomainError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError) as error:
        if "beyond upper and/or lower bounds" in str(error):
            raise DomainError(
                f"{factor.text!r} is a spline between the smallest and the largest value that it was learned from, and "
                "these rows go beyond them. Leave those rows out, or write extrapolation='clip' (or 'extend') into it."
            ) from error
        raise DomainError(f"cannot compute {factor.text!r}: {error}") from error
    if factor.category is not None and not isinstance(values, np.ndarray):
        raise DomainError(
            f"column {factor.category!r} held numbers when the model was fitted and holds categories now "
            f"({listing(values.cat.categories, 5)}); give numbers."
        )
    for part in values.values() if isinstance(values, dict) else np.atleast_2d(values.T):
        advice = "log needs values above 0, sqrt values from 0, scale and poly a column that varies."
        finite(np.asarray(part), f"the term {factor.text!r}", advice, rows)
    return values
