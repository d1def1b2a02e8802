"""What the columns of a paper's table hold, by the words over them: B (SE), OR (95% CI), M (SD), n (%), t, df, p."""

from __future__ import annotations

import re

from stattools.validation.claims.headings import heading

OWN = {
    "mean": "m mean means average mittelwert",
    "sd": "sd standarddeviation stddev stdev",
    "count": "n no number count counts freq frequency frequencies cases events anzahl",
    "share": "% percent percentage pct prozent",
    "F": "f fvalue fstatistic fratio",
    "chi-square": "χ2 chi2 chisq chisquare chisquared x2 wald waldχ2 waldchi2",
    "df": "df dof freiheitsgrade degreesoffreedom",
    "squares": "ss sumsq sumofsquares sumsquares",
    "mean square": "ms meansq meansquare",
    "r": "r",
}
"""What columns of a paper are called beyond those of a table of coefficients, in letters, digits and % alone."""
KINDS = {word: kind for kind, words in OWN.items() for word in words.split()}
LONGEST = 100
"""No heading has more characters."""
SIZE = re.compile(r"\b[nN]\s?=\s?(\d{1,3}(?:,\d{3})+|\d{1,15})(?![\d.])")


def kinds(head: str) -> tuple[str, ...]:
    """The kinds of what stands in a column, one for each part of its cells.

    >>> kinds("B (SE)"), kinds("OR (95% CI)"), kinds("n (%)"), kinds("Pr(>|t|)"), kinds("Treatment (n = 90)")
    (('estimate', 'se'), ('ratio', 'interval'), ('count', 'share'), ('p',), ())
    """
    if len(head) > LONGEST:
        return ()
    words = re.sub(r"\(\s*\)|\[\s*\]", "", SIZE.sub("", head)).split()
    for first in range(min(len(words), 6)):  # the last words, behind those of a group or a model: Model 1 B (SE)
        if found := _parts(" ".join(words[first:]), alone=first == 0):
            return found
    return ()


def _parts(head: str, alone: bool) -> tuple[str, ...]:
    parts = re.fullmatch(r"(.+?),?\s*[(\[]\s*(.+?)\s*[)\]]|(.+?)\s*(?:±|,|;|/)\s*(.+)", head)
    found = tuple(_kind(part) for part in parts.groups() if part) if parts and ">" not in head else ()
    if found and all(found) and "term" not in found:
        return found
    whole = _kind(head)
    if whole and (alone or whole != "term"):
        return (whole,)
    end = re.fullmatch(r".*\b(?:C\.?I\.?|interval)\b[\s,:(]*(LL|lower|UL|upper)\b\W*", head, re.IGNORECASE)
    return ("lower" if end[1].lower() in ("ll", "lower") else "upper",) if end else ()


def size_of(head: str) -> int | None:
    """The n that a heading states: 192 of "Treatment (n = 192)"."""
    found = SIZE.search(head)
    return None if found is None else int(found[1].replace(",", ""))


def _kind(head: str) -> str:
    plain = re.sub(r"[^a-z0-9%χ]", "", head.casefold())
    if plain in KINDS:
        return KINDS[plain]
    found = heading(head)
    if found is None:
        return ""
    if found.kind == "estimate" and "exponentiated" in found.said:
        return "ratio"
    if found.kind == "statistic":
        return {"t": "t", "z": "z", "chi2": "chi-square"}.get(found.said.get("statistic", ""), "statistic")
    return found.kind
