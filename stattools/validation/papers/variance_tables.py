"""Tables of variance: mean squares are sums of squares over degrees of freedom, F their quotient, p that of F.

Source: Fisher, Statistical Methods for Research Workers (1925), chapter 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from stattools.validation.papers.check import Answer, between
from stattools.validation.papers.columns import kinds
from stattools.validation.papers.mentions import Mention
from stattools.validation.papers.p_checks import Tested, judged
from stattools.validation.papers.passages import Passage
from stattools.validation.papers.reported import NUMBER, RELATION, Reported, meet, reported
from stattools.validation.papers.setting import Setting
from stattools.validation.papers.sheets import PaperTable
from stattools.validation.papers.tails import Ends

RESIDUAL = re.compile(r"\s*(?:resid|error|within|fehler|rest)", re.IGNORECASE)
COLUMNS = ("df", "squares", "mean square", "F", "p")


def check_variances(sheet: PaperTable, setting: Setting, comma: bool) -> Iterator[tuple[int, Answer]]:
    """What is said of each row of a table of variance, with the number of its line."""
    at = {found[0]: place for place, head in enumerate(sheet.head) if (found := kinds(head)) and found[0] in COLUMNS}
    if "df" not in at or "F" not in at:
        return
    rows = [(line, row[0], _numbers(row, at, comma)) for line, row in sheet.rows]
    for place, (line, label, held) in enumerate(rows):
        error = next((other for _, name, other in rows[place:] if RESIDUAL.match(name) and "df" in other), None)
        if "df" not in held:
            continue
        if "squares" in held and "mean square" in held:
            right = _over(held["squares"].span, held["df"].value)
            yield line, _compared("mean square", label, held["mean square"], right)
        if error is None or "F" not in held:
            continue
        top, bottom = (one["mean square"].span if "mean square" in one else _mean_square(one) for one in (held, error))
        if top and bottom and bottom[0] > 0:
            yield line, _compared("statistic", f"{label}: F", held["F"], (top[0] / bottom[1], top[1] / bottom[0]))
        if "p" in held:
            df = tuple((one["df"].value, one["df"].value) for one in (held, error))
            name = f"F({held['df'].text}, {error['df'].text}) = {held['F'].text}"
            tested = Tested(name, "F", held["F"].size, df)
            answer = judged(tested, Mention("p", "p", held["p"], 0, 0), Passage((), sheet.words), setting)
            yield line, replace(answer, words=f"{label}: {answer.words}") if answer.words else answer


def _numbers(row: tuple[str, ...], at: dict[str, int], comma: bool) -> dict[str, Reported]:
    found = {}
    for kind, place in at.items():
        number = re.match(rf"\s*({RELATION})?\s?({NUMBER})(?!\d)", row[place])
        if number:
            found[kind] = reported(number[2], number[1] or "=", comma=comma, least=0.0)
    return found


def _mean_square(held: dict[str, Reported]) -> Ends | None:
    return _over(held["squares"].span, held["df"].value) if "squares" in held else None


def _over(ends: Ends, df: float) -> Ends:
    return (ends[0] / df, ends[1] / df) if df > 0 else (0.0, float("inf"))


def _compared(kind: str, label: str, claimed: Reported, right: Ends) -> Answer:
    holds = meet(claimed.span, right)
    words = "" if holds else f"{label.strip()}: {kind} is {between(right)}, not {claimed.text}."
    return Answer(kind, claimed.text, right, "right" if holds else "wrong", words)
