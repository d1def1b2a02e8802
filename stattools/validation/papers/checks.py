"""One number of a paper beside what it should be.

Do a statistic, an interval and a p-value go with the estimate and the standard error beside them?

A Wald interval is symmetric, that of a ratio in logarithms: estimate - q se and estimate + q se. All numbers are
intervals here, and what is wrong is wrong for all values in them.

Is a printed p-value that of the statistic beside it?

Source of the question: Nuijten, Hartgerink, van Assen, Epskamp & Wicherts (2016), Behavior Research Methods 48,
1205-1226. Here the statistic, its degrees of freedom and p are intervals: what is wrong is wrong for all values in
them.

Means and standard deviations of whole numbers, and of scales with ends that are said.

Do degrees of freedom go with the number of rows that is stated beside them?

Percentages of counts: 45 of 192 (23.4%), 45/192 (23.4%), 23.4% (45/192), of 192 patients, 45 (23.4%).

The p-values that belong to a printed statistic: all that its rounding and that of its degrees of freedom leave.

Can a mean, and the standard deviation beside it, be that of so many whole numbers?

GRIM: Brown & Heathers (2017), Social Psychological and Personality Science 8, 363-369: a sum of whole numbers is one.
GRIMMER: the sum of their squares is one too, and it is odd where the sum is (each square is odd where its root is).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import special

from stattools.validation.papers.mentions import (
    ESTIMATES,
    P_BETWEEN,
    SETTING_EXPRESSIONS,
    STATISTICS,
    Mention,
    Passage,
    Reported,
    Setting,
    meet,
    reported,
)
from stattools.validation.papers.text import PARAGRAPH, FlatText

VERDICTS = ("right", "note", "not judged", "wrong")


@dataclass(frozen=True)
class PaperCheck:
    """A number that was computed again.

    `kind` is what it is ("p", "interval", "statistic", "percentage", "total", "mean", ...), `claimed` the number as it
    stands there, `right` the interval of what it should be, None where that is no interval, `verdict` one of
    `VERDICTS`, `words` the reason in a sentence, `decision` whether the other number turns significance. `line` is the
    number of the line where it begins, `quote` what stands there.
    """

    line: int
    quote: str
    kind: str
    claimed: str
    right: tuple[float, float] | None
    verdict: str
    words: str
    decision: bool = False


@dataclass(frozen=True)
class Answer:
    """A check before it has its place in the paper."""

    kind: str
    claimed: str
    right: tuple[float, float] | None
    verdict: str
    words: str = ""
    decision: bool = False


def shown(value: float) -> str:
    """Four significant digits, as papers print them.

    >>> shown(0.03581), shown(12345.0), shown(1e-9)
    ('0.03581', '12345', '1e-09')
    """
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def between(ends: tuple[float, float]) -> str:
    """An interval in words.

    >>> between((0.0358, 0.0366)), between((1.0, 1.0))
    ('between 0.0358 and 0.0366', '1')
    """
    low, high = map(shown, ends)
    return low if low == high else f"between {low} and {high}"


COUNT = r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?![\d]|[.,]\d)"

SHARE = r"(?<![\d.,])\d{1,3}(?:[.,]\d+)?"

OF = r"\s?(?:/|of|out of|von|of the|from)\s?"

FORMS = (
    re.compile(
        rf"(?P<count>{COUNT}){OF}(?:the |a total of |all |[nN] = )*(?P<n>{COUNT})(?: [A-Za-z-]+){{0,3}},?\s?"
        rf"[(\[](?:i\.e\.,? )?(?P<share>{SHARE})\s?%(?=\s?[)\],;])"
    ),
    re.compile(
        rf"(?P<share>{SHARE})\s?%\s?[(\[]\s?(?:n = )?(?P<count>{COUNT}){OF}(?P<n>{COUNT})(?: [A-Za-z-]+){{0,2}}\s?[)\]]"
    ),
)

AMONG = re.compile(
    rf"\b(?:[Oo]f|[Aa]mong|[Vv]on)(?: the| all| these| our| den)? (?P<n>{COUNT}) [A-Za-z]+(?: [a-z]+){{0,3}}, "
    rf"(?P<rest>[^{PARAGRAPH}]*)"
)

LISTED = re.compile(rf"(?P<count>{COUNT})(?: [A-Za-z-]+){{0,2}} [(\[](?P<share>{SHARE})\s?%[)\]]")


def check_shares(text: FlatText, comma: bool) -> Iterator[tuple[int, int, Answer]]:
    """Each percentage whose count and whole are said, with its place in the text."""
    seen: set[int] = set()
    for form in FORMS:
        for found in form.finditer(text.text):
            seen.add(found.start("count"))
            yield found.start(), found.end(), share_of(found["count"], found["n"], found["share"], comma)
    for among in AMONG.finditer(text.text):
        sentence = text.sentence(among.start("n"))
        rest = sentence.partition(among["n"])[2]
        other = re.search(r"\b(?:of|among|in)\b", rest)  # the percentages behind it may be of another whole
        end = among.end("n") + (other.start() if other else len(rest))
        for found in LISTED.finditer(text.text, among.start("rest"), min(end, among.end())):
            if found.start("count") not in seen and found["count"] != among["n"] and sentence.find(found[0]) >= 0:
                yield found.start(), found.end(), share_of(found["count"], among["n"], found["share"], comma)


def share_of(count: str, n: str, share: str, comma: bool) -> Answer:
    """Whether a percentage is that of a count among n.

    >>> share_of("45", "192", "23.4", False).verdict, share_of("45", "192", "24.3", False).verdict
    ('right', 'wrong')
    """
    part, whole = (reported(one, comma=False).value for one in (count, n))
    claimed = f"{share}% ({count} of {n})"
    if whole <= 0 or part > whole:
        return Answer("percentage", claimed, None, "wrong", f"{count} of {n} is no share.")
    right = 100.0 * part / whole
    printed = reported(share, comma=comma)
    holds = meet(printed.span, (right, right))
    words = "" if holds else f"{count} of {n} is {between((right, right))}%, not {share}%."
    return Answer("percentage", claimed, (right, right), "right" if holds else "wrong", words)


type Ends = tuple[float, float]


def _normal(size: float) -> float:
    return 2.0 * float(special.ndtr(-size))


def _student(size: float, df: float) -> float:
    return 2.0 * float(special.stdtr(df, -size))


def _correlation(size: float, df: float) -> float:
    if size >= 1.0:
        return 0.0
    return _student(size * float(np.sqrt(df / (1.0 - size * size))), df)


TAILS: dict[str, tuple[int, Callable[..., float]]] = {
    "z": (0, _normal),
    "t": (1, _student),
    "r": (1, _correlation),
    "chi-square": (1, lambda size, df: float(special.chdtrc(df, size))),
    "F": (2, lambda size, first, second: float(special.fdtrc(first, second, size))),
}
"""By the distribution of a statistic: how many degrees of freedom it has, and the probability of a larger one; of z, t
and r on both sides.
"""

TWO_SIDED = ("z", "t", "r")


def p_values(kind: str, size: Ends, df: tuple[Ends, ...]) -> Ends:
    """The smallest and the largest p-value of a statistic of absolute value `size` with these degrees of freedom, which
    are above 0; NaN where it cannot be computed.

    >>> [round(p, 4) for p in p_values("t", (2.195, 2.205), ((28, 28),))]
    [0.0358, 0.0366]
    """
    tail = TAILS[kind][1]
    found = [tail(*(value for value in ends)) for ends in product(_finite(size), *df)]
    if np.isnan(found).any():
        return np.nan, np.nan
    return (0.0 if np.isinf(size[1]) else min(found)), max(found)


def _finite(size: Ends) -> Ends:
    return size[0], (size[1] if np.isfinite(size[1]) else size[0])


def quantile(level: float, df: float) -> float:
    """How many standard errors an interval of this level reaches to each side.

    >>> round(quantile(0.95, 28.0), 3), round(quantile(0.95, np.inf), 3)
    (2.048, 1.96)
    """
    return float(special.stdtrit(df, 0.5 + 0.5 * level))


MOST_COMPARISONS = 100
"""A p-value is taken for multiplied by at most so many comparisons."""

PLAIN_NAMES = ("adj", "bonf", "holm", "corr", "tukey", "fdr", "one", "two", "1", "2", "value", "values")

POSITIVE = "degrees of freedom are positive and finite."

LIMITS: dict[str, tuple[float, float, str]] = {
    "p": (0.0, 1.0, "A p-value is from 0 to 1."),
    "r": (-1.0, 1.0, "A correlation is at most 1 in size."),
    "F": (0.0, np.inf, "An F is never below 0."),
    "chi-square": (0.0, np.inf, "A chi-squared statistic is never below 0."),
    "se": (0.0, np.inf, "A standard error is never below 0."),
    "sd": (0.0, np.inf, "A standard deviation is never below 0."),
}
"""What numbers of a kind are between, and how it is said."""

RANKS = ("r_s", "r_S", "r_sp", "r_rho")


@dataclass(frozen=True)
class Tested:
    """A statistic as it is called, its distribution, and its absolute value and degrees of freedom as intervals;
    `is_derived` where it is not printed but comes from an estimate and its error or interval.
    """

    name: str
    kind: str
    size: Ends
    df: tuple[Ends, ...]
    is_derived: bool = False

    @property
    def p(self) -> Ends:
        """The p-values that it may have."""
        return p_values(self.kind, self.size, self.df)


def check_p(passage: Passage, setting: Setting) -> Iterator[Answer]:
    """What is said of the p-value of a statistic; nothing where one of the two is not there."""
    statistic, p = passage.the(*STATISTICS), passage.the("p", "ns")
    if p is None:
        return
    if statistic is not None and _is_plain(p.name):
        df, lacks = freedom(statistic, passage, setting)
        if lacks or statistic.name in RANKS:
            words = f"{called(statistic)} has no {lacks}." if lacks else f"{called(statistic)} is of ranks."
            yield Answer("p", said(p, setting), None, "not judged", words)
        else:
            yield judged(Tested(called(statistic), statistic.kind, statistic.value.size, df), p, passage, setting)


def check_possible(passage: Passage, setting: Setting) -> Iterator[Answer]:
    """Numbers that none of their kind can be: degrees of freedom of 0, an F below 0, a correlation above 1."""
    for one in passage.mentions:
        if one.kind in LIMITS and (one.value.high < LIMITS[one.kind][0] or one.value.low > LIMITS[one.kind][1]):
            kind = one.kind if one.kind in ("p", "se", "sd") else "statistic"
            text = said(one, setting) if one.kind == "p" else called(one)
            yield Answer(kind, text, LIMITS[one.kind][:2], "wrong", LIMITS[one.kind][2])
        elif one.kind in STATISTICS and any(
            df.high <= 0.0 or df.value == 0.0 or not np.isfinite(df.value) for df in one.df
        ):
            words = f"{called(one)} is impossible: {POSITIVE}"
            yield Answer("degrees of freedom", called(one), None, "wrong", words)


def judged(tested: Tested, p: Mention, passage: Passage, setting: Setting) -> Answer:
    """The verdict on the printed p-value of a statistic."""
    right, claimed, text = tested.p, _claimed(p, setting), said(p, setting)
    if any(high <= 0.0 for _, high in tested.df):
        return Answer("degrees of freedom", tested.name, None, "wrong", f"{tested.name} is impossible: {POSITIVE}")
    if np.isnan(right).any():
        return Answer("p", text, None, "not judged", f"The p-value of {tested.name} cannot be computed.")
    if (of_one := _of_one_tail(tested, p, claimed, passage.sentence, setting)) is not None:
        return of_one
    if meet(claimed, right):
        zero = p.value.value == 0.0 and p.value.relation == "="
        least = f"{2.0 * p.value.high:.2g}".removeprefix("0")
        words = f"The p-value of {tested.name} is printed as 0, which none is: write p < {least}." if zero else ""
        return Answer("p", text, right, "note" if zero else "right", words)
    if (excuse := _excuse(tested, p, claimed, passage.sentence, setting)) is not None:
        verdict, words = excuse
        return Answer(
            "p", text, right, verdict, f"The p-value of {tested.name} is {between(right)}, printed {text}: {words}"
        )
    turns = _turns(p, right, setting.alpha)
    said_so = text if p.kind == "ns" else f"printed {text}"
    words = f"The p-value of {tested.name} is {between(right)}, {said_so}."
    words += f" That turns the decision at {setting.alpha:g}." if turns else ""
    return Answer("p", text, right, "wrong", words + _hint(tested, claimed), turns)


def called(statistic: Mention) -> str:
    """A statistic as it is printed, without what stands around it."""
    inside = ", ".join(one.text for one in statistic.df)
    sign = " " if statistic.value.relation != "=" else " = "
    return f"{statistic.name}{f'({inside})' if inside else ''}{sign}{statistic.value.text}"


def said(p: Mention, setting: Setting) -> str:
    """A printed p-value in words."""
    if p.kind == "ns":
        return f"called not significant (p > {setting.alpha:g})"
    if P_BETWEEN.fullmatch(p.value.text):
        return p.value.text
    return f"p {p.value.text}" if p.value.relation != "=" else f"p = {p.value.text}"


def freedom(statistic: Mention, passage: Passage, setting: Setting) -> tuple[tuple[Ends, ...], str]:
    """The degrees of freedom of a statistic, as intervals, or what is missing."""
    count = TAILS[statistic.kind][0]
    beside = passage.the("df")
    held = statistic.df or (beside.df if beside else ())
    loose = setting.said("rounded df", passage.sentence) and statistic.kind in ("t", "F")
    df = tuple(_freedom(one, loose and (statistic.kind == "t" or place == 1)) for place, one in enumerate(held[:count]))
    if len(df) == count:
        return df, ""
    n = statistic.size or (found.value if (found := passage.the("n")) else None)
    if statistic.kind == "r" and n is not None and n.value > 2:
        return ((n.value - 2.0, n.value - 2.0),), ""
    if statistic.kind == "t":
        return ((setting.least_df, np.inf),), ""
    if statistic.name.startswith("Wald") and statistic.kind == "chi-square":
        return ((1.0, 1.0),), ""
    return (), "degrees of freedom"


def _freedom(one: Reported, loose: bool) -> Ends:
    if one.is_whole and not loose:
        return one.value, one.value
    return max(one.low, 0.5), max(one.high, 0.5)


def _is_plain(name: str) -> bool:
    """Whether a name is that of a p-value and of nothing else that is written with a p."""
    below = name.lower().partition("_")[2]
    return not below or below.startswith(PLAIN_NAMES)


def _claimed(p: Mention, setting: Setting) -> Ends:
    if p.kind == "ns":
        return setting.alpha, 1.0
    return max(p.value.low, 0.0), min(p.value.high, 1.0)


def _of_one_tail(tested: Tested, p: Mention, claimed: Ends, sentence: str, setting: Setting) -> Answer | None:
    """The verdict on a p-value that is called one-sided, and a note on one that is two-sided where its sentence speaks
    of one-sided tests; None for others.
    """
    if tested.kind not in TWO_SIDED or p.sides == 2 or not (p.sides == 1 or setting.said("one-sided", sentence)):
        return None
    half = tested.p[0] / 2.0, tested.p[1] / 2.0
    if any(meet(claimed, one) for one in (half, (1.0 - half[1], 1.0 - half[0]))):
        return None if meet(claimed, tested.p) else Answer("p", said(p, setting), half, "right")
    is_two = meet(claimed, tested.p)
    if p.sides == 1:
        words = f"The one-sided p-value of {tested.name} is {between(half)}, printed {said(p, setting)}."
        words += " The printed one is the two-sided p-value." if is_two else ""
        return Answer("p", said(p, setting), half, "wrong", words, _turns(p, half, setting.alpha))
    if is_two and not setting.said("two-sided", sentence):
        words = f"The p-value of {tested.name} is two-sided, and the paper speaks of one-sided tests."
        return Answer("p", said(p, setting), tested.p, "note", words)
    return None


def _excuse(tested: Tested, p: Mention, claimed: Ends, sentence: str, setting: Setting) -> tuple[str, str] | None:
    """What makes another p-value right: a verdict and its reason."""
    around, right = f"{sentence} {p.name}", tested.p
    half = right[0] / 2.0, right[1] / 2.0
    two_sided = tested.kind in TWO_SIDED
    if setting.said("multiplied", around) and any(
        meet(claimed, (min(1.0, k * right[0]), min(1.0, k * right[1]))) for k in range(2, MOST_COMPARISONS)
    ):
        return "note", "it may be multiplied by a number of comparisons, of which the paper speaks."
    if setting.said("adjusted", around) and claimed[1] >= right[0]:
        return "note", "it may be adjusted for several comparisons, of which the paper speaks."
    if tested.kind == "F" and setting.said("sphericity", around):
        (first, second), least = tested.df, (1.0, 1.0)
        worst = p_values("F", tested.size, (least, (second[0] / first[1], second[1] / first[0])))
        if meet(claimed, (right[0], worst[1])):
            return "note", "it may be corrected for sphericity, of which the paper speaks."
    if any(
        SETTING_EXPRESSIONS[words].search(around)
        for words in ("not asymptotic", "another test")[: 1 + tested.is_derived]
    ):
        return "not judged", "its sentence speaks of another way to a p-value."
    of_one = two_sided or (tested.kind in ("F", "chi-square") and tested.df[0] == (1.0, 1.0))
    if of_one and p.value.relation == "=" and meet(claimed, half) and not setting.said("two-sided", around):
        return "note", "it is half of that: one-sided? The paper does not say so."
    return None


def _turns(p: Mention, right: Ends, alpha: float) -> bool:
    """Whether significance at alpha is another with the right p-value."""
    if right[1] <= alpha:
        return p.kind == "ns" or (p.value.value >= alpha if p.value.relation == ">" else p.value.value > alpha)
    return right[0] > alpha and p.kind == "p" and p.value.relation != ">" and p.value.value <= alpha


def _hint(tested: Tested, claimed: Ends) -> str:
    """Where the printed p-value would be right with the number of rows for degrees of freedom."""
    if tested.kind != "r" or tested.df[0][0] <= 3:
        return ""
    fewer = tested.df[0][0] - 2.0
    right = meet(claimed, p_values("r", tested.size, ((fewer, fewer),)))
    return " It would be right if the number in brackets were n: degrees of freedom are n - 2." if right else ""


SKEW = 0.05
"""Likelihood intervals of ratios are askew: the estimate may be so far from the middle, as a share of the length."""

LARGEST_RATIO = 50.0
"""What is called HR or PR and is larger is a rate of beats, not a ratio."""


def check_estimate(passage: Passage, setting: Setting) -> Iterator[Answer]:
    """What is said of the numbers beside an estimate."""
    yield from _check_ratio_of_se(passage, setting)
    exponent, ratio = passage.the("estimate"), passage.the("ratio")
    if exponent and ratio and exponent.name[0] in "bB" and ratio.value.low > 0 and passage.the("se"):
        low, high = np.exp(exponent.value.low), np.exp(exponent.value.high)
        right = meet(ratio.value.span, (low, high))
        words = "" if right else f"{called(ratio)} is not exp({exponent.value.text}), which is {between((low, high))}."
        yield Answer("ratio", called(ratio), (low, high), "right" if right else "wrong", words)
    for interval in (one for one in passage.mentions if one.kind == "interval"):
        yield from _check_interval(interval, passage, setting)


def _check_ratio_of_se(passage: Passage, setting: Setting) -> Iterator[Answer]:
    """The statistic is estimate / se; without one p is recomputed from this."""
    se = passage.the("se")
    estimate = next((one for kind in ("estimate", "beta") if (one := passage.the(kind))), None)
    if se is None or estimate is None or se.value.high <= 0 or estimate.value.relation != "=":
        return
    ends = _quotient(estimate.value.span, (max(se.value.low, 0.0), se.value.high))
    statistic, p = passage.the(*STATISTICS), passage.the("p", "ns")
    name = f"{called(estimate)}, {se.name} = {se.value.text}"
    if statistic is not None:
        if statistic.name == "Wald" or statistic.name.startswith("Wald χ2") or statistic.name.startswith("Wald chi"):
            ends, span = _squared(ends), statistic.value.span
        elif statistic.kind in ("t", "z"):
            span = statistic.value.span
            ends = _size(ends) if statistic.value.relation != "=" else ends
        else:
            return
        right = meet(span, ends)
        words = "" if right else f"{name} give a statistic {between(ends)}, not {statistic.value.text}."
        yield Answer("statistic", called(statistic), ends, "right" if right else "wrong", words)
    elif p is not None and np.isfinite(ends).all():
        df, size = _df(passage, setting), _size(ends)
        yield judged(Tested(name, "t", size, (df,), is_derived=True), p, passage, setting)


def _check_interval(interval: Mention, passage: Passage, setting: Setting) -> Iterator[Answer]:
    assert interval.second is not None
    low, high = interval.value, interval.second
    owner = passage.before(interval, *ESTIMATES)
    claimed = f"[{low.text}, {high.text}]"
    if low.low > high.high:
        yield Answer("interval", claimed, None, "wrong", f"The ends of {claimed} stand in the wrong order.")
        return
    if owner is None or owner.value.relation != "=":
        return
    name = called(owner)
    if owner.kind == "mean" and passage.the("se") is None:
        return  # of a transformed mean it is not in the middle
    if not (owner.value.high >= low.low and owner.value.low <= high.high):
        yield Answer("interval", claimed, None, "wrong", f"{name} lies outside of its interval {claimed}.")
        return
    if setting.said("another interval", passage.sentence):
        yield Answer("interval", claimed, None, "not judged", f"The interval {claimed} is said to be of another kind.")
        return
    is_ratio = owner.kind == "ratio"
    if is_ratio and (low.high <= 0 or owner.value.value > LARGEST_RATIO):
        yield Answer("interval", claimed, None, "not judged", f"{name} is no ratio whose logarithm has an interval.")
        return
    ends = [one.span for one in (owner.value, low, high)]
    center, lower, upper = [_logs(one) for one in ends] if is_ratio else ends
    se = None if is_ratio else _se_of(owner, passage)
    yield from _judged_interval(owner, interval, (center, lower, upper), se, passage, setting)


def _judged_interval(
    owner: Mention,
    interval: Mention,
    ends: tuple[Ends, Ends, Ends],
    se: Mention | None,
    passage: Passage,
    setting: Setting,
) -> Iterator[Answer]:
    center, lower, upper = ends
    is_ratio, claimed = owner.kind == "ratio", f"[{interval.value.text}, {interval.second.text}]"  # type: ignore[union-attr]
    level, df = interval.level or 0.95, (np.inf, np.inf) if is_ratio else _df(passage, setting)
    reach = quantile(level, np.inf), quantile(level, df[0])
    half = (0.0, np.inf) if se is None else (reach[0] * max(se.value.low, 0.0), reach[1] * se.value.high)
    found = _possible(center, half, lower, upper)
    name = called(owner)
    if found is None:
        middle = (lower[0] + upper[0]) / 2.0, (lower[1] + upper[1]) / 2.0
        off = max(center[0] - middle[1], middle[0] - center[1]) / max(upper[1] - lower[0], 1e-300)
        if is_ratio and off <= SKEW:
            words = f"The interval {claimed} of {name} is not symmetric in logarithms: one of the likelihood (profile)?"
            yield Answer("interval", claimed, None, "note", words)
            return
        if se is not None:
            whole = center[0] - half[1], center[1] + half[1]
            words = f"{name} and {se.name} = {se.value.text} give an interval {_from_to(whole)} at most, not {claimed}."
            least = center[1] - half[0], center[0] + half[0]
            if lower[1] >= whole[0] and upper[0] <= whole[1]:
                words = f"{name} and {se.name} = {se.value.text} give about {_from_to(least)}, not {claimed}."
        else:
            scale = "The middle of its logarithms" if is_ratio else "Its middle"
            middle = _exp(middle) if is_ratio else middle
            words = f"The interval {claimed} is not around {name}. {scale} is {between(middle)}."
        yield Answer("interval", claimed, None, "wrong", words)
        return
    yield Answer("interval", claimed, None, "right")
    points, halves = found
    quotient = _quotient(points, (max(halves[0], 0.0), halves[1]))
    p, statistic = passage.the("p", "ns"), passage.the(*STATISTICS)
    if statistic is not None and statistic.kind in ("t", "z") and se is None:
        z = (
            quotient[0] * (reach[0] if quotient[0] > 0 else reach[1]),
            quotient[1] * (reach[1] if quotient[1] > 0 else reach[0]),
        )
        right = meet(statistic.value.span, z)
        words = (
            ""
            if right
            else f"{name} and its interval {claimed} give a statistic {between(z)}, not {statistic.value.text}."
        )
        yield Answer("statistic", called(statistic), z, "right" if right else "wrong", words)
    elif p is not None and statistic is None and passage.the("se") is None and interval.level is not None:
        size = _size(quotient)
        size = size[0] * reach[0], size[1] * reach[1]
        if np.isfinite(size[1]):
            yield judged(
                Tested(f"{name} {claimed}", "z" if is_ratio else "t", size, () if is_ratio else (df,), is_derived=True),
                p,
                passage,
                setting,
            )


def _possible(center: Ends, half: Ends, lower: Ends, upper: Ends) -> tuple[Ends, Ends] | None:
    """The centers and half lengths with both ends where they are printed; None where there are none.

    x in `center`, w in `half`, x - w in `lower`, x + w in `upper`: for each w between its bounds linear in x, so that
    x is bounded by the pairs of them.
    """
    x = (
        max(center[0], half[0] + lower[0], upper[0] - half[1], 0.5 * (upper[0] + lower[0])),
        min(center[1], upper[1] - half[0], half[1] + lower[1], 0.5 * (upper[1] + lower[1])),
    )
    slack = 1e-9 * max(abs(x[0]), abs(x[1]), 1e-9)
    w = max(half[0], 0.5 * (upper[0] - lower[1])), min(half[1], 0.5 * (upper[1] - lower[0]))
    if x[0] > x[1] + slack or w[0] > w[1] + slack:
        return None
    return (min(x), max(x)), (min(w), max(w))


def _df(passage: Passage, setting: Setting) -> Ends:
    """The degrees of freedom of a passage: those of its t or its df; else anything, normal too."""
    statistic, beside = passage.the("t"), passage.the("df")
    if statistic is not None and statistic.df:
        return freedom(statistic, passage, setting)[0][0][0], np.inf
    if beside is not None and len(beside.df) == 1:
        return beside.value.low, np.inf
    return (np.inf, np.inf) if passage.the("z") else (setting.least_df, np.inf)


def _se_of(owner: Mention, passage: Passage) -> Mention | None:
    se = passage.the("se")
    return se if se is not None and se.value.relation == "=" and owner.kind != "ratio" else None


def _quotient(top: Ends, bottom: Ends) -> Ends:
    """All quotients of two intervals, the lower one not negative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [np.divide(one, other) for one in top for other in bottom if not one == other == 0]
    return float(min(found)), float(max(found))


