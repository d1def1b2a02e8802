"""The design: how columns of a table become columns of X, learned once and applied the same way to new rows.

What is learned is small and plain: the levels of each categorical factor and the constants of `center`, `scale`, `poly`
and the splines. Several formulas, one for each parameter of a distribution, stand side by side.

Every factor is evaluated here, from its checked tree. formulaic's materializer then codes the categories and multiplies
factors into columns of structurally full rank; it is given values, never code. `poly(x, 10, raw=True)` and `I(x ** 3)`
are computed to 106 bits, as float64 and the rest beyond it: x^10 rounded to float64 moves the coefficients of a
polynomial in the eighth digit (Filip's data of NIST's StRD); exact least squares reads both parts. Source: Dekker, "A
floating-point technique for extending the available precision" (1971).

A formula without some of its terms spans fewer linear predictors, those whose coefficients in the whole formula solve
R beta = 0. R depends on the levels only, so it is found on a few rows that are made up.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from stattools.data.formula.expression import (
    BASES,
    WEIGHTS,
    Expression,
    are_frequencies,
    contrast,
    contrast_call,
    evaluate,
    in_backticks,
)
from stattools.data.formula.formula import Formula, require, together
from stattools.data.rows.rows import Low
from stattools.data.tables.arrays import default_names, matrix, with_intercept
from stattools.data.tables.columns import checked, finite, listing, missing, sorted_codes
from stattools.data.tables.table import NamedColumns, axes, is_frame, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.memory import SMALL, in_bytes, require_memory
from stattools.interface.owned import seal, sealed
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.columns import STAND_IN, STAND_IN_LEVELS, Columns, beside, expanded, picking
from stattools.numerics.sums import pair_product


def levels_of(factor: Expression, found: list[object], n: int) -> tuple[object, ...]:
    """The levels of a factor that were found in n rows, in the order of `levels=`, or else as they were found."""
    chosen = factor.given.get("levels", found)
    if not set(found) <= set(chosen):
        raise DomainError(f"{factor.text!r}: levels= must list every level of the column: {listing(found)}.")
    occur = set(found)
    levels = tuple([level for level in chosen if level in occur])
    if len(levels) < 2:
        raise DomainError(
            f"column {factor.category!r} has one level only ({listing(levels)}) in the {n:,} complete rows: it cannot "
            "be told from the intercept; remove it from the formula."
        )
    return levels


def codes_of(factor: Expression, column: pd.Series, levels: tuple[object, ...], rows: np.ndarray) -> np.ndarray:
    """The number of each row's level among the learned ones; DomainError for a level that is none of them."""
    found, codes = sorted_codes(column)
    places = {level: place for place, level in enumerate(levels)}
    if unseen := [level for level in found if level not in places]:
        at = int(rows[int(np.argmax(codes == found.index(unseen[0])))])
        raise DomainError(
            f"column {factor.category!r} has the level {listing(unseen)} (row {at}, counting from 0), "
            f"which the model has not seen; it knows {listing(levels)}."
        )
    return np.array([places[level] for level in found], dtype=np.intp)[codes]


def with_contrasts(factor: Expression, codes: np.ndarray, levels: tuple[object, ...], sums: bool = False) -> object:
    """Codes of levels as categories for formulaic, with the contrasts of the formula, or with `sums` that are zero."""
    from formulaic.materializers.types import FactorValues
    from formulaic.transforms import C

    coded = pd.Series(pd.Categorical.from_codes(codes, list(levels)))
    if sums:
        return C(coded, contrast("contr.sum", {}))
    if factor.call != "C":
        return FactorValues(coded, kind="categorical", spans_intercept=True)
    chosen = factor.given.get("contrasts")
    return C(coded, None if chosen is None else contrast(*contrast_call(chosen)))


def in_order(formulas: Iterable[Formula], of: Encoding) -> tuple[str, ...]:
    """The factors over columns whose categories have an order, where the formula chose no contrasts."""
    every = {factor.text: factor for formula in formulas for factor in formula.factors if factor.text in of.levels}
    have = {name for name, column in of.columns.items() if column.dtype.kind == "O" and column.cat.ordered}
    return tuple([text for text, one in every.items() if one.category in have and "contrasts" not in one.given])


AT_A_TIME = 4096
"""Rows of X that are put together at a time, so that they stay in the cache."""

