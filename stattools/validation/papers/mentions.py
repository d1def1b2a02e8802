"""What stands in a text under a name: t(28) = 2.20, SE = 0.12, OR 1.52, 95% CI [1.10, 2.10], p = .036, N = 90.

Each kind is a row of `PATTERNS`. The style is that of the Publication Manual of the APA (7th ed., 2020), and what
papers in other styles, German ones and printouts of programs make of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from stattools.validation.papers.flat_text import FlatText
from stattools.validation.papers.reported import NUMBER, RELATION, Reported, reported


@dataclass(frozen=True)
class Mention:
    """A named number. `kind` is a row of `PATTERNS`, `name` what the paper calls it, `value` the number, `start` and
    `end` its place in the text; `df` are the degrees of freedom and `size` the n in its brackets, `second` the upper
    end of an interval, `level` its level, `sides` how many tails the words right beside a p-value give it, 0 without
    such words.
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
    sides: int = 0


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
    "p": Pattern(rf"[pP](?:'?s)?{WORD}(?:[- ]?values?)?(?:\s?\([^()]*(?:tail|side)[^()]*\))?", least=0.0),
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
END = r"(?:0?[.,]\d+|[01](?![\d.,]\d))(?:[eE]-?\d+)?"
LESS = r"\s?(?:<=|[<≤])\s?"
MORE = r"\s?(?:>=|[>≥])\s?"
P_BETWEEN = re.compile(
    rf"(?<![\w.,])(?:(?P<low>{END}){LESS}[pP]s?{LESS}(?P<high>{END})|(?P<high2>{END}){MORE}[pP]s?{MORE}(?P<low2>{END})|"
    rf"(?P<low3>{END}){LESS}[pP]s?(?![\w.])|(?P<high3>{END}){MORE}[pP]s?(?![\w.])|"
    rf"[pP]s?(?:{MORE}(?P<low4>{END}),? (?:and|but)(?: p)?{LESS}(?P<high4>{END})|"
    rf"{LESS}(?P<high5>{END}),? (?:and|but)(?: p)?{MORE}(?P<low5>{END})|"
    rf" (?:is |was |lies |lay )?between (?P<low6>{END}) and (?P<high6>{END})))(?!\d)"
)
"""A p-value between two ends, or whose sign stands behind its number: .05 < p < .10, .05 > p."""
ONE = re.compile(r"(?:\b|_)(?:one|1|single)[- ]?(?:tail|sid)|\beinseitig", re.IGNORECASE)
TWO = re.compile(r"(?:\b|_)(?:two|2)[- ]?(?:tail|sid)|\bzweiseitig", re.IGNORECASE)
ASIDE = re.compile(r"\s?[,(\[]?\s?(?:(?:[12]|one|two|single)[- ]?(?:tail|sid)|einseitig|zweiseitig)", re.IGNORECASE)
BEFORE_P = re.compile(r"(?:(?:[12]|one|two|single)[- ]?(?:tailed|sided)|(?:ein|zwei)seitig\w*)[,:]?\s?$", re.IGNORECASE)
AND = re.compile(rf"(?:,\s(?:and\s|&\s)?|\s(?:and|&|und)\s)(?P<value>{NUMBER})(?!\d)(?!\.\d)")
RESPECTIVELY = re.compile(r"\brespectively\b|\bbzw\.|\bbeziehungsweise\b")
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
    found = [*_named(text, comma), *_intervals(text.text, comma), *_not_significant(text.text)]
    found += _between(text.text, comma)
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Mention] = []
    for one in found:  # the longest of those that begin at the same place; none inside another
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _named(whole: FlatText, comma: bool) -> Iterator[Mention]:
    text = whole.text
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
            if kind in ("se", "sd") and value.value < 0.0 and not parts["sign"]:  # a dash between the two
                value = reported(parts["value"].strip()[1:], comma=comma, least=least)
            sides = _sides(text, found) if kind == "p" else 0
            end = found.end("value")
            one = Mention(kind, found["name"].strip(), value, found.start(), end, df, size, sides=sides)
            yield one
            yield from _listed(whole, one, comma, least)
            yield from _bare(text, found.end("value"), kind, comma)


def _sides(text: str, found: re.Match[str]) -> int:
    """How many tails the words of a p-value, or right in front of it or behind it, give it; 0 without such words."""
    before, behind = BEFORE_P.search(text[max(found.start() - 20, 0) : found.start()]), ASIDE.match(text, found.end())
    words = " ".join((found["name"], before[0] if before else "", behind[0] if behind else ""))
    return 1 if ONE.search(words) else 2 if TWO.search(words) else 0


def _listed(text: FlatText, one: Mention, comma: bool, least: float) -> Iterator[Mention]:
    """The further numbers of a list that is said respectively: p = .036 and .006, respectively."""
    if one.kind not in ("p", "t", "F", "chi-square", "z", "r") or one.value.relation != "=":
        return
    place, found = one.end, AND.match(text.text, one.end)
    while found is not None and RESPECTIVELY.search(text.sentence(one.start)):
        value = reported(found["value"], comma=comma, least=least)
        yield replace(one, value=value, start=found.start("value"), end=found.end("value"))
        place = found.end("value")
        found = AND.match(text.text, place)


def _between(text: str, comma: bool) -> Iterator[Mention]:
    for found in P_BETWEEN.finditer(text):
        low, high = (
            next((part for name, part in found.groupdict().items() if part and name[: len(end)] == end), "")
            for end in ("low", "high")
        )
        least, most = (reported(end, comma=comma).value if end else none for end, none in ((low, 0.0), (high, 1.0)))
        above = not high or (low and least >= 0.05)
        value = Reported(least, most, least if above else most, found[0].strip(), ">" if above else "<")
        yield Mention("p", "p", value, found.start(), found.end())


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
