"""What the words around a table say of the numbers in it: the outcome, the family, the covariance, the level."""

from __future__ import annotations

import re

from stattools.validation.claims.headings import share

RATIOS = r"(?:odds|hazard|incidence[\s-]rate|rate|relative[\s-]risk|risk)[\s-]ratios?"
ERRORS = r"(?:standard errors?|std\.? ?err\w*\.?|s\.e\.)"
ROBUST = r"(?:cluster(?:ed|ing|-robust)?|robust|heteroske?c?dasticity\S*|HC[0-3]|Newey[\s-]West|bootstrap\w*)"
SAYINGS: tuple[tuple[str, str], ...] = (
    ("outcome", r"Dep(?:endent|\.)? variable:?\s+(\S+)"),
    (
        "family",
        r"(?:Model )?Family:\s*(\w+)|\bfamily\s*=\s*(?:sm\.families\.)?\"?(\w+)|Dispersion parameter for (.+?) family",
    ),
    ("link", r"Link Function:\s*(\w+)|\blink\s*=\s*\"?(\w+)|[Ff]amily:?\s*=?\s*\w+\s*\(\s*(?!link)(\w+)\s*\)"),
    ("covariance", r"Cov(?:ariance|\.)? Type:\s+(\S+)"),
    ("covariance", r"((?:Std\. [Ee]rr\. )?adjusted for \S+ clusters in \w+)"),
    ("covariance", rf"({ERRORS}[^.\n;()]*{ROBUST}\s*\(HC[0-3]\))"),
    ("covariance", rf"({ROBUST}[^.\n;]*?{ERRORS}[^.\n;()]*)"),
    ("covariance", rf"({ERRORS}[^.\n;()]*{ROBUST}[^.\n;()]*)"),
    ("covariance", r"(?m)^[ \t|]*(Robust|Clustered|Bootstrap|OPG|OIM)[ \t]*$"),
    ("level", r"(\d{2}(?:\.\d+)?) ?% *(?:conf|CI\b|c\.i\.)"),
    (
        "exponentiated",
        rf"((?:adjusted |crude )?{RATIOS}) (?:are )?(?:shown|reported|displayed|with|\()|(exponentiated coefficients)",
    ),
    ("ties", r"[Tt]ies:?\s+(\w+)|Method for ties:\s*(\w+)"),
    ("method", r"fit by (REML|maximum likelihood)|Method:\s+(REML|ML)\b"),
    ("converged", r"[Cc]onverged:\s+(\w+)"),
    ("model", r"(?m)^[ \t]*Model:\s+(\w+)"),
)
"""What is looked for in the words, by what it says; the first that is found counts."""


def said(notes: str) -> dict[str, str]:
    """What the words around a table say.

    >>> said("Dep. Variable: y   Covariance Type: HC1")
    {'outcome': 'y', 'covariance': 'HC1'}
    >>> said("Robust standard errors clustered by school in parentheses")["covariance"]
    'Robust standard errors clustered by school in parentheses'
    """
    found: dict[str, str] = {}
    for name, pattern in SAYINGS:
        one = re.search(pattern, notes, 0 if name == "model" else re.I)
        if one is not None and name not in found:
            text = next(group for group in one.groups() if group)
            found[name] = share(text) if name == "level" else " ".join(text.split())
    if (formula := _formula(notes)) is not None:
        found["formula"] = formula
    if "formula" in found and "outcome" not in found:
        found["outcome"] = found["formula"].partition("~")[0].strip()
    return found


def _formula(notes: str) -> str | None:
    """The formula of a call, up to the comma or the bracket that ends it."""
    place, start = 0, None
    for part in notes.split("~")[:-1]:  # the last sign of equality before a tilde, or a colon behind it
        before, sign, after = part.rpartition("=")
        start = re.search(r"formula\s*$", before, re.I) if sign else None
        if start is None:
            place, start = place + len(before) + len(sign), re.search(r"formula\s*:", after, re.I)
        if start is not None:
            break
        place += len(after) + 1
    if start is None:
        return None
    place += start.start()
    depth, found = 0, ""
    for mark in notes[place + len(start[0]) + (not start[0].endswith(":")) :]:
        depth += (mark in "([") - (mark in ")]")
        if depth < 0 or (depth == 0 and mark == ",") or (mark == "\n" and found.strip() and notes[place] == "F"):
            break
        found += mark
    return " ".join(found.split()) or None
