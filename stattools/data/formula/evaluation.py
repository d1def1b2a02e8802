"""The values of a checked expression, by walking its syntax tree node by node: there is no `eval` anywhere.

Only the nodes below are known; `expression.py` has refused every other one before a tree gets here.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.data.formula.backticks import column_of
from stattools.data.formula.repeated_rows import WEIGHTS
from stattools.data.formula.transforms import BESIDE_CONSTANT, CONTRASTS, ELEMENTWISE, TRANSFORMS, transformed
from stattools.errors import DomainError

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
"""Arithmetic of a formula by the node of Python's syntax tree."""
TREES = ("contrasts", "by")
"""What stands among the constants of a call and is none."""

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
"""Comparisons of a formula by the node of Python's syntax tree."""


def evaluate(
    tree: ast.expr, values: Callable[[str], Any], state: dict[str, dict[str, Any]], has_constant: bool = False
) -> Any:
    """The values of a checked tree. `values(name)` gives a column, and `state` holds the learned constants by the text
    of the call, which are learned with the frequencies of the rows where it has these. Where other terms have a
    constant, a spline whose columns have it too is centered.

    >>> tree = ast.parse("log(x) + 1", mode="eval").body
    >>> evaluate(tree, {"x": np.array([1.0])}.__getitem__, {}).tolist()
    [1.0]
    """
    match tree:
        case ast.Name(id=name):
            return values(column_of(name))
        case ast.Constant(value=value):
            return value if isinstance(value, str) else np.float64(value)  # type: ignore[arg-type]
        case ast.UnaryOp(op=sign, operand=operand):
            part = _numbers(tree, evaluate(operand, values, state))
            return -part if isinstance(sign, ast.USub) else part
        case ast.BinOp(left=left, op=op, right=right):
            parts = (_numbers(tree, evaluate(side, values, state)) for side in (left, right))
            return ARITHMETIC[type(op)](*parts)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(op, evaluate(left, values, state), evaluate(right, values, state))
        case ast.Call(func=ast.Name(id=name), args=[first, *_]):
            inner = _numbers(tree, evaluate(first, values, state))
            learned = {} if name in ELEMENTWISE else state.setdefault(ast.unparse(tree), {})
            beside = BESIDE_CONSTANT.get(name, {}) if has_constant else {}
            return transformed(name, inner, {**beside, **constants(tree)}, learned, state.get(WEIGHTS, {}).get(WEIGHTS))
    raise AssertionError(f"unchecked node {ast.dump(tree)}")  # `expression.py` refuses every other node


def constants(call: ast.Call) -> dict[str, Any]:
    """The constants of a call by name, `scale(x, ddof=0)` -> {"ddof": 0}; contrasts and columns stay syntax trees."""
    allowed = TRANSFORMS[ast.unparse(call.func)].constants
    given = dict(zip(allowed, call.args[1:], strict=False)) | {str(k.arg): k.value for k in call.keywords}
    return {name: node if name in TREES else ast.literal_eval(node) for name, node in given.items()}


def contrast_call(node: ast.expr) -> tuple[str, dict[str, Any]]:
    """Name and constants of a contrast: `contr.sum`, `contr.treatment("b")`, `Treatment(reference="b")`."""
    if not isinstance(node, ast.Call):
        return ast.unparse(node), {}
    name = ast.unparse(node.func)
    given = dict(zip(CONTRASTS[name], node.args, strict=False)) | {str(k.arg): k.value for k in node.keywords}
    return name, {key: ast.literal_eval(value) for key, value in given.items()}


def _numbers(node: ast.AST, part: Any) -> Any:
    """The part, if it is made of numbers; DomainError for a column of categories, which has no arithmetic."""
    if isinstance(part, np.ndarray | float):
        return part
    levels = ", ".join(repr(level) for level in part.cat.categories[:5])
    raise DomainError(f"{short(ast.unparse(node))!r} needs numbers; column {part.name!r} holds categories ({levels}).")


def _compare(op: ast.cmpop, left: Any, right: Any) -> np.ndarray:
    """A comparison as 0/1; text compares with the labels of a categorical column."""
    plain = all(isinstance(side, np.ndarray | float | str) for side in (left, right))  # neither side has categories
    if plain and isinstance(left, str) != isinstance(right, str):
        raise TypeError("it compares numbers with text")
    return np.asarray(COMPARISONS[type(op)](left, right), dtype=np.float64)


def short(text: str, longest: int = 80) -> str:
    """The text, cut for an error message."""
    return text if len(text) <= longest else text[: longest - 3] + "..."