def _size(ends: Ends) -> Ends:
    sizes = abs(ends[0]), abs(ends[1])
    return (0.0 if ends[0] <= 0.0 <= ends[1] else min(sizes)), max(sizes)


def _squared(ends: Ends) -> Ends:
    low, high = _size(ends)
    return low * low, high * high


def _logs(ends: Ends) -> Ends:
    with np.errstate(divide="ignore"):
        return float(np.log(max(ends[0], 0.0))), float(np.log(ends[1]))


def _exp(ends: Ends) -> Ends:
    return float(np.exp(ends[0])), float(np.exp(ends[1]))


def _from_to(ends: Ends) -> str:
    return between(ends).replace("between", "from").replace(" and ", " to ")


INDEPENDENT = re.compile(
    r"\bindependent(?:[- ]samples?)?[- ]t\b|\btwo[- ]samples? t\b|\bunpaired\b|\bindependent[- ]samples?\b",
    re.IGNORECASE,
)

FEWER = re.compile(r"Welch|missing|exclu|covariate|adjust|controll|unequal|partial|per group|each", re.IGNORECASE)


def check_size(passage: Passage, setting: Setting) -> Iterator[Answer]:
    """What is said of the degrees of freedom of a statistic with a stated n, in its brackets or beside it."""
    statistic = passage.the(*STATISTICS)
    if statistic is None:
        return
    beside = passage.the("n")
    n = statistic.size or (beside.value if beside else None)
    of_rows = ("repeated", "within") if statistic.kind in ("t", "F") else ("repeated",)
    if n is None or not n.is_whole or any(setting.said(words, passage.sentence) for words in of_rows):
        return
    if statistic.size is None and beside is not None and beside.name != "N" and statistic.kind != "r":
        return  # n may be that of a group
    name, rows = called(statistic), n.value
    if (
        statistic.kind == "chi-square"
        and statistic.size is not None
        and statistic.df
        and statistic.value.relation == "="
    ):
        most = rows * statistic.df[0].value
        right = statistic.value.low <= most
        words = "" if right else f"{name} is more than {most:g}, the most that a table of {rows:g} rows can have."
        yield Answer("statistic", name, (0.0, most), "right" if right else "wrong", words)
    if not statistic.df or statistic.kind not in ("t", "r", "F"):
        return
    df, taken = statistic.df[-1], {"t": 1, "r": 2, "F": 2}[statistic.kind]
    if (
        not FEWER.search(passage.sentence)
        and statistic.kind == "t"
        and df.is_whole
        and INDEPENDENT.search(passage.sentence)
    ):
        right, words = (
            df.value == rows - 2,
            f"{name} of two groups with n = {rows:g} in all has {rows - 2:g} degrees of freedom.",
        )
        ends = (rows - 2.0, rows - 2.0)
    else:
        right, words = (
            df.low < rows - taken + 0.5,
            f"{name} has more degrees of freedom than n = {rows:g} leaves: {rows - taken:g} at most.",
        )
        ends = (1.0, rows - taken)
    yield Answer("degrees of freedom", name, ends, "right" if right else "wrong", "" if right else words)


