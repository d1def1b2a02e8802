"""What stands in a text under a name: t(28) = 2.20, SE = 0.12, OR 1.52, 95% CI [1.10, 2.10], p = .036, N = 90.

Each kind is a row of `PATTERNS`. The style is that of the Publication Manual of the APA (7th ed., 2020), and what
papers in other styles, German ones and printouts of programs make of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from stattools.validation.papers.flat_text import FlatText
from stattools.validation.papers.reported import NUMBER, RELATION, Reported, reported


@dataclass(frozen=True)
class Mention:
    """A named number. `kind` is a row of `PATTERNS`, `name` what the paper calls it, `value` the number, `start` and
    `end` its place in the text; `df` are the degrees of freedom and `size` the n in its brackets, `second` the upper
    end of an interval, `level` its level.
    """

    kind: str
    name: str
    value: Reported
    start: int
    end: int
    df: tuple[Reported, ...] = ()
    size: Reported | None = None
    second: Reported | None = None
    level: float | None = None


@dataclass(frozen=True)
class Pattern:
    """How a kind is written: its names, whether brackets with degrees of freedom follow, and whether a sign must."""

    names: str
    df: str = "none"
    needs_sign: bool = True
    least: float = field(default=float("-inf"))


ALIKE = {"difference": "estimate"}
"""Kinds that are written in two ways."""
CHI = r"(?:Wald|Pearson|LR|Likelihood ratio|Satorra-Bentler|S-B)?\s?(?:Δ|Delta)?\s?"
CHI += r"(?:χ2|[xX]2|[cv]2(?=\s?\()|[Xx]-squared|[Cc]hi-?\s?[Ss]quared?|[Cc]hi2|G2)"
CHI += r"(?:_\w+|[A-Z]{1,3}\b|[a-z]{1,5}(?=\s?\())?"
WORD = r"(?:_\w+(?:-\w+)*)?"
PATTERNS: dict[str, Pattern] = {
    "p": Pattern(rf"[pP]s?{WORD}(?:[- ]?values?)?(?:\s?\([^()]*(?:tail|side)[^()]*\))?", least=0.0),
    "t": Pattern(rf"(?:[Ss]tudent's |[Ww]elch's |Wald )?[tT](?:[- ](?:value|statistic|ratio|stat))?{WORD}", "maybe"),
    "F": Pattern(rf"(?:Welch's )?(?:Δ|Delta )?F(?:[- ](?:value|statistic|ratio))?{WORD}", "maybe", least=0.0),
    "chi-square": Pattern(
        rf"{CHI}|Q(?:_?[A-Za-z]+)?(?=\s?[(\[])|H(?=\s?[(\[])|Wald(?=\s?[(\[]|\s?=)", "maybe", least=0.0
    ),
    "z": Pattern(rf"(?:Wald )?[zZ](?:[- ](?:value|statistic|score))?{WORD}", "maybe"),
    "r": Pattern(rf"r{WORD}", "maybe"),
    "ratio": Pattern(
        r"(?:(?:[Aa]djusted |[Cc]rude |[Uu]nadjusted )?(?:[Oo]dds|[Hh]azards?|[Rr]isk|[Ii]ncidence rate|[Rr]ate|"
        r"[Pp]revalence) ratios?(?: [(\[][ac]?[A-Z]{2,3}[)\]])?|[ac]?(?:OR|HR|RR|IRR|PR)s?(?:_\w+)?|[Ee]xp\([Bb]\))"
        r"(?: (?:for|of) [a-z][a-z -]{2,40}?(?=,? (?:was )?\d|\s?=))?",
        needs_sign=False,
    ),
    "estimate": Pattern(
        rf"[Ee]stimate|Est\.?|[Cc]oef(?:ficient|\.)?|[bB](?:eta)?{WORD}|γ{WORD}|M_?[Dd](?:iff)?"
        r"(?:_\w+)?|[Dd]ifference|[Ll]og[- ]odds|[Ss]lope|[Ii]ntercept"
    ),
    "difference": Pattern(r"[Mm]ean difference(?: [(\[]S?MD[)\]])?|S?MD", needs_sign=False),
    "beta": Pattern(rf"β{WORD}"),
    "se": Pattern(
        rf"(?:[Rr]obust )?(?:SEM?|S\.E\.(?:M\.)?|s\.e\.(?:m\.)?|se)s?{WORD}|[Ss]td\.? ?[Ee]rr(?:or|\.)?|"
        r"[Ss]tandard errors?",
        needs_sign=False,
        least=0.0,
    ),
    "mean": Pattern(rf"M{WORD}|[Mm]eans?"),
    "sd": Pattern(
        rf"(?:SD|S\.D\.|sd|s\.d\.)s?{WORD}|[Ss]td\.? ?[Dd]ev\.?|[Ss]tandard deviation", needs_sign=False, least=0.0
    ),
    "n": Pattern(rf"[nN]{WORD}", least=0.0),
    "df": Pattern(r"d\.?f\.?", "two", least=0.0),
    "another": Pattern(r"(?:[Cc]ohen's |[Hh]edges' ?|partial |adjusted )?[A-Za-zηωφκαρτ][\w'.^-]*(?:\([^()]{0,12}\))?"),
}
BRACKETS = (
    rf"\s?[(\[]\s?(?:df\s?=\s?)?(?:[nN]\s?=\s?(?P<only>{NUMBER})|(?P<one>{NUMBER})"
    rf"(?:\s?[,;]\s?(?P<n>[nN]\s?=\s?)?(?P<two>{NUMBER}))?(?:\s?[,;]\s?[nN]\s?=\s?(?P<three>{NUMBER}))?)\s?[)\]]"
)
STUCK = r"(?P<stuck>\d+(?:,\s?\d+)?)(?=\s?[=<>])"
"""Degrees of freedom that a PDF has put behind the letter: t28 = 2.20."""
BEFORE = r"(?<![\w\\.^'’-])"
JOIN = r"\s?(?:,|;|to|and|bis|und|through|\.\.\.?|-)\s?"
LIMITS = rf"(?P<low>{NUMBER}){JOIN}(?P<high>{NUMBER})"
INTERVAL = (
    r"(?:(?P<level>\d{2}(?:[.,]\d+)?)\s?%[- ]?\s?)?(?:CIs?|C\.I\.|KI|[Cc]onfidence intervals?|[Kk]onfidenzintervall|"
    r"(?P<other>Cr\.?I|HP?DI|CRI|credible intervals?|[Cc]redibility intervals?|PI|prediction interval))"
    r"(?:_?\(?(?P<level2>\d{2})%?\)?)?(?: [(\[]?[A-Z]{2,3}[)\]]?)?\s?"
    r"(?:=|:|,|of|from|was|is|ranged from|ranging from)?\s?"
    rf"(?P<open>[\[(])?\s?{LIMITS}\s?(?(open)[\])])"
)
BARE = rf"\s?[\[(]\s?(?:(?P<level>\d{{2}}(?:\.\d)?)\s?%\s?(?:CI|KI)?\s?[:,;]?\s?)?{LIMITS}\s?[\])]"
"""An interval right behind a ratio or an estimate, without a name."""
NOT_SIGNIFICANT = re.compile(rf"{BEFORE}(?:[pP]\s?=\s?)?(?:n\.?\s?s\.?)(?![\w.])")


def _compiled(kind: str, pattern: Pattern) -> re.Pattern[str]:
    brackets = f"(?:{BRACKETS}|{STUCK})?" if pattern.df == "maybe" else ""
    behind = rf"(?:\s?[,;]\s?(?P<two>{NUMBER}))?" if pattern.df == "two" else ""
    sign = (
        rf"\s?(?P<sign>{RELATION})\s?" if pattern.needs_sign else rf"(?:\s?(?P<sign>{RELATION})\s?|,?\s(?:of |was )?)"
    )
    value = rf"[(|]?(?P<value>{NUMBER})(?!\d)(?!\.\d)"
    if kind == "p":
        sign = rf"(?:{sign}|\s(?P<of>of|was)\s)"
    return re.compile(rf"{BEFORE}(?P<name>{pattern.names}){brackets}{sign}{value}{behind}")


EXPRESSIONS = {kind: _compiled(kind, pattern) for kind, pattern in PATTERNS.items()}


def mentions(text: FlatText, comma: bool) -> list[Mention]:
    """All named numbers of a text in their order; `comma` where it writes decimals with commas."""
    found = [*_named(text.text, comma), *_intervals(text.text, comma), *_not_significant(text.text)]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Mention] = []
    for one in found:  # the longest of those that begin at the same place; none inside another
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _named(text: str, comma: bool) -> Iterator[Mention]:
    for name, expression in EXPRESSIONS.items():
        least, kind = PATTERNS[name].least, ALIKE.get(name, name)
        for found in expression.finditer(text):
            parts = found.groupdict()
            value = reported(parts["value"], parts["sign"] or "=", comma=comma, least=least)
            if kind in ("t", "z", "r") and value.relation == "<":  # |t| < 1
                value = Reported(0.0, value.high, value.value, value.text, "<")
            df, size = _freedom(kind, parts, comma)
            if kind == "df":
                df = tuple(reported(parts[name], comma=comma) for name in ("value", "two") if parts[name])
            yield Mention(kind, found["name"].strip(), value, found.start(), found.end("value"), df, size)
            yield from _bare(text, found.end("value"), kind, comma)


def _freedom(kind: str, parts: dict[str, str | None], comma: bool) -> tuple[tuple[Reported, ...], Reported | None]:
    """The degrees of freedom in the brackets behind a statistic, and the size that stands there."""
    if only := parts.get("only"):
        return (), reported(only, comma=comma)
    held = [one for one in (parts.get("one"), parts.get("two"), parts.get("three")) if one]
    if stuck := parts.get("stuck"):
        held = re.split(r",\s?", stuck)
    if kind == "F" and len(held) == 1 and held[0].count(",") == 1:  # F(2,57), whose comma is no decimal mark
        held = held[0].split(",")
    numbers = [reported(one, comma=comma) for one in held]
    count = {"F": 2}.get(kind, 1)
    size = numbers[count] if len(numbers) > count else None
    return tuple(numbers[:count]), size


def _bare(text: str, place: int, kind: str, comma: bool) -> Iterator[Mention]:
    """An interval in brackets right behind the number that it is of."""
    if kind in ("ratio", "estimate", "beta"):
        found = re.compile(BARE).match(text, place)
        if found and found["low"].strip() != found["high"].strip():
            yield _interval(found, comma, found["level"])


def _intervals(text: str, comma: bool) -> Iterator[Mention]:
    for found in re.finditer(rf"(?<![A-Za-z]){INTERVAL}", text):
        yield _interval(found, comma, found["level"] or found["level2"], other=found["other"])


def _interval(found: re.Match[str], comma: bool, level: str | None, other: str | None = None) -> Mention:
    low, high = (reported(found[name], comma=comma) for name in ("low", "high"))
    if found["low"].count(",") == 1 and comma is False and "." not in found["low"]:
        low = reported(found["low"], comma=True)
    share = float(level.replace(",", ".")) / 100.0 if level else None
    return Mention(
        "other interval" if other else "interval", "interval", low, found.start(), found.end(), (), None, high, share
    )


def _not_significant(text: str) -> Iterator[Mention]:
    for found in NOT_SIGNIFICANT.finditer(text):
        yield Mention("ns", "ns", Reported(0.0, 1.0, 1.0, "ns", ">"), found.start(), found.end())
