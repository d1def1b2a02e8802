"""What stands in a text under a name: t(28) = 2.20, SE = 0.12, OR 1.52, 95% CI [1.10, 2.10], p = .036, N = 90.

Each kind is a row of `PATTERNS`. The style is that of the Publication Manual of the APA (7th ed., 2020), and what
papers in other styles, German ones and printouts of programs make of it.

What belongs together in a text: a statistic and its p-value, an estimate with its standard error and interval.

A number as a paper prints it: all values that would be printed so.

A printed 2.20 is anything from 2.195 to 2.205, "< .05" anything below .05.

What a paper says of its tests: one-sided or two-sided, adjusted for comparisons, with other kinds of intervals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from stattools.validation.papers.text import SENTENCE_END, FlatText

NUMBER = r"[+-]?\s?(?:\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?"
"""A number in a text on one line, with either mark of decimals, with or without marks of thousands."""

RELATION = r"(?:<=|>=|<<|>>|==|[=:<>≤≥≈])"

BELOW, ABOVE = ("<", "<=", "<<", "≤"), (">", ">=", ">>", "≥")

SLACK = 1e-9
"""Round-off that is allowed at the ends of an interval."""


@dataclass(frozen=True)
class Reported:
    """All values from `low` to `high`, as one number was printed: `value` is the number, `text` what stands there.

    `relation` is "=", "<" or ">".
    """

    low: float
    high: float
    value: float
    text: str
    relation: str = "="

    def meets(self, low: float, high: float) -> bool:
        """Whether it may be a value from `low` to `high`, round-off aside."""
        return meet((self.low, self.high), (low, high))

    @property
    def span(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    @property
    def size(self) -> tuple[float, float]:
        """Both ends of its absolute value."""
        ends = abs(self.low), abs(self.high)
        return (0.0 if self.low <= 0.0 <= self.high else min(ends)), max(ends)

    @property
    def is_whole(self) -> bool:
        """Whether it is printed without decimals."""
        return bool(re.fullmatch(r"\D*[\d,]+", self.text))


def meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two intervals have a value in common, round-off aside; never where an end is not a number.

    >>> meet((0.0355, 0.0365), (0.0365, 0.04)), meet((0.03, 0.04), (0.041, 0.05)), meet((0.03, 0.04), (np.nan, 1.0))
    (True, False, False)
    """
    if np.isnan([*one, *other]).any():
        return False
    finite = [abs(end) for end in (*one, *other) if np.isfinite(end)]
    slack = SLACK * max(finite, default=0.0)
    return max(one[0], other[0]) <= min(one[1], other[1]) + slack


def reported(text: str, relation: str = "=", *, comma: bool = False, least: float = -np.inf) -> Reported:
    """The values of a printed number; `comma` where the paper writes decimals with commas, `least` what it cannot be
    below.

    >>> reported("2.20").span, reported(",036", comma=True).span, reported("1,204").span
    ((2.195, 2.205), (0.0355, 0.0365), (1203.5, 1204.5))
    >>> reported(".05", "<", least=0.0).span
    (0.0, 0.05)
    """
    plain = re.sub(r"\s", "", text)
    is_thousands = not comma and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain) and not plain.startswith("0")
    number = Decimal(plain.replace(",", "" if is_thousands else "."))
    exponent = number.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    value = float(number)
    if relation in BELOW:
        return Reported(least, value, value, f"{relation} {plain}", "<")
    if relation in ABOVE:
        return Reported(value, np.inf, value, f"{relation} {plain}", ">")
    half *= 2 if relation == "≈" else 1
    return Reported(float(number - half), float(number + half), value, plain)


def writes_commas(text: str) -> bool:
    """Whether a text writes its decimals with commas, as its p-values show, or its equations.

    >>> writes_commas("t(28) = 2,20, p = ,036"), writes_commas("F(2,57) = 3.1, p < .05")
    (True, False)
    """
    for sign in (rf"\b[pP]\s*{RELATION}\s*", rf"{RELATION}\s*"):
        commas = len(re.findall(rf"{sign}-?\d*,\d+(?![\d.])", text))
        points = len(re.findall(rf"{sign}-?\d*\.\d+", text))
        if commas or points:
            return commas > points
    return False


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


REACH = 90
"""No two numbers belong together that stand further apart than so many characters."""

STATISTICS = ("t", "F", "chi-square", "z", "r")

ESTIMATES = ("estimate", "beta", "ratio", "mean")

BETWEEN = ("n", "p", "ns", "se", "sd", "df", "interval")
"""What may stand between a number and its interval."""

TESTS = ("t", "z", "chi-square")
"""Statistics that test an estimate in front of them."""


