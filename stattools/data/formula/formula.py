"""The outcome and the terms of a formula that is given as text; nothing in it is ever run.

`y ~ a + log(b):C(g)` is cut into factors, each checked against the whitelist of `expression.py`. The algebra of terms
(Wilkinson and Rogers, 1973, Applied Statistics 22, 392-399) is formulaic's parser. It is given a stand-in for each
factor, since it would evaluate calls on the left side while parsing; a sum of factors needs no algebra. A formula in
the words of other packages is translated into ours only where it was refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from stattools.data.formula.expression import ALLOWED, HIDDEN, Expression, column, column_of, expression, short
from stattools.errors import DomainError
from stattools.interface.names.answers import vocabulary
from stattools.interface.record import record


def in_our_words(text: str) -> tuple[str, str]:
    """The formula as it is written here, and the arguments of the model that parts of it become.

    >>> in_our_words("k ~ np.log(x) + factor(g) + offset(log(t))")
    ('k ~ log(x) + C(g)', 'exposure="t"')
    >>> in_our_words("cbind(dead, n - dead) ~ dose")
    ('dead ~ dose', 'trials="n" of st.logistic')
    """
    others, arguments = vocabulary().formulas, list[str]()
    ours = re.sub(others["power_inside"], lambda found: found[0].replace("^", "**"), text.strip())
    for pattern, rewritten, *beside in others["rewrites"]:
        arguments += [found.expand(text) for text in beside for found in re.finditer(pattern, ours)]
        ours = re.sub(pattern, rewritten, ours)
    if (effects := re.search(others["fixed_effects"], ours)) is not None:
        columns = effects[1].replace("^", ":").split("+")
        ours = f"{ours[: effects.start()].rstrip()} + {' + '.join(f'C({name.strip()})' for name in columns)}"
    return ours.strip(), ", ".join(dict.fromkeys(arguments))


def explained(text: str, error: DomainError, parse: Callable[[str], object], left: str = "") -> DomainError:
    """What an error says of a refused formula: how it is written here, behind the `left` side that was read before, or
    what there is none of here, or `error` where that says it all.
    """
    others, notes = vocabulary().formulas, vocabulary().notes
    ours, arguments = in_our_words(text)
    alien = notes["{no_function}"] if re.search(others["alien"], ours) else None
    lacking = next((note for pattern, note in others["lacking"] if re.search(pattern, text)), alien)
    why = f"{short(text)!r}: {lacking}." if lacking else "" if _says_little(error) else error.message
    refused, beside = DomainError(why) if lacking else error, ""
    if ours == text.strip():
        return refused
    try:
        parse(ours)
    except DomainError as other:
        if lacking or _says_little(other):
            return refused
        beside = f" Then: {other.message}"
    given = f" and {arguments} beside the table" if arguments else ""
    why = why or f"the formula {short(left + text)!r} is written otherwise here."
    return DomainError(f'{why} Write "{left}{ours}"{given}.{beside}')


def _says_little(error: DomainError) -> bool:
    """Whether an error says only what formulas may contain."""
    return "may not contain" in error.message or "cannot read" in error.message


# The name of a column, in backticks or not, and a formula whose left side names two columns.
NAME = r"\s*(`(?:[^`]|``)*`|[^\W\d][\w.]*)\s*"

TWO_COLUMNS = re.compile(rf"{NAME}\+{NAME}~(.*)", flags=re.DOTALL)


def grouped_formula(formula: object) -> tuple[Any, str | None]:
    """The formula of the successes alone and the name of the failures' column; None where it has one outcome.

    >>> grouped_formula("ill + well ~ dose")
    ('ill ~ dose', 'well')
    >>> grouped_formula("ill ~ dose")
    ('ill ~ dose', None)
    """
    if not isinstance(formula, str) or (found := TWO_COLUMNS.fullmatch(formula)) is None:
        return formula, None
    successes, failures, right = found.groups()
    return f"{successes} ~ {right.strip()}", column_of(failures)


# The most characters, terms, and the highest order of interactions in (a + b)**k: more is a slip, or an attack.
LONGEST, MOST_TERMS, HIGHEST = 10_000, 20_000, 10

TOKEN = re.compile(
    r"""\s*(?:`(?P<quoted>(?:[^`]|``)*)`
        | (?P<call>[^\W\d][\w.]*\s*\()
        | (?P<name>[^\W\d]\w*(?:\.\w+)*)
        | (?P<number>\d+(?:\.\d*)?)
        | (?P<dot>\.(?!\w))
        | (?P<operator>\*\*|[-~+*/:^()]))""",
    re.VERBOSE,
)

MARKED = re.compile(rf"{HIDDEN}|[(),\[\]]")

# Line breaks; what may have them within it is matched too, and kept.
LINES = re.compile(rf"({HIDDEN})|(?<![^\S\n])[^\S\n]*+\n\s*")

EXAMPLES = 'Write "outcome ~ predictors", for example "y ~ x1 + C(g)" or "y ~ 1".'


@record
class Formula:
    """A parsed formula: the outcome and the terms, each a product of factors; the empty product is the intercept.
    `parts` are those of an outcome about times by name.
    """

    text: str
    outcome: Expression
    terms: tuple[tuple[Expression, ...], ...]
    parts: Mapping[str, Expression] = field(default_factory=dict)

    @cached_property
    def factors(self) -> tuple[Expression, ...]:
        """Every factor of the right side once."""
        return tuple({factor.text: factor for term in self.terms for factor in term}.values())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that the right side needs, in order."""
        return tuple(dict.fromkeys([name for factor in self.factors for name in factor.columns]))


def parse(
    text: str,
    available: Sequence[str],
    apart: Collection[str] = (),
    outcome: Expression | None = None,
    *,
    left: str = "",
) -> Formula:
    """Read a formula; `available` are the columns of the table, `apart` those that `.` leaves out.

    With an `outcome` the text is a right side alone, "~ x": the formula of another parameter of its distribution, or
    what follows an outcome that was read before, whose text is `left`.
    Raises DomainError for a malformed formula, for anything outside the whitelist, for a column that is not there.

    >>> formula = parse("y ~ a*b", ["y", "a", "b"])
    >>> [":".join(factor.text for factor in term) for term in formula.terms]
    ['', 'a', 'b', 'a:b']
    """
    if len(text) > LONGEST:
        raise DomainError(f"the formula has {len(text):,} characters; at most {LONGEST:,} are read.")
    names = tuple(available), tuple(sorted(apart)), outcome
    try:
        return _parsed(text, *names)
    except DomainError as error:
        plain = str if outcome is not None else lambda ours: grouped_formula(ours)[0]
        said = explained(text, error, lambda ours: _parsed(plain(ours), *names), left)
    raise said from None


@lru_cache(maxsize=256)  # a formula is of its text and the names of columns alone
def _parsed(text: str, available: tuple[str, ...], apart: tuple[str, ...], outcome: Expression | None) -> Formula:
    given: list[Expression | str] = [] if outcome is None else [outcome]
    words = [*given, *tokens(text, available)]
    if words.count("~") != 1:
        raise DomainError(
            f"a formula has one ~ between the outcome and the predictors; got {short(text)!r}. {EXAMPLES}"
        )
    left, right = words[: words.index("~")], words[words.index("~") + 1 :]
    if not (left and right):
        lacks = "term on the right" if left else "outcome on the left"
        raise DomainError(f"the formula {short(text)!r} has no {lacks} of ~. {EXAMPLES}")
    if len(left) > 2 and isinstance(left[0], Expression) and set(left[1::2]) == {"+"}:
        raise DomainError(
            f"the left side of {short(text)!r} has several columns. Two, successes + failures, are a grouped outcome, "
            "which st.logistic, st.beta_binomial and st.binomial take; others, such as st.probit, take one outcome per "
            "row: give each outcome a row of its own and the counts as weights=. For the sum write I(a + b)."
        )
    if len(left) != 1 or not isinstance(left[0], Expression):
        raise DomainError(
            f"the left side of {short(text)!r} must be one outcome, a column or one call such as log(y) or I(y > 0)."
        )
    outcome = left[0]
    curved = {name for token in right if isinstance(token, Expression) and token.call == "s" for name in token.columns}
    others = [name for name in available if name not in (*outcome.columns, *apart, *curved)]
    factors, source = _stand_ins(text, right, others)
    for factor in (outcome, *factors.values()):
        for name in factor.columns:
            require(name, available)
    if outcome.text in {factor.text for factor in factors.values()}:
        raise DomainError(f"the outcome {outcome.text!r} stands on the right side of the formula too; remove it.")
    each = source.split(" ")
    is_sum = len(each) % 2 and {*each[1::2]} <= {"+"} and {*each[::2]} <= {"1", *factors}  # which needs no algebra
    found = [[], *([name] for name in factors)] if is_sum else _algebra(text, source)
    terms = tuple(tuple(factors[name] for name in term) for term in found)
    if not terms:
        raise DomainError(f"{short(text)!r} leaves no term on the right side, not even the intercept.")
    if "." not in right:
        return Formula(in_one_line(text), outcome, terms)
    words = [":".join(factor.written for factor in term) for term in terms if term] or ["1"]
    written = " + ".join(words if () in terms else ["0", *words])
    return Formula(f"{'' if given else outcome.written + ' '}~ {written}", outcome, terms)


def in_one_line(text: str) -> str:
    """The text with a blank for each line break that is not within a text constant or a name."""
    return LINES.sub(lambda found: found[1] or " ", text.strip())


def together(first: Formula, others: Iterable[Formula]) -> Formula:
    """The first formula with the terms of the others beside its own: all factors and columns that they need.

    >>> first = parse("y ~ a", ["y", "a", "b"])
    >>> together(first, [parse("~ b", ["y", "a", "b"], outcome=first.outcome)]).columns
    ('a', 'b')
    """
    each: dict[tuple[str, ...], tuple[Expression, ...]] = {}
    for term in [*first.terms, *[term for other in others for term in other.terms]]:
        each.setdefault(tuple([factor.text for factor in term]), term)
    return replace(first, terms=tuple(each.values()))


def require(name: str, available: Sequence[str]) -> None:
    """DomainError, with the columns that come close, unless the table has this column."""
    if name in available:
        return
    import difflib

    close = difflib.get_close_matches(name, available, n=3)
    meant = f" Did you mean {' or '.join(repr(other) for other in close)}?" if close else ""
    more = f" and {len(available) - 20} more" if len(available) > 20 else ""
    shown = ", ".join(repr(other) for other in available[:20]) + more
    raise DomainError(f"the data have no column {name!r}.{meant} The columns are {shown}.")


def tokens(text: str, available: Sequence[str]) -> Iterator[Expression | str]:
    """Factors as expressions; numbers, operators and the dot as text."""
    position, end = 0, len(text.rstrip())
    while position < end:
        if (found := TOKEN.match(text, position)) is None:
            rest = text[position:].strip()
            raise DomainError(f'the formula may not contain "{short(rest, 40)}". {ALLOWED}.')
        position = found.end()
        match found.lastgroup:
            case "quoted":
                yield column(found["quoted"].replace("``", "`"))
            case "call":
                start, (_, position) = found.start("call"), arguments(text, position)
                yield expression(text[start:position])
            case "name":  # a.b and __a__ that are no columns are refused by the whitelist, with its message
                is_column = found["name"] in available or not re.search(r"\.|^__", found["name"])
                yield column(found["name"]) if is_column else expression(found["name"])
            case _:
                yield found[0].strip()


