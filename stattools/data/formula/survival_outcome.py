"""The outcome of a formula about times: `survival(entry, time, died) ~ x`, which has named parts.

| written | parts |
|---|---|
| `survival(duration)` | time: every event was seen |
| `survival(time, died)` | time, event: 1 or true where it was seen, 0 or false where the time may be longer |
| `survival(entry, time, died)` | entry, time, event: at risk from `entry` on only (late entry, one of several rows) |
| `survival(low, high, type="interval")` | low, high: between the two |

A part is a column or an expression over columns, `status == 2`. The word is read before a bracket only: a column may be
called `survival`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from stattools.data.formula.backticks import in_backticks
from stattools.data.formula.evaluation import short
from stattools.data.formula.expression import Expression, column, expression
from stattools.data.formula.formula import Formula, closing, parse, require
from stattools.errors import DomainError
from stattools.interface.record import record

# How the outcome begins, its type= argument, terms of other packages, and what may hide a comma or a bracket.
OPENS = re.compile(r"\s*survival\s*\(")
TYPE = re.compile(r"""\s*type\s*=\s*(["'])(\w*)\1\s*""")
AS_TERMS = re.compile(r"\b(strata|cluster|id|frailty|tt)\s*\(")
QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:[^`]|``)*`|[(),\[\]]""")
PARTS = {1: ("time",), 2: ("time", "event"), 3: ("entry", "time", "event")}
"""The names of the parts by their number."""

# What errors say of how an outcome about times is written.
WRITTEN = (
    "The outcome is survival(time, died), survival(entry, time, died) or, where every event was seen, survival(time): "
    '"survival(time, died) ~ x".'
)


@record
class SurvivalFormula:
    """A parsed formula whose outcome is a time, with the expression of each of its parts by name."""

    formula: Formula
    parts: Mapping[str, Expression]


def survival_formula(
    who: str, text: str, available: Sequence[str], apart: Collection[str] = (), *, intervals: bool = False
) -> SurvivalFormula:
    """Read a formula about times; `available` are the columns of the table, `apart` those that `.` leaves out, and
    `intervals` says whether times may be known by the two ends between which they lie.

    Raises DomainError, in the name of `who`, for another outcome, for parts that are too many or no expressions, and
    for columns that are not there.

    >>> found = survival_formula("st.cox", "survival(time, status == 2) ~ age", ["time", "status", "age"])
    >>> {name: part.text for name, part in found.parts.items()}, found.formula.outcome.text
    ({'time': 'time', 'event': 'status == 2'}, 'survival(time, status == 2)')
    """
    return _read(who, text, tuple(available), tuple(sorted(apart)), intervals)


@lru_cache(maxsize=256)  # a formula is of its text and the names of columns alone
def _read(who: str, text: str, available: tuple[str, ...], apart: tuple[str, ...], intervals: bool) -> SurvivalFormula:
    opened = OPENS.match(text)
    if opened is None:
        ours = re.sub(r"\bSurv\s*\(", "survival(", text.strip(), count=1)
        remedy = WRITTEN if ours == text.strip() else f'Write "{ours}".'
        raise DomainError(f"{who} needs an outcome that is a time; got {short(text)!r}. {remedy}")
    end = closing(text, opened.end())
    parts = _parts(who, text[opened.end() : end - 1], available, intervals)
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
    return SurvivalFormula(replace(formula, text=f"{spelled} {formula.text}"), parts)


def _parts(who: str, inside: str, available: Sequence[str], intervals: bool) -> dict[str, Expression]:
    given = _arguments(inside)
    kind = TYPE.fullmatch(given[-1]) if given else None
    if kind is not None:
        given, names = given[:-1], {("interval", 2): ("low", "high")}.get((kind[2], len(given) - 1))
    else:
        names = PARTS.get(len(given))
    if names is None or not all(part.strip() for part in given):
        raise DomainError(f"{who} cannot read the outcome survival({short(inside)}). {WRITTEN}")
    if names == ("low", "high") and not intervals:
        raise DomainError(
            f'{who} takes times that were seen, or are longer than one; survival(low, high, type="interval") is for '
            "st.aft."
        )
    return dict(zip(names, (_part(one.strip(), available) for one in given), strict=True))


def _part(text: str, available: Sequence[str]) -> Expression:
    """A column, whatever its name looks like, or an expression."""
    if text in available:
        return column(text)
    if text.startswith("`") and text.endswith("`") and in_backticks(text[1:-1].replace("``", "`")) == text:
        return column(text[1:-1].replace("``", "`"))
    return expression(text)


def _arguments(inside: str) -> list[str]:
    """The arguments of a call, cut at the commas that stand in no bracket and in no text."""
    cuts, depth = [-1], 0
    for found in QUOTED.finditer(inside):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(found[0], 0)
        if found[0] == "," and depth == 0:
            cuts.append(found.start())
    return [inside[low + 1 : high] for low, high in zip(cuts, [*cuts[1:], len(inside)], strict=True)]
