"""Levels that a page calls by their number: Stata's 2.sex of a text that was encoded, R's region1 of another coding.

Stata numbers the levels of a text in alphabetical order from 1 on, R the columns of sums, Helmert contrasts and
differences. A number is read as a level's where no level is called by numbers and the claim leaves no doubt: of K
levels Stata's numbers are from 1 on where the K-th is among them; otherwise they may count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEVEL = re.compile(r"(.+)\[([TSHD])\.([^\[\]]*)\]")
"""A factor of ours, its coding (treatment, sum, Helmert, differences) and the level."""
STATA = re.compile(r"(\d+)(?:b|bn|o|bo)?\.([^\W\d]\w*)")
NUMBERED = re.compile(r"(.*[^\d.])(\d+)")
WRAPPERS = ("c", "factor", "as.factor", "ordered", "as.ordered")

type Columns = dict[str, list[tuple[str, str]]]
"""By variable the columns of its levels: the coding and our name."""


def by_level_names(terms: Sequence[str], names: Sequence[str]) -> list[str]:
    """The terms of a claim, those that number the levels of a factor under the names that the model has for these.

    >>> by_level_names(["2.sex", "age"], ["Intercept", "age", "sex[T.male]"])
    ['sex[T.male]', 'age']
    >>> by_level_names(["C(factor(g), contr.sum)1"], ["C(g, contr.sum)[S.a]", "C(g, contr.sum)[S.b]"])
    ['C(g, contr.sum)[S.a]']
    """
    known = _columns(names)
    if not known:
        return list(terms)
    parts = [re.split(r"(##?|:)", term.strip()) for term in terms]
    said: dict[str, set[int]] = {}
    for part in (part for each in parts for part in each):
        if stata := STATA.fullmatch(part.strip()):
            said.setdefault(stata[2].casefold(), set()).add(int(stata[1]))
    return [
        term if term in names else "".join(_named(part, known, said) for part in each)
        for term, each in zip(terms, parts, strict=True)
    ]


def _columns(names: Sequence[str]) -> Columns:
    """The factors whose levels are called by no numbers."""
    found: Columns = {}
    for name in names:
        level = LEVEL.fullmatch(name)
        if level is not None and ":" not in level[1] and "Treatment" not in level[1]:
            found.setdefault(_variable(level[1]), []).append((level[2], name))
    return {variable: own for variable, own in found.items() if not any(_is_number(name) for _, name in own)}


def _named(part: str, known: Columns, said: dict[str, set[int]]) -> str:
    """One factor of a term under the model's name, where it numbers a level."""
    if stata := STATA.fullmatch(part.strip()):
        variable, number = stata[2].casefold(), int(stata[1])
        own = [name for coding, name in known.get(variable, ()) if coding == "T"]
        if own and len(own) + 1 in said[variable] and 2 <= number <= len(own) + 1:
            return own[number - 2]
    elif (numbered := NUMBERED.fullmatch(part.strip())) is not None:
        own = [name for coding, name in known.get(_variable(numbered[1]), ()) if coding != "T"]
        if 1 <= int(numbered[2]) <= len(own):
            return own[int(numbered[2]) - 1]
    return part


def _variable(text: str) -> str:
    """The column within what languages write around it; the text itself where there are several."""
    words = [word for word in re.findall(r"[^\W\d][\w.]*", text.casefold()) if word not in WRAPPERS]
    words = [word for word in words if not word.startswith("contr.")]
    return words[0] if len(words) == 1 else text.casefold()


def _is_number(name: str) -> bool:
    """Whether the level of a column of ours is a number."""
    return re.search(r"\[\w\.\d+(?:\.0)?\]$", name) is not None