MOST = 100_000
"""Sums in the interval of a rounded mean; where there are more, every mean is possible."""

SLACK = 1e-9


def sums(mean: Ends, n: int, items: int = 1) -> range:
    """The whole sums of n means of `items` whole numbers each, whose mean is in the interval.

    >>> list(sums((3.445, 3.455), 28)), list(sums((3.455, 3.465), 28))
    ([], [97])
    """
    count = n * items
    low, high = (end * count for end in mean)
    slack = SLACK * max(1.0, abs(low), abs(high))
    return range(int(np.ceil(low - slack)), int(np.floor(high + slack)) + 1)


def has_sd(mean: Ends, sd: Ends, n: int) -> bool:
    """Whether some n whole numbers have such a mean and such a standard deviation, with divisor n - 1 or n.

    >>> has_sd((3.455, 3.465), (1.195, 1.205), 28), has_sd((1.95, 2.05), (0.15, 0.25), 5)
    (True, False)
    """
    possible = sums(mean, n)
    if n < 2 or len(possible) > MOST:
        return True
    return any(_has_squares(total, sd, n, divisor) for total in possible for divisor in (n - 1, n))


def _has_squares(total: int, sd: Ends, n: int, divisor: int) -> bool:
    """Whether a sum of squares of the right parity lies in the interval; it is at least that of numbers as equal as
    the sum leaves them.
    """
    base = total * total / n
    slack = SLACK * max(1.0, base)
    low, high = (base + divisor * end * end for end in (max(sd[0], 0.0), sd[1]))
    whole, left = divmod(total, n)
    least = max(int(np.ceil(low - slack)), left * (whole + 1) ** 2 + (n - left) * whole**2)
    least += (least - total) % 2
    return least <= high + slack


