"""A cell of a table in parts: the number itself, and what stands in brackets after it; and what notes say of these."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stattools.validation.claims.characters import LONGEST, one_kind
from stattools.validation.claims.headings import share
from stattools.validation.claims.printed import bare, is_number

SIGNS = {"(": "parentheses", "[": "brackets", "{": "braces", "+-": "plus or minus"}
BRACKETED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
WORD = re.compile(r"parenthes[ie]s|(?<!square )brackets?|square brackets?|braces?|\(\s*\)|\[\s*\]|\{\s*\}", re.I)
WHAT = re.compile(
    r"(?P<interval>(?:\d{2}(?:\.\d+)?\s*%?\s*)?(?:conf(?:idence)?\.?[\s-]+int(?:erval|\.)?s?|c\.?i\.?s?\b))"
    r"|(?P<p>\bp[\s-]*(?:values?|vals?)?(?=\s*(?:are|in|given|reported|shown|$|[:;,.(]))|significance levels?)"
    r"|(?P<t>\bt[\s-]*(?:stat(?:istic)?s?|values?|ratios?)\b)|(?P<z>\bz[\s-]*(?:stat(?:istic)?s?|values?|scores?)\b)"
    r"|(?P<se>\b(?:standard|std\.?)[\s-]*err(?:or)?s?\b|\bs\.?\s?e\.?s?\b)",
    re.I,
)
"""What notes say that brackets hold."""
LABELED = re.compile(
    r"^(?P<p>p)\s*(?=[=<>])|^(?P<se>se|s\.e\.)\s*=|^(?P<t>t)\s*=|^(?P<z>z)\s*=|^(?P<interval>(?:\d+\s*% )?ci)[:\s]+",
    re.I,
)


@dataclass(frozen=True)
class Part:
    """What stands in brackets: the sign that opens them, its text, and the kind that the text itself says."""

    sign: str
    text: str
    kind: str | None = None


def parts(cell: str) -> tuple[str, list[Part]]:
    """The text of a cell before its brackets, and each of its brackets.

    >>> parts("1.25* (1.01, 1.55)")
    ('1.25*', [Part(sign='(', text='1.01, 1.55', kind='interval')])
    >>> parts("(0.03)"), parts("0.12 [p = .03]")[1][0].kind
    (('', [Part(sign='(', text='0.03', kind=None)]), 'p')
    """
    if len(cell) > LONGEST:
        return cell.strip(), []
    text = re.sub(r"\^\{([^{}]*)\}", r"^\1", cell.replace("\\{", "{").replace("\\}", "}")).strip()
    found = []
    for one in BRACKETED.finditer(text):
        inner = next(group for group in one.groups() if group is not None).strip()
        if inner and not re.fullmatch(r"[a-z*+]+|ref\w*\.?|base|omitted|reference", inner, re.I):
            found.append(_part(one[0][0], inner))
    main = BRACKETED.sub(" ", text).strip()
    if spread := re.fullmatch(r"(.*\d.*?)\s*(?:\u00b1|\+/-|\+-|\\pm)\s*(.*)", main):
        main, found = spread[1], [_part("+-", spread[2]), *found]
    return main, found


def _part(sign: str, text: str) -> Part:
    labeled = LABELED.match(text)
    kind = labeled.lastgroup if labeled else None
    text = text[labeled.end() :].strip() if labeled else text
    return Part(sign, text, "interval" if pair(text) is not None else kind)


def pair(text: str, mark: str | None = None) -> tuple[str, str] | None:
    """The two ends of an interval in one text, or None.

    >>> pair("1.01, 1.55"), pair("-0.5--0.1"), pair("1,01; 1,55"), pair("0.1 to 0.3"), pair("0.3")
    (('1.01', '1.55'), ('-0.5', '-0.1'), ('1,01', '1,55'), ('0.1', '0.3'), None)
    """
    if len(text) > LONGEST:
        return None
    text = bare(one_kind(text))
    number = r"[<>]?\s*[+-]?\s?(?:\d[\d']*(?:[.,]\d+)*|[.,]\d+)(?:e[+-]?\d+)?"
    plain = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?"
    for pattern in (
        rf"({number})\s*(?:;|\bto\b|\band\b|\||:|\.\.\.?)\s*({number})",
        rf"({number}),\s+({number})",
        rf"({number})\s+-\s+({number})",
        rf"({number})-({number})",
        rf"({number})\s+({number})",
        rf"({plain}),({plain})" if mark != "," and "." in text else r"(?!)",
    ):
        found = re.fullmatch(pattern, text, re.I)
        if found is not None and is_number(found[1]) and is_number(found[2]):
            return found[1].strip(), found[2].strip()
    return None


def inside(notes: str) -> tuple[dict[str, str], dict[str, str]]:
    """What notes say that each kind of bracket holds, by the sign that opens it; and what else these words say.

    >>> inside("t statistics in parentheses")
    ({'(': 't'}, {'statistic': 't'})
    >>> inside("Robust standard errors in parentheses. 90% CI in brackets")
    ({'(': 'se', '[': 'interval'}, {'level': '0.9'})
    """
    held: dict[str, str] = {}
    said: dict[str, str] = {}
    for line in re.split(r"\n|(?<=[a-z])\.\s", notes):
        words, start = list(WORD.finditer(line)), 0
        for at, word in enumerate(words):
            end = words[at + 1].start() if at + 1 < len(words) else len(line)
            before = list(WHAT.finditer(line, start, word.start()))
            after = list(WHAT.finditer(line, word.end(), end))
            start = word.end()
            what = before[-1] if before else after[0] if after else None
            if what is None or what.lastgroup is None:
                continue
            held.setdefault(_sign(word[0]), what.lastgroup)
            if what.lastgroup in "tz":
                said["statistic"] = what.lastgroup
            if what.lastgroup == "interval" and (level := re.match(r"\d+(?:\.\d+)?", what[0])):
                said["level"] = share(level[0])
    for one in BRACKETED.finditer(notes):  # a pattern of a cell: Coefficient (Std. Error)
        what = WHAT.fullmatch(next(group for group in one.groups() if group is not None).strip())
        if what is not None and what.lastgroup is not None:
            held.setdefault(one[0][0], what.lastgroup)
    return held, said


def _sign(word: str) -> str:
    word = word.casefold()
    return "(" if word[0] in "p(" else "{" if word.startswith("brace") or word[0] == "{" else "["


KIND: Mapping[str, str] = {"t": "statistic", "z": "statistic"}
"""The column that a kind of bracket is of, where it is called otherwise."""
