"""A hypothesis as tokens: coefficient names, which may look like anything, before numbers and symbols."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stattools.data.formula.backticks import in_backticks
from stattools.data.tables.columns import listing
from stattools.errors import DomainError

NUMBER = re.compile(r"(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+(?![\w.])")
QUOTED = re.compile(r"`((?:[^`]|``)*)`")
SYMBOL = re.compile(r"==|[-+*/=,()]")
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
                f"the hypothesis {text!r} is no equation, and tests are two-sided here. Write "
                f"{text[:position] + rest!r}: where the estimate lies on the side that you expect, half of its p_value "
                "is the one-sided p-value, and 1 less that half where it lies on the other."
            )
        else:
            raise _unknown(_word_at(text, position), names)


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


def _word_at(text: str, position: int) -> str:
    found = re.compile(r"[^\s=<>,+*/()]+(?:\([^)]*\)\S*|:\s*[^\s=<>,+*/()]+)?").match(text, position)
    return found[0] if found else text[position : position + 20]


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
