r"""A table in LaTeX: the cells of its tabular between & and \\, without rules and commands.

A table in HTML: its cells, spans repeated; what stands around it are its notes.

A Markdown table: rows of cells between upright bars, with a line of dashes below the headings.

A table of text whose fields are parted by commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from stattools.errors import DomainError
from stattools.validation.claims.headings import heading
from stattools.validation.claims.printed import POINT, SPACE, Cells

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


def latex_cells(text: str, name: str) -> Cells:
    r"""The cells of the largest tabular; what stands around it are its notes.

    >>> latex_cells(r"\begin{tabular}{lc} & coef \\ \hline x & $-$0.5$^{*}$ \\ \end{tabular}", "a").rows
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


class _Tables(HTMLParser):
    """Gathers the rows of each table, and the text outside of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[tuple[str, int, int, bool]]]] = []
        self.notes: list[str] = []
        self.cell: list[str] | None = None
        self.opened: tuple[int, int, bool] = (1, 1, False)
        self.depth = 0
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.silent += 1
        if tag == "table":
            self.depth += 1
            self.tables.append([])
        if tag == "tr" and self.depth:
            self._close()
            self.tables[-1].append([])
        if tag in ("td", "th") and self.depth:
            self._close()
            given = dict(attrs)
            self.opened = (_span(given.get("colspan")), _span(given.get("rowspan")), tag == "th")
            self.cell = []
        self._text({"br": "\n", "sup": "^", "p": "\n", "div": "\n", "li": "\n"}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)
        if tag in ("td", "th", "tr", "table"):
            self._close()
        if tag == "table":
            self.depth = max(0, self.depth - 1)
        if tag in ("p", "div", "caption", "tr"):
            self._text("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._text(data)

    def _text(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)
        else:
            self.notes.append(data)

    def _close(self) -> None:
        if self.cell is not None:
            if not self.tables[-1]:
                self.tables[-1].append([])
            text = "".join(self.cell)
            start = re.match(rf"[ {SPACE}]*", text)
            depth = start[0].count(SPACE) if start else 0
            self.tables[-1][-1].append((" " * depth + " ".join(text.split()), *self.opened))
            self.cell = None


def is_html(text: str) -> bool:
    """Whether there is a table in HTML.

    >>> is_html("<p><TABLE border=1>"), is_html("a < b")
    (True, False)
    """
    return bool(re.search(r"<table\\b|<tr\\b".replace("\\\\", "\\"), text, re.I))


def html_cells(text: str, name: str) -> Cells:
    """The cells of the table with most rows of a term and numbers.

    >>> html_cells("<table><tr><th></th><th>coef</th></tr><tr><td>x</td><td>1.5<sup>*</sup></td></tr></table>", "").rows
    (('x', '1.5^*'),)
    """
    reader = _Tables()
    reader.feed(text)
    reader.close()
    reader._close()
    tables = [_rectangle(rows) for rows in reader.tables]
    tables = [table for table in tables if table]
    if not tables:
        raise DomainError(f"a claim needs a table with rows; {name} has none.")
    best = max(tables, key=_weight)
    wide = [row for row in best if len(row) > 1 and len(set(row)) == 1 and len(row[0]) > 20]
    table = [row for row in best if row not in wide and any(map(str.strip, row))]
    first = next((at for at, row in enumerate(table) if at and not is_head(row)), 1)
    others = [" ".join(dict.fromkeys(row)) for one in tables if one is not best for row in one]
    notes = "\n".join(("".join(reader.notes), *others, *(row[0] for row in wide)))
    return Cells(name, tuple(table[:first]), tuple(table[first:]), notes)


def _rectangle(rows: list[list[tuple[str, int, int, bool]]]) -> list[tuple[str, ...]]:
    """The cells with their spans: a wide cell is repeated across, a tall one is empty below."""
    below: dict[tuple[int, int], str] = {}
    found: list[list[str]] = []
    for at, row in enumerate(rows):
        line: list[str] = []
        for text, across, down, _ in row:
            while (at, len(line)) in below:
                line.append(below[at, len(line)])
            for step in range(1, down):
                below.update({(at + step, len(line) + place): "" for place in range(across)})
            line += [text] * across
        while (at, len(line)) in below:
            line.append(below[at, len(line)])
        if line:
            found.append(line)
    width = max(map(len, found), default=0)
    return [tuple(line) + ("",) * (width - len(line)) for line in found]


def _weight(table: list[tuple[str, ...]]) -> int:
    """How much a table looks like one of coefficients."""
    rows = sum(bool(row[0].strip()) and any(re.match(r"\W*\d", cell) for cell in row[1:]) for row in table)
    named = re.search(r"std.? ?err|coef|intercept|constant|estimate|_cons", " ".join(map(" ".join, table)), re.I)
    return rows + 100 * bool(named)


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 100) if text and text.strip().isdigit() else 1


RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
BAR = re.compile(r"(?<!\\)\|")
TEST = re.compile(r"(>\s*)\\?\|([tz])\\?\|")
"""The bars of P>|z| and Pr(>|t|), which part no cells."""


def is_markdown(text: str) -> bool:
    """Whether a line of dashes between bars stands below a line with as many cells.

    >>> is_markdown("| term | coef |\\n|---|---|\\n| x | 1 |"), is_markdown("a,b\\n1,2\\n")
    (True, False)
    """
    return _rule(text.splitlines()) is not None


def markdown_cells(text: str, name: str) -> Cells:
    """The cells of the first table, without the marks of bold and code; the other lines are its notes.

    >>> markdown_cells("| term | **coef** |\\n|---|---|\\n| `x` | 1.5 |\\n\\nN = 20", "a").rows
    (('x', '1.5'),)
    """
    lines = text.splitlines()
    rule = _rule(lines) or 1
    last = rule + 1
    while last < len(lines) and BAR.search(lines[last]):
        last += 1
    head = _split(lines[rule - 1])
    rows = [_split(line) for line in lines[rule + 1 : last] if not RULE.match(line)]
    width = max(map(len, [head, *rows]))
    filled = [tuple(row) + ("",) * (width - len(row)) for row in [head, *rows]]
    notes = "\n".join(_plain(line) for line in [*lines[: rule - 1], *lines[last:]])
    more = [row for row in filled[1:] if _is_head(row)][
        : next((at for at, row in enumerate(filled[1:]) if not _is_head(row)), 0)
    ]
    return Cells(name, (filled[0], *more), tuple(filled[1 + len(more) :]), notes)


def _is_head(row: tuple[str, ...]) -> bool:
    """Whether a row below the headings has none but headings: no label and no number that is no number of a model."""
    return not row[0].strip() and not any(
        re.search(r"\d", re.sub(r"^\(\d+\)$|[A-Za-z]+ ?\d+", "", cell)) for cell in row
    )


def _rule(lines: list[str]) -> int | None:
    for at in range(1, len(lines)):
        if "|" in lines[at] and RULE.match(lines[at]) and "|" in lines[at - 1] and not re.search(r"-\+-", lines[at]):
            return at
    return None


def _split(line: str) -> list[str]:
    kept = TEST.sub("\\1\0\\2\0", line.strip())
    kept = kept[1:] if kept.startswith("|") else kept
    kept = kept[:-1] if kept.endswith("|") and not kept.endswith("\\|") else kept
    return [_plain(cell.replace("\0", "|").replace("\\|", "|")) for cell in BAR.split(kept)]


def _plain(text: str) -> str:
    """A cell without tags, code and the marks of bold and raised text; stars behind a number are kept."""
    text = re.sub(
        r"<sup>(.*?)</sup>|\^([^^\s]+)\^(?=\s|$)", lambda found: f"^{found[1] or found[2]}", html.unescape(text)
    )
    text = re.sub(r"<br\s*/?>", " ", text)
    text = re.sub(r"</?[a-zA-Z][^>]*>", "", text)
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?![*A-Za-z\d])", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*]+)(?<=\S)\*(?![*\w])", r"\1", text)
    text = re.sub(r"\\([*_#|<>~^()\[\]-])", r"\1", text.replace("`", ""))
    return text.strip(" ") if text.strip() else ""


MARKS = (";", "\t", ",", "|")


def delimited_cells(text: str, name: str) -> Cells:
    """The cells of a CSV or TSV table; decimals after a comma where fields are parted by semicolons and so written.

    DomainError for a line that has more fields than headings, and for what is no such table.

    >>> delimited_cells("term;coef\\nx;0,50\\n", "a").rows
    (('x', '0,50'),)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    mark = max(MARKS, key=lines[0].count) if any(map(lines[0].count, MARKS)) else ","
    mark = "," if not is_heading(lines[0].split(mark)) and any(map(is_heading, _fields(lines))) else mark
    if not any(line.count(mark) for line in lines):
        raise DomainError(
            f"a claim needs a table of terms and numbers, with a heading for each column; {name} is none."
        )
    every = _fields(text.splitlines(), mark)
    start = next((at for at, row in enumerate(every) if is_heading(row)), 0)
    head, rows = every[start], every[start + 1 :]
    above = every[start - 1] if start and _goes_on(every[start - 1], head) else None
    notes = [" ".join(row) for row in every[:start]]
    if start:  # a page of several tables, one below the other
        notes += [" ".join(row) for row in rows if len(row) != len(head)]
        rows = [row for row in rows if len(row) == len(head)]
    for number, row in enumerate(rows, start + 2):
        if len(row) > len(head):
            raise DomainError(
                f"a claim needs as many fields in each line as headings; line {number} of {name} has more."
            )
    filled = [tuple(row) + ("",) * (len(head) - len(row)) for row in rows if any(cell.strip() for cell in row)]
    cells = [cell for row in filled for cell in row[1:]]
    commas = mark == ";" and any(re.search(r"\d,\d", cell) for cell in cells) and not any(map(POINT.search, cells))
    heads = (tuple(head),) if above is None else (tuple(above), tuple(head))
    return Cells(name, heads, tuple(filled), "\n".join(notes), "," if commas else None)