INFINITE = "log needs values above 0, sqrt values from 0, scale and poly a column that varies."
"""What an error says of a term that is not finite."""

MANY, MOST_SLOPES = 200, 10
"""The most levels of a factor whose columns are made: those of one with more are kept as codes (`Columns`), where each
level has at most so many columns, its own and those of products with it.
"""


class Encoding(NamedTuple):
    """Clean columns, their row numbers in the table, the levels of each categorical factor, and learned constants."""

    columns: Mapping[str, pd.Series]
    rows: np.ndarray
    levels: Mapping[str, tuple[Any, ...]]
    state: dict[str, dict[str, Any]]


def columns_of(formula: Formula, of: Encoding, widest: Expression | None = None) -> tuple[np.ndarray, tuple[str, ...]]:
    """X, of numbers alone in C order, and the names of its columns; those of the factor `widest` are kept as codes."""
    if widest is not None:
        return _with_codes(formula, widest, of)
    rows = of.rows
    require_room(formula, of.levels, len(rows))
    values, numbers = _evaluated(formula, of)
    if [term for term in formula.terms if len(term) > 1 or (term and np.ndim(numbers.get(term[0].text, 0.0)) != 1)]:
        return materialized(formula, values, numbers, rows)[:2]
    X = np.empty((len(rows), len(formula.terms)))
    each = [numbers[term[0].text] if term else np.broadcast_to(1.0, len(rows)) for term in formula.terms]
    for start in range(0, len(rows), AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        for place, column in enumerate(each):
            X[part, place] = column[part]
    return X, tuple(term[0].text if term else "Intercept" for term in formula.terms)


def _evaluated(formula: Formula, of: Encoding) -> tuple[dict[str, Any], dict[str, Any]]:
    """All factors, and those among them that are numbers."""
    has_constant = bool([term for term in formula.terms if {factor.text for factor in term} <= of.levels.keys()])
    values = dict[str, Any]()
    for factor in formula.factors:
        if (levels := of.levels.get(factor.text)) is None:
            values[factor.text] = _computed(factor, of, has_constant)
        else:
            codes = codes_of(factor, of.columns[str(factor.category)], levels, of.rows)
            values[factor.text] = with_contrasts(factor, codes, levels)
    return values, {text: value for text, value in values.items() if text not in of.levels}


def factor_of_codes(
    formula: Formula, levels: Mapping[str, tuple[object, ...]], beside: Collection[Formula] = ()
) -> Expression | None:
    """The factor of more than `MANY` levels whose columns are kept as codes: the one with most, which has the usual
    contrasts and no part in formulas `beside` this, and at most `MOST_SLOPES` columns for each level.
    """
    found = None
    for factor in formula.factors:
        if len(levels.get(factor.text, ())) <= MANY or factor.category is None or "contrasts" in factor.given:
            continue
        terms = [[one for one in term if one is not factor] for term in formula.terms if factor in term]
        others = [*beside, *(other for other in formula.factors if other is not factor)]
        again = any(factor.category in other.columns for other in others)
        again = again or sum(math.prod(_most_columns(one, levels) for one in term) for term in terms) > MOST_SLOPES
        if not again and (found is None or len(levels[factor.text]) > len(levels[found.text])):
            found = factor
    return found


def _with_codes(formula: Formula, widest: Expression, of: Encoding) -> tuple[Any, tuple[str, ...]]:
    """The same with the widest factor as codes: how its columns stand among others is asked of a few levels."""
    category, every = str(widest.category), of.levels[widest.text]
    codes = codes_of(widest, of.columns[category], every, of.rows)
    few = pd.Series(pd.Categorical.from_codes(np.minimum(codes, STAND_IN - 1), list(STAND_IN_LEVELS)))
    fewer = {**of.levels, widest.text: STAND_IN_LEVELS}
    require_room(formula, fewer, len(of.rows))
    values, numbers = _evaluated(formula, of._replace(columns={**of.columns, category: few}, levels=fewer))
    X, names, _ = materialized(formula, values, numbers, of.rows)
    alone = all(term == (widest,) or widest not in term for term in formula.terms)
    return expanded(X, names, codes, [str(level) for level in pd.Index(list(every))], alone)


def materialized(
    formula: Formula, values: dict[str, object], numbers: Mapping[str, object], rows: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], tuple[slice, ...]]:
    """X of categories and products, made by formulaic; the names of its columns; and those of each term."""
    from formulaic import ModelSpec, SimpleFormula
    from formulaic.errors import FormulaicError
    from formulaic.materializers import NAAction, PandasMaterializer
    from formulaic.materializers.types import FactorValues
    from formulaic.parser import types

    values |= {text: FactorValues(value, kind="numerical") for text, value in numbers.items()}
    called = {text: in_backticks(text) if text == "1" else text for text in values}  # to formulaic "1" is the intercept
    values = {called[text]: value for text, value in values.items()}
    intercept = types.Term([types.Factor("1", eval_method="literal")])
    terms = [
        types.Term([types.Factor(called[factor.text], eval_method="lookup") for factor in term]) if term else intercept
        for term in formula.terms
    ]
    ordered: Any = SimpleFormula([*terms], _ordering="none")
    spec = ModelSpec(ordered, na_action=NAAction.RAISE, output="numpy")
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # a product that overflows is refused below
            made: Any = PandasMaterializer(pd.DataFrame(index=range(len(rows))), context=values).get_model_matrix(spec)
    except (FormulaicError, TypeError, ValueError) as error:  # such as a base of a contrast that is not a level
        raise DomainError(f"cannot build the columns of {formula.text!r}: {error}") from error
    X = np.ascontiguousarray(made, dtype=np.float64)
    names = tuple(map(str, made.model_spec.column_names))
    for place in np.flatnonzero(~np.isfinite(X).all(axis=0)):
        finite(X[:, place], f"the product {names[place]!r}", "rescale its columns.", rows)
    return X, names, tuple(made.model_spec.term_slices.values())


