"""The page that R, Python or another program prints of a fit: tables of coefficients among facts and words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stattools.errors import DomainError
from stattools.validation.claims.aligned import TextTable, is_table, tables
from stattools.validation.claims.printed import Cells

VARIANCES = re.compile(r".*(?:\bVar|\bCov|\bRE)$")
"""Rows of variances and covariances of groups among the coefficients."""
PARTS = {"zero": "zero", "inflat": "zero", "hurdle": "zero", "count": "count"}


def is_summary(text: str) -> bool:
    """Whether a line of headings has the words of a table of coefficients, above rows that end with numbers.

    >>> is_summary("      coef  std err\\nx      1.5      0.2"), is_summary("x 1.5 0.2\\n")
    (True, False)
    """
    lines = text.splitlines()
    return any(is_table(lines, at) and re.search(r"\d", below) for at, below in enumerate(_below(lines)))


def _below(lines: Sequence[str]) -> list[str]:
    """For each line the next with a figure."""
    found, last = [], ""
    for line in reversed(lines):
        found.append(last)
        last = line if re.search(r"\d", line) else last
    return found[::-1]


def cells(text: str, name: str) -> Cells:
    """All tables of coefficients of one page as one, each row under the label of its part.

    >>> cells("Coefficients:\\n   Value  Std. Error\\nx    1.5         0.2\\n\\nAIC: 20.5", "a").rows
    (('x', '1.5', '0.2'),)
    """
    found, lines = tables(text, name), text.splitlines()
    if not found:
        raise DomainError(f"a claim needs rows of numbers below its headings; {name} has none.")
    parts = _joined(found)
    kinds = list(parts[0][1])
    rows: list[tuple[str, ...]] = []
    parts = [part for part in parts if set(part[1]) <= set(kinds)]  # thresholds may have no p-values
    for number, (table, columns) in enumerate(parts, 1):
        label = _label(table, lines, text, number)
        for at, (term, _) in enumerate(table.rows):
            if not (VARIANCES.match(term) and "Mixed" in text):
                texts = [columns[kind][at] if kind in columns else "" for kind in kinds]
                rows.append((f"{label}: {term}" if label else term, *_without_naive(texts, kinds)))
    taken = {at for table in found for at in range(table.first, table.last)}
    notes = "\n".join(line for at, line in enumerate(lines) if at not in taken)
    head = ("", *_without_naive(kinds, kinds))
    ruled = text.partition("=" * 40)[2]
    ratios = "Confidence intervals are for the hazard ratios" in notes
    software = {"software": "statsmodels"} if "Results: " in text or re.search(r"coef {2,}std err", ruled) else {}
    software |= _made(text) | ({"intervals": "ratio"} if ratios else {})
    return Cells(name, (head,), tuple(rows), notes, ".", {}, software)


def _made(text: str) -> dict[str, str]:
    """How a program makes the numbers of its page: standard errors of R's and statsmodels' glm are of the expected
    information, at Pearson's dispersion where there is one, those of glm.nb beside a theta that is taken as known, and
    those of MixedLM have the uncertainty of the variances in them, with tests by the normal distribution; glmer says
    by which integral.
    """
    if "Approximate significance of smooth terms" in text:
        return {"curves": "mgcv"}
    if "Number of Fisher Scoring iterations" in text and re.search(r"\bglm\.nb\(", text):
        return {"information": "expected apart"}
    if "Number of Fisher Scoring iterations" in text or re.search(r"Generalized Linear Model.*\bIRLS\b", text, re.S):
        return {"information": "expected", "dispersion": "X2"}
    if re.search(r"fit by maximum likelihood \(Laplace\s+Approximation\)", text):
        return {"integral": "laplace"}
    return {"information": "joint"} if "Mixed Linear Model Regression Results" in text else {}


def _joined(found: Sequence[TextTable]) -> list[tuple[TextTable, dict[str, list[str]]]]:
    """The tables with their columns by heading: one that has the terms of that before it goes on with its columns."""
    parts: list[tuple[TextTable, dict[str, list[str]]]] = []
    for table in found:
        columns = {one.text: [texts[at] for _, texts in table.rows] for at, one in enumerate(table.columns)}
        if parts and [term for term, _ in table.rows] == [term for term, _ in parts[-1][0].rows] and not table.label:
            before = parts[-1][1]
            if list(columns) != list(before):
                before |= {kind: texts for kind, texts in columns.items() if kind not in before}
                continue
        parts.append((table, columns))
    return parts


def _without_naive(texts: Sequence[str], kinds: Sequence[str]) -> tuple[str, ...]:
    """The cells without the naive standard errors that R prints beside robust ones; the tests are of the robust."""
    drop = kinds.index("se(coef)") if "se(coef)" in kinds and "robust se" in kinds else None
    return tuple(text for at, text in enumerate(texts) if at != drop)


def _label(table: TextTable, lines: Sequence[str], text: str, number: int) -> str:
    """The label of a part: the class before the headings, or the line above them."""
    if found := re.fullmatch(r"\S+\s*=\s*(.+)", table.label):
        return f"#{number}" if "Results: MNLogit" in text else found[1]
    above = next((line.strip() for line in reversed(lines[: table.first]) if line.strip()), "")
    if above.endswith(":") or "coefficients (" in above:
        return next((label for word, label in PARTS.items() if word in above.casefold()), "")
    return ""
