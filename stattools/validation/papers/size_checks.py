"""Do degrees of freedom go with the number of rows that is stated beside them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stattools.validation.papers.check import Answer
from stattools.validation.papers.p_checks import called
from stattools.validation.papers.passages import STATISTICS, Passage
from stattools.validation.papers.setting import Setting

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
