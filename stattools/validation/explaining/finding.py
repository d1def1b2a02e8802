"""A finding: what is wrong with somebody's numbers, the evidence for it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stattools.interface.names.guesses import answers_guesses
from stattools.text.printing import printed


@answers_guesses
@dataclass(frozen=True)
class Finding:
    """One cause. `cause` is a few words to look for, `evidence` has the numbers, `advice` says what to do.

    A finding with `serious=False` is worth knowing and leaves the numbers right.
    """

    cause: str
    evidence: str
    advice: str
    serious: bool = True

    @printed
    def __str__(self) -> str:
        return f"{self.cause}: {self.evidence} {self.advice}"


def pipe_table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    r"""A table of GitHub's Markdown, the first `left` columns to the left; cells are escaped.

    >>> print(pipe_table(["", "n"], [["a|b", "2"]]))
    |  | n |
    |:--|--:|
    | a\|b | 2 |
    """
    rule = "".join("|:--" if place < left else "|--:" for place in range(len(head))) + "|"
    lines = [head, *rows]
    shown = ["| " + " | ".join(escaped(cell) for cell in line) + " |" for line in lines]
    return "\n".join([shown[0], rule, *shown[1:]])


def escaped(text: str) -> str:
    """Text with a backslash before everything that is a mark in Markdown."""
    return "".join("\\" + c if c in "\\|`*_[]<>$" else " " if c in "\r\n" else c for c in text)
