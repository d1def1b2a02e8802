r"""Parts of a formula that are no terms: random parts, curves, and the outcome of a formula about times.

| written | what it is |
|---|---|
| `(1 \| g)` | random: a level of each group |
| `(x \| g)`, `(1 + x \| g)` | a level and a slope of x, which may be correlated |
| `(0 + x \| g)` | a slope alone |
| `(x \|\| g)` | `(1 \| g) + (0 + x \| g)`: independent of each other, where x is 0 |
| `(1 \| a:b)`, `(1 \| a/b)` | a level of each combination of a and b; `(1 \| a) + (1 \| a:b)`: b within a |
| `s(x, k=40)` | f(x), a cubic spline of 40 coefficients (20 if none are given) with penalized second differences |
| `s(x, by=g)` | f_a(x) in the rows of each level a of the factor g, whose heights are `g +` beside |
| `s(x, by=z)` | f(x) z of a number z |
| `survival(duration)` | time: every event was seen |
| `survival(time, died)` | time, event: 1 or true where it was seen, 0 or false where the time may be longer |
| `survival(entry, time, died)` | entry, time, event: at risk from `entry` on only (late entry, one of several rows) |
| `survival(low, high, type="interval")` | low, high: between the two |

Random parts are cut out of the text, and what is left is a formula as any other. The line of a curve stays in it as
`center(x)`; what differs from the line is a `SmoothTerm` over the rows. The word `survival` is read before a bracket
only: a column may be called so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from stattools.data.formula.expression import HIDDEN, Expression, column, column_of, constants, expression, short
from stattools.data.formula.formula import Formula, arguments, in_one_line, parse, require, tokens
from stattools.errors import DomainError
from stattools.interface.record import record

# Besides what hides them: the opening of a call; brackets, bars, the ~.
MARKS = re.compile(rf"{HIDDEN}|(?<![\w.])[^\W\d][\w.]*+\s*+\(|\|+|[()~]")

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
        of_parts = (name for part in self.random for name in (*part.left.columns, *part.groups))
        return tuple(dict.fromkeys((*self.formula.columns, *of_parts)))

    @property
    def is_latent(self) -> bool:
        """Whether there are effects of groups, or curves."""
        return bool(self.random) or has_curves(self.formula)

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns of groups."""
        return tuple(dict.fromkeys(name for part in self.random for name in part.groups))


type Reader = Callable[[str, Sequence[str], Collection[str]], Formula]


def mixed_formula(
    text: str, available: Sequence[str], apart: Collection[str] = (), read: Reader = parse
) -> MixedFormula:
    """Read a formula that may have random parts; the dot, all other columns, leaves out `apart` and those of groups.
    `read` reads what is left of it, where its outcome is of a kind of its own. Raises DomainError for what `parse`
    refuses, and for random parts that are malformed, or the same twice.

    >>> found = mixed_formula("y ~ x + (x | a/b)", ["y", "x", "a", "b"])
    >>> [part.name for part in found.random], found.formula.text
    (['(x | a)', '(x | a:b)'], 'y ~ x + (x | a/b)')
    """
    return _mixed_formula(text, tuple(available), tuple(sorted(apart)), read)