@dataclass(frozen=True)
class Passage:
    """Numbers that belong together, in their order, and the sentence that they stand in."""

    mentions: tuple[Mention, ...]
    sentence: str

    def the(self, *kinds: str) -> Mention | None:
        """The first number of one of these kinds."""
        return next((one for one in self.mentions if one.kind in kinds), None)

    def before(self, mention: Mention, *kinds: str) -> Mention | None:
        """The number in front of another one, if it is of one of these kinds; n, p and standard errors between them do
        not part them, and a test of an estimate neither, behind which its interval may stand.
        """
        place = self.mentions.index(mention)
        owners = [one for one in self.mentions[:place] if one.kind not in BETWEEN]
        if not owners or owners[-1].kind in kinds:
            return owners[-1] if owners else None
        tested = [one for one in owners if one.kind not in TESTS]
        is_test = owners[-1].kind in TESTS and tested and tested[-1].kind in ("estimate", "beta", "ratio")
        return tested[-1] if is_test and tested[-1].kind in kinds else None


def passages(text: FlatText, found: Iterable[Mention]) -> list[Passage]:
    """The numbers of a text in groups that belong together."""
    groups: list[list[Mention]] = []
    pairs, found = _respectively(text, list(found))
    for one in found:
        last = groups[-1] if groups else []
        if last and _is_near(text.text, last[-1].end, one.start) and not _begins(one, {held.kind for held in last}):
            last.append(one)
        else:
            groups.append([one])
    made = [Passage(tuple(group), text.sentence(group[0].start)) for group in groups]
    return sorted([*pairs, *_with_shared(_with_leading(made))], key=lambda passage: passage.mentions[0].start)


def _respectively(text: FlatText, found: list[Mention]) -> tuple[list[Passage], list[Mention]]:
    """As many p-values behind as many statistics, or in front of them, that a sentence pairs by the word respectively;
    and the numbers that are in no such pair.
    """
    pairs: list[Passage] = []
    rest: list[Mention] = []
    kinds = ["s" if one.kind in STATISTICS else "p" if one.kind in ("p", "ns") else "-" for one in found]
    place = 0
    for run in re.finditer(r"s{2,}p{2,}|p{2,}s{2,}", "".join(kinds)):
        both, sentence = found[run.start() : run.end()], text.sentence(found[run.start()].start)
        half = len(both) // 2
        if 2 * half != len(both) or len(set(run[0][:half])) > 1 or not RESPECTIVELY.search(sentence):
            continue
        if text.sentence(both[-1].start) != sentence:
            continue
        rest += found[place : run.start()]
        place = run.end()
        for one, other in zip(both[:half], both[half:], strict=True):
            pairs.append(Passage((one, other), sentence))
    return pairs, [*rest, *found[place:]]


def _is_near(text: str, end: int, start: int) -> bool:
    gap = text[end:start]
    return len(gap) <= REACH and not SENTENCE_END.search(gap + text[start : start + 1])


def _begins(one: Mention, held: set[str]) -> bool:
    """Whether a number begins another result, given the kinds of those before it."""
    is_tested = bool(held & {*STATISTICS, "p", "ns"})
    match one.kind:
        case "estimate":
            return is_tested or "estimate" in held or "mean" in held or ("beta" in held and "se" in held)
        case "beta":
            return "beta" in held or "ratio" in held or ("estimate" not in held and is_tested)
        case "ratio":
            return (
                "ratio" in held
                or not held <= {"estimate", "se", "n", "df", "beta", "interval", *STATISTICS, "p"}
                or (is_tested and "estimate" not in held)
            )
        case "mean":
            return not held <= {"n", "df"}
        case "t" | "F" | "chi-square" | "z" | "r":
            return is_tested or "mean" in held
        case "p" | "ns":
            return bool(held & {"p", "ns"})
        case "n" | "se" | "sd" | "df":
            return one.kind in held
        case _:
            return False


def _with_leading(made: list[Passage]) -> list[Passage]:
    """A p-value that stands alone in front of its statistic belongs to it: p = .036, t(28) = 2.20."""
    kept: list[Passage] = []
    for passage in made:
        alone = kept and [one.kind for one in kept[-1].mentions] == ["p"]
        tested = passage.the(*STATISTICS) and not passage.the("p", "ns")
        if alone and tested and passage.mentions[0].start - kept[-1].mentions[-1].end <= 3:
            kept[-1] = Passage((*passage.mentions, *kept[-1].mentions), passage.sentence)
        else:
            kept.append(passage)
    return kept


def _with_shared(made: list[Passage]) -> list[Passage]:
    """ "both ps < .05" is said of all statistics of its sentence that have none of their own."""
    kept: list[Passage] = []
    for place, passage in enumerate(made):
        if passage.the(*STATISTICS) and not passage.the("p", "ns"):
            later = next((one for one in made[place + 1 :][:4] if one.the("p", "ns")), None)
            shared = later.the("p") if later and later.sentence == passage.sentence else None
            if shared and shared.name.startswith(("ps", "Ps")) and shared.value.relation != "=":
                passage = Passage((*passage.mentions, shared), passage.sentence)
        kept.append(passage)
    return kept


