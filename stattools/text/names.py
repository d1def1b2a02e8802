"""Names and sentences that fit their place: long names are cut in their middle, and those that differ still differ;
sentences are broken between words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stattools.text.characters import width
from stattools.text.printing import printable_on_stdout

PAGE = 80
"""How many columns a page has."""


def cut(name: str, room: int, *, shows: int | None = None) -> str:
    """A name of at most `room` columns: its head and its tail, and between them what begins at the place `shows`.

    >>> cut("a_very_long_column_name", 16), cut("a_very_long_column_name", 16, shows=12)
    ('a_very_l…mn_name', 'a_ve…column…name')
    """
    if width(name) <= room:
        return name
    mark = printable_on_stdout("…")
    if shows is None:
        left = room - width(mark)
        return _first(name, left - left // 2) + mark + _last(name, left // 2)
    part = max((room - 2 * width(mark)) // 3, 1)
    head, tail = _first(name, part), _last(name, part)
    shown = _first(name[max(shows, len(head)) :], room - 2 * (part + width(mark)))
    return head + mark + shown + mark + tail if shown else cut(name, room)


def first_few(parts: Sequence[str], most: int = 8, between: str = ", ") -> str:
    """The first parts in one sentence, and how many more there are.

    >>> first_few(["a", "b", "c", "d"], 2), first_few(["a", "b"], 2, "; ")
    ('a, b and 2 more', 'a; b')
    """
    return between.join(parts[:most]) + (f" and {len(parts) - most} more" if len(parts) > most else "")


def shortened(names: Sequence[str], room: int) -> list[str]:
    """Names of at most `room` columns. Where the middle tells names apart, their first difference is kept; where that
    does not help either, a number does.

    >>> shortened(["income_of_the_mother_now", "income_of_the_father_now", "age"], 12)
    ['inc…moth…now', 'inc…fath…now', 'age']
    """
    made = {name: cut(name, room) for name in names}
    for group in _alike(made):
        low, high = min(group), max(group)
        at = next((k for k, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
        made |= {name: cut(name, room, shows=at) for name in group}
    for group in _alike(made):
        for number, name in enumerate(group, 1):
            end = f"~{number}"
            made[name] = cut(name, room - len(end)) + end
    return [made[name] for name in names]


def wrapped(text: str, room: int = PAGE, indent: str = "") -> list[str]:
    """The lines of a text, broken between words, or between facts that it sets apart by several spaces; the lines after
    the first are indented.

    >>> wrapped("three short words", 12, "  ")
    ['three short', '  words']
    >>> wrapped("AIC 1   BIC 2   R^2 0.5", 18)
    ['AIC 1   BIC 2', 'R^2 0.5']
    """
    if width(text) <= room:
        return [text]
    facts = text.strip().split("   ")
    if len(facts) > 1:
        return [line for part in _filled(facts, "   ", room, indent) for line in wrapped(part, room, indent)]
    words = text.split(" ")
    return _filled(shortened(words, room - len(indent)), " ", room, indent)


def _filled(parts: Sequence[str], gap: str, room: int, indent: str) -> list[str]:
    """Parts one after the other, as many in a line as there is room for."""
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1]) + len(gap) + width(part) <= room:
            lines[-1] += gap + part
        elif part or not lines:
            lines.append(indent + part if lines else part)
    return [line.rstrip() for line in lines]


def _alike(made: dict[str, str]) -> Iterable[list[str]]:
    """The groups of names that were cut to the same text."""
    groups: dict[str, list[str]] = {}
    for name, short in made.items():
        groups.setdefault(short, []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def _first(text: str, room: int) -> str:
    """As much of the beginning as `room` columns hold."""
    if text.isascii():
        return text[: max(room, 0)]
    end = len(text)
    while width(text[:end]) > room:
        end -= 1
    return text[:end]


def _last(text: str, room: int) -> str:
    return _first(text[::-1], room)[::-1]