@lru_cache(maxsize=64)  # as of `parse`
def _mixed_formula(text: str, available: tuple[str, ...], apart: tuple[str, ...], read: Reader) -> MixedFormula:
    fixed, pieces = without_random(text)
    if not pieces:
        return MixedFormula(read(text, available, apart), (), text)
    groupings = [_groupings(piece, available) for piece in pieces]
    grouping = {name for products in groupings for product in products for name in product}
    formula = read(fixed, available, (*apart, *grouping))
    each = [_parts(piece, products, formula, available) for piece, products in zip(pieces, groupings, strict=True)]
    parts = tuple(part for some in each for part in some)
    _require_apart(parts)
    said = in_one_line(text)
    if formula.text != in_one_line(fixed):  # it had a dot, which is written out
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
    fixed, at, pieces = "", 0, list[TypedPart]()
    for start, end, bar in _barred(text):
        cuts = (start, end), (start + 1, bar.start()), (bar.end(), end - 1)
        whole, left, right = (in_one_line(text[low:high]) for low, high in cuts)
        if not left:
            raise DomainError(f"{whole} in {short(text)!r} has nothing left of its bar: write (1 | {right}). {HOW}")
        if not right:
            raise DomainError(f"{whole} in {short(text)!r} has no grouping column right of its bar. {HOW}")
        before, after = f"{fixed}{text[at:start]}".rstrip(), text[end:].lstrip()
        if before.endswith("-"):
            raise DomainError(f"{whole} cannot be taken away in {short(text)!r}: leave it out.")
        if not before.endswith(("~", "+")) or (after and after[0] not in "+-"):
            raise DomainError(f"{whole} in {short(text)!r} must stand for itself. {HOW}")
        if before.endswith("+"):
            before = before[:-1].rstrip()
        else:
            after = after.removeprefix("+").lstrip()
        fixed, at = f"{before} ", len(text) - len(after)
        pieces.append(TypedPart(whole, left, bar[0], right))
    if not pieces:
        return text, ()
    fixed = f"{fixed}{text[at:]}".rstrip()
    return f"{fixed} 1" if fixed.endswith("~") else fixed, tuple(pieces)


def _barred(text: str) -> Iterator[tuple[int, int, re.Match[str]]]:
    """Begin and end of the brackets of the right side with a bar in them, and this bar."""
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
                if len(bars) > 1 or len(bars[0][0]) > 2:
                    whole = in_one_line(text[start : found.end()])
                    raise DomainError(f"{whole} in {short(text)!r} has more than one bar. {HOW}")
                yield start, found.end(), bars.pop()
        elif mark.startswith("|") and right:
            if not opened:
                raise DomainError(f"the bar in {short(text)!r} needs brackets around it. {HOW}")
            if len(opened) > 1 or opened[0][1]:
                inside = text[opened[0][0] : found.end()]
                raise DomainError(f"a random part stands within other brackets in {short(text)!r}: {inside!r}. {HOW}")
            bars.append(found)
    if bars:
        raise DomainError(f"the bracket of a random part is not closed in {short(text)!r}. {HOW}")


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
        elif is_name:
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
    words = (one.written if isinstance(one, Expression) else one for one in tokens(piece.left, available))
    spaced = "".join(f" {word} " if word in ("+", "-") else word for word in words).strip()
    effects = {spaced: left}
    if piece.bar == "||":
        alone = {":".join(factor.written for factor in term): term for term in left.terms}
        each = {f"0 + {name}" if name else "1": term for name, term in alone.items()}
        effects = {said: replace(left, text=f"~ {said}", terms=(term,)) for said, term in each.items()}
    named = ((groups, ":".join(column(name).written for name in groups)) for groups in products)
    return [
        RandomPart(f"({said} | {called})", effect, groups, piece.bar == "||")
        for groups, called in named
        for said, effect in effects.items()
    ]


def _require_apart(parts: Sequence[RandomPart]) -> None:
    """DomainError where two parts have an effect of the same column over the same groups."""
    for one, other in combinations(parts, 2):
        mine, theirs = ({frozenset(factor.text for factor in t) for t in part.left.terms} for part in (one, other))
        if set(one.groups) == set(other.groups) and (both := mine & theirs):
            if one.name == other.name:
                raise DomainError(f"{one.name} stands twice in the formula; leave one out.")
            what = ":".join(sorted(next(iter(both)))) or "the level"
            raise DomainError(
                f"{one.name} and {other.name} have the same effect twice, {what} by {one.group}: two variances of it "
                "cannot be told apart. Leave one out, or write 0 + into the second."
            )


MARK = re.compile(r"(?<![\w.])s\s*\(")
"""What the text of every formula with a curve has in it."""

USUAL = 20
"""How many coefficients a curve has where none are given."""

Term = tuple[Expression, ...]