SAID = {
    "one-sided": r"(?:\b|_)(?:one|1|single)[- ]?(?:tail|sid)|\beinseitig|"
    r"(?<!non-)(?<!bi)\bdirectional (?:test|hypothes|alternative)",
    "two-sided": r"(?:\b|_)(?:two|2)[- ]?(?:tail|sid)|\bzweiseitig|\bnon-?directional test",
    "multiplied": r"Bonferroni|\bHolm\b|_(?:bonf|holm|adj|corr)|adjusted for (?:multiple|multiplicity|the number)|"
    r"corrected for (?:multiple|the number)|(?:adjusted|corrected) [pP]\b|multiple[- ](?:testing|comparisons?) correct",
    "adjusted": r"Tukey|Scheff|Games-?\s?Howell|Dunnett|[SŠ]id[aá]k|Benjamini|Hochberg|false discovery|\bFDR\b|"
    r"_tukey|_fdr",
    "not asymptotic": r"bootstrap|permutation|Monte[- ]Carlo|randomi[sz]ation test|exact (?:test|p\b)|Fisher's exact",
    "another test": r"log-?rank|likelihood[- ]ratio|Bayes|posterior",
    "another interval": r"profile|median|Hodges|bootstrap|percentile|\bBCa\b|bias[- ]corrected|\bexact\b|Clopper|"
    r"Wilson|\bscore interval|credib|posterior|Bayes|highest density|Fisher|log-?rank|mid-?p|permutation|"
    r"back-?transformed|asymmetric",
    "rounded df": r"Welch|Satterthwaite|Kenward|unequal variance|mixed[- ](?:effects? )?model|multilevel|lmer|"
    r"Greenhouse|Huynh",
    "sphericity": r"Greenhouse|Huynh|sphericity|_(?:GG|HF)",
    "within": r"repeated[- ]measures?|within[- ](?:subjects?|participants?)|mixed[- ](?:effects? )?model|multilevel|"
    r"lmer",
    "repeated": r"repeated|within[- ](?:subjects?|participants?)|mixed[- ](?:effects? )?model|multilevel|hierarchical|"
    r"trials|observations|lmer|nested|longitudinal|panel|clustered|missing|exclu",
}
"""What is asked of sentences, and how it is said."""

SETTING_EXPRESSIONS = {name: re.compile(words, re.IGNORECASE) for name, words in SAID.items()}

EVERY = re.compile(r"\b(?:all|every|alle)\b", re.IGNORECASE)

SETTING_TESTS = re.compile(r"\b(?:tests?|p|p-values?)\b", re.IGNORECASE)
"""What a sentence has that speaks of all tests of a paper, the second behind the first."""

SIZE = re.compile(r"\b[nN](?:_\w+)?\s?=\s?(\d{1,3}(?:,\d{3})+|\d{1,15})(?!\d|\.\d)")


@dataclass(frozen=True)
class Setting:
    """What holds for the whole paper, and the level `alpha` at which it decides; `whole` where the caller says that all
    means are of whole numbers.
    """

    comma: bool
    alpha: float
    whole: bool
    sizes: tuple[int, ...]
    holds: frozenset[str]

    def said(self, what: str, sentence: str) -> bool:
        """Whether a sentence says it, or the paper as a whole."""
        return what in self.holds or bool(SETTING_EXPRESSIONS[what].search(sentence))

    @property
    def least_df(self) -> float:
        """Degrees of freedom of a t that has none beside it: ten at least, fewer where the paper has fewer rows."""
        return float(max(1, min([10, *(size - 5 for size in self.sizes)])))


def setting(text: FlatText, *, alpha: float, whole: bool) -> Setting:
    """What the paper says of itself."""
    plain = text.text
    sizes = tuple(int(found[1].replace(",", "")) for found in SIZE.finditer(plain))
    holds = {
        name
        for name in ("multiplied", "adjusted", "rounded df", "sphericity", "within")
        if SETTING_EXPRESSIONS[name].search(plain)
    }
    for sentence in SENTENCE_END.split(plain):
        if any(
            (every := EVERY.search(part)) and SETTING_TESTS.search(part, every.end()) for part in sentence.split(".")
        ):
            holds |= {name for name in ("one-sided", "two-sided") if SETTING_EXPRESSIONS[name].search(sentence)}
        if re.search(r"\bintervals?\b|\bCIs?\b", sentence) and not re.search(r"\d\s?[\])]", sentence):
            holds |= {name for name in ("another interval",) if SETTING_EXPRESSIONS[name].search(sentence)}
    return Setting(writes_commas(plain), alpha, whole, sizes, frozenset(holds))