def _fields(lines: Sequence[str], mark: str = ",") -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=mark))
    except csv.Error as error:
        raise DomainError(f"a claim needs a table of text; the text split at {mark!r} is not one: {error}.") from None


def _goes_on(above: Sequence[str], head: Sequence[str]) -> bool:
    """Whether the line above the headings has those of columns that these leave empty, as pages of SPSS have."""
    if len(above) != len(head):
        return False
    return any(not low.strip() and heading(high) is not None for high, low in zip(above, head, strict=True))


def is_heading(row: Sequence[str]) -> bool:
    """Whether cells are headings of estimates and of something beside them."""
    kinds = {one.kind for cell in row if (one := heading(cell)) is not None}
    return "estimate" in kinds and bool(kinds & {"term", "se", "p", "statistic", "lower", "interval"})


def is_delimited(text: str) -> bool:
    """Whether the first line has fields, and most of the others have as many, or some line has the headings.

    >>> is_delimited("term,coef\\nx,1\\n"), is_delimited("Call: lm(y ~ x, data)\\n\\nCoefficients:\\n")
    (True, False)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    mark = max(MARKS, key=lines[0].count)
    try:
        rows, by_commas = _fields(lines, mark), _fields(lines)
    except DomainError:
        return False
    widths = [len(row) for row in rows]
    even = widths[0] > 1 and 2 * sum(width == widths[0] for width in widths) > len(widths)
    return even or any(map(is_heading, by_commas))
