"""Which rows a coefficient compares, in words: a unit more of a column, a yes with a no, a level with its reference,
and of a product of columns, whose effect changes, and with what.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stattools.data.design.design import Design
from stattools.data.rows.rows import Rows
from stattools.inference.plots.drawing import summary
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression

ANOTHER = "the others"
"""What a level is compared with where the formula codes no reference."""


@dataclass(frozen=True)
class ComparedFactor:
    """One factor of a term: `name` of its column, and `high` against `low` where that is compared, not a unit more."""

    name: str
    high: str = ""
    low: str = ""

    @property
    def where(self) -> str:
        """`for g b against g a`, or `per unit of x`."""
        return self.compared(str)

    def compared(self, say: Callable[[str], str]) -> str:
        """`where`, with names and levels as `say` writes them."""
        if not self.high:
            return f"per unit of {say(self.name)}"
        if self.low == ANOTHER:
            return f"for {say(self.name)} {say(self.high)} against the others"
        return f"for {say(self.name)} {say(self.high)} against {say(self.name)} {say(self.low)}"

    @property
    def whose(self) -> str:
        """Whose effect a product changes: `g (b against a)`, or `x`."""
        return self.owner(str)

    def owner(self, say: Callable[[str], str]) -> str:
        """`whose`, with names and levels as `say` writes them."""
        low = self.low if self.low == ANOTHER else say(self.low)
        return f"{say(self.name)} ({say(self.high)} against {low})" if self.high else say(self.name)


@dataclass(frozen=True)
class OfFormula:
    """The part of a model that comparisons read, with the columns of one formula in the place of the first."""

    design: Design
    terms: tuple[str, ...]
    first_terms: tuple[str, ...]
    rows: Rows


type Compared = Model | CoxRegression | OfFormula
"""What has terms whose columns are compared."""


def parts_of(model: Compared, term: str) -> tuple[ComparedFactor, ...]:
    """The factors of a term, two or more for an interaction.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 0, 1], "z": [1.5, 2, 3, 7], "g": ["a", "b", "b", "a"]}
    >>> model = st.ols("y ~ x + z + g:z", data)
    >>> [part.where for part in parts_of(model, "x")], [part.whose for part in parts_of(model, "g[T.b]:z")]
    (['for x 1 against x 0'], ['g (b against a)', 'z'])
    """
    return tuple(_two_valued(model, part) for part in factors_of(model.design, term))


def factors_of(design: Design | None, term: str) -> tuple[ComparedFactor, ...]:
    """The factors of a term as its name has them: a column of numbers stays one, whatever it holds."""
    levels = {} if design is None else design.spelled
    found, rest = [], term
    while rest:
        part, rest = _first(rest, levels, by_formula=design is not None and design.parsed is not None)
        found.append(part)
    return tuple(found)


@dataclass(frozen=True)
class TermsBeside:
    """The terms of a model as each of them sees the others: terms that differ in a level only are one kind of term."""

    model: Compared

    @cached_property
    def kinds(self) -> Counter[tuple[tuple[str, str], ...]]:
        """How many terms there are of each kind: their factors by name and by the level that others are compared to."""
        return Counter(_kind(parts_of(self.model, term)) for term in self.model.first_terms if term != "Intercept")

    def held(self, term: str, say: Callable[[str], str] = str) -> str:
        """What the other columns do meanwhile: `, the other columns held fixed`. `say` writes a name.

        A column that is in products too has its effect where their other factors are 0; one that is also in a function
        cannot be moved alone.
        """
        mine = parts_of(self.model, term)
        own, kind, itself = {part.name for part in mine}, _kind(mine), term in self.model.first_terms
        others = [other for other, count in self.kinds.items() if other != kind or count > itself]
        wider = [parts for parts in others if own < {name for name, _ in parts}]
        origins = dict.fromkeys(
            f"{say(name)} is {say(low or '0')}" for parts in wider for name, low in parts if name not in own
        )
        at = f", where {' and '.join(origins)}" if origins else ""
        inside = {word for name in own for word in _words(name)}
        elsewhere = {name: _words(name) & inside for parts in others for name, _ in parts if name not in own}
        if shared := sorted(set().union(*elsewhere.values())):
            names = " and ".join(map(say, shared))
            verb = "is" if len(shared) == 1 else "are"
            return f"{at}; {names} {verb} in other terms too, so that this is not all it does"
        told = own.union(*({name for name, _ in parts} for parts in wider))
        apart = [parts for parts in others if not {name for name, _ in parts} <= told]
        return at + (", the other columns held fixed" if apart else "")


def _kind(parts: Sequence[ComparedFactor]) -> tuple[tuple[str, str], ...]:
    return tuple((part.name, part.low) for part in parts)


def _first(term: str, levels: Mapping[str, dict[str, object]], *, by_formula: bool) -> tuple[ComparedFactor, str]:
    """The first factor of a term, and what is left: levels may contain colons and brackets themselves."""
    ends = [k for k, letter in enumerate(term) if letter == "]" and term[k + 1 : k + 2] in ("", ":")]
    for factor, known in levels.items():
        openings = [text for text in (f"{factor}[T.", f"{factor}[") if term.startswith(text)]
        read = [(term[len(text) : end], text, end) for end in ends for text in openings if end >= len(text)]
        for said, text, end in sorted(read, key=lambda one: -len(one[0])):
            if said in known:
                name = re.sub(r"^C\((\w+)\)$", r"\1", factor)
                low = _said(next(reversed(known.values()))) if text.endswith("[T.") else ANOTHER
                return ComparedFactor(name, _said(known[said]), low), term[end + 2 :]
    if not by_formula:
        return ComparedFactor(term), ""
    depth = 0
    for k, letter in enumerate(term):
        depth += (letter in "([") - (letter in ")]")
        if letter == ":" and depth == 0:
            return ComparedFactor(term[:k]), term[k + 1 :]
    return ComparedFactor(term), ""


def _said(level: object) -> str:
    """A level in a sentence: whole numbers of a column that is not all whole have no `.0`."""
    return f"{level:.0f}" if isinstance(level, float) and level.is_integer() else str(level)


def _two_valued(model: Any, part: ComparedFactor) -> ComparedFactor:
    """A column of zeros and ones compares yes with no."""
    if part.high or part.name not in model.terms:
        return part
    k, X = model.terms.index(part.name), vars(model).get("X")  # the columns of rows that are compared in risk sets
    two = summary(model).binary[k] if X is None else set(X[:, k].tolist()) == {0.0, 1.0}
    return ComparedFactor(part.name, "1", "0") if two else part


def _words(name: str) -> set[str]:
    """Names inside a function: `I(x ** 2)` has `x`."""
    return set(re.findall(r"[^\W\d]\w*", name)) if re.search(r"[(*/]", name) else {name}