def arguments(text: str, position: int) -> tuple[list[str], int]:
    """The arguments of the call whose bracket opens just before `position`, and the position after the bracket that
    closes it.
    """
    given, brackets, lists = [position], 1, 0
    for found in MARKED.finditer(text, position):
        brackets += {"(": 1, ")": -1}.get(found[0], 0)
        lists += {"[": 1, "]": -1}.get(found[0], 0)
        if not brackets or (found[0] == "," and (brackets, lists) == (1, 0)):
            given.append(found.end())
        if not brackets:
            return [text[low : high - 1] for low, high in pairwise(given)], found.end()
    raise DomainError(f"a bracket is not closed in the formula {short(text)!r}.")


def _stand_ins(text: str, tokens: list[Expression | str], others: list[str]) -> tuple[dict[str, Expression], str]:
    """Factors by their stand-in, and the right side written with stand-ins."""
    known: dict[str, str] = {}
    factors: dict[str, Expression] = {}
    words: list[str] = []

    def stand_in(factor: Expression) -> str:
        name = known.setdefault(factor.text, f"f{len(known)}")
        if ast.dump(factors.setdefault(name, factor).tree) != ast.dump(factor.tree):
            raise DomainError(f"a column of the data is named {factor.text!r} as a term of the formula is; rename it.")
        return name

    for index, token in enumerate(tokens):
        if isinstance(token, Expression):
            words.append(stand_in(token))
            continue
        if token == "." and not others:
            raise DomainError(f"the dot of {short(text)!r} stands for all other columns; there are none.")
        if token[0].isdigit():
            _check_number(text, token, tokens[max(0, index - 2) : index])
        words.append(f"({' + '.join(stand_in(column(name)) for name in others)})" if token == "." else token)
    return factors, " ".join(words)