@record
class SmoothPart:
    """One curve as it was read: its `variable`, `k` coefficients, and the factor or number `by`, None without one."""

    variable: Expression
    k: int
    by: Expression | None

    @property
    def name(self) -> str:
        """How the curve is printed, without the level of a factor."""
        return f"s({self.variable.text})" + ("" if self.by is None else f":{self.by.text}")

    @property
    def written(self) -> str:
        """The curve as a formula has it, with its usual number of coefficients."""
        return f"s({self.variable.text}" + (")" if self.by is None else f", by={self.by.text})")

    @property
    def factors(self) -> tuple[Expression, ...]:
        """The variable, and what it is by: a number, or a column for each level."""
        return (self.variable,) if self.by is None else (self.variable, self.by)

    @property
    def right(self) -> str:
        """A right side whose columns are those of the factors."""
        return f"~ 0 + {' + '.join(ast.unparse(one.tree) for one in self.factors)}"

    @property
    def line(self) -> Expression:
        """The variable less its mean, a factor of the formula."""
        return expression(f"center({ast.unparse(self.variable.tree)})")

    def lines(self, is_factor: Callable[[Expression], bool]) -> tuple[Term, ...]:
        """The terms of the formula that are the line: the variable's, that of each level, or height and slope of what a
        number multiplies.
        """
        if self.by is None:
            return ((self.line,),)
        return ((self.line, self.by),) if is_factor(self.by) else ((self.by,), (self.line, self.by))


def has_curves(formula: Formula) -> bool:
    """Whether a curve stands among the terms."""
    return any(factor.call == "s" for factor in formula.factors)


def smooth_parts(formula: Formula, is_factor: Callable[[Expression], bool]) -> tuple[Formula, tuple[SmoothPart, ...]]:
    """The formula with a line for each curve, and the curves; the text stays as it was typed. `is_factor` says of what
    `by=` names whether it holds levels. DomainError for a curve that is no term of its own, and the same one twice.

    >>> from stattools.data.formula.formula import parse
    >>> lines, curves = smooth_parts(parse("y ~ s(x, k=9) + z", ["y", "x", "z"]), lambda by: False)
    >>> [factor.text for factor in lines.factors], [(part.name, part.k) for part in curves]
    (['center(x)', 'z'], [('s(x)', 9)])
    """
    if not has_curves(formula):
        return formula, ()
    parts: dict[str, SmoothPart] = {}
    terms: dict[frozenset[str], Term] = {}
    for term in formula.terms:
        curves = []
        for call in (factor.tree for factor in term if isinstance(factor.tree, ast.Call) and factor.call == "s"):
            given = constants(call)
            by = expression(ast.unparse(given["by"])) if "by" in given else None
            curves.append(SmoothPart(expression(ast.unparse(call.args[0])), given.get("k", USUAL), by))
        if curves and len(term) > 1:
            inner, other = curves[0].variable.text, next((one.text for one in term if one.call != "s"), None)
            how = f"of a surface over two variables there is none here; s({inner}) + the other curve adds them"
            if other is not None:
                how = f"a curve for each level of a factor is {other} + s({inner}, by={other}), and by= a number"
                how = f"{how} multiplies it"
            raise DomainError(f"{':'.join(factor.text for factor in term)!r}: a curve is a term of its own; {how}.")
        for part in curves:
            if part.name in parts:
                raise DomainError(f"the formula has the curve {part.name} twice; leave one of them out.")
            parts[part.name] = part
        for line in curves[0].lines(is_factor) if curves else (term,):
            terms.setdefault(frozenset(factor.text for factor in line), line)
    for part in parts.values():
        own = {factor.text for factor in part.factors}
        within = part.by is not None and is_factor(part.by)
        for term in terms:
            if part.variable.text in term and (term == own or (within and term <= own)):
                raise DomainError(
                    f"{part.name} has the line of {part.variable.text!r} in it, and the formula has "
                    f"{':'.join(sorted(term))!r} beside it: leave that out."
                )
    return replace(formula, terms=tuple(terms.values())), tuple(parts.values())


OPENS = re.compile(r"\s*survival\s*\(")
"""How the outcome begins."""

