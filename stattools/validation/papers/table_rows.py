"""The rows of a table of results: what stands beside each other in a row goes with each other, as it does in a text.

Where no degrees of freedom are printed, all t of a table have the same: a row that fits others than most rows do is
wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from stattools.errors import DomainError
from stattools.validation.claims.printed import decimal_mark
from stattools.validation.papers.check import Answer, between
from stattools.validation.papers.columns import kinds
from stattools.validation.papers.estimate_checks import check_estimate
from stattools.validation.papers.mean_checks import check_mean
from stattools.validation.papers.mentions import LIMITS, Mention
from stattools.validation.papers.p_checks import check_p, said
from stattools.validation.papers.passages import Passage
from stattools.validation.papers.reported import NUMBER, RELATION, Reported, meet, reported
from stattools.validation.papers.setting import Setting
from stattools.validation.papers.sheets import PaperTable
from stattools.validation.papers.tails import Ends, p_values

FIRST = ("estimate", "se", "mean", "sd")
LAST = ("t", "z", "F", "chi-square", "r", "df", "p", "ns", "n")
NAMES = {"estimate": "the estimate", "se": "the standard error", "ratio": "the ratio", "statistic": "the statistic"}
NAMES |= {"mean": "M", "chi-square": "χ2", "sd": "SD", "count": "n"}
EDGES = (*range(1, 31), 35, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000, np.inf)
"""Degrees of freedom between which a table's own are looked for."""
LEAST_ROWS = 4
MOST_SHARE = 0.7
"""Such a share of the rows agrees on degrees of freedom, or nothing is said of them."""

type Place = tuple[int, str]


def check_rows(sheet: PaperTable, setting: Setting) -> Iterator[tuple[int, Answer]]:
    """What is said of each row, with the number of its line."""
    comma = writes_commas_in(sheet, setting)
    for block in _blocks(sheet):
        told: list[tuple[int, Answer]] = []
        tested: list[tuple[int, str, Passage]] = []
        for line, row in sheet.rows:
            if len(held := _mentions(sheet, row, block, comma)) < 2:
                continue
            passage = Passage(tuple(held), f"{sheet.words} {row[0]}")
            answers = [*check_p(passage, setting), *check_estimate(passage, setting), *check_mean(passage, setting)]
            told += [(line, _labelled(one, row[0].strip(" :."))) for one in answers if one.verdict != "not judged"]
            if all(one.verdict == "right" for one in answers if one.kind == "p"):
                tested.append((line, row[0].strip(" :."), passage))
        others = dict(_shared_df(tested, setting))
        yield from ((line, others.get(line, one) if one.kind == "p" else one) for line, one in told)


def writes_commas_in(sheet: PaperTable, setting: Setting) -> bool:
    """Whether the decimals of a table are written with commas; what its numbers do not say, the paper does."""
    cells = [re.sub(r"[(\[].*", "", cell) for _, row in sheet.rows for cell in row[1:]]
    try:
        mark = decimal_mark([cell for cell in cells if re.fullmatch(rf"[<>]?\s?{NUMBER}", cell.strip())], "a table")
    except DomainError:
        return setting.comma
    return mark == ","


def _blocks(sheet: PaperTable) -> list[list[Place]]:
    """The columns of each model: their places and kinds; a kind that comes again begins another model."""
    blocks: list[list[Place]] = [[]]
    for place, head in enumerate(sheet.head):
        found = kinds(head)
        if place == 0 and (not found or found[0] != "p"):
            continue
        if any(kind in {held for _, held in blocks[-1]} for kind in found):
            blocks.append([])
        blocks[-1] += [(place, kind) for kind in found if kind != "term"]
    return [block for block in blocks if len(block) > 1]