def _check_number(text: str, number: str, before: list[Expression | str]) -> None:
    """Numbers are 0, 1 (the intercept) or the order of interactions, `(a + b)**2`; arithmetic belongs in I(...)."""
    if not (before and before[-1] in ("**", "^")):
        if number not in ("0", "1"):
            raise DomainError(
                f"the number {number} stands alone in {short(text)!r}: only 0 and 1 do (the intercept). "
                "Put arithmetic in I(...), such as I(x / 2)."
            )
    elif before[0] != ")":
        raise DomainError(
            f"a power in a formula makes interactions, as in (a + b)**2; in {short(text)!r} it stands on one "
            "column. Put arithmetic in I(...), such as I(x**2)."
        )
    elif not (number.isdigit() and len(number) < 5 and 1 <= int(number) <= HIGHEST):
        raise DomainError(
            f"the power {short(number)} in {short(text)!r} is the order of interactions: from 1 to {HIGHEST}."
        )


def _algebra(text: str, source: str) -> list[list[str]]:
    """Terms of the right side as lists of stand-ins, by degree; [] is the intercept."""
    from formulaic import SimpleFormula
    from formulaic.errors import FormulaicError
    from formulaic.parser import DefaultFormulaParser

    parser = DefaultFormulaParser()
    try:
        if _most_terms(parser.get_ast(source)) > MOST_TERMS:
            raise DomainError(f"the formula {short(text)!r} may stand for more than {MOST_TERMS:,} terms.")
        found: Any = parser.get_terms(source)._simplify()
        terms: Any = SimpleFormula(found)
    except (FormulaicError, TypeError):  # TypeError where / has no term on its left, as in (0) / x
        raise DomainError(
            f"cannot read the right side of {short(text)!r}: every operator (+ - * / : ** ^) needs a term on each "
            f"side, every two terms an operator between them, every bracket its partner. {EXAMPLES}"
        ) from None
    return [[factor.expr for factor in term.factors if factor.expr != "1"] for term in terms]


def _most_terms(tree: Any) -> int:
    """An upper bound of the number of terms, found without building them."""
    from formulaic.parser.types import ASTNode

    nodes, parts_of, sizes = [tree], dict[int, list[Any]](), dict[int, int]()
    for node in nodes:  # the list grows by the parts of each
        parts_of[id(node)] = list(node.args) if isinstance(node, ASTNode) else []
        nodes.extend(parts_of[id(node)])
    for node in reversed(nodes):
        parts = parts_of[id(node)]
        counts = [sizes[id(part)] for part in parts] or [1]
        symbol, size = node.operator.symbol if parts else None, sum(counts)
        if symbol in ("**", "^"):
            size = counts[0] ** int(str(parts[1]) if str(parts[1]).isdigit() else 1)
        elif symbol in ("*", ":"):
            size = counts[0] * counts[1] + (size if symbol == "*" else 0)
        sizes[id(node)] = min(size, MOST_TERMS + 1)
    return sizes[id(tree)]
