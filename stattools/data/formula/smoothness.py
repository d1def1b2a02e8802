"""Where a factor of a formula has no derivative in a column: jumps, kinks, and slopes that grow without bound.

`OPERATIONS` says for every operation of a formula at which points of its argument it breaks. This is known of the
operation and not read off values at some rows: `x > 0` and `x // 2` are steps, flat on both sides of a jump, `abs` has
a kink at 0, `sqrt` an infinite slope, a spline breaks at repeated knots and ends at its bounds, `exp` breaks nowhere.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from stattools.data.formula.expression import column_of, constants

EVERYWHERE = (float("nan"),)
"""The points of a step: a derivative says nothing about it, wherever the row is."""


class Break(NamedTuple):
    """An argument of the expression `text`, and the points of it where the expression has no derivative.

    At an `end` the expression goes on in one direction only, and has a derivative in that direction.
    """

    text: str
    argument: ast.expr
    points: tuple[float, ...]
    end: bool = False

    @property
    def is_step(self) -> bool:
        """Whether the expression jumps, and is flat beside."""
        return self.points is EVERYWHERE


State = Mapping[str, Mapping[str, Any]]

Points = Callable[[Any, State], Iterator[tuple[ast.expr, tuple[float, ...], bool]]]


def breaks(tree: ast.expr, name: str, state: State) -> tuple[Break, ...]:
    """The breaks of a factor's tree in a column; `state` holds the knots that splines have learned.

    >>> [(found.text, found.is_step) for found in breaks(ast.parse("abs(x) + I(x > 0)", mode="eval").body, "x", {})]
    [('abs(x)', False), ('x > 0', True)]
    """
    return tuple(
        Break(ast.unparse(node), argument, points, end)
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp | ast.Compare | ast.Call)
        for argument, points, end in OPERATIONS[_operation(node)](node, state)
        if points and _names(argument, name)
    )


def _operation(node: ast.BinOp | ast.Compare | ast.Call) -> Any:
    match node:
        case ast.BinOp(op=op) | ast.Compare(ops=[op]):
            return type(op)
    return ast.unparse(node.func)  # type: ignore[union-attr]


def _names(tree: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and column_of(node.id) == name for node in ast.walk(tree))


def _smooth(node: Any, state: State) -> Iterator[Any]:
    return iter(())


def _step(node: Any, state: State) -> Iterator[Any]:
    yield node, EVERYWHERE, False


def _at_zero(node: ast.Call, state: State) -> Iterator[Any]:
    yield node.args[0], (0.0,), False


def _over_zero(node: ast.BinOp, state: State) -> Iterator[Any]:
    yield node.right, (0.0,), False


def _power(node: ast.BinOp, state: State) -> Iterator[Any]:
    """x, x^2, x^3, ... are smooth; any other power is a root or infinite at 0."""
    number = _number(node.right)
    if number is None or number < 0 or number != int(number):
        yield node.left, (0.0,), False


def _number(node: ast.expr) -> float | None:
    try:
        return ast.literal_eval(node)
    except ValueError:  # the exponent is an expression of columns
        return None


def _spline(node: ast.Call, state: State) -> Iterator[Any]:
    """A knot repeated as often as the degree is a kink, one repeated more often a jump; a spline that is cut off ends
    at its bounds.
    """
    given, learned = constants(node), state.get(ast.unparse(node), {})
    degree = given.get("degree", 3)
    low, high = learned["lower_bound"], learned["upper_bound"]
    times = Counter(knot for knot in learned["knots"] if low < knot < high) if node.func.id == "bs" else Counter()  # type: ignore[attr-defined]
    if any(count > degree for count in times.values()):
        yield node, EVERYWHERE, False
    yield node.args[0], tuple(knot for knot, count in times.items() if count == degree), False
    if given.get("extrapolation") in ("clip", "zero"):
        yield node.args[0], (low, high), True


# By the node of Python's syntax tree or the name of the transform: what finds the points where it breaks.
OPERATIONS: dict[Any, Points] = {
    ast.Add: _smooth,
    ast.Sub: _smooth,
    ast.Mult: _smooth,
    ast.Div: _over_zero,
    ast.FloorDiv: _step,
    ast.Mod: _step,
    ast.Pow: _power,
    ast.Gt: _step,
    ast.GtE: _step,
    ast.Lt: _step,
    ast.LtE: _step,
    ast.Eq: _step,
    ast.NotEq: _step,
    "I": _smooth,
    "exp": _smooth,
    "expm1": _smooth,
    "log": _smooth,
    "log2": _smooth,
    "log10": _smooth,
    "log1p": _smooth,
    "sqrt": _at_zero,
    "abs": _at_zero,
    "center": _smooth,
    "scale": _smooth,
    "poly": _smooth,
    "bs": _spline,
    "cr": _spline,
    "cc": _spline,
    "ns": _spline,
    "C": _step,
    "s": _smooth,
}