def _mentions(sheet: PaperTable, row: tuple[str, ...], block: list[Place], comma: bool) -> list[Mention]:
    found: list[tuple[float, Mention]] = []
    held: dict[str, Reported] = {}
    level = re.search(r"(\d\d)\s?%", " ".join(sheet.head))
    share = float(level[1]) / 100.0 if level else 0.95
    for place in dict.fromkeys(place for place, _ in block):
        wanted = [kind for at, kind in block if at == place]
        for kind, text in zip(wanted, _split(row[place], len(wanted)), strict=True):
            ends = re.search(LIMITS, text) if kind == "interval" else None
            if ends:
                low, high = (reported(ends[name], comma=comma) for name in ("low", "high"))
                interval = Mention("interval", "interval", low, 0, 0, (), None, high, share)
                found.append((_rank("interval", place), interval))
            elif (number := _number(kind, text, comma)) is not None:
                held[kind] = number
                df = (number,) if kind == "df" else ()
                one = Mention(_as_mentioned(kind), NAMES.get(kind, kind), number, 0, 0, df)
                found += [] if kind in ("lower", "upper") else [(_rank(one.kind, place), one)]
    if "lower" in held and "upper" in held:
        place = next(place for place, kind in block if kind == "lower")
        interval = Mention("interval", "interval", held["lower"], 0, 0, (), None, held["upper"], share)
        found.append((_rank("interval", place), interval))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _rank(kind: str, place: int) -> float:
    """Estimates first, then ratios and intervals as they stand, then what is tested."""
    if kind in FIRST:
        return FIRST.index(kind) - 100.0
    return 1000.0 + LAST.index(kind) if kind in LAST else float(place)


def _as_mentioned(kind: str) -> str:
    return {"statistic": "t", "count": "n"}.get(kind, kind)


def _number(kind: str, text: str, comma: bool) -> Reported | None:
    found = re.match(rf"\s*(?:[pP]\s?)?(?P<sign>{RELATION})?\s?(?P<value>{NUMBER})(?!\d)", text)
    if found is None or re.match(r"\s*[\d.,]+\s?[-/]\s?\d", text):
        return None
    least = 0.0 if kind in ("p", "se", "F", "chi-square") else -np.inf
    return reported(found["value"], found["sign"] or "=", comma=comma, least=least)


def _split(cell: str, count: int) -> list[str]:
    """The parts of a cell under a heading of several: 0.35 (0.12), 1.52 [1.10, 2.10], 3.4 ± 1.2."""
    if count == 1:
        return [cell]
    parts = re.fullmatch(r"\s*([^()\[\]±]*)[(\[±]\s*([^()\[\]]*)[)\]]?\s*", cell)
    return [parts[1], parts[2]] if parts and count == 2 else [""] * count


def _labelled(answer: Answer, label: str) -> Answer:
    return replace(answer, words=f"{label}: {answer.words}") if answer.words and label else answer


def _shared_df(tested: list[tuple[int, str, Passage]], setting: Setting) -> Iterator[tuple[int, Answer]]:
    """Rows whose p-value needs other degrees of freedom than those of the other rows."""
    rows = [
        (line, label, t, p)
        for line, label, passage in tested
        if (t := passage.the("t")) and (p := passage.the("p")) and not passage.the("df")
        if not any(setting.said(words, passage.sentence) for words in ("rounded df", "multiplied", "adjusted"))
    ]
    if len(rows) < LEAST_ROWS:
        return
    bins: list[Ends] = [(float(low), float(high)) for low, high in pairwise(EDGES)]
    fits = np.array([[meet(p.value.span, p_values("t", t.value.size, (one,))) for one in bins] for *_, t, p in rows])
    best = int(np.argmax(fits.sum(0)))
    if fits[:, best].mean() < MOST_SHARE:
        return
    for (line, label, t, p), right in zip(rows, fits[:, best], strict=True):
        if not right:
            ends = p_values("t", t.value.size, (bins[best],))
            words = f"The p-value of t = {t.value.text} is {between(ends)} with the degrees of freedom of the others"
            words = f"{label}: {words}, printed {said(p, setting)}."
            yield line, Answer("p", said(p, setting), ends, "wrong", words)
