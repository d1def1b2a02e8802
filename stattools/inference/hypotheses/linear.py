"""Linear hypotheses about coefficients, R theta = q, from text, names or matrices. Nothing is evaluated.

A hypothesis as tokens: coefficient names, which may look like anything, before numbers and symbols.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from stattools.data.formula.expression import in_backticks
from stattools.data.tables.columns import listing
from stattools.data.tables.table import paired
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_numbers, by_column, labelled
from stattools.interface.arrays import Floats
from stattools.numerics.columns import picked, picking

NUMBER = re.compile(r"(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+(?![\w.])")

QUOTED = re.compile(r"`((?:[^`]|``)*)`")

SYMBOL = re.compile(r"==|[-+*/=,()]")

WORD = re.compile(r"[^\s=<>,+*/()]+(?:\([^)]*\)\S*|:\s*[^\s=<>,+*/()]+)?")

ORDER = re.compile(r"[<>!]=?|[≤≥≠]")


class Token(NamedTuple):
    """`kind` is "name" (value: its index), "number" (value: itself) or the symbol; text[start:stop] was read."""

    kind: str
    value: Any
    start: int
    stop: int


def tokens(text: str, names: Sequence[str]) -> Iterator[Token]:
    """Names before numbers before symbols, the longest name that fits; DomainError where nothing does."""
    known = {name: index for index, name in enumerate(names)}
    position, end = 0, len(text.rstrip())
    while position < end:
        if text[position].isspace():
            position += 1
            continue
        quoted = QUOTED.match(text, position)
        name = None if quoted else _name_at(text, position, known)
        if quoted:
            inside = quoted[1].replace("``", "`")
            if inside not in known:
                raise _unknown(inside, names)
            yield Token("name", known[inside], position, quoted.end())
            position = quoted.end()
        elif name is not None:
            if _is_arithmetic(name, known):
                raise DomainError(
                    f"{name!r} in the hypothesis {text!r} is the name of a coefficient and could also be read as "
                    f"arithmetic. Write {in_backticks(name)} for the coefficient"
                    + (f", {float(name)!r} for the number." if NUMBER.fullmatch(name) else ", or add spaces.")
                )
            yield Token("name", known[name], position, position + len(name))
            position += len(name)
        elif found := NUMBER.match(text, position):
            yield Token("number", float(found[0]), position, found.end())
            position = found.end()
        elif found := SYMBOL.match(text, position):
            yield Token(found[0][:1], None, position, found.end())
            position = found.end()
        elif ORDER.match(text, position):
            rest = re.sub(f"{QUOTED.pattern}|{ORDER.pattern}", lambda at: at[0] if at[1] else "=", text[position:])
            raise DomainError(
                f"the hypothesis {text!r} is not an equation, and tests are two-sided. Write "
                f"{text[:position] + rest!r}: the one-sided p-value is half of its p_value if the estimate lies "
                "on the side that you expect, and otherwise 1 minus that half."
            )
        else:
            found = WORD.match(text, position)
            raise _unknown(found[0] if found else text[position : position + 20], names)


def _name_at(text: str, position: int, known: dict[str, int]) -> str | None:
    """The longest name at this position that does not end inside a word; none that starts with a symbol or has
    backticks.
    """
    best = None
    for name in known if not SYMBOL.match(text, position) else ():
        if name and "`" not in name and text.startswith(name, position) and (best is None or len(name) > len(best)):
            after = text[position + len(name) : position + len(name) + 1]
            if not (_is_word(name[-1]) and _is_word(after)):
                best = name
    return best


def _is_word(character: str) -> bool:
    return character.isalnum() or character in ("_", ".")


def _is_arithmetic(name: str, known: dict[str, int]) -> bool:
    """Whether the name could be read as numbers, operators and other coefficients."""
    if not (NUMBER.match(name) or any(symbol in name for symbol in "-+*/=,()")):
        return False
    others = {other: index for other, index in known.items() if other != name}
    position = 0
    while position < len(name):
        other = _name_at(name, position, others)
        found = NUMBER.match(name, position) or SYMBOL.match(name, position)
        if other is None and found is None and not name[position].isspace():
            return False
        position = position + len(other) if other else found.end() if found else position + 1
    return True


def _unknown(word: str, names: Sequence[str]) -> DomainError:
    levels = [name for name in names if name.startswith(f"{word}[") and ":" not in name]
    if len(levels) > 1:
        return DomainError(
            f"no coefficient is called {word!r}: it is a factor, which has {len(levels)}, {listing(levels)}. "
            f"fit.test({word!r}) tests all of them at once."
        )
    close = difflib.get_close_matches(word, names, n=3)
    close = close or [name for name in names if name.endswith(f": {word}")][:3]
    meant = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    shown = ", ".join(map(repr, names[:20]))
    hint = " Write products with *." if re.match(r"\d", word) and not close else ""
    return DomainError(f"no coefficient is called {word!r}.{meant}{hint} The coefficients are {shown}{more}.")


class Hypotheses(NamedTuple):
    """R theta = q, with R (k, p) of full row rank, q (k,), and each row as text; R may be of `picking`."""

    R: Any
    q: Floats
    labels: tuple[str, ...]


def parse(text: str, names: Sequence[str]) -> Hypotheses:
    """Linear hypotheses such as "x1 = x2, 2*x3 + x4 = 1" about the coefficients `names`, as R theta = q.

    Equations stand between commas; "a = b = 0" is two; without "=" the combination is compared with 0. Numbers, + - * /
    and parentheses combine coefficients. A coefficient is written as it is printed; between backticks where its name
    could also be read as arithmetic (a backtick inside is doubled). The longest name that fits is meant. Nothing is
    evaluated. Raises DomainError for unknown names, products of coefficients, and hypotheses that repeat or contradict
    each other.

    >>> R, q, labels = parse("x1 = x2, 2*x2 = 1", ["x1", "x2"])
    >>> R.tolist(), q.tolist(), labels
    ([[1.0, -1.0], [0.0, 2.0]], [0.0, 1.0], ('x1 = x2', '2*x2 = 1'))
    """
    if not isinstance(text, str) or not text.strip():
        raise DomainError(f'a hypothesis is a text such as "x1 = x2, x3 = 0"; got {quoted(text)}.')
    reader = _Reader(text, list(tokens(text, names)), tuple(names))
    rows: list[Floats] = []
    labels: list[str] = []
    try:
        for left, right, label in reader.equations():
            rows.append(left - right)
            labels.append(label)
    except RecursionError:
        raise DomainError("the hypothesis has parentheses or signs nested too deeply to read. Simplify it.") from None
    both = np.array(rows)
    return checked(both[:, :-1], 0.0 - both[:, -1], labels)


def checked(R: Floats, q: Floats, labels: Sequence[str]) -> Hypotheses:
    """The hypotheses, if none says nothing, repeats or contradicts the others; DomainError with its text otherwise."""
    rows, columns = np.nonzero(R)
    if len(rows) == len(R) == len(np.unique(rows)) == len(np.unique(columns)):  # of one coefficient each: none follows
        return Hypotheses(R, q, tuple(labels))
    basis = np.zeros((0, R.shape[1]))
    values = np.zeros(0)  # of the basis vectors, by the hypotheses before
    for row, value, label in zip(R, q, labels, strict=True):
        size = np.abs(row).max(initial=0.0)
        if size == 0:
            raise DomainError(f"the hypothesis {label!r} says nothing about the coefficients. Leave it out.")
        row, value = row / size, value / size
        along = basis @ row
        rest, known = row - along @ basis, value - along @ values
        rest, known = rest - (basis @ rest) @ basis, known - (basis @ rest) @ values
        length = np.linalg.norm(rest)
        if length <= 1e-9:
            if abs(known) > 1e-9 * max(1.0, abs(value)):
                raise DomainError(f"the hypothesis {label!r} contradicts those before it. Leave one of them out.")
            raise DomainError(f"the hypothesis {label!r} follows from those before it. Leave it out.")
        basis, values = np.vstack([basis, rest / length]), np.append(values, known / length)
    return Hypotheses(R, q, tuple(labels))


def hypotheses(what: Any, names: Sequence[str]) -> Hypotheses:
    """Hypotheses from text, a list of names or texts, a matrix R (R theta = 0), or a pair (R, q).

    >>> hypotheses(["x2"], ["x1", "x2"]).labels
    ('x2 = 0',)
    """
    if isinstance(what, str):
        return parse(what, names)
    if isinstance(what, list | tuple) and what and all(isinstance(part, str) for part in what):
        places = {name: k for k, name in enumerate(names)}
        if len(set(what)) == len(what) and places.keys() >= set(what):  # each is a coefficient, and none follows
            R = picking([places[part] for part in what], len(names))
            return Hypotheses(R, np.zeros(len(what)), tuple(f"{part} = 0" for part in what))
        parts = [parse(in_backticks(part) if part in names else part, names) for part in what]
        labels = [
            label.replace(in_backticks(text), text) if text in names else label
            for text, part in zip(what, parts, strict=True)
            for label in part.labels
        ]
        return checked(np.vstack([part.R for part in parts]), np.concatenate([part.q for part in parts]), labels)
    if (found := picked(what)) is not None:
        labels = [_in_words(np.array([size]), 0.0, names[k : k + 1]) for k, size in zip(*found, strict=True)]
        return Hypotheses(what, np.zeros(len(what)), tuple(labels))
    q: Any = 0.0
    if isinstance(what, tuple) and len(what) == 2 and (np.ndim(what[0]) == 2 or np.ndim(what[1]) == 0):
        what, q = what
    labelled("the coefficients", names, ("R", by_column(what)))
    paired(("R", what), ("q", q))
    try:
        R = np.atleast_2d(as_numbers(what, "R needs numbers"))
        q = np.broadcast_to(as_numbers(q, "q needs numbers"), len(R)).copy()
    except ValueError:  # DomainError is one
        R = q = np.empty((0, 0))
    if R.ndim != 2 or R.shape[1] != len(names) or not len(R) or not (np.isfinite(R).all() and np.isfinite(q).all()):
        raise DomainError(
            f'a hypothesis is a text such as "x1 = x2, x3 = 0", a list of coefficients, a matrix R of finite numbers '
            f"with {len(names)} columns, or a pair (R, q) with one q per row of R; got {quoted(what)}."
        )
    return checked(R, q, [_in_words(row, value, names) for row, value in zip(R, q, strict=True)])


def _in_words(row: Floats, value: float, names: Sequence[str]) -> str:
    shown = ""
    for k in np.flatnonzero(row).tolist():
        sign = "- " if row[k] < 0 else "+ " if shown else ""
        shown += f" {sign}{'' if abs(row[k]) == 1 else f'{abs(row[k]):.6g}*'}{names[k]}"
    return f"{shown.strip() or '0'} = {value:.6g}"


@dataclass
class _Reader:
    """Equations from tokens by recursive descent; a value is the vector (coefficients, constant)."""

    text: str
    tokens: list[Token]
    names: tuple[str, ...]
    at: int = 0

    def equations(self) -> Iterator[tuple[Floats, Floats, str]]:
        while True:
            sides = [self._side()]
            while self._take("="):
                sides.append(self._side())
            if len(sides) == 1:
                sides.append((np.zeros(len(self.names) + 1), "0"))
            for (left, a), (right, b) in pairwise(sides):
                yield left, right, f"{a} = {b}"
            if self.at == len(self.tokens):
                return
            if not self._take(","):
                raise self._error("expected '=' or ','")

    def _side(self) -> tuple[Floats, str]:
        first = self.at
        value = self._sum()
        return value, " ".join(self.text[self.tokens[first].start : self.tokens[self.at - 1].stop].split())

    def _sum(self) -> Floats:
        value = self._product()
        while sign := self._take("+", "-"):
            term = self._product()
            value = value + term if sign == "+" else value - term
        return value

    def _product(self) -> Floats:
        value = self._factor()
        while operator := self._take("*", "/"):
            other = self._factor()
            if operator == "/":
                if other[:-1].any():
                    raise self._error("division by a coefficient is not linear;")
                if other[-1] == 0:
                    raise self._error("division by 0;")
                value = value / other[-1]
            elif value[:-1].any() and other[:-1].any():
                raise self._error("a product of coefficients is not linear;")
            else:
                value = value * other[-1] if value[:-1].any() else other * value[-1]
        return value

    def _factor(self) -> Floats:
        if sign := self._take("+", "-"):
            return self._factor() if sign == "+" else -self._factor()
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise self._error("expected ')'")
            return value
        value = np.zeros(len(self.names) + 1)
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token.kind not in ("name", "number"):
            raise self._error("expected a coefficient or a number")
        self.at += 1
        if token.kind == "name":
            value[token.value] = 1.0
        else:
            value[-1] = token.value
        return value

    def _take(self, *kinds: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at].kind in kinds:
            self.at += 1
            return self.tokens[self.at - 1].kind
        return None

    def _error(self, what: str) -> DomainError:
        place = "at its end" if self.at >= len(self.tokens) else f"at {quoted(self.text[self.tokens[self.at].start :])}"
        form = "Hypotheses are linear equations between commas" if "linear" in what else "An example"
        return DomainError(
            f'cannot read the hypothesis {self.text!r}: {what.rstrip(";")}, {place}. {form}: "x1 = x2, 2*x3 + x4 = 1".'
        )