def outcome_of(formula: Formula, columns: Mapping[str, pd.Series], rows: np.ndarray) -> pd.Series:
    """The outcome: a column as it is, `C(column)` as categories, a call as numbers, a comparison as true or false."""
    outcome = formula.outcome
    if outcome.category is not None:
        column = columns[outcome.category]
        if outcome.call == "C":
            levels = levels_of(outcome, sorted_codes(column)[0], len(rows))
            column = pd.Series(pd.Categorical(column, categories=list(levels), ordered=False))
        return column if column.name == outcome.text else column.rename(outcome.text)
    if outcome.call in BASES:
        raise DomainError(f"the outcome {outcome.text!r} makes several columns; a model has one outcome.")
    values = np.asarray(_computed(outcome, Encoding(columns, rows, {}, {})))
    return pd.Series(values.astype(bool) if outcome.compares else values, name=outcome.text)


def numbers_of(columns: Mapping[str, pd.Series], name: str) -> Any:
    """A column as float64; categories as they are."""
    values = columns[name]
    return values if values.dtype.kind == "O" else values.to_numpy(dtype=np.float64)


def _computed(factor: Expression, of: Encoding, has_constant: bool = False) -> Any:
    """A factor's numbers, all finite: an array, or several columns, with which other terms have a constant or not."""
    column = partial(numbers_of, of.columns)
    if factor.is_column and of.columns[factor.text].dtype.kind != "O":
        values = column(factor.text)
        finite(values, f"the term {factor.text!r}", INFINITE, of.rows)
        return values
    try:
        with np.errstate(all="ignore"):  # logarithms of zero and the like raise an error below, with the row
            values = evaluate(factor.tree, column, of.state, has_constant)
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
        finite(np.asarray(part), f"the term {factor.text!r}", INFINITE, of.rows)
    return values


def require_room(formula: Formula, levels: Mapping[str, tuple[object, ...]], n: int) -> None:
    """DomainError where the columns of all terms need more memory than there is; asked before any of them is made."""
    sizes = [math.prod([_most_columns(factor, levels) for factor in term]) for term in formula.terms]
    numbers = 3 * sum(sizes) * n  # in memory while X is put together from categories and products
    if numbers <= SMALL:  # nothing need be put into words
        return
    most = max(sizes)
    widest = ":".join([factor.text for factor in formula.terms[sizes.index(most)]])
    require_memory(
        f"{sum(sizes):,} columns of {quoted(formula.text)} in {n:,} rows",
        numbers,
        f"{quoted(widest)} alone has {most:,}: group its levels, or leave an identifier out.",
    )


def _most_columns(factor: Expression, levels: Mapping[str, tuple[object, ...]]) -> int:
    if factor.text in levels:
        return len(levels[factor.text])
    given = factor.given if factor.call in BASES else {}
    return max(1, given.get("df") or 0, given.get("degree") or 0)


