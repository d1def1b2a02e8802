"""Random parts of a formula, `y ~ x + (x | g)`: effects of the columns left of the bar that vary between the groups
right of it.

| written | effects |
|---|---|
| `(1 \\| g)` | a level of each group |
| `(x \\| g)` | a level and a slope of x, which may be correlated; `(1 + x \\| g)` is the same |
| `(0 + x \\| g)` | a slope alone |
| `(x \\|\\| g)` | `(1 \\| g) + (0 + x \\| g)`: independent of each other, where x is 0 |
| `(1 \\| a:b)` | a level of each combination of a and b |
| `(1 \\| a/b)` | `(1 \\| a) + (1 \\| a:b)`: b within a |

They are cut out of the text, and what is left is a formula as any other. Nothing is ever run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from stattools.data.formula.backticks import in_backticks
from stattools.data.formula.evaluation import short
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import LINES, PLAIN, Formula, parse, require, tokens
from stattools.errors import DomainError
from stattools.interface.record import record

# Text constants and names in backticks, in which nothing is looked for; the opening of a call; brackets, bars, the ~.
MARKS = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:[^`]|``)*`|(?<![\w.])[^\W\d][\w.]*+\s*+\(|\|+|[()~]""")
HOW = "A random part is written (1 | g), (x | g), (0 + x | g) or (x || g), between plus signs."


