"""Percentages of counts: 45 of 192 (23.4%), 45/192 (23.4%), 23.4% (45/192), of 192 patients, 45 (23.4%)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stattools.validation.papers.characters import PARAGRAPH
from stattools.validation.papers.check import Answer, between
from stattools.validation.papers.flat_text import FlatText
from stattools.validation.papers.reported import meet, reported

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
