"""Is a printed p-value that of the statistic beside it?

Source of the question: Nuijten, Hartgerink, van Assen, Epskamp & Wicherts (2016), Behavior Research Methods 48,
1205-1226. Here the statistic, its degrees of freedom and p are intervals: what is wrong is wrong for all values in
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stattools.validation.papers.check import Answer, between
from stattools.validation.papers.mentions import P_BETWEEN, Mention
from stattools.validation.papers.passages import STATISTICS, Passage
from stattools.validation.papers.reported import Reported, meet
from stattools.validation.papers.setting import EXPRESSIONS, Setting
from stattools.validation.papers.tails import TAILS, TWO_SIDED, Ends, p_values

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
    if any(EXPRESSIONS[words].search(around) for words in ("not asymptotic", "another test")[: 1 + tested.is_derived]):
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