TYPE = re.compile(r"""\s*type\s*=\s*(["'])(\w*)\1\s*""")

QUOTED = re.compile(r"`(?:[^`]|``)*`")

AS_TERMS = re.compile(r"\b(strata|cluster|id|frailty|tt)\s*\(")
"""Terms of other packages."""

PARTS = {
    (None, 1): ("time",),
    (None, 2): ("time", "event"),
    (None, 3): ("entry", "time", "event"),
    ("interval", 2): ("low", "high"),
}
"""The names of the parts by the type that is given and their number."""

# What errors say of how an outcome about times is written.
WRITTEN = (
    "The outcome is survival(time, died), survival(entry, time, died) or, where every event was seen, survival(time): "
    '"survival(time, died) ~ x".'
)


def survival_formula(
    who: str, text: str, available: Sequence[str], apart: Collection[str] = (), *, intervals: bool = False
) -> Formula:
    """Read a formula about times, whose outcome has named parts; `available` are the columns of the table, `apart`
    those that `.` leaves out, and `intervals` says whether times may be known by the two ends between which they lie.
    Raises DomainError, in the name of `who`, for another outcome, for parts that are too many or no expressions, and
    for columns that are not there.

    >>> found = survival_formula("st.cox", "survival(time, status == 2) ~ age", ["time", "status", "age"])
    >>> {name: part.text for name, part in found.parts.items()}, found.outcome.text
    ({'time': 'time', 'event': 'status == 2'}, 'survival(time, status == 2)')
    """
    if (opened := OPENS.match(text)) is None:
        ours = re.sub(r"\bSurv\s*\(", "survival(", text.strip(), count=1)
        remedy = WRITTEN if ours == text.strip() else f'Write "{ours}".'
        raise DomainError(f"{who} needs an outcome that is a time; got {short(text)!r}. {remedy}")
    given, end = arguments(text, opened.end())
    parts = _survival_parts(who, given, available, intervals)
    rest = text[end:].strip()
    if not rest.startswith("~"):
        raise DomainError(f"{who}: after the outcome of {short(text)!r} a ~ and the predictors follow. {WRITTEN}")
    if (term := AS_TERMS.search(rest)) is not None and term[1] not in available:
        what = f'{term[1]}="column"' if term[1] in ("strata", "cluster", "id") else "not there"
        raise DomainError(f"{who}: {term[1]}(...) is no term of a formula here: it is {what}, beside the table.")
    kind = ', type="interval"' if "low" in parts else ""
    spelled = f"survival({', '.join(part.text for part in parts.values())}{kind})"
    call = ast.Call(ast.Name("survival", ast.Load()), [part.tree for part in parts.values()], [])
    columns = tuple(dict.fromkeys(name for part in parts.values() for name in part.columns))
    outcome = Expression(spelled, call, columns)
    for name in columns:
        require(name, available)
    formula = parse(rest, available, apart, outcome, left=f"{text[:end].strip()} ")
    if (twice := next((name for name in formula.columns if name in columns), None)) is not None:
        raise DomainError(f"{who}: {twice!r} is part of the outcome and cannot predict it; take it off the right side.")
    return replace(formula, text=f"{spelled} {formula.text}", parts=parts)


def _survival_parts(who: str, given: list[str], available: Sequence[str], intervals: bool) -> dict[str, Expression]:
    inside = ",".join(given)
    if (kind := TYPE.fullmatch(given[-1])) is not None:
        given = given[:-1]
    names = PARTS.get((None if kind is None else kind[2], len(given)))
    if names is None or not all(part.strip() for part in given):
        raise DomainError(f"{who} cannot read the outcome survival({short(inside)}). {WRITTEN}")
    if names == ("low", "high") and not intervals:
        raise DomainError(
            f'{who} takes times that were seen, or are longer than one; survival(low, high, type="interval") is for '
            "st.aft."
        )
    return {
        name: column(one) if one in available else column(column_of(one)) if QUOTED.fullmatch(one) else expression(one)
        for name, one in zip(names, map(str.strip, given), strict=True)
    }