@record
class RandomPart:
    """One random term as it was read: `left` has the columns whose effects vary, `groups` the columns that make the
    groups together, and `name` is how it is printed. `alone` says that each of its columns has a term of its own, since
    a double bar was written.
    """

    name: str
    left: Formula
    groups: tuple[str, ...]
    alone: bool = False

    @property
    def group(self) -> str:
        """The name of the grouping factor, `g` or `a:b`."""
        return ":".join(self.groups)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs of a table."""
        return tuple(dict.fromkeys((*self.left.columns, *self.groups)))


@record
class MixedFormula:
    """A formula and its random parts; `formula` has the terms of all rows and the text of both, as it was typed, and
    `fixed` is the text without these parts. `notes` are what is to be said of how it was written.
    """

    formula: Formula
    random: tuple[RandomPart, ...]
    fixed: str
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the right side needs of a table, those of the random parts last."""
        return tuple(dict.fromkeys((*self.formula.columns, *(name for part in self.random for name in part.columns))))

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns of groups."""
        return tuple(dict.fromkeys(name for part in self.random for name in part.groups))


def mixed_formula(
    text: str,
    available: Sequence[str],
    apart: Collection[str] = (),
    read: Callable[[str, Sequence[str], Collection[str]], Formula] = parse,
) -> MixedFormula:
    """Read a formula that may have random parts; the dot, all other columns, leaves out `apart` and those of groups.
    `read` reads what is left of it, where its outcome is of a kind of its own.

    Raises DomainError for what `parse` refuses, and for random parts that are malformed, or the same twice.

    >>> found = mixed_formula("y ~ x + (x | a/b)", ["y", "x", "a", "b"])
    >>> [part.name for part in found.random], found.formula.text
    (['(x | a)', '(x | a:b)'], 'y ~ x + (x | a/b)')
    """
    if read is parse:
        return _read(text, tuple(available), tuple(sorted(apart)))
    return _of(text, available, apart, read)


@lru_cache(maxsize=256)
def _read(text: str, available: tuple[str, ...], apart: tuple[str, ...]) -> MixedFormula:
    """What was read before is not read again."""
    return _of(text, available, apart, parse)


def _of(
    text: str,
    available: Sequence[str],
    apart: Collection[str],
    read: Callable[[str, Sequence[str], Collection[str]], Formula],
) -> MixedFormula:
    fixed, pieces = without_random(text)
    if not pieces:
        return MixedFormula(read(text, available, apart), (), text)
    groupings = [_groupings(piece, available) for piece in pieces]
    grouping = {name for products in groupings for product in products for name in product}
    formula = read(fixed, available, (*apart, *grouping))
    each = [_parts(piece, products, formula, available) for piece, products in zip(pieces, groupings, strict=True)]
    parts = tuple(part for some in each for part in some)
    _require_apart(parts)
    said = _in_one_line(text)
    if formula.text != _in_one_line(fixed):  # it had a dot, which is written out
        said = " + ".join((formula.text, *(piece.text for piece in pieces)))
    notes = tuple(
        f"The effects of {piece.text} are independent where its columns are 0, so that the fit depends on their origin;"
        f" that of ({piece.left} | {piece.right}) does not."
        for piece, some in zip(pieces, each, strict=True)
        if some[0].alone and len({part.left.text for part in some}) > 1
    )
    return MixedFormula(replace(formula, text=said), parts, formula.text, notes)


class TypedPart(NamedTuple):
    """A random part as it was typed: the whole with its brackets, and what stands around its bar."""

    text: str
    left: str
    bar: str
    right: str


def without_random(text: str) -> tuple[str, tuple[TypedPart, ...]]:
    """The formula without its random parts, and these. Raises DomainError for a bar that stands anywhere else.

    >>> without_random("y ~ (1 | g) + x")[0]
    'y ~ x'
    """
    pieces: list[TypedPart] = []
    fixed = text
    while (found := _first(fixed)) is not None:
        start, end, piece = found
        before, after = fixed[:start].rstrip(), fixed[end:].lstrip()
        if before.endswith("-"):
            raise DomainError(f"{piece.text} cannot be taken away in {short(text)!r}: leave it out.")
        if not before.endswith(("~", "+")) or (after and after[0] not in "+-"):
            raise DomainError(f"{piece.text} in {short(text)!r} must stand for itself. {HOW}")
        if before.endswith("+"):
            before = before[:-1].rstrip()
        elif after.startswith("+"):
            after = after[1:].lstrip()
        fixed = f"{before} {after}".rstrip()
        pieces.append(piece)
    return f"{fixed} 1" if pieces and fixed.endswith("~") else fixed, tuple(pieces)


def _first(text: str) -> tuple[int, int, TypedPart] | None:
    """Begin, end and parts of the first bracket of the right side with a bar in it."""
    opened: list[tuple[int, bool]] = []  # where brackets begin that are open, and whether each is that of a call
    bars: list[re.Match[str]] = []
    right = False
    for found in MARKS.finditer(text):
        mark = found[0]
        if mark == "~":
            right = True
        elif mark.endswith("("):
            opened.append((found.start(), mark != "("))
        elif mark == ")" and opened:
            start, _ = opened.pop()
            if bars and not opened:
                return start, found.end(), _piece(text, start, found.end(), bars)
        elif mark.startswith("|") and right:
            if not opened:
                raise DomainError(f"the bar in {short(text)!r} needs brackets around it. {HOW}")
            if len(opened) > 1 or opened[0][1]:
                inside = text[opened[0][0] : found.end()]
                raise DomainError(f"a random part stands within other brackets in {short(text)!r}: {inside!r}. {HOW}")
            bars.append(found)
    if bars:
        raise DomainError(f"the bracket of a random part is not closed in {short(text)!r}. {HOW}")
    return None


def _piece(text: str, start: int, end: int, bars: list[re.Match[str]]) -> TypedPart:
    whole = _in_one_line(text[start:end])
    if len(bars) > 1 or len(bars[0][0]) > 2:
        raise DomainError(f"{whole} in {short(text)!r} has more than one bar. {HOW}")
    bar = bars[0]
    left, right = _in_one_line(text[start + 1 : bar.start()]), _in_one_line(text[bar.end() : end - 1])
    if not left:
        raise DomainError(f"{whole} in {short(text)!r} has nothing left of its bar: write (1 | {right}). {HOW}")
    if not right:
        raise DomainError(f"{whole} in {short(text)!r} has no grouping column right of its bar. {HOW}")
    return TypedPart(whole, left, bar[0], right)


def _in_one_line(text: str) -> str:
    return LINES.sub(lambda found: found[1] or " ", text.strip())


def _groupings(piece: TypedPart, available: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The products of columns that the right of a bar stands for: one, or those of `a/b`."""
    products: list[tuple[str, ...]] = [()]
    try:
        right = list(tokens(piece.right, available))
    except DomainError as error:
        raise DomainError(
            f"{piece.text}: groups are written g, a:b or a/b, names of columns whose values are labels, also where "
            "they are numbers."
        ) from error
    for place, token in enumerate(right):
        is_name = isinstance(token, Expression)
        if is_name and token.category is None:
            raise DomainError(
                f"the groups of {piece.text} are columns, {token.text!r} is none: make it a column of the table."
            )
        if is_name != (place % 2 == 0) or (not is_name and token not in (":", "/")):
            hint = " For both columns beside each other write a random part for each." if token == "+" else ""
            raise DomainError(f"{piece.text}: groups are written g, a:b or a/b.{hint}")
        if token == "/":
            products.append(products[-1])
        elif isinstance(token, Expression):
            name = str(token.category)
            require(name, available)
            if name in products[-1]:
                raise DomainError(f"{piece.text} names the column {name!r} twice.")
            products[-1] = (*products[-1], name)
    if not len(right) % 2:
        raise DomainError(f"{piece.text}: a column is missing after {right[-1]}.")
    return tuple(products)


