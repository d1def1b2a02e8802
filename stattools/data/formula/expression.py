"""One factor of a formula, such as `log(x + 1)`, as a checked syntax tree, its values, and where it has no derivative.

A factor is parsed by `ast.parse`, which runs nothing, and every node is compared with a whitelist: columns, numbers,
arithmetic, comparisons and the transforms of `transforms.py`. Values are made by walking the tree; there is no `eval`
anywhere.
"""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from stattools.data.formula.transforms import (
    ALLOWED,
    BASES,
    COLUMN,
    CONTRAST,
    CONTRASTS,
    ELEMENTWISE,
    TRANSFORMS,
    WEIGHTS,
    Option,
    transformed,
)
from stattools.errors import DomainError, quoted
from stattools.interface.record import record


def in_backticks(name: str) -> str:
    """A name as a formula writes it where it may look like anything: a backtick inside is doubled.

    >>> in_backticks("a`b")
    '`a``b`'
    """
    return "`" + name.replace("`", "``") + "`"


def column_of(identifier: str) -> str:
    """The column that a name in a syntax tree means: the inverse of `in_backticks`; a name without backticks means
    itself.
    """
    return identifier[1:-1].replace("``", "`") if identifier.startswith("`") else identifier


OPERATORS: dict[type[ast.operator | ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
"""Arithmetic and comparisons of a formula by the node of Python's syntax tree."""


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
            return OPERATORS[type(op)](*parts)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            left, right = (evaluate(side, values, state) for side in (left, right))
            plain = all(isinstance(side, np.ndarray | float | str) for side in (left, right))  # none has categories
            if plain and isinstance(left, str) != isinstance(right, str):
                raise TypeError("it compares numbers with text")
            return np.asarray(OPERATORS[type(op)](left, right), dtype=np.float64)
        case ast.Call(func=ast.Name(id=name), args=[first, *_]):
            inner = _numbers(tree, evaluate(first, values, state))
            learned = {} if name in ELEMENTWISE else state.setdefault(ast.unparse(tree), {})
            beside = {"constraints": "center"} if has_constant and name in ("cr", "cc") else {}
            return transformed(name, inner, {**beside, **constants(tree)}, learned, state.get(WEIGHTS, {}).get(WEIGHTS))
    raise AssertionError(f"unchecked node {ast.dump(tree)}")  # `expression` refuses every other node


def constants(call: ast.Call) -> dict[str, Any]:
    """The constants of a call by name, `scale(x, ddof=0)` -> {"ddof": 0}; contrasts and columns stay syntax trees."""
    return {
        name: value if option in (CONTRAST, COLUMN) else ast.literal_eval(value)
        for name, option, value in _arguments(call)
    }


def contrast_call(node: ast.expr) -> tuple[str, dict[str, Any]]:
    """Name and constants of a contrast: `contr.sum`, `contr.treatment("b")`, `Treatment(reference="b")`."""
    call = node if isinstance(node, ast.Call) else ast.Call(node, [], [])
    return ast.unparse(call.func), constants(call)


def _numbers(node: ast.AST, part: Any) -> Any:
    """The part, if it is made of numbers; DomainError for a column of categories, which has no arithmetic."""
    if isinstance(part, np.ndarray | float):
        return part
    levels = ", ".join(repr(level) for level in part.cat.categories[:5])
    raise DomainError(f"{short(ast.unparse(node))!r} needs numbers; column {part.name!r} holds categories ({levels}).")


def short(text: str, longest: int = 80) -> str:
    """The text, cut for an error message."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


DEEPEST = 150
"""The most levels of nesting: each takes some calls of Python, whose recursion limit is 1000."""

TEXT = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
"""A text constant, as a pattern."""

HIDDEN = rf"{TEXT}|`(?:[^`]|``)*`"
"""What hides brackets, commas and line breaks: a text constant, or a name in backticks."""

# Names are replaced before parsing, since Python respells those beyond ASCII (NFKC).
NAMES = re.compile(rf"({TEXT})|`((?:[^`]|``)*)`|([^\W\d]\w*)")

PLAIN = re.compile(r"[^\W\d]\w*")
"""A name that needs no backticks."""


@record
class Expression:
    """A checked factor: `text` names its coefficients, and `columns` are the columns that it needs, in order."""

    text: str
    tree: ast.expr
    columns: tuple[str, ...]

    @cached_property
    def category(self) -> str | None:
        """The column, where the factor may be read as categories: a bare name or `C(name)`."""
        match self.tree:
            case ast.Name(id=name) | ast.Call(func=ast.Name(id="C"), args=[ast.Name(id=name), *_]):
                return column_of(name)
        return None

    @property
    def is_column(self) -> bool:
        """Whether the factor is just a column."""
        return self.columns == (self.text,)

    @property
    def written(self) -> str:
        """The factor as a formula has it: a column whose name is no plain word stands in backticks."""
        return self.text if PLAIN.fullmatch(self.text) else ast.unparse(self.tree)

    @property
    def call(self) -> str | None:
        """The transform that makes the whole factor, if it is a call."""
        return ast.unparse(self.tree.func) if isinstance(self.tree, ast.Call) else None

    @property
    def compares(self) -> bool:
        """Whether the factor is a comparison, possibly in `I(...)`: its values are then true or false."""
        tree = self.tree
        while isinstance(tree, ast.Call) and ast.unparse(tree.func) == "I":
            tree = tree.args[0]
        return isinstance(tree, ast.Compare)


def column(name: str) -> Expression:
    """The factor that is just a column, whatever its name looks like.

    >>> column("body mass (g)").text
    'body mass (g)'
    """
    if not name:
        raise DomainError("the formula uses a column whose name is empty; give it a name.")
    return Expression(name, ast.Name(id=in_backticks(name), ctx=ast.Load()), (name,))


def expression(source: str) -> Expression:
    """Parse one factor and compare it with the whitelist; nothing is evaluated.

    >>> expression("log( `body mass`+1 )").text
    'log(`body mass` + 1)'
    >>> expression("__import__('os')")
    Traceback (most recent call last):
    stattools.errors.DomainError: the formula may not contain "__import__('os')". A formula may use ...
    """
    names: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        text, quoted, name = found.groups()
        if text or (name and name.isascii()):
            return found[0]
        alias = f"_column{len(names)}_"
        while alias in source:
            alias += "_"
        names[alias] = name if quoted is None else quoted.replace("``", "`")
        return f" {alias} " if name is None else alias

    try:
        tree = ast.parse(NAMES.sub(stand_in, source).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "too deeply nested"
        raise DomainError(f"cannot read {short(source)!r} in the formula: {reason}. {ALLOWED}.") from None
    depth, level = 0, [tree]
    while level:  # without recursion
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    if depth > DEEPEST:
        raise DomainError(
            f"{short(source)!r} in the formula is nested more than {DEEPEST} levels deep; make it a column."
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            node.id = in_backticks(names[node.id])
    columns = tuple(dict.fromkeys(_columns(tree, whole=True)))
    if not columns:
        raise DomainError(f"{ast.unparse(tree)!r} in the formula names no column of the data.")
    return Expression(ast.unparse(tree), tree, columns)


def _columns(node: ast.AST, whole: bool = False) -> list[str]:
    """Names of the columns in reading order; DomainError for every node that the whitelist does not know."""
    match node:
        case ast.Constant(value=bool() | int() | float()):
            _fold(node)
            return []
        case ast.Name(id=name) if not name.startswith("__"):
            return [column_of(name)]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _columns(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            names = _columns(left) + _columns(right)
            _fold(node)
            return names
        case ast.Compare(left=first, ops=[op], comparators=[last]) if type(op) in OPERATORS:
            sides = (one for one in (first, last) if not (isinstance(one, ast.Constant) and isinstance(one.value, str)))
            return [name for side in sides for name in _columns(side)]
        case ast.Call(func=ast.Name(id=name), args=[first, *rest]) if name in TRANSFORMS:
            text = short(ast.unparse(node))
            if name in (*BASES, "C", "s") and not whole:
                raise DomainError(f"{ast.unparse(node)!r} makes several columns: it must be a term of its own.")
            if name == "C" and not isinstance(first, ast.Name):
                raise DomainError(f"{text!r}: C takes one column, C(name); make the column first.")
            if name == "s" and rest and not isinstance(rest[0], ast.Constant):
                raise DomainError(
                    f"{text!r}: a curve has one variable; s({ast.unparse(first)}) + s({ast.unparse(rest[0])}) adds "
                    "two, and by= is for levels or a number."
                )
            return _columns(first) + _columns_beside(node)
    raise _forbidden(node)


def _columns_beside(call: ast.Call) -> list[str]:
    """The same of the arguments of a call beside its first."""
    found = list[str]()
    for key, option, value in _arguments(call):
        if option is CONTRAST:
            of = value if isinstance(value, ast.Call) else ast.Call(value, [], [])
            if not isinstance(of.func, ast.Name | ast.Attribute) or ast.unparse(of.func) not in CONTRASTS:
                raise _forbidden(value)
            found += _columns_beside(of)
        elif option is COLUMN:
            match value:  # a column, or C(column) where its numbers are labels
                case (ast.Name() as bare) | ast.Call(func=ast.Name(id="C"), args=[ast.Name() as bare], keywords=[]):
                    found += _columns(bare)
                case _:
                    raise DomainError(
                        f"{short(ast.unparse(call))!r}: by= is the name of a column, by=g, or by=C(g) where numbers "
                        f"are labels; got {short(ast.unparse(value))}."
                    )
        elif not option.accepts(worth := _literal(value)):
            raise DomainError(f"{short(ast.unparse(call))!r}: {key}= must be {option.needs}; got {quoted(worth)}.")
    return found


def _arguments(call: ast.Call) -> list[tuple[str, Option, ast.expr]]:
    """The arguments of a transform after its column, or of a contrast, with what they may be, those by position first;
    DomainError for too many or a wrong name.
    """
    called = ast.unparse(call.func)
    allowed, given = (TRANSFORMS[called], call.args[1:]) if called in TRANSFORMS else (CONTRASTS[called], call.args)
    pairs = list(zip(allowed, given, strict=False)) + [(str(k.arg), k.value) for k in call.keywords]
    names = [name for name, _ in pairs]
    if len(given) > len(allowed) or not set(names) <= set(allowed) or len(set(names)) < len(names):
        takes = ", ".join(f"{name}=" for name in allowed) or "nothing"
        raise DomainError(f"{short(ast.unparse(call))!r} in the formula: beside its column it takes {takes}.")
    return [(name, allowed[name], value) for name, value in pairs]


def _literal(node: ast.expr) -> Any:
    """A constant: a number, a text, True or False, or a list of those."""
    try:
        worth = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        raise _forbidden(node) from None
    if not all(isinstance(part, int | float | str) for part in (worth if isinstance(worth, list | tuple) else [worth])):
        raise _forbidden(node)
    return worth


def _fold(node: ast.expr) -> None:
    """Refuse constant arithmetic without a finite value, such as 9**9**9**9 or 1/0. It is computed in floats, which
    cannot take long.
    """
    if any(isinstance(part, ast.Name) for part in ast.walk(node)):
        return
    try:
        with np.errstate(all="ignore"):  # the value is checked on the next line
            worth = evaluate(node, lambda name: name, {})
    except OverflowError:  # an integer constant beyond float64
        worth = np.inf
    if not np.isfinite(worth):
        raise DomainError(f"{short(ast.unparse(node))!r} in the formula is not a finite number.")


def _forbidden(node: ast.AST) -> DomainError:
    return DomainError(f'the formula may not contain "{short(ast.unparse(node))}". {ALLOWED}.')


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


def breaks(tree: ast.expr, name: str, state: Mapping[str, Mapping[str, Any]]) -> tuple[Break, ...]:
    """The breaks of a factor's tree in a column; `state` holds the knots that splines have learned. They are known of
    the operations and not read off values at some rows.

    >>> [(found.text, found.is_step) for found in breaks(ast.parse("abs(x) + I(x > 0)", mode="eval").body, "x", {})]
    [('abs(x)', False), ('x > 0', True)]
    """
    found = list[Break]()
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=op) | ast.Compare(ops=[op]):
                each = BREAKS[type(op)](node, state)
            case ast.Call(func=ast.Name(id=called)):
                each = BREAKS[called](node, state)
            case _:
                continue
        for argument, points, *end in each:
            names = {column_of(part.id) for part in ast.walk(argument) if isinstance(part, ast.Name)}
            if points and name in names:
                found.append(Break(ast.unparse(node), argument, points, *end))
    return tuple(found)


def _breaks_of_power(node: ast.BinOp, state: Any) -> list[Any]:
    """x, x^2, x^3, ... are smooth; any other power is a root or infinite at 0."""
    try:
        number = ast.literal_eval(node.right)
    except ValueError:  # the exponent is an expression of columns
        number = -1.0
    return [] if number >= 0 and number == int(number) else [(node.left, (0.0,))]


def _breaks_of_spline(node: ast.Call, state: Mapping[str, Mapping[str, Any]]) -> list[Any]:
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
    return [(node, EVERYWHERE if jumps else ()), (node.args[0], kinks), (node.args[0], ends, True)]


SMOOTH = ("I", "exp", "expm1", "log", "log2", "log10", "log1p", "center", "scale", "poly", "s")

STEPS = (ast.FloorDiv, ast.Mod, ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq, "C")

# By the node of Python's syntax tree or the name of the transform: each argument with the points where it breaks.
BREAKS: dict[Any, Callable[..., list[Any]]] = {
    **dict.fromkeys((ast.Add, ast.Sub, ast.Mult, *SMOOTH), lambda node, state: []),
    **dict.fromkeys(STEPS, lambda node, state: [(node, EVERYWHERE)]),
    **dict.fromkeys(("sqrt", "abs"), lambda node, state: [(node.args[0], (0.0,))]),
    ast.Div: lambda node, state: [(node.right, (0.0,))],
    ast.Pow: _breaks_of_power,
    **dict.fromkeys(("bs", "cr", "cc", "ns"), _breaks_of_spline),
}
