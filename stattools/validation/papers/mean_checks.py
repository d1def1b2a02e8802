"""Means and standard deviations of whole numbers, and of scales with ends that are said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stattools.validation.papers.check import Answer, between
from stattools.validation.papers.mentions import Mention
from stattools.validation.papers.p_checks import called
from stattools.validation.papers.passages import Passage
from stattools.validation.papers.setting import Setting
from stattools.validation.papers.whole_means import has_sd, largest_sd, sums

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
