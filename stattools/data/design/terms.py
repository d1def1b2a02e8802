"""The terms of a formula as columns of X, and its outcome, from the columns of a table.

Every factor is evaluated here, from its checked tree. formulaic's materializer then codes the categories and multiplies
factors into columns of structurally full rank; it is given values, never code. The levels of a factor are learned once,
and new rows are coded over them.

`poly(x, 10, raw=True)` and `I(x ** 3)` are computed to 106 bits, as float64 and the rest beyond it: x^10 rounded to
float64 moves the coefficients of a polynomial in the eighth digit (Filip's data of NIST's StRD); exact least squares
reads both parts. Source: Dekker, "A floating-point technique for extending the available precision" (1971).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.data.formula.expression import Expression, constants, contrast_call, evaluate, in_backticks
from stattools.data.formula.formula import Formula
from stattools.data.formula.transforms import BASES, contrast
from stattools.data.rows.rows import Low
from stattools.data.tables.columns import finite, listing, missing, sorted_codes
from stattools.data.tables.table import NamedColumns
from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.when_needed import pd
from stattools.numerics.columns import STAND_IN, STAND_IN_LEVELS, expanded
from stattools.numerics.sums import pair_product


def levels_of(factor: Expression, found: list[Any], n: int) -> tuple[Any, ...]:
    """The levels of a factor that were found in n rows, in the order of `levels=`, or else as they were found."""
    chosen = given_of(factor).get("levels", found)
    if not isinstance(chosen, list | tuple) or not set(found) <= set(chosen):
        raise DomainError(f"{factor.text!r}: levels= must list every level of the column: {listing(found)}.")
    occur = set(found)
    levels = tuple(level for level in chosen if level in occur)
    if len(levels) < 2:
        raise DomainError(
            f"column {factor.category!r} has one level only ({listing(levels)}) in the {n:,} complete rows: it cannot "
            "be told from the intercept; remove it from the formula."
        )
    return levels


def codes_of(factor: Expression, column: pd.Series, levels: tuple[Any, ...], rows: np.ndarray) -> np.ndarray:
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


def with_contrasts(factor: Expression, codes: np.ndarray, levels: tuple[Any, ...], sums: bool = False) -> Any:
    """Codes of levels as categories for formulaic, with the contrasts of the formula, or with `sums` that are zero."""
    from formulaic.materializers.types import FactorValues
    from formulaic.transforms import C

    coded = pd.Series(pd.Categorical.from_codes(codes, list(levels)))
    if sums:
        return C(coded, contrast("contr.sum", {}))
    if factor.call != "C":
        return FactorValues(coded, kind="categorical", spans_intercept=True)
    chosen = given_of(factor).get("contrasts")
    return C(coded, None if chosen is None else contrast(*contrast_call(chosen)))


def in_order(formulas: Iterable[Formula], of: Encoding) -> tuple[str, ...]:
    """The factors over columns whose categories have an order, where the formula chose no contrasts."""
    every = {factor.text: factor for formula in formulas for factor in formula.factors if factor.text in of.levels}
    have = {name for name, column in of.columns.items() if column.dtype.kind == "O" and column.cat.ordered}
    return tuple(text for text, one in every.items() if one.category in have and "contrasts" not in given_of(one))


def given_of(factor: Expression) -> dict[str, Any]:
    """What the call of a factor is given beside its column, such as contrasts of its own; nothing of other factors."""
    return constants(factor.tree) if isinstance(factor.tree, ast.Call) else {}


AT_A_TIME = 4096
"""Rows of X that are put together at a time, so that they stay in the cache."""

ADVICE = "log needs values above 0, sqrt values from 0, scale and poly a column that varies."
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
    if any(len(term) > 1 or (term and np.ndim(numbers.get(term[0].text, 0.0)) != 1) for term in formula.terms):
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
    has_constant = any(all(factor.text in of.levels for factor in term) for term in formula.terms)
    values = dict[str, Any]()
    for factor in formula.factors:
        if (levels := of.levels.get(factor.text)) is None:
            values[factor.text] = _computed(factor, of, has_constant)
        else:
            codes = codes_of(factor, of.columns[str(factor.category)], levels, of.rows)
            values[factor.text] = with_contrasts(factor, codes, levels)
    return values, {text: value for text, value in values.items() if text not in of.levels}


def factor_of_codes(
    formula: Formula, levels: Mapping[str, tuple[Any, ...]], beside: Collection[Formula] = ()
) -> Expression | None:
    """The factor of more than `MANY` levels whose columns are kept as codes: the one with most, which has the usual
    contrasts and no part in formulas `beside` this, and at most `MOST_SLOPES` columns for each level.
    """
    found = None
    for factor in formula.factors:
        if len(levels.get(factor.text, ())) <= MANY or factor.category is None or "contrasts" in given_of(factor):
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
    formula: Formula, values: dict[str, Any], numbers: Mapping[str, Any], rows: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], tuple[slice, ...]]:
    """X of categories and products, made by formulaic; the names of its columns; and those of each term."""
    from formulaic import ModelSpec, SimpleFormula
    from formulaic.errors import FormulaicError
    from formulaic.materializers import NAAction, PandasMaterializer
    from formulaic.materializers.types import FactorValues
    from formulaic.parser.types import Factor, Term

    values |= {text: FactorValues(value, kind="numerical") for text, value in numbers.items()}
    called = {text: in_backticks(text) if text == "1" else text for text in values}  # to formulaic "1" is the intercept
    values = {called[text]: value for text, value in values.items()}
    intercept = Term([Factor("1", eval_method="literal")])
    terms = [
        Term([Factor(called[factor.text], eval_method="lookup") for factor in term]) if term else intercept
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
    names = tuple(str(name) for name in made.model_spec.column_names)
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
        finite(values, f"the term {factor.text!r}", ADVICE, of.rows)
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
        finite(np.asarray(part), f"the term {factor.text!r}", ADVICE, of.rows)
    return values


def require_room(formula: Formula, levels: Mapping[str, tuple[Any, ...]], n: int) -> None:
    """DomainError where the columns of all terms need more memory than there is; asked before any of them is made."""
    sizes = [math.prod(_most_columns(factor, levels) for factor in term) for term in formula.terms]
    most = max(sizes, default=0)
    widest = ":".join(factor.text for factor in formula.terms[sizes.index(most)]) if sizes else ""
    require_memory(
        f"{sum(sizes):,} columns of {quoted(formula.text)} in {n:,} rows",
        3 * sum(sizes) * n,  # arrays of this size are in memory while X is put together from categories and products
        f"{quoted(widest)} alone has {most:,}: group its levels, or leave an identifier out.",
    )


def _most_columns(factor: Expression, levels: Mapping[str, tuple[Any, ...]]) -> int:
    if factor.text in levels:
        return len(levels[factor.text])
    given = given_of(factor) if factor.call in BASES else {}
    return max(1, given.get("df") or 0, given.get("degree") or 0)


HIGHEST = 60
"""The highest power that is computed to 106 bits: so many products leave it more digits than float64 has."""


def rest_of_powers(formula: Formula, names: tuple[str, ...], columns: Mapping[str, pd.Series], X: Floats) -> Low | None:
    """What float64 does not hold of the columns of X that are powers, which in X become the nearest floats. Powers that
    overflow, or are products with other factors, stay as they are.
    """
    places, rests = list[int](), list[Floats]()
    for factor in (term[0] for term in formula.terms if len(term) == 1):
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
        case ast.Call(func=ast.Name(id="poly"), args=[inner, *_]) as call:
            given = constants(call)
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
