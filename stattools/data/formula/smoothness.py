"""Where a factor of a formula has no derivative in a column: jumps, kinks, and slopes that grow without bound.

`OPERATIONS` says for every operation of a formula at which points of its argument it breaks. This is known of the
operation and not read off values at some rows: `x > 0` and `x // 2` are steps, flat on both sides of a jump, `abs` has
a kink at 0, `sqrt` an infinite slope, a spline breaks at repeated knots and ends at its bounds, `exp` breaks nowhere.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from stattools.data.formula.expression import COMPARISONS, column_of, constants

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

Points = Callable[[Any, State], list[tuple[ast.expr, tuple[float, ...], bool]]]


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
        if points and any(isinstance(part, ast.Name) and column_of(part.id) == name for part in ast.walk(argument))
    )


def _operation(node: ast.BinOp | ast.Compare | ast.Call) -> Any:
    match node:
        case ast.BinOp(op=op) | ast.Compare(ops=[op]):
            return type(op)
    return ast.unparse(node.func)  # type: ignore[union-attr]


def _power(node: ast.BinOp, state: State) -> list[Any]:
    """x, x^2, x^3, ... are smooth; any other power is a root or infinite at 0."""
    try:
        number = ast.literal_eval(node.right)
    except ValueError:  # the exponent is an expression of columns
        number = -1.0
    return [] if number >= 0 and number == int(number) else [(node.left, (0.0,), False)]


def _spline(node: ast.Call, state: State) -> list[Any]:
    """A knot repeated as often as the degree is a kink, one repeated more often a jump; a spline that is cut off ends
    at its bounds.
    """
    given, learned = constants(node), state.get(ast.unparse(node), {})
    degree = given.get("degree", 3)
    low, high = learned["lower_bound"], learned["upper_bound"]
    times = Counter(knot for knot in learned["knots"] if low < knot < high) if ast.unparse(node.func) == "bs" else {}
    jumps = any(count > degree for count in times.values())
    kinks = tuple(knot for knot, count in times.items() if count == degree)
    ends = (low, high) if given.get("extrapolation") in ("clip", "zero") else ()
    return [(node, EVERYWHERE if jumps else (), False), (node.args[0], kinks, False), (node.args[0], ends, True)]


SMOOTH = ("I", "exp", "expm1", "log", "log2", "log10", "log1p", "center", "scale", "poly", "s")

STEPS = (ast.FloorDiv, ast.Mod, *COMPARISONS, "C")

# By the node of Python's syntax tree or the name of the transform: what finds the points where it breaks.
OPERATIONS: dict[Any, Points] = {
    **dict.fromkeys((ast.Add, ast.Sub, ast.Mult, *SMOOTH), lambda node, state: []),
    **dict.fromkeys(STEPS, lambda node, state: [(node, EVERYWHERE, False)]),
    **dict.fromkeys(("sqrt", "abs"), lambda node, state: [(node.args[0], (0.0,), False)]),
    ast.Div: lambda node, state: [(node.right, (0.0,), False)],
    ast.Pow: _power,
    **dict.fromkeys(("bs", "cr", "cc", "ns"), _spline),
}
