"""A table as LaTeX, for a paper: booktabs, every name escaped."""

from __future__ import annotations

import re

from stattools.reporting.document import Span, Table, inline
from stattools.text.printing import printable

ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
    # A bracket after the end of a row would be read as its argument.
    **{char: f"{{{char}}}" for char in "[]"},
    "∞": r"$\infty$",
    "²": r"$^{2}$",
    "\N{REPLACEMENT CHARACTER}": "?",
}


def table(block: Table) -> str:
    r"""A `table` with `\toprule`, `\midrule`, `\bottomrule`; it needs `\usepackage{booktabs}`.

    >>> print(table(Table(("term", "a & b"), (("`x_1`", "0.5"),), align="lr")))
    \begin{table}
    \centering
    \begin{tabular}{lr}
    \toprule
    term & a \& b \\
    \midrule
    \texttt{x\_1} & 0.5 \\
    \bottomrule
    \end{tabular}
    \end{table}
    """
    head, *rows = (" & ".join(map(text, row)) + r" \\" for row in (block.header, *block.rows))
    caption = [rf"\caption{{{text(block.caption)}}}"] if block.caption else []
    lines = [r"\begin{table}", r"\centering", *caption, rf"\begin{{tabular}}{{{block.align}}}", r"\toprule", head]
    return "\n".join([*lines, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}", r"\end{table}"])


def escape(text: str) -> str:
    r"""Literal text as LaTeX on one line; no character of it is a command.

    >>> escape("50% of $x_1$ [a]")
    '50\\% of \\$x\\_1\\$ {[}a{]}'
    """
    line = re.sub(r"\s+", " ", printable(text, " "))
    line = "".join(ESCAPES.get(char, char) for char in line)
    line = re.sub(r"(?<![\w-])-(?=\d|\$)", "$-$", line)
    return re.sub("-(?=-)", "-{}", line)  # two dashes would become one long one


def text(marked: str) -> str:
    """A text with marks as LaTeX."""
    return "".join(_span(span) for span in inline(marked)).strip()


def _span(span: Span) -> str:
    match span.kind:
        case "code":
            return rf"\texttt{{{escape(span.content)}}}"
        case "maths":
            return f"${span.content}$"
        case "strong":
            return rf"\textbf{{{text(span.content)}}}"
        case _:
            return escape(span.content)
