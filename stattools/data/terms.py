"""The terms of a formula as columns of X, and its outcome, from the columns of a table; whether there is memory for
them is asked before any of them is made.

Every factor is evaluated here, from its checked tree. formulaic's materializer then codes the categories and multiplies
factors into columns of structurally full rank; it is given values, never code.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from stattools.data.coded_columns import STAND_IN, STAND_IN_LEVELS, expanded
from stattools.data.formula.backticks import in_backticks
from stattools.data.formula.evaluation import constants, evaluate
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula
from stattools.data.levels import chooses_contrasts, codes_of, levels_of, over_levels
from stattools.data.tables.columns import finite, listing
from stattools.errors import DomainError, quoted
from stattools.interface.memory import require_memory
from stattools.interface.when_needed import pd

AT_A_TIME = 4096
"""Rows of X that are put together at a time, so that they stay in the cache."""

MANY = 200
"""The most levels of a factor whose columns are made: those of one with more are kept as codes (`level_columns.py`)."""

ADVICE = "log needs values above 0, sqrt values from 0, scale and poly a column that varies."
"""What an error says of a term that is not finite."""

MOST_SLOPES = 10
"""The most columns for each level of such a factor, its own and those of products with it."""


def columns_of(
    formula: Formula,
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    levels: Mapping[str, tuple[Any, ...]],
    state: dict[str, dict[str, Any]],
    *,
    widest: Expression | None = None,
) -> tuple[np.ndarray, tuple[str, ...]]:
    """X and the names of its columns; fills `state` where it is still empty. The columns of the factor `widest`, which
    has very many levels, are kept as codes.
    """
    if widest is not None:
        return _with_codes(formula, widest, columns, rows, levels, state)
    require_room(formula, levels, len(rows))
    values, numbers = _evaluated(formula, columns, rows, levels, state)
    if all(not term or (len(term) == 1 and np.ndim(numbers.get(term[0].text, 0.0)) == 1) for term in formula.terms):
        names = tuple(term[0].text if term else "Intercept" for term in formula.terms)
        return _side_by_side([numbers[term[0].text] if term else 1.0 for term in formula.terms], len(rows)), names
    return materialized(formula, values, numbers, rows)[:2]


def _evaluated(
    formula: Formula,
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    levels: Mapping[str, tuple[Any, ...]],
    state: dict[str, dict[str, Any]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """All factors, and those among them that are numbers."""
    coded = {factor.text for factor in formula.factors if factor.category is not None and factor.text in levels}
    has_constant = any(all(factor.text in coded for factor in term) for term in formula.terms)
    values = {
        factor.text: over_levels(factor, columns[factor.category], levels[factor.text], rows)
        if factor.category is not None and factor.text in coded
        else _computed(factor, columns, rows, state, has_constant)
        for factor in formula.factors
    }
    return values, {text: value for text, value in values.items() if text not in coded}


def factor_of_codes(
    formula: Formula, levels: Mapping[str, tuple[Any, ...]], beside: Collection[Formula] = ()
) -> Expression | None:
    """The factor of more than `MANY` levels whose columns are kept as codes: the one with most, which has the usual
    contrasts and no part in formulas `beside` this, and at most `MOST_SLOPES` columns for each level.
    """
    found = None
    for factor in formula.factors:
        if len(levels.get(factor.text, ())) <= MANY or factor.category is None or chooses_contrasts(factor):
            continue
        again = any(other is not factor and factor.category in other.columns for other in formula.factors)
        again = again or any(factor.category in other.columns for other in beside)
        of_level = [
            math.prod(_most_columns(one, levels) for one in t if one is not factor)
            for t in formula.terms
            if factor in t
        ]
        again = again or sum(of_level) > MOST_SLOPES
        if not again and (found is None or len(levels[factor.text]) > len(levels[found.text])):
            found = factor
    return found


def _with_codes(
    formula: Formula,
    widest: Expression,
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    levels: Mapping[str, tuple[Any, ...]],
    state: dict[str, dict[str, Any]],
) -> tuple[Any, tuple[str, ...]]:
    """The same, of which the widest factor is kept as codes: how its columns stand among the others is asked of a
    stand-in of a few levels.
    """
    category, every = str(widest.category), levels[widest.text]
    codes = codes_of(widest, columns[category], every, rows)
    few = pd.Series(pd.Categorical.from_codes(np.minimum(codes, STAND_IN - 1), list(STAND_IN_LEVELS)))
    fewer = {**levels, widest.text: STAND_IN_LEVELS}
    require_room(formula, fewer, len(rows))
    values, numbers = _evaluated(formula, {**columns, category: few}, rows, fewer, state)
    X, names, _ = materialized(formula, values, numbers, rows)
    alone = all(term == (widest,) or widest not in term for term in formula.terms)
    return expanded(X, names, codes, [str(level) for level in pd.Index(list(every))], alone)


def _side_by_side(columns: list[Any], n: int) -> np.ndarray:
    """Columns of numbers as X in C order; some rows of all columns are copied at a time, so that they stay in the
    cache.
    """
    X = np.empty((n, len(columns)))
    for start in range(0, n, AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        for place, column in enumerate(columns):
            X[part, place] = column if isinstance(column, float) else column[part]
    return X


def materialized(
    formula: Formula, values: dict[str, Any], numbers: Mapping[str, Any], rows: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], tuple[slice, ...]]:
    """X of categories and products, made by formulaic; the names of its columns; and the numbers of the columns of each
    term.
    """
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
            levels = levels_of(outcome, column, len(rows))
            column = pd.Series(pd.Categorical(column, categories=list(levels), ordered=False))
        return column if column.name == outcome.text else column.rename(outcome.text)
    if outcome.call in BASES:
        raise DomainError(f"the outcome {outcome.text!r} makes several columns; a model has one outcome.")
    values = np.asarray(_computed(outcome, columns, rows, {}))
    return pd.Series(values.astype(bool) if outcome.compares else values, name=outcome.text)


def _computed(
    factor: Expression,
    columns: Mapping[str, pd.Series],
    rows: np.ndarray,
    state: dict[str, dict[str, Any]],
    has_constant: bool = False,
) -> Any:
    """A factor's numbers, all finite: an array, or several columns, with which other terms have a constant or not."""

    def column(name: str) -> Any:
        values = columns[name]
        return values if values.dtype.kind == "O" else values.to_numpy(dtype=np.float64)

    if factor.is_column and columns[factor.text].dtype.kind != "O":
        values = column(factor.text)
        finite(values, f"the term {factor.text!r}", ADVICE, rows)
        return values
    try:
        with np.errstate(all="ignore"):  # logarithms of zero and the like raise an error below, with the row
            values = evaluate(factor.tree, column, state, has_constant)
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
        finite(np.asarray(part), f"the term {factor.text!r}", ADVICE, rows)
    return values


BASES = ("poly", "bs", "cr", "cc", "ns")
"""Transforms that make several columns."""

COPIES = 3
"""Arrays of the size of X that are in memory at once while X is put together from categories and products."""


def require_room(formula: Formula, levels: Mapping[str, tuple[Any, ...]], n: int) -> None:
    """DomainError where the columns of all terms need more memory than there is; asked before any of them is made."""
    sizes = [math.prod(_most_columns(factor, levels) for factor in term) for term in formula.terms]
    most = max(sizes, default=0)
    widest = ":".join(factor.text for factor in formula.terms[sizes.index(most)]) if sizes else ""
    require_memory(
        f"{sum(sizes):,} columns of {quoted(formula.text)} in {n:,} rows",
        COPIES * sum(sizes) * n,
        f"{quoted(widest)} alone has {most:,}: group its levels, or leave an identifier out.",
    )


def _most_columns(factor: Expression, levels: Mapping[str, tuple[Any, ...]]) -> int:
    if factor.text in levels:
        return len(levels[factor.text])
    if factor.call not in BASES or not isinstance(factor.tree, ast.Call):
        return 1
    given = constants(factor.tree)
    return max(1, given.get("df") or 0, given.get("degree") or 0)