HIGHEST = 60
"""The highest power that is computed to 106 bits: so many products leave it more digits than float64 has."""


def rest_of_powers(formula: Formula, names: tuple[str, ...], columns: Mapping[str, pd.Series], X: Floats) -> Low | None:
    """What float64 does not hold of the columns of X that are powers, which in X become the nearest floats. Powers that
    overflow, or are products with other factors, stay as they are.
    """
    places, rests = list[int](), list[Floats]()
    for factor in [term[0] for term in formula.terms if len(term) == 1]:
        if (found := _power(factor, names)) is None:
            continue
        inner, labels = found
        x = np.asarray(evaluate(inner, partial(numbers_of, columns), {}), dtype=float)
        powers = [(x, np.zeros_like(x))]
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(max(labels.values()) - 1):
                powers.append(pair_product(powers[-1], powers[0]))
        has_rest = any(low.any() for _, low in powers)
        for name, degree in labels.items():
            high, low = powers[degree - 1]
            if np.abs(high).max() < 1e290 and np.isfinite(low).all() and has_rest:
                places.append(names.index(name))
                rests.append(low)
                X[:, places[-1]] = high
    return Low(np.array(places), np.column_stack(rests)) if places else None


def _power(factor: Expression, names: tuple[str, ...]) -> tuple[ast.expr, dict[str, int]] | None:
    """The base of the powers that a factor makes, and the power of each of its columns; None for other factors."""
    match factor.tree:
        case ast.Call(func=ast.Name(id="poly"), args=[inner, *_]):
            given = factor.given
            labels = {f"{factor.text}[{k}]": k for k in range(2, given.get("degree", 1) + 1) if given.get("raw")}
        case ast.Call(func=ast.Name(id="I"), args=[ast.BinOp(left=inner, op=ast.Pow(), right=ast.Constant(value=k))]):
            labels = {factor.text: int(k)} if isinstance(k, int | float) and k in range(2, HIGHEST + 1) else {}
        case _:
            return None
    return (inner, labels) if labels and set(labels) <= set(names) and max(labels.values()) <= HIGHEST else None


