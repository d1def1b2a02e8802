"""One factor of a formula as a checked syntax tree: what it may contain and which columns it needs.

A factor such as `log(x + 1)` is parsed by `ast.parse`, which runs nothing, and every node is compared with a whitelist:
columns, numbers, arithmetic, comparisons and the transforms of `transforms.py`, and nothing else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from stattools.data.formula.backticks import column_of, in_backticks
from stattools.data.formula.evaluation import ARITHMETIC, COMPARISONS, evaluate, short
from stattools.data.formula.transforms import ALLOWED, CONTRASTS, TRANSFORMS, Option
from stattools.errors import DomainError, quoted
from stattools.text.one_line import prints

DEEPEST = 150
"""The most levels of nesting: each takes some calls of Python, whose recursion limit is 1000."""

# Finds text constants, names in backticks and names. Names are replaced before parsing, since Python respells those
# beyond ASCII (NFKC).
NAMES = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|`((?:[^`]|``)*)`|([^\W\d]\w*)""")


@prints
@dataclass(frozen=True, eq=False)
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
    def call(self) -> str | None:
        """The transform that makes the whole factor, if it is a call."""
        match self.tree:
            case ast.Call(func=ast.Name(id=name)):
                return name
        return None

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
    if _depth(tree) > DEEPEST:
        raise DomainError(
            f"{short(source)!r} in the formula is nested more than {DEEPEST} levels deep; make it a column."
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            node.id = in_backticks(names[node.id])
    _permit(tree, whole=True)
    columns = tuple(dict.fromkeys(_columns(tree)))
    if not columns:
        raise DomainError(f"{ast.unparse(tree)!r} in the formula names no column of the data.")
    return Expression(ast.unparse(tree), tree, columns)


def _permit(node: ast.AST, whole: bool = False) -> None:
    """Refuse every node that the whitelist does not know."""
    match node:
        case ast.Constant(value=bool() | int() | float()):
            _fold(node)
        case ast.Name(id=name) if not name.startswith("__"):
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _permit(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            _permit(left)
            _permit(right)
            _fold(node)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            for side in (left, right):
                if not (isinstance(side, ast.Constant) and isinstance(side.value, str)):
                    _permit(side)
        case ast.Call(func=ast.Name(id=name), args=[first, *rest], keywords=keywords) if name in TRANSFORMS:
            _permit_call(node, name, first, rest, keywords, whole)
        case _:
            _forbid(node)


def _permit_call(
    node: ast.AST, name: str, first: ast.expr, rest: list[ast.expr], keywords: list[ast.keyword], whole: bool
) -> None:
    transform = TRANSFORMS[name]
    if transform.whole and not whole:
        raise DomainError(f"{ast.unparse(node)!r} makes several columns: it must be a term of its own.")
    if name == "C" and not isinstance(first, ast.Name):
        raise DomainError(f"{short(ast.unparse(node))!r}: C takes one column, C(name); make the column first.")
    if name == "s" and rest and not isinstance(rest[0], ast.Constant):
        raise DomainError(
            f"{short(ast.unparse(node))!r}: a curve has one variable; s({ast.unparse(first)}) + "
            f"s({ast.unparse(rest[0])}) adds two, and by= is for levels or a number."
        )
    _permit(first)
    for key, value in _pairs(node, transform.constants, rest, keywords):
        if key == "contrasts":
            _permit_contrast(value)
        elif key == "by":
            _permit_column(node, value)
        else:
            _permit_constant(node, key, value, transform.constants[key])


def _permit_contrast(node: ast.expr) -> None:
    function, rest, keywords = node, [], []
    if isinstance(node, ast.Call):
        function, rest, keywords = node.func, node.args, node.keywords
    if not isinstance(function, ast.Name | ast.Attribute) or ast.unparse(function) not in CONTRASTS:
        _forbid(node)
    allowed = CONTRASTS[ast.unparse(function)]
    for key, value in _pairs(node, allowed, rest, keywords):
        _permit_constant(node, key, value, allowed[key])


def _permit_column(node: ast.AST, value: ast.expr) -> None:
    """A column, or C(column) where its numbers are labels."""
    bare = value.args[0] if isinstance(value, ast.Call) and value.args else value
    if not isinstance(bare, ast.Name) or ast.unparse(value) not in (bare.id, f"C({bare.id})"):
        raise DomainError(
            f"{short(ast.unparse(node))!r}: by= is the name of a column, by=g, or by=C(g) where numbers are labels; "
            f"got {short(ast.unparse(value))}."
        )
    _permit(bare)


def _permit_constant(node: ast.AST, key: str, value: ast.expr, option: Option) -> None:
    worth = _literal(value)
    if not option.accepts(worth):
        raise DomainError(f"{short(ast.unparse(node))!r}: {key}= must be {option.needs}; got {quoted(worth)}.")


def _pairs(
    node: ast.AST, allowed: Mapping[str, Option], rest: list[ast.expr], keywords: list[ast.keyword]
) -> list[tuple[str, ast.expr]]:
    """The constants of a call with their names; DomainError for a wrong number of them or a wrong name."""
    pairs = list(zip(allowed, rest, strict=False)) + [(str(k.arg), k.value) for k in keywords]
    names = [name for name, _ in pairs]
    if len(rest) > len(allowed) or not set(names) <= set(allowed) or len(set(names)) < len(names):
        takes = ", ".join(f"{name}=" for name in allowed) or "nothing"
        raise DomainError(f"{short(ast.unparse(node))!r} in the formula: beside its column it takes {takes}.")
    return pairs


def _literal(node: ast.expr) -> Any:
    """A constant: a number, a text, True or False, or a list of those."""
    try:
        worth = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        _forbid(node)
    parts = worth if isinstance(worth, list | tuple) else [worth]
    if not all(isinstance(part, int | float | str) for part in parts):
        _forbid(node)
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


def _columns(node: ast.AST) -> list[str]:
    """Names of the columns in reading order: every name that is not the function of a call or of a contrast."""
    if isinstance(node, ast.Name):
        return [column_of(node.id)]
    parts = ast.iter_child_nodes(node)
    if isinstance(node, ast.Call):
        parts = [node.args[0], *(one.value for one in node.keywords if one.arg == "by")]
    return [name for part in parts for name in _columns(part)]


def _depth(tree: ast.AST) -> int:
    """Levels of nesting, counted without recursion."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _forbid(node: ast.AST) -> NoReturn:
    raise DomainError(f'the formula may not contain "{short(ast.unparse(node))}". {ALLOWED}.')
