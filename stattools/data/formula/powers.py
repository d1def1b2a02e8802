"""Powers of a column to 106 bits: `poly(x, 10, raw=True)` and `I(x ** 3)` of a formula, as float64 and the rest beyond
it.

x^10 rounded to float64 moves the coefficients of a polynomial in the eighth digit (Filip's data of NIST's StRD); exact
least squares reads both parts. Source: Dekker, "A floating-point technique for extending the available precision"
(1971).
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.data.formula.evaluation import constants, evaluate
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula
from stattools.data.rows.rows import Low
from stattools.interface.arrays import Floats
from stattools.numerics.exact_sum import pair_product

HIGHEST = 60
"""The highest power that is computed to 106 bits: the rounding of so many products leaves it more digits than float64
has.
"""


def powers(x: Floats, degree: int) -> tuple[Floats, Floats]:
    """x, x^2, ..., x^degree as columns of two matrices (n, degree): the nearest floats, and the rest.

    >>> high, low = powers(np.array([1.0 + 2.0**-30]), 3)
    >>> bool(high[0, 1] == 1.0 + 2.0**-29), bool(low[0, 1] == 2.0**-60)
    (True, True)
    """
    one, nothing = x, np.zeros_like(x)
    found = [(one, nothing)]
    for _ in range(degree - 1):
        found.append(pair_product(found[-1], (x, nothing)))
    return np.column_stack([high for high, _ in found]), np.column_stack([low for _, low in found])


def rest_of_powers(formula: Formula, names: tuple[str, ...], column: Callable[[str], Any], X: Floats) -> Low | None:
    """What float64 does not hold of the columns of X that are powers; in X, these columns are replaced by the nearest
    floats.

    Powers that overflow, or are products with other factors, stay as they are.
    """
    places: list[int] = []
    rests: list[Floats] = []
    for factor in (term[0] for term in formula.terms if len(term) == 1):
        found = _power(factor, names)
        if found is None:
            continue
        inner, labels = found
        x = np.asarray(evaluate(inner, column, {}), dtype=float)
        with np.errstate(over="ignore", invalid="ignore"):
            high, low = powers(x, max(labels.values(), default=1))
        for name, degree in labels.items():
            if np.abs(high[:, degree - 1]).max() < 1e290 and np.isfinite(low[:, degree - 1]).all() and low.any():
                place = names.index(name)
                X[:, place] = high[:, degree - 1]
                places.append(place)
                rests.append(low[:, degree - 1])
    return Low(np.array(places), np.column_stack(rests)) if places else None


def _power(factor: Expression, names: tuple[str, ...]) -> tuple[ast.expr, dict[str, int]] | None:
    """The base of the powers that a factor makes, and the power of each of its columns; None for other factors."""
    match factor.tree:
        case ast.Call(func=ast.Name(id="poly"), args=[inner, *_]) as call:
            given = constants(call)
            degree = given.get("degree", 1)
            if not given.get("raw") or degree > HIGHEST:
                return None
            labels = {f"{factor.text}[{k}]": k for k in range(2, degree + 1)}
        case ast.Call(func=ast.Name(id="I"), args=[ast.BinOp(left=inner, op=ast.Pow(), right=ast.Constant(value=k))]):
            if not isinstance(k, int | float) or k != int(k) or not 2 <= k <= HIGHEST:
                return None
            labels = {factor.text: int(k)}
        case _:
            return None
    return (inner, labels) if set(labels) <= set(names) else None
