r"""A table in LaTeX: the cells of its tabular between & and \\, without rules and commands."""

from __future__ import annotations

import re

from stattools.validation.claims.printed import Cells

BODY = re.compile(
    r"\\begin\{(tabular[*xy]?|tblr|longtable|array)\}(?:\s*\[[^\]]*\])?(?:\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}){1,2}(.*?)\\end\{\1\}",
    re.S,
)
RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|addlinespace|endhead|endfirsthead|endfoot|endlastfoot|centering|small|noalign)"
    r"(?:\[[^\]]*\]|\{[^{}]*\})?(?![a-z])|\\c(?:mid|)(?:rule|line)(?:\([^)]*\))?\{[^{}]*\}(?:\([^)]*\))?"
)
COEFFICIENTS = re.compile(r"\b(?:coef|Coef\.|Estimate)\b.*(?:std ?err|Std\. ?Err)")
"""Headings of coefficients and their standard errors, which tables of facts beside them have not."""
SPAN = re.compile(r"\\multicolumn\{(\d+)\}\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\s*\{")


def is_latex(text: str) -> bool:
    r"""Whether there are commands of a table.

    >>> is_latex(r"\begin{tabular}{lc} x & 1 \\ \end{tabular}"), is_latex("a & b"), is_latex(r"x & 1 \\")
    (True, False, True)
    """
    return (
        "\\begin{tab" in text
        or "\\begin{longtable}" in text
        or any("\\\\" in line.partition("&")[2] for line in text.splitlines())
    )


def cells(text: str, name: str) -> Cells:
    r"""The cells of the largest tabular; what stands around it are its notes.

    >>> cells(r"\begin{tabular}{lc} & coef \\ \hline x & $-$0.5$^{*}$ \\ \end{tabular}", "a").rows
    (('x', '-0.5*'),)
    """
    text = re.sub(r"(?<!\\)%.*", "", text)
    bodies = list(BODY.finditer(text))
    best = max(bodies, key=lambda one: (bool(COEFFICIENTS.search(one[2])), _numbers(one[2]))) if bodies else None
    body = best[2] if best else text
    around = BODY.sub("\n", text) if best else ""
    others = "\n".join(" ".join(" ".join(row) for row in _rows(one[2])) for one in bodies if one is not best)
    rows = _rows(body)
    if not rows:
        return Cells(name, (("",),), ())
    width = max(map(len, rows))
    notes = [row for row in rows if len({cell for cell in row if cell}) == 1 and len(row) > 1 and len(set(row)) == 1]
    notes += [row for row in rows if row not in notes and re.match(r"\s*(?:notes?|source)\b", row[0], re.I)]
    table = [tuple(row) + ("",) * (width - len(row)) for row in rows if row not in notes and any(map(str.strip, row))]
    first = next((at for at, row in enumerate(table) if at and not is_head(row)), 1)
    said = "\n".join(" ".join(dict.fromkeys(row)) for row in notes)
    return Cells(name, tuple(table[:first]), tuple(table[first:]), "\n".join((plain(around), others, said)))


def is_head(row: tuple[str, ...]) -> bool:
    """Whether a row holds headings: no number after its first cell but the number of a model, (1)."""
    texts = [cell.strip() for cell in row[1:]]
    numbered = all(re.fullmatch(r"\(?\d{1,2}\)?|", text) for text in texts) and not row[0].strip()
    ends = r"\[\s*[\d.]+%?|[\d.]+%?\s*\]|\d+(?:\.\d+)? ?\\?%"
    return numbered or not any(re.match(r"[^A-Za-z]*\d", text) and not re.fullmatch(ends, text) for text in texts)


def _rows(body: str) -> list[list[str]]:
    rows = []
    for line in re.split(r"\\\\(?:\s*\[[^\]]*\])?|\\tabularnewline", RULES.sub(" ", body)):
        cells: list[str] = []
        for cell in re.split(r"(?<!\\)&", line):
            spans = int(found[1]) if (found := SPAN.search(cell)) else 1
            cells += [plain(SPAN.sub("{", cell))] * spans
        if any(cells):
            rows.append(cells)
    return rows


def plain(text: str) -> str:
    """Text without commands: stars and signs stay."""
    if not re.search(r"[\\$~^{}]", text):
        return text.strip()
    text = re.sub(r"\\(?:textsuperscript|sym|tnote|textsuperscript|footnotemark)\{([^{}]*)\}", r"^{\1}", text)
    text = re.sub(r"\$?\\(?:times|cdot)\$?", "x", text).replace("\\pm", "\u00b1").replace("\\textminus", "-")
    text = re.sub(r"\\(?:hat|widehat|tilde|bar|bm|boldsymbol)(?![a-zA-Z])", "", text)
    for name in ("Pr", "beta", "chi", "sigma", "lambda", "alpha", "gamma", "theta", "phi"):
        text = text.replace(f"\\{name}", name)
    text = re.sub(r"\\(?:label|cite\w*|ref|vspace|hspace|rowcolor|cellcolor)\*?(?:\[[^\]]*\])?\{[^{}]*\}", " ", text)
    text = re.sub(r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\]]*\])?", "\n", text)
    for _ in range(4):
        text = re.sub(
            r"\\(?:text\w*|math\w*|emph|num|makecell|shortstack|caption\*?|footnotesize|mbox|item)\s*(?:\[[^\]]*\])?\{([^{}]*)\}",
            r"\1",
            text,
        )
    text = re.sub(r"\\(?:newline|bigskip|smallskip|par|item|medskip)\b", "\n", text)
    text = re.sub(r"\\([%_#&{}])", r"\1", re.sub(r"\\[,;:! ]", " ", text))
    text = re.sub(r"\\[a-zA-Z]+\*?", " ", text)
    text = re.sub(
        r"\^\{([*+\u2020]+)\}|\^([*+\u2020]+)",
        lambda found: found[1] or found[2],
        re.sub(r"\$|~", lambda one: " " if one[0] == "~" else "", text),
    )
    return re.sub(r"[{}]", "", re.sub(r"\^\{([^{}]*)\}", r"^\1", text)).strip()


def _numbers(text: str) -> int:
    """How many rows have a term and numbers after it: tables of facts have names after their numbers."""
    return sum(
        1
        for row in _rows(text)
        if len(row) > 1 and sum(bool(re.match(r"\W*\d", cell)) for cell in row[1:]) >= (len(row) + 1) // 3
    ) + 2 * len(re.findall(r"std err|coef|\(Intercept\)|Constant", text))