def largest_sd(low: float, high: float, mean: Ends, n: int) -> float:
    """The largest standard deviation of n numbers from `low` to `high` with a mean in the interval: all at the ends.

    >>> round(largest_sd(1.0, 7.0, (4.0, 4.0), 28), 3)
    3.055
    """
    middle = min(max(0.5 * (low + high), mean[0]), mean[1])
    return float(np.sqrt(max((high - middle) * (middle - low), 0.0) * n / max(n - 1, 1)))


WHOLE = re.compile(
    r"\bwhole[- ]numbers?|\bintegers?\b|\b(?:single|one)[- ](?:item|question)|ganze Zahlen|ganzzahlig", re.IGNORECASE
)

ROUNDED = re.compile(r"\bround", re.IGNORECASE)

SCALE = re.compile(r"Likert|\bpoint|\bscale|\brat(?:ed|ings?)\b|questionnaire|\bscor|\baverage", re.IGNORECASE)

COUNTS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

ITEMS = re.compile(rf"\b(\d{{1,2}}|{'|'.join(COUNTS)})[- ]items?\b", re.IGNORECASE)

ENDS = re.compile(
    r"(?:\bscales?|\brat(?:ed|ings?)|\brang(?:e|ed|ing)|\banswer(?:s|ed)?|\bscor(?:es?|ed)|\bLikert|\bSkala)\b[^.;]{0,60}?"
    r"(?<![\d.,=])(?P<low>-?\d+)\s?(?:=?\s?\([^()]*\)|=\s?[^,;().\d]*)?\s?(?:to|through|-|and|bis|,)\s?(?P<high>\d+)(?![\d.,]\d|\d|\s?%)",
    re.IGNORECASE,
)


