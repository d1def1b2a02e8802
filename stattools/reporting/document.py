"""What a report is made of: a title and sections of paragraphs, formulas, tables and figures, free of any format.

Text carries a few marks, the ones Markdown users know: `` `code` ``, `$maths$`, `**strong**`, `[label](target)`, and
a backslash that takes a mark its meaning. Everything else is literal: a face (markdown.py) escapes it. Names that come
from data enter a text through `code` or `literal`, so no name can turn into a mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stattools.errors import IncompatibleError

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

type Kind = Literal["text", "code", "maths", "strong", "link"]
type Block = Paragraph | Box | Quote | Math | Listing | Bullets | Table | Figure | Picture | Section

MARK = re.compile(
    r"""
    \\(?P<literal>[!-/:-@\[-`{-~])
    | (?P<fence>(?<!`)`+(?!`))(?P<code>.+?)(?<!`)(?P=fence)(?!`)
    | \$(?P<maths>(?!\s)[^$]+?(?<![\s\\]))\$(?!\d)
    | \*\*(?P<strong>(?!\s).+?(?<![\s\\]))\*\*
    | \[(?P<link>[^\[\]\n]+)\]\((?P<target>(?:https?://|(?!\w+:))[^\s()<>|`]+)\)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Span:
    """A run of text of one kind; `target` is where a link leads."""

    kind: Kind
    content: str
    target: str = ""


def inline(text: str) -> tuple[Span, ...]:
    """The spans of a text with marks.

    >>> inline("at `x` it is $2^x$")[1:]
    (Span(kind='code', content='x', target=''), Span(kind='text', content=' it is ', target=''), \
Span(kind='maths', content='2^x', target=''))
    """
    spans: list[Span] = []
    plain, end = "", 0
    for mark in MARK.finditer(text):
        plain, end = plain + text[end : mark.start()], mark.end()
        if mark["literal"]:
            plain += mark["literal"]
            continue
        if plain:
            spans.append(Span("text", plain))
            plain = ""
        spans.append(_span(mark))
    plain += text[end:]
    return (*spans, Span("text", plain)) if plain else tuple(spans)


def _span(mark: re.Match[str]) -> Span:
    if mark["code"]:
        content = mark["code"]
        padded = len(content) > 2 and content[0] == content[-1] == " " and content.strip(" ")
        return Span("code", content[1:-1] if padded else content)
    if mark["maths"]:
        return Span("maths", mark["maths"])
    if mark["strong"]:
        return Span("strong", mark["strong"])
    return Span("link", mark["link"], mark["target"])


def fenced(content: str) -> str:
    """A code span of CommonMark: the fence is longer than any run of backticks within.

    >>> fenced("C(`a`)"), fenced("gre")
    ('`` C(`a`) ``', '`gre`')
    """
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", content)), default=0))
    pad = " " if "`" in content or content[:1] == content[-1:] == " " else ""
    return f"{fence}{pad}{content}{pad}{fence}"


def code(name: object) -> str:
    """Any text, set as code: how column names, terms and labels enter a text or a cell.

    >>> inline("the column " + code("a$b|`c`"))[1].content
    'a$b|`c`'
    """
    return fenced(str(name)) if str(name).strip() else literal(name)


def literal(text: object) -> str:
    """Any text, with a backslash before everything that could be a mark.

    >>> literal("5 * `x` costs $6")
    '5 \\\\* \\\\`x\\\\` costs \\\\$6'
    """
    return re.sub(r"([\\`$*\[])", r"\\\1", str(text))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text with marks."""

    text: str


@dataclass(frozen=True)
class Box:
    """The answer, in a few sentences that stand apart from the rest; `title` says of what where there are several."""

    sentences: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Quote:
    """A sentence that stands out, to be quoted."""

    text: str


@dataclass(frozen=True)
class Math:
    """A displayed formula in TeX.

    A backslash must be followed by a letter: GitHub's Markdown eats the backslash of `\\,` and `\\{` before
    its formula renderer sees them.
    """

    tex: str

    def __post_init__(self) -> None:
        if eaten := re.search(r"\\[^A-Za-z]", self.tex):
            raise IncompatibleError(
                f"a formula needs TeX commands of letters, which survive Markdown; got {eaten[0]!r} in "
                f"{self.tex!r}. Write \\lbrace for \\{{, \\quad for \\;, and two formulas for two lines."
            )


@dataclass(frozen=True)
class Listing:
    """Lines shown as they are: printed output, source, a message."""

    text: str
    language: str = "text"


@dataclass(frozen=True)
class Bullets:
    """A list of texts with marks."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A header and rows of cells (texts with marks); `align` has one of "l", "r", "c" per column, and `caption`, if
    there is one, says what the numbers are.

    >>> Table(("n", "mean"), (("10", "0.5"),), align="rr").rows
    (('10', '0.5'),)
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    caption: str = ""

    def __post_init__(self) -> None:
        widths = {len(self.align), *(len(row) for row in self.rows)}
        if not self.header or widths != {len(self.header)}:
            raise IncompatibleError(
                f"a table needs one cell and one alignment per column; got {len(self.header)} header cells, "
                f"align={self.align!r} and rows of {sorted(len(row) for row in self.rows)[:5]} cells."
            )


@dataclass(frozen=True)
class Figure:
    """A figure drawn when the report is written; `name` is its file name without the ending.

    `alt` says in one sentence what a reader who cannot see it would miss.
    """

    name: str
    draw: Callable[[], Drawing]
    alt: str
    caption: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", self.name):
            raise IncompatibleError(f"a figure needs a file name of letters, digits, '-' and '_'; got {self.name!r}.")


@dataclass(frozen=True)
class Picture:
    """An image file that is there already, by its path relative to the report."""

    path: str
    alt: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; a section within a section is one level lower. One that is `folded` is for
    who wants to look it up: a page shows its heading, and the rest when asked.
    """

    title: str
    blocks: tuple[Block, ...]
    folded: bool = False


@dataclass(frozen=True)
class Document:
    """A report before it has a format: its title, its sections in order, and who wrote it when, if that was said."""

    title: str
    blocks: tuple[Block, ...]
    byline: str = ""

    def figures(self) -> tuple[Figure, ...]:
        """All figures, in reading order."""
        return tuple(block for block in walk(self.blocks) if isinstance(block, Figure))

    def quotes(self) -> tuple[str, ...]:
        """The sentences made to be quoted, in reading order; those of a box together."""
        found = (block for block in walk(self.blocks) if isinstance(block, Quote | Box))
        return tuple(" ".join(block.sentences) if isinstance(block, Box) else block.text for block in found)


def walk(blocks: tuple[Block, ...]) -> list[Block]:
    """All blocks in reading order, sections opened."""
    return [inner for block in blocks for inner in (walk(block.blocks) if isinstance(block, Section) else [block])]
