"""The columns of a regression's first parameter by the variables that they are made of.

Which coefficients mean the same whatever the origin of the variables is: those of terms that are no part of another. In
`y ~ x * g` that of x is at g = 0, and in `y ~ x + I(x**2)` it is the slope at x = 0; a shift changes both.
"""

from __future__ import annotations

from dataclasses import dataclass

from stattools.data.formula.formula import Formula
from stattools.inference.hypotheses.terms import TermsOfParameter, terms_of
from stattools.models.model import Model


@dataclass(frozen=True)
class Unit:
    """A term: its name, its variables, its `coefficients` in all linear predictors of the first parameter, and its
    `columns` of X. `is_part` of another, or made of a column as it is (`is_plain`).
    """

    name: str
    variables: frozenset[str]
    coefficients: tuple[int, ...]
    columns: tuple[int, ...]
    is_part: bool
    is_plain: bool


def units_of(model: Model) -> tuple[Unit, ...]:
    """The terms of the first parameter, but for the intercept.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 9.0, 4.0], "x": [0, 1, 2, 5, 4, 3], "g": ["a", "b", "c", "a", "b", "a"]}
    >>> [(unit.name, unit.is_part) for unit in units_of(st.ols("y ~ x + I(x**2) + g", data))]
    [('x', True), ('I(x ** 2)', False), ('g', False)]
    """
    found = terms_of(model)
    if not found:
        return ()
    of = found[0]
    columns = range(len(model.names)) if model.is_partial else model.predictor.column
    told = _variables(of, model.design.parsed)
    return tuple(
        Unit(
            name,
            variables,
            tuple(of.columns(k)),
            tuple(sorted({int(columns[j]) for j in of.columns(k)})),
            plain and any(j != k and variables <= other for j, (other, _) in enumerate(told)),
            plain and variables == {name},
        )
        for k, (name, (variables, plain)) in enumerate(zip(of.names, told, strict=True))
    )


def _variables(of: TermsOfParameter, formula: Formula | None) -> list[tuple[frozenset[str], bool]]:
    """The variables of each term, and whether a larger one may contain it: a name, `C(g)`, or a product of these."""
    if formula is None:
        return [(frozenset([name]), True) for name in of.names]
    return [
        (
            frozenset(name for factor in term for name in factor.columns),
            all(factor.category is not None for factor in term),
        )
        for term in formula.terms
        if term
    ]