def check_mean(passage: Passage, setting: Setting, before: str = "") -> Iterator[Answer]:
    """What is said of a mean; `before` is the sentence in front of its own."""
    mean, sd, n = passage.the("mean"), passage.the("sd"), passage.the("n")
    if mean is None or mean.value.relation != "=" or "age" in mean.name.lower():
        return
    yield from _check_range(mean, sd, n, passage.sentence)
    if n is None or not n.value.is_whole or n.value.value < 1:
        return
    around = [text for text in (before, passage.sentence) if not ROUNDED.search(text)]
    items = {_count(found[1]) for text in around if SCALE.search(text) for found in ITEMS.finditer(text)}
    is_whole = any(WHOLE.search(text) for text in around)
    if not (setting.whole or is_whole or items):
        return
    yield from check_whole(mean, sd, int(n.value.value), sorted({1, *items} if items else {1}))


def check_whole(mean: Mention, sd: Mention | None, n: int, items: list[int]) -> Iterator[Answer]:
    """GRIM, and GRIMMER where there is a standard deviation."""
    right = any(sums(mean.value.span, n, count) for count in items)
    words = (
        ""
        if right
        else (
            f"No {n} whole numbers have the mean {mean.value.text}: "
            f"the nearest are {_neighbors(mean.value.value, n * max(items))}."
        )
    )
    yield Answer("mean of whole numbers", called(mean), None, "right" if right else "wrong", words)
    if right and sd is not None and items == [1]:
        right = has_sd(mean.value.span, sd.value.span, n)
        words = (
            ""
            if right
            else f"No {n} whole numbers with the mean {mean.value.text} have the standard deviation {sd.value.text}."
        )
        yield Answer("sd of whole numbers", called(sd), None, "right" if right else "wrong", words)


def _neighbors(value: float, n: int) -> str:
    below = int(value * n // 1)
    return f"{below / n:.6g} and {(below + 1) / n:.6g}"


def _check_range(mean: Mention, sd: Mention | None, n: Mention | None, sentence: str) -> Iterator[Answer]:
    found = ENDS.search(sentence)
    if found is None or float(found["low"]) >= float(found["high"]):
        return
    low, high = float(found["low"]), float(found["high"])
    right = mean.value.meets(low, high)
    words = "" if right else f"{called(mean)} lies outside of the scale, which goes from {low:g} to {high:g}."
    yield Answer("mean in its range", called(mean), (low, high), "right" if right else "wrong", words)
    if right and sd is not None and n is not None and n.value.value > 1:
        most = largest_sd(low, high, mean.value.span, int(n.value.value))
        right = sd.value.low <= most * (1 + 1e-9)
        words = (
            ""
            if right
            else f"{called(sd)} is more than {between((most, most))}, the most on a scale from {low:g} to {high:g}."
        )
        yield Answer("sd in its range", called(sd), (0.0, most), "right" if right else "wrong", words)


def _count(word: str) -> int:
    return int(word) if word.isdigit() else COUNTS.index(word.lower()) + 2