def empty_levels(frame: NamedColumns, names: Iterable[str], columns: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """By the name of a column its levels in the table that its complete, clean rows in `columns` have not, as text.

    >>> from stattools.data.tables.table import table
    >>> raw = {"g": pd.Categorical(["a", "b"], categories=["a", "b", "c"])}
    >>> empty_levels(table(raw), ["g"], {"g": pd.Series(raw["g"]).cat.remove_unused_categories()})
    {'g': ('c',)}
    """
    found = {}
    for name in (name for name in names if columns[name].dtype.kind == "O"):
        raw: Any = frame.column(name)
        here = set(map(str, columns[name].cat.categories))
        declared = isinstance(raw.dtype, pd.CategoricalDtype)
        every = raw.cat.categories if declared else raw[~missing(raw)].unique()
        if gone := tuple(dict.fromkeys(str(level) for level in every if str(level) not in here)):
            found[name] = gone if declared else tuple(sorted(gone))
    return found


LARGEST = 2**29
"""The most numbers in the dummy columns of one term: 4 GiB, more than which is a slip in the formula."""

NONE: Mapping[str, Any] = {}
"""No formulas beside, no extra columns. A dict and no frozen mapping, since designs and models are pickled with it."""


@record
class Design:
    """How columns of X are made from those of a table (`parsed` is the formula) or of an array (`parsed` is None).

    `levels` are the levels of each categorical factor and `state` the learned constants, both by the text of the
    factor; `added` says that an array gets a column of ones as its first. `beside` are the formulas of other
    parameters, by name. A column that several formulas make stands in X once; `uses` are the numbers of the columns of
    each formula, empty where there is one formula. `ordered` are the factors whose categories had an order, which the
    usual contrasts do not use. `coded` says that the columns of a factor of very many levels are kept as codes.
    `curves` are those whose wiggly parts stand behind the other columns.
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
    curves: tuple[Any, ...] = ()

    @property
    def formula(self) -> str | None:
        """The formula as text; None for arrays."""
        return self.parsed.text if self.parsed else None

    @cached_property
    def spelled(self) -> Mapping[str, dict[str, object]]:
        """The levels of each factor by what they are called in the names of coefficients."""
        return {factor: {str(level): level for level in reversed(known)} for factor, known in self.levels.items()}

    @property
    def whole(self) -> Formula | None:
        """All formulas in one: what they need of a table."""
        return together(self.parsed, self.beside.values()) if self.parsed and self.beside else self.parsed

    def own(self, names: Sequence[str]) -> tuple[tuple[int, ...] | None, tuple[tuple[int, ...], ...]]:
        """The columns of the first parameter (None: all) and those of others by name, () of one without a formula."""
        first, *others = self.uses or (tuple(range(len(self.names))),)
        each = dict(zip(self.beside, others, strict=True))
        return None if len(first) == len(self.names) else first, tuple(each.get(name, ()) for name in names)

    def matrix(self, columns: Mapping[str, pd.Series], rows: np.ndarray) -> np.ndarray:
        """X of complete, clean columns; `rows` are their row numbers in the table."""
        of, first = Encoding(columns, rows, self.levels, dict(self.state)), self.parsed if self.coded else None
        widest = first and factor_of_codes(first, self.levels, self.beside.values())
        return side_by_side(self.formulas, of, widest)[0]

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formula, and those beside it."""
        return (*([] if self.parsed is None else [self.parsed]), *self.beside.values())

    def encode(self, data: object, some: np.ndarray | None = None) -> np.ndarray:
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
        columns, rows = columns_of_rows(data, self.whole.columns, some)
        if not len(rows):
            return np.empty((0, len(self.names)))
        X, curves = self.matrix(columns, rows), (term for curve in self.curves for term in curve.terms(data, some))
        return np.column_stack([X, *(term.columns for term in curves)]) if self.curves else X

    def curved(self, smooths: Sequence[Any]) -> Design:
        """The design with the columns of the wiggly parts of these curves behind its own."""
        names = (f"{term.name}.{k + 1}" for term in smooths for k in range(term.width))
        curves = {id(term.design): term.design for term in smooths}
        return replace(self, names=(*self.names, *names), curves=tuple(map(sealed, curves.values())))

    def gaps(self, data: object) -> np.ndarray:
        """Which rows of new data have no value in a predictor: a mask."""
        if self.whole is None:
            X, _ = matrix(self._columns_of_array(data), "the new data", gaps=True)
            return np.isnan(X).any(axis=1)
        frame = table(data)
        gaps = [np.zeros(frame.n, dtype=bool), *(missing(frame.column(name)) for name in self.whole.columns)]
        return np.logical_or.reduce(gaps)

    def _encode_array(self, data: object, some: np.ndarray | None) -> np.ndarray:
        data = self._columns_of_array(data)
        X, _ = matrix(data, "the new data", gaps=some is not None)
        names = self.names[1:] if self.added else self.names
        if X.shape[1] != len(names):
            raise DomainError(f"the model has {len(names)} columns ({listing(names)}); the new data have {X.shape[1]}.")
        X = X if some is None else X[some]
        return with_intercept(X) if self.added else np.ascontiguousarray(X)

    def _columns_of_array(self, data: object) -> object:
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


ADVICE = (
    "; a prediction needs every predictor: drop those rows, fill them in, or leave them without one by "
    'predict(..., missing="null").'
)
"""What an error says of new rows that have no value in a column."""


def columns_of_rows(
    data: object,
    names: Sequence[str],
    some: np.ndarray | None,
    called: tuple[str, str, str] = ("column", "new rows", ADVICE),
    read: Callable[[pd.Series], pd.Series] | None = None,
) -> tuple[dict[str, pd.Series], np.ndarray]:
    """Clean columns of a table, and the numbers of their rows, all or `some`; `read` is what is made of a column first.

    Raises DomainError for a column that is not there, and for one without a value in a row.
    """
    frame = table(data)
    rows = np.arange(frame.n) if some is None else some
    columns = {}
    for name in names:
        raw = frame.column(name, some)
        if len(gaps := np.flatnonzero(missing(raw))):
            what, of, advice = called
            raise DomainError(
                f"{what} {name!r} has no value in {len(gaps)} of the {len(raw)} {of} (row "
                f"{listing(rows[gaps].tolist())}, counting from 0){advice}"
            )
        columns[name] = checked(raw if read is None else read(raw), rows)
    return columns, rows


def learn(
    first: Formula, found: Any, beside: Mapping[str, Formula] = NONE, *, coded: bool = False
) -> tuple[Design, np.ndarray, Low | None]:
    """Design and X of a formula, and of others `beside` it, over complete rows, which were `found` with their clean
    `columns`, their numbers in the table, `rows`, and their frequencies, `weights`; and what float64 does not hold of
    powers in X. With `coded`, the columns of a factor of very many levels are kept as codes.
    """
    columns, rows, weights = found.columns, found.rows, found.weights
    formula = together(first, beside.values()) if beside else first
    levels = {
        factor.text: levels_of(factor, sorted_codes(columns[factor.category])[0], len(rows))
        for factor in formula.factors
        if factor.category is not None and (factor.call == "C" or columns[factor.category].dtype.kind == "O")
    }
    widest = factor_of_codes(first, levels, beside.values()) if coded else None
    for term in formula.terms if levels else ():
        cells = len(rows) * math.prod([len(levels.get(factor.text, (0,))) for factor in term if factor != widest])
        if cells > LARGEST:
            raise DomainError(
                f"the term {':'.join(factor.text for factor in term)!r} has {cells // len(rows):,} levels in "
                f"{len(rows):,} rows, {in_bytes(8 * cells)} of memory: too many for columns of zeros and ones; group "
                "them, or leave an identifier out."
            )
    state: dict[str, dict[str, Any]] = {}
    if weights is not None and (weights != 1.0).any() and are_frequencies(weights):
        state[WEIGHTS] = {WEIGHTS: weights}
    of = Encoding(columns, rows, levels, state)
    X, names, uses = side_by_side((first, *beside.values()), of, widest)
    state.pop(WEIGHTS, None)
    seal(state)
    low = None if beside or widest is not None else rest_of_powers(first, names, columns, X)
    ordered = in_order((first, *beside.values()), of)
    return Design(names, first, levels, state, False, beside, uses, ordered, widest is not None), X, low


def _require_different(formula: Formula, names: Sequence[str], levels: Mapping[str, object]) -> None:
    """DomainError where two columns or two terms have one name, or a column has that of a factor with levels."""
    texts, known = [":".join([factor.text for factor in term]) for term in formula.terms], set(names)
    coded = [not levels.keys().isdisjoint([factor.text for factor in term]) for term in formula.terms]
    twice = [text for text, has_levels in zip(texts, coded, strict=True) if has_levels and text in known]
    if len(known) < len(names) or len(set(texts)) < len(texts):
        twice += [name for every in (names, texts) for k, name in enumerate(every) if name in every[:k]]
    if twice:
        raise DomainError(
            f"the formula {formula.text!r} makes two columns named {twice[0]!r}; rename a column of the data."
        )


def side_by_side(
    formulas: Sequence[Formula], of: Encoding, widest: Expression | None = None
) -> tuple[np.ndarray, tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """X of several formulas, in which each column stands once and those of the factor `widest` of the first are codes;
    its names; and the numbers of the columns of each formula.
    """
    each = [columns_of(formula, of, None if number else widest) for number, formula in enumerate(formulas)]
    for formula, (_, names) in zip(formulas, each, strict=True):
        _require_different(formula, names, of.levels)
    if len(each) == 1:
        return *each[0], ()
    places = {name: (X, k) for X, names in reversed(each) for k, name in enumerate(names)}
    order = list(dict.fromkeys(name for _, names in each for name in names))
    numbers = {name: k for k, name in enumerate(order)}
    first, known = each[0]
    new = [places[name][0][:, places[name][1]] for name in order[len(known) :]]
    X: Any = beside(first, *new)  # the columns of other formulas stand behind its own
    return X, tuple(order), tuple(tuple(numbers[name] for name in names) for _, names in each)


TINY = 1e-9
"""A coefficient between columns of made-up rows, whose numbers have size 1, is round-off below this."""


class Term(NamedTuple):
    """A term: its text, and the factors that it is a product of."""

    text: str
    factors: frozenset[str]


@dataclass(frozen=True, eq=False)
class TermSpaces:
    """A formula, the names of its columns and the levels of its categories. Without a formula, columns are terms.

    >>> from stattools.data.dataset import read
    >>> data = {"y": [1, 2, 4, 3], "x": [1, 3, 5, 4], "g": ["a", "b", "c", "a"]}
    >>> design = read("y ~ x + g", data).design
    >>> spaces = TermSpaces(design.parsed, design.names, design.levels)
    >>> [term.text for term in spaces.terms], spaces.columns[1]
    (['x', 'g'], (2, 3))
    >>> spaces.without([1]).tolist()
    [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    formula: Formula | None
    names: tuple[str, ...]
    levels: Mapping[str, tuple[Any, ...]]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms but for the intercept, in the order of the formula."""
        if self.formula is None:
            return tuple(Term(name, frozenset([name])) for name in self.names if name != "Intercept")
        factors = [[factor.text for factor in term] for term in self.formula.terms if term]
        return tuple(Term(":".join(texts), frozenset(texts)) for texts in factors)

    @cached_property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of the columns of each term."""
        if self.formula is None:
            return tuple((k,) for k, name in enumerate(self.names) if name != "Intercept")
        pairs = zip(self.formula.terms, self._made(self.formula, 2)[2], strict=True)
        return tuple(tuple(range(part.start, part.stop)) for term, part in pairs if term)

    def without(self, dropped: Collection[int]) -> Columns | Floats:
        """R (q, p), for which R beta = 0 where the linear predictor needs none of the terms with `dropped` numbers."""
        if self.formula is None:
            gone = [column for k in dropped for column in self.columns[k]]
            return picking(sorted(gone), len(self.names))
        numbers = [k for k, term in enumerate(self.formula.terms) if term]
        gone = {numbers[k] for k in dropped}
        rest = tuple(term for k, term in enumerate(self.formula.terms) if k not in gone)
        smaller = replace(self.formula, terms=rest)
        names = self._made(smaller, 2)[1] if rest else ()
        if (stay := set(names)) <= set(self.names):  # the columns that stay are coded as before
            return picking([k for k, name in enumerate(self.names) if name not in stay], len(self.names))
        whole, part = self._made(self.formula)[0], self._made(smaller)[0]
        M = _tidy(np.linalg.lstsq(whole, part, rcond=None)[0])
        u, size, _ = np.linalg.svd(M)
        return u[:, int((size > TINY * size[0]).sum()) :].T

    def of_sums(self, k: int) -> Columns | Floats:
        """R (q, p) of term k in the formula whose categories are all coded by contrasts that sum to zero."""
        if self.formula is None or not any(term.factors > self.terms[k].factors for term in self.terms):
            return self.without([k])
        whole, (sums, _, slices) = self._made(self.formula)[0], self._made(self.formula, sums=True)
        B = _tidy(np.linalg.lstsq(sums, whole, rcond=None)[0])
        place = [j for j, term in enumerate(self.formula.terms) if term][k]
        return B[slices[place]]

    def _made(
        self, formula: Formula, n: int = 0, sums: bool = False
    ) -> tuple[np.ndarray, tuple[str, ...], tuple[slice, ...]]:
        """X of n made-up rows, or of enough, the same for any formula; the names and the terms of its columns."""
        n = n or 12 * len(self.names) + 20
        require_room(formula, self.levels, n)
        assert self.formula is not None
        rng, values, numbers = np.random.default_rng(0), {}, {}
        for factor in self.formula.factors:  # all are drawn, so that each is the same whatever the formula
            if (levels := self.levels.get(factor.text)) is not None:
                codes = rng.permutation(np.arange(n) % len(levels))
                values[factor.text] = with_contrasts(factor, codes, levels, sums)
            else:
                drawn = {part: rng.normal(size=n) for part in _parts(factor.text, self.names)}
                numbers[factor.text] = drawn or rng.normal(size=n)
        X, names, slices = materialized(formula, values, numbers, np.arange(n))
        if formula is self.formula and not sums and names != self.names:
            raise IncompatibleError(
                f"the terms of {self.formula.text!r} cannot be told apart by the names of their columns: "
                f"{', '.join(self.names[:6])}. Rename the columns of the table."
            )
        return X, names, slices


def _parts(text: str, names: Collection[str]) -> tuple[str, ...]:
    """The text in the brackets of the columns that a factor makes, as a spline does; nothing for one column."""
    found = re.compile(rf"(?:^|:){re.escape(text)}\[([^\[\]]*)\]")
    return tuple(dict.fromkeys(match[1] for name in names for match in found.finditer(name)))


def _tidy(M: Floats) -> Floats:
    """The equations without round-off, so that coefficients in other units do not enter."""
    M = np.where(np.abs(M) < TINY, 0.0, M)
    whole = np.round(M)
    return np.where(np.abs(M - whole) < TINY, whole, M)