def _parts(
    piece: TypedPart, products: tuple[tuple[str, ...], ...], formula: Formula, available: Sequence[str]
) -> list[RandomPart]:
    """The random terms of what was typed."""
    if "." in tokens(piece.left, available):
        raise DomainError(f"{piece.text}: name the columns whose effects vary; a dot stands for none there.")
    if piece.left.replace(" ", "") in ("0", "-1"):
        raise DomainError(f"{piece.text} has no effect that varies: write 1 or a column left of its bar.")
    left = parse(f"~ {piece.left}", available, (), formula.outcome)
    spaced = "".join(_spaced(token) for token in tokens(piece.left, available)).strip()
    found: list[RandomPart] = []
    for groups in products:
        called = ":".join(map(_written, groups))
        if piece.bar == "|":
            found.append(RandomPart(f"({spaced} | {called})", left, groups))
            continue
        for term in left.terms:
            said = ":".join(_word(factor) for factor in term)
            said = f"0 + {said}" if said else "1"
            alone = replace(left, text=f"~ {said}", terms=(term,))
            found.append(RandomPart(f"({said} | {called})", alone, groups, True))
    return found


def _require_apart(parts: Sequence[RandomPart]) -> None:
    """DomainError where two parts have an effect of the same column over the same groups."""
    for one, other in combinations(parts, 2):
        if set(one.groups) != set(other.groups):
            continue
        both = {_key(term) for term in one.left.terms} & {_key(term) for term in other.left.terms}
        if both:
            if one.name == other.name:
                raise DomainError(f"{one.name} stands twice in the formula; leave one out.")
            what = ":".join(sorted(next(iter(both)))) or "the level"
            raise DomainError(
                f"{one.name} and {other.name} have the same effect twice, {what} by {one.group}: two variances of it "
                "cannot be told apart. Leave one out, or write 0 + into the second."
            )


def _written(name: str) -> str:
    """A column as a formula writes it."""
    return name if PLAIN.fullmatch(name) else in_backticks(name)


def _spaced(token: Expression | str) -> str:
    """A token with spaces around plus and minus."""
    return _word(token) if isinstance(token, Expression) else f" {token} " if token in ("+", "-") else token


def _word(factor: Expression) -> str:
    return _written(factor.text) if factor.text in factor.columns else factor.text


def _key(term: Iterable[Expression]) -> frozenset[str]:
    return frozenset(factor.text for factor in term)
