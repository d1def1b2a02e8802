"""Categories of a factor: the levels that occur are learned once, and new rows are coded over them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from stattools.data.formula.evaluation import constants, contrast_call
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula
from stattools.data.formula.transforms import contrast
from stattools.data.tables.columns import listing, sorted_codes
from stattools.errors import DomainError
from stattools.interface.when_needed import pd


def levels_of(factor: Expression, column: pd.Series, n: int) -> tuple[Any, ...]:
    """The levels that occur, in the order of `levels=` where it is given, of the categories of a categorical column,
    and sorted otherwise.
    """
    found = column.cat.categories.tolist() if column.dtype.kind == "O" else np.unique(column).tolist()
    return chosen_levels(factor, found, n)


def chosen_levels(factor: Expression, found: list[Any], n: int) -> tuple[Any, ...]:
    """Those of the levels that were found in n rows which a factor has, in its order."""
    chosen = constants(factor.tree).get("levels", found) if isinstance(factor.tree, ast.Call) else found
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


def over_levels(factor: Expression, column: pd.Series, levels: tuple[Any, ...], rows: np.ndarray) -> Any:
    """A factor's categories for formulaic, over the learned levels."""
    return with_contrasts(factor, codes_of(factor, column, levels, rows), levels)


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
    """Codes of levels as categories for formulaic, with the contrasts that the formula chose, or with contrasts that
    sum to zero over the levels.
    """
    from formulaic.materializers.types import FactorValues
    from formulaic.transforms import C

    coded = pd.Series(pd.Categorical.from_codes(codes, list(levels)))
    if sums:
        return C(coded, contrast("contr.sum", {}))
    if factor.call != "C":
        return FactorValues(coded, kind="categorical", spans_intercept=True)
    chosen = constants(factor.tree).get("contrasts") if isinstance(factor.tree, ast.Call) else None
    return C(coded, None if chosen is None else contrast(*contrast_call(chosen)))


def in_order(
    formulas: Iterable[Formula], levels: Mapping[str, tuple[Any, ...]], has_order: Callable[[str], bool]
) -> tuple[str, ...]:
    """The factors over columns whose categories have an order, where the formula chose no contrasts."""
    every = {factor.text: factor for formula in formulas for factor in formula.factors if factor.text in levels}
    return tuple(text for text, one in every.items() if has_order(str(one.category)) and not chooses_contrasts(one))


def chooses_contrasts(factor: Expression) -> bool:
    return isinstance(factor.tree, ast.Call) and "contrasts" in constants(factor.tree)
